package io.mlops4j.registry.tracking;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;

/** A text is not a query. The message has the text with a caret below the place. */
public final class QueryException extends MlopsException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 60;

  private final int column;

  QueryException(String query, int at, String problem) {
    super(message(query, at, problem));
    this.column = at + 1;
  }

  /** For texts too long to show. */
  QueryException(String problem) {
    super("Query: " + problem + ".");
    this.column = 1;
  }

  private static String message(String query, int at, String problem) {
    int from = Math.max(0, at - SHOWN);
    String before = (from > 0 ? "…" : "") + Text.printable(query.substring(from, at), SHOWN);
    String rest = Text.printable(query.substring(at), SHOWN);
    return "Query: "
        + problem
        + " (column "
        + (at + 1)
        + ").\n  "
        + before
        + rest
        + "\n  "
        + " ".repeat(before.length())
        + "^";
  }

  /**
   * Returns where the problem is.
   *
   * @return the column, from 1; one after the last at the end
   */
  public int column() {
    return column;
  }
}
