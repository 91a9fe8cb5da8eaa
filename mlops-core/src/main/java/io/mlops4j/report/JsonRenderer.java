package io.mlops4j.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the whole tree as canonical JSON. */
final class JsonRenderer {
  private static final int FORMAT = 1;

  private JsonRenderer() {}

  static String render(Report report) {
    ObjectNode root = Json.object();
    root.put("format", FORMAT);
    root.put("title", report.title());
    root.put("subtitle", report.subtitle());
    Instant when = report.when();
    if (when != null) {
      root.put("when", when.toString());
    }
    blocks(root.putArray("blocks"), report.blocks());
    return new String(Json.canonical(root), StandardCharsets.UTF_8);
  }

  private static void blocks(ArrayNode array, List<Block> blocks) {
    for (Block block : blocks) {
      block(array.addObject(), block);
    }
  }

  private static void block(ObjectNode node, Block block) {
    if (block instanceof Section section) {
      node.put("type", "section").put("title", section.title());
      blocks(node.putArray("blocks"), section.blocks());
    } else if (block instanceof Text text) {
      node.put("type", "text").put("text", text.text());
    } else if (block instanceof Callout callout) {
      node.put("type", "callout").put("status", name(callout.status()));
      node.put("sentence", callout.sentence());
    } else if (block instanceof KeyValues facts) {
      ArrayNode entries = node.put("type", "keyValues").putArray("entries");
      facts.entries().forEach((key, value) -> cell(entries.addObject().put("key", key), value));
    } else if (block instanceof Table table) {
      table(node, table);
    } else if (block instanceof LineChart chart) {
      node.put("type", "lineChart").put("title", chart.title());
      node.put("xLabel", chart.xLabel()).put("yLabel", chart.yLabel());
      levels(node.putArray("thresholds"), chart.thresholds(), false);
      boolean timed = !chart.series().isEmpty() && chart.series().get(0).timed();
      levels(node.putArray("markers"), chart.markers(), timed);
      series(node.putArray("series"), chart.series());
    } else if (block instanceof ScatterChart chart) {
      node.put("type", "scatterChart").put("title", chart.title());
      node.put("xLabel", chart.xLabel()).put("yLabel", chart.yLabel());
      node.put("diagonal", chart.diagonal()).put("joined", chart.joined());
      series(node.putArray("series"), chart.series());
    } else if (block instanceof BarChart chart) {
      node.put("type", "barChart").put("title", chart.title());
      node.put("categoryLabel", chart.categoryLabel()).put("valueLabel", chart.valueLabel());
      chart.categories().forEach(node.putArray("categories")::add);
      numbers(node.putArray("edges"), chart.edges());
      series(node.putArray("series"), chart.series());
    } else if (block instanceof IntervalChart chart) {
      node.put("type", "intervalChart").put("title", chart.title());
      node.put("valueLabel", chart.valueLabel());
      chart.rows().forEach(node.putArray("rows")::add);
      levels(node.putArray("references"), chart.references(), false);
      series(node.putArray("series"), chart.series());
    } else if (block instanceof CurveChart chart) {
      node.put("type", "curveChart").put("title", chart.title());
      node.put("xLabel", chart.xLabel()).put("yLabel", chart.yLabel());
      series(node.putArray("series"), chart.series());
      series(node.putArray("others"), chart.others());
    } else if (block instanceof ParallelChart chart) {
      node.put("type", "parallelChart").put("title", chart.title());
      ArrayNode axes = node.putArray("axes");
      for (ParallelChart.Axis axis : chart.axes()) {
        axis.categories()
            .forEach(axes.addObject().put("name", axis.name()).putArray("categories")::add);
      }
      ArrayNode lines = node.putArray("lines");
      for (ParallelChart.Line line : chart.lines()) {
        numbers(lines.addObject().put("name", line.name()).putArray("values"), line.values());
      }
    }
  }

  private static void table(ObjectNode node, Table table) {
    node.put("type", "table").put("caption", table.caption());
    table.columns().forEach(node.putArray("columns")::add);
    ArrayNode rows = node.putArray("rows");
    for (List<Cell> row : table.rows()) {
      ArrayNode cells = rows.addArray();
      row.forEach(cell -> cell(cells.addObject(), cell));
    }
  }

  private static void cell(ObjectNode node, Cell cell) {
    if (cell instanceof Cells.Words words) {
      node.put("type", "text").put("value", words.text());
    } else if (cell instanceof Cells.Missing) {
      node.put("type", "missing").putNull("value");
    } else if (cell instanceof Cells.Count count) {
      node.put("type", "count").put("value", count.value());
    } else if (cell instanceof Cells.Decimal decimal) {
      number(node.put("type", "number"), "value", decimal.value());
    } else if (cell instanceof Cells.Percent percent) {
      number(node.put("type", "share"), "value", percent.value());
    } else if (cell instanceof Cells.Interval interval) {
      number(node.put("type", "interval"), "value", interval.value());
      number(node, "low", interval.low());
      number(node, "high", interval.high());
    } else if (cell instanceof Cells.Time time) {
      node.put("type", "time").put("value", time.value().toString());
    } else if (cell instanceof Cells.Took took) {
      BigDecimal seconds =
          BigDecimal.valueOf(took.value().toSeconds())
              .add(BigDecimal.valueOf(took.value().toNanosPart(), 9));
      node.put("type", "seconds").put("value", seconds.doubleValue());
    } else if (cell instanceof Cells.Badge badge) {
      node.put("type", "badge").put("status", name(badge.status())).put("value", badge.label());
    }
  }

  private static void levels(ArrayNode array, Map<String, Double> levels, boolean timed) {
    levels.forEach(
        (name, level) -> {
          ObjectNode node = array.addObject().put("name", name).put("timed", timed);
          number(node, "value", level);
        });
  }

  private static void series(ArrayNode array, List<Series> all) {
    for (Series series : all) {
      ObjectNode node = array.addObject();
      node.put("name", series.name()).put("timed", series.timed());
      numbers(node.putArray("x"), series.x());
      numbers(node.putArray("y"), series.y());
      numbers(node.putArray("low"), series.low());
      numbers(node.putArray("high"), series.high());
    }
  }

  private static void numbers(ArrayNode array, List<Double> values) {
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add(value);
      } else {
        array.addNull();
      }
    }
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }
}
