package io.mlops4j.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Writes a report as one self-contained page. */
final class HtmlRenderer {
  /** More rows than anyone reads; a browser still scrolls them smoothly. */
  static final int MAX_ROWS = 1_000;

  /** Facts longer than this are set smaller. */
  private static final int LONG = 16;

  private final Markup out = new Markup();
  private final HtmlCharts charts = new HtmlCharts(out);

  private HtmlRenderer() {}

  static String render(Report report) {
    HtmlRenderer renderer = new HtmlRenderer();
    renderer.page(report);
    return renderer.out.finish();
  }

  private void page(Report report) {
    out.open("html", "lang", "en").open("head").newLine();
    out.open("meta", "charset", "utf-8");
    out.open("meta", "http-equiv", "Content-Security-Policy", "content", Style.POLICY);
    out.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.open("meta", "name", "referrer", "content", "no-referrer");
    out.leaf("title", report.title()).newLine();
    out.leaf("style", Style.SHEET).newLine();
    out.close().newLine().open("body").open("main").newLine().open("header");
    out.leaf("h1", report.title());
    if (!report.subtitle().isEmpty()) {
      out.leaf("p", report.subtitle());
    }
    Instant when = report.when();
    if (when != null) {
      out.open("p").leaf("time", Numbers.time(when), "datetime", when.toString()).close();
    }
    out.close().newLine();
    blocks(report.blocks(), 1);
    out.close().close().close().newLine();
  }

  private void blocks(List<Block> blocks, int depth) {
    for (Block block : blocks) {
      if (block instanceof Section section) {
        out.open("section", "class", "d" + depth);
        out.leaf("h" + (depth + 1), section.title()).newLine();
        blocks(section.blocks(), depth + 1);
        out.close();
      } else if (block instanceof Text text) {
        out.leaf("p", text.text());
      } else if (block instanceof Callout callout) {
        out.open("div", "class", "callout " + Style.tone(callout.status()));
        out.leaf("span", callout.status().label(), "class", "badge");
        out.leaf("p", callout.sentence()).close();
      } else if (block instanceof KeyValues facts) {
        out.open("dl");
        facts
            .entries()
            .forEach(
                (key, value) -> {
                  boolean isLong = value.shown().length() > LONG;
                  out.open("div").leaf("dt", key);
                  out.open("dd", "class", isLong ? "long" : "short");
                  cell(value, value.shown());
                  out.close().close();
                });
        out.close();
      } else if (block instanceof Table table) {
        table(table);
      } else {
        charts.write(block);
      }
      out.newLine();
    }
  }

  private void table(Table table) {
    int rows = Math.min(table.rows().size(), MAX_ROWS);
    List<Boolean> right = new ArrayList<>();
    List<List<String>> shown = new ArrayList<>();
    for (int c = 0; c < table.columns().size(); c++) {
      int column = c;
      List<Cell> cells = table.rows().stream().limit(rows).map(row -> row.get(column)).toList();
      right.add(Cells.flushRight(cells));
      shown.add(Cells.shown(cells));
    }
    out.open("div", "class", "scroll", "tabindex", "0").open("table");
    if (!table.caption().isEmpty()) {
      out.leaf("caption", table.caption());
    }
    out.open("thead").open("tr");
    for (int c = 0; c < right.size(); c++) {
      out.leaf("th", table.columns().get(c), "scope", "col", "class", right.get(c) ? "num" : "txt");
    }
    out.close().close().newLine().open("tbody");
    for (int r = 0; r < rows; r++) {
      out.open("tr");
      for (int c = 0; c < right.size(); c++) {
        if (c == 0 && !right.get(c)) {
          out.open("th", "scope", "row");
        } else {
          boolean time = table.rows().get(r).get(c) instanceof Cells.Time;
          out.open("td", "class", right.get(c) ? "num" : time ? "time" : "txt");
        }
        cell(table.rows().get(r).get(c), shown.get(c).get(r));
        out.close();
      }
      out.close().newLine();
    }
    out.close().close().close();
    if (table.rows().size() > rows) {
      out.leaf("p", Numbers.count(table.rows().size() - rows) + " more rows", "class", "more");
    } else if (rows == 0) {
      out.leaf("p", "no rows", "class", "more");
    }
  }

  private void cell(Cell cell, String shown) {
    if (cell instanceof Cells.Badge badge) {
      out.leaf("span", shown, "class", "badge " + Style.tone(badge.status()));
    } else {
      out.text(shown);
    }
  }
}
