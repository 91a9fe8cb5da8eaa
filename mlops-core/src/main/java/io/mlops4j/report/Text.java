package io.mlops4j.report;

/**
 * A paragraph.
 *
 * @param text one line of plain text; line breaks became spaces
 */
public record Text(String text) implements Block {
  /** Cleans the text. */
  public Text {
    text = CleanText.line(text, "text");
  }

  /**
   * Returns a paragraph.
   *
   * @param text plain text of any length; what exceeds 10,000 characters is cut and says so
   * @return the paragraph
   */
  public static Text of(String text) {
    return new Text(text);
  }
}
