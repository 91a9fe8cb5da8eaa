package io.mlops4j.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Writes a report as Markdown (CommonMark, with the tables GitHub and GitLab add). Every text goes
 * through {@link #escape}: it can make no heading, list, link, image or HTML.
 */
final class MarkdownRenderer {
  static final int MAX_ROWS = 1_000;

  /** What could begin something inside a line. */
  private static final String SPECIAL = "\\`*_[]|#~!:@";

  private final StringBuilder out = new StringBuilder();

  private MarkdownRenderer() {}

  static String render(Report report) {
    MarkdownRenderer renderer = new MarkdownRenderer();
    renderer.line("# " + escape(report.title()));
    if (!report.subtitle().isEmpty()) {
      renderer.paragraph(escape(report.subtitle()));
    }
    Instant when = report.when();
    if (when != null) {
      renderer.paragraph(escape(Numbers.time(when)));
    }
    renderer.blocks(report.blocks(), 2);
    return renderer.out.toString();
  }

  private void blocks(List<Block> blocks, int level) {
    for (Block block : blocks) {
      if (block instanceof Section section) {
        paragraph("#".repeat(Math.min(level, 6)) + " " + escape(section.title()));
        blocks(section.blocks(), level + 1);
      } else if (block instanceof Text text) {
        paragraph(escape(text.text()));
      } else if (block instanceof Callout callout) {
        paragraph("> **" + escape(callout.status().label()) + "** " + escape(callout.sentence()));
      } else if (block instanceof KeyValues facts) {
        line("");
        for (Map.Entry<String, Cell> fact : facts.entries().entrySet()) {
          line("- **" + escape(fact.getKey()) + "** " + escape(fact.getValue().shown()));
        }
      } else if (block instanceof Table table) {
        table(table);
      } else {
        // A block of code ends only at a line that begins with its fence; these are indented.
        paragraph("```text");
        TextCharts.lines(block).forEach(text -> line(" " + text));
        line("```");
      }
    }
  }

  private void table(Table table) {
    if (!table.caption().isEmpty()) {
      paragraph(escape(table.caption()));
    }
    if (table.rows().isEmpty()) {
      paragraph("(no rows)");
      return;
    }
    int shown = Math.min(table.rows().size(), MAX_ROWS);
    StringBuilder head = new StringBuilder("|");
    StringBuilder rule = new StringBuilder("|");
    for (int c = 0; c < table.columns().size(); c++) {
      int column = c;
      boolean right =
          Cells.flushRight(table.rows().stream().limit(shown).map(r -> r.get(column)).toList());
      head.append(' ').append(escape(table.columns().get(c))).append(" |");
      rule.append(right ? " ---: |" : " --- |");
    }
    paragraph(head.toString());
    line(rule.toString());
    for (List<Cell> row : table.rows().subList(0, shown)) {
      StringBuilder text = new StringBuilder("|");
      row.forEach(cell -> text.append(' ').append(escape(cell.shown())).append(" |"));
      line(text.toString());
    }
    if (table.rows().size() > shown) {
      paragraph("(" + Numbers.count(table.rows().size() - shown) + " more rows)");
    }
  }

  /** The text as text, wherever on a line it stands. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    boolean begin = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean list =
          (begin && (c == '-' || c == '+' || c == '=') && !Character.isDigit(next))
              || ((c == '.' || c == ')') && next == ' ');
      if (c == '<') {
        escaped.append("&lt;");
      } else if (c == '>') {
        escaped.append("&gt;");
      } else if (c == '&') {
        escaped.append("&amp;");
      } else if (SPECIAL.indexOf(c) >= 0 || (list && isMark(text, i))) {
        escaped.append('\\').append(c);
      } else {
        escaped.append(c);
      }
      begin = begin && c == ' ';
    }
    return escaped.toString();
  }

  /** Whether a sign begins a line, or only digits stand before it there: a mark of a list. */
  private static boolean isMark(String text, int at) {
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) != ' ' && !Character.isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private void paragraph(String text) {
    line("");
    line(text);
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }
}
