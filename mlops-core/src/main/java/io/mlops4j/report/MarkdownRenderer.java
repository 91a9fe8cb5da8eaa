package io.mlops4j.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a report as GitHub-flavoured Markdown: for the summary of a CI job or a comment on a merge
 * request. What comes from outside is shown as it is: it cannot become a heading, a link, HTML, a
 * mention of a person or a formula.
 */
final class MarkdownRenderer {
  private final StringBuilder out = new StringBuilder();

  String render(Report report) {
    line("# " + escaped(report.title()));
    if (!report.subtitle().isEmpty()) {
      paragraph(escaped(report.subtitle()));
    }
    Instant when = report.when();
    if (when != null) {
      paragraph(escaped(Numbers.time(when)));
    }
    blocks(report.blocks(), 2);
    return out.toString();
  }

  private void blocks(List<Block> blocks, int depth) {
    for (Block block : blocks) {
      if (block instanceof Section section) {
        line("");
        line("#".repeat(Math.min(depth, 6)) + " " + escaped(section.title()));
        blocks(section.blocks(), depth + 1);
      } else if (block instanceof Text text) {
        paragraph(escaped(text.text()));
      } else if (block instanceof Callout callout) {
        paragraph("> **" + callout.status().label() + "** " + escaped(callout.sentence()));
      } else if (block instanceof KeyValues facts) {
        facts(facts);
      } else if (block instanceof Table table) {
        table(table);
      } else {
        // Indented code: nothing in it can end it.
        line("");
        TextCharts.lines(block).forEach(text -> line("    " + text));
      }
    }
  }

  private void facts(KeyValues facts) {
    line("");
    line("| | |");
    line("|---|---|");
    for (Map.Entry<String, Cell> entry : facts.entries().entrySet()) {
      line("| " + escaped(entry.getKey()) + " | " + escaped(entry.getValue().shown()) + " |");
    }
  }

  private void table(Table table) {
    if (!table.caption().isEmpty()) {
      paragraph("**" + escaped(table.caption()) + "**");
    }
    line("");
    line(row(table.columns()));
    StringBuilder rule = new StringBuilder("|");
    int rows = Math.min(table.rows().size(), TextRenderer.MAX_ROWS);
    for (int c = 0; c < table.columns().size(); c++) {
      int column = c;
      List<Cell> cells = table.rows().stream().limit(rows).map(row -> row.get(column)).toList();
      rule.append(Cells.flushRight(cells) ? "---:|" : "---|");
    }
    line(rule.toString());
    table.rows().stream()
        .limit(rows)
        .forEach(cells -> line(row(cells.stream().map(Cell::shown).toList())));
    if (table.rows().size() > rows) {
      paragraph("(" + Numbers.count(table.rows().size() - rows) + " more rows)");
    }
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(MarkdownRenderer::escaped)
        .collect(Collectors.joining(" | ", "| ", " |"));
  }

  /**
   * Returns text that Markdown shows as it is. References of HTML rather than backslashes where a
   * site does more than Markdown: mentions, issue numbers, formulas, bare addresses.
   */
  static String escaped(String text) {
    StringBuilder result = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean first = i == 0;
      switch (c) {
        case '&' -> result.append("&amp;");
        case '<' -> result.append("&lt;");
        case '>' -> result.append("&gt;");
        case '@' -> result.append("&#64;");
        case '#' -> result.append("&#35;");
        case '$' -> result.append("&#36;");
        case '\\', '`', '*', '_', '[', ']', '|', '~', '!' -> result.append('\\').append(c);
        case '-', '+', '=' -> result.append(first ? "\\" : "").append(c);
        case ':' -> result.append(text.startsWith("://", i) ? "&#58;" : ":");
        case '.' -> result.append(bareAddress(text, i) || listItem(text, i) ? "&#46;" : ".");
        case ')' -> result.append(listItem(text, i) ? "&#41;" : ")");
        default -> result.append(c);
      }
    }
    return result.toString();
  }

  private static boolean bareAddress(String text, int dot) {
    return dot >= 3 && text.regionMatches(true, dot - 3, "www", 0, 3);
  }

  /** Whether there are only digits before it and no text follows: the number of a list's item. */
  private static boolean listItem(String text, int at) {
    boolean ends = at + 1 == text.length() || text.charAt(at + 1) == ' ';
    return ends && at > 0 && text.chars().limit(at).allMatch(c -> c >= '0' && c <= '9');
  }

  private void paragraph(String text) {
    line("");
    line(text);
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }
}
