package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/** Lays out rows of strings in columns of a fixed total width. */
final class TextTable {
  private static final int GAP = 2;
  private static final int NARROWEST = 6;

  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] right;

  /** Columns; {@code right} says which are flush right. */
  TextTable(boolean... right) {
    this.right = right.clone();
  }

  void row(List<String> cells) {
    rows.add(cells);
  }

  /** The lines of the table; with {@code header}, a rule follows the first. */
  List<String> lines(int width, boolean header) {
    int[] widths = widths(width);
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        line.append(c == 0 ? "" : " ".repeat(GAP)).append(pad(row.get(c), widths[c], right[c]));
      }
      lines.add(line.toString().stripTrailing());
      if (header && lines.size() == 1) {
        lines.add(rule(widths));
      }
    }
    return lines.stream().map(line -> CleanText.fit(line, width)).toList();
  }

  private static String rule(int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      line.append(c == 0 ? "" : " ".repeat(GAP)).append("-".repeat(widths[c]));
    }
    return line.toString();
  }

  private static String pad(String text, int width, boolean right) {
    String fit = CleanText.fit(text, width);
    String blank = " ".repeat(width - CleanText.width(fit));
    return right ? blank + fit : fit + blank;
  }

  /** The natural widths, with the widest column cut until the table fits. */
  private int[] widths(int total) {
    int[] widths = new int[right.length];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], CleanText.width(row.get(c)));
      }
    }
    while (true) {
      int sum = GAP * (widths.length - 1);
      int widest = 0;
      for (int c = 0; c < widths.length; c++) {
        sum += widths[c];
        widest = widths[c] > widths[widest] ? c : widest;
      }
      if (sum <= total || widths[widest] <= NARROWEST) {
        return widths;
      }
      int second = NARROWEST;
      for (int c = 0; c < widths.length; c++) {
        second = c == widest ? second : Math.max(second, widths[c]);
      }
      int excess = sum - total;
      int cut = Math.min(excess, Math.max(1, widths[widest] - second));
      widths[widest] = Math.max(NARROWEST, widths[widest] - cut);
    }
  }
}
