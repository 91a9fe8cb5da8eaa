package io.mlops4j.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a report for a terminal of 100 columns. */
final class TextRenderer {
  static final int WIDTH = 100;
  static final int MAX_ROWS = 200;

  private final StringBuilder out = new StringBuilder();

  String render(Report report) {
    heading(report.title(), '=');
    if (!report.subtitle().isEmpty()) {
      wrapped("", report.subtitle());
    }
    Instant when = report.when();
    if (when != null) {
      line(Numbers.time(when));
    }
    blocks(report.blocks(), 1);
    return out.toString();
  }

  private void blocks(List<Block> blocks, int depth) {
    for (Block block : blocks) {
      line("");
      if (block instanceof Section section) {
        heading(section.title(), depth == 1 ? '-' : '.');
        blocks(section.blocks(), depth + 1);
      } else if (block instanceof Text text) {
        wrapped("", text.text());
      } else if (block instanceof Callout callout) {
        wrapped("[" + callout.status().label() + "] ", callout.sentence());
      } else if (block instanceof KeyValues facts) {
        TextTable list = new TextTable(false, false);
        for (Map.Entry<String, Cell> entry : facts.entries().entrySet()) {
          list.row(List.of(entry.getKey(), entry.getValue().shown()));
        }
        list.lines(WIDTH, false).forEach(this::line);
      } else if (block instanceof Table table) {
        table(table);
      } else {
        TextCharts.lines(block).forEach(text -> line(CleanText.fit(text, WIDTH)));
      }
    }
  }

  private void table(Table table) {
    if (!table.caption().isEmpty()) {
      wrapped("", table.caption());
    }
    int columns = table.columns().size();
    int rows = Math.min(table.rows().size(), MAX_ROWS);
    boolean[] right = new boolean[columns];
    List<List<String>> shown = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      int column = c;
      List<Cell> cells = table.rows().stream().limit(rows).map(row -> row.get(column)).toList();
      right[c] = Cells.flushRight(cells);
      shown.add(Cells.shown(cells));
    }
    TextTable text = new TextTable(right);
    text.row(table.columns());
    for (int r = 0; r < rows; r++) {
      int row = r;
      text.row(shown.stream().map(column -> column.get(row)).toList());
    }
    text.lines(WIDTH, true).forEach(this::line);
    if (rows == 0) {
      line("(no rows)");
    } else if (table.rows().size() > rows) {
      line("(" + Numbers.count(table.rows().size() - rows) + " more rows)");
    }
  }

  private void heading(String title, char underline) {
    String fit = CleanText.fit(title, WIDTH);
    line(fit);
    line(String.valueOf(underline).repeat(CleanText.width(fit)));
  }

  /** Words on lines of at most {@link #WIDTH} columns, later lines indented below the first. */
  private void wrapped(String prefix, String text) {
    int room = WIDTH - prefix.length();
    String indent = prefix;
    StringBuilder current = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      String rest = word;
      if (current.length() > 0
          && CleanText.width(current.toString()) + 1 + CleanText.width(rest) > room) {
        line(indent + current);
        indent = " ".repeat(prefix.length());
        current.setLength(0);
      }
      while (CleanText.width(rest) > room) {
        String head = CleanText.fit(rest, room);
        head = head.substring(0, head.length() - 1);
        line(indent + head);
        indent = " ".repeat(prefix.length());
        rest = rest.substring(head.length());
      }
      current.append(current.length() == 0 ? "" : " ").append(rest);
    }
    line(indent + current);
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }
}
