package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextRendererTest {
  /** The expected text is written by hand from the rules of {@link Report#toText}. */
  @Test
  void intervalChart_drawsDashesAroundTheEstimate() {
    String text =
        Report.titled("r")
            .add(
                IntervalChart.titled("Effect", List.of("all", "DE"))
                    .estimates(
                        "", new double[] {1, -1}, new double[] {0.5, -2}, new double[] {1.5, 1})
                    .reference("no effect", 0))
            .toText();

    assertThat(text)
        .contains(
            "  all                          |     -----o------  1.0 [0.5, 1.5]\n",
            "  DE     -----------o----------+-----------",
            "-1.0 [-2.0, 1.0]\n",
            "  no effect at 0\n");
  }

  @Test
  void parallelAndCurveCharts_areATableAndSparkLines() {
    double[] x = {1, 2, 3};
    String text =
        Report.titled("r")
            .add(
                ParallelChart.titled("Runs")
                    .axis("kind", "tree", "net")
                    .axis("auc")
                    .line("one", 1, 0.71)
                    .line("two", 0, Double.NaN),
                CurveChart.titled("loss")
                    .series(Series.of("one", x, x))
                    .behind(Series.of("", x, x)))
            .toText();
    assertThat(text)
        .contains("  line  kind   auc", "  one   net   0.71", "  two   tree     -")
        .contains("min 1  max 3  last 3", "  (1 more lines)");
  }

  @Test
  void toText_smallReport_looksAsWrittenByHand() {
    Report report =
        Report.titled("Flight delay")
            .subtitle("flights:8 against flights:7")
            .at(Instant.parse("2026-11-23T12:00:00Z"))
            .add(
                Callout.pass("Every gate passed."),
                Section.titled("Quality")
                    .add(
                        Table.of("Model", "Rows", "AUC", "p99")
                            .caption("Same flights")
                            .row("champion", 900, 0.79, Duration.ofNanos(3_100_000))
                            .row("challenger", 1_200, 0.8123, null)),
                KeyValues.of("Stage", Cell.badge(Status.PASS, "production"))
                    .and("Late", Cell.percent(0.2)),
                LineChart.titled("Loss")
                    .yLabel("nats")
                    .series("train", new double[] {1, 2, 3}, new double[] {0.8, Double.NaN, 0.1})
                    .threshold("goal", 0.2),
                BarChart.titled("Errors", List.of("JFK", "LAX")).bars("", 4, 1));

    assertThat(report.toText())
        .isEqualTo(
            """
            Flight delay
            ============
            flights:8 against flights:7
            2026-11-23 12:00 UTC

            [PASS] Every gate passed.

            Quality
            -------

            Same flights
            Model        Rows     AUC     p99
            ----------  -----  ------  ------
            champion      900  0.7900  3.1 ms
            challenger  1,200  0.8123       -

            Stage  production
            Late   20%

            Loss (nats)
              train  █ ▁  min 0.1  max 0.8  last 0.1
              goal at 0.2

            Errors
              JFK    4  ████████████████████████████████████████
              LAX    1  ██████████
            """);
  }

  @Test
  void toText_longText_wrapsAndIndentsAt100Columns() {
    String text =
        Report.titled("r").add(Callout.fail("word ".repeat(60)), Text.of("y".repeat(230))).toText();

    assertThat(text.lines().filter(line -> line.startsWith("       word"))).isNotEmpty();
    assertThat(text).contains("\n" + "y".repeat(99) + "\n").contains("\n" + "y".repeat(32) + "\n");
    assertThat(text.lines().mapToInt(CleanText::width)).allMatch(width -> width <= 100);
    assertThat(text.chars().filter(c -> c == 'y').count()).isEqualTo(230);
  }

  @Test
  void toText_tooManyRows_saysHowManyMore() {
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = 0; i < 1_234; i++) {
      rows.add(List.of(Cell.of(i)));
    }
    Report report = Report.titled("r").add(new Table("", List.of("n"), rows));

    assertThat(report.toText()).endsWith("\n199\n(1,034 more rows)\n");
    assertThat(report.toHtml())
        .contains("234 more rows")
        .doesNotContain("<td class=\"num\">1,000<");
  }

  @Test
  void toText_manyWideColumns_stayWithin100() {
    Table table =
        Table.of("a", "b", "c", "d")
            .row("x".repeat(90), "y".repeat(80), "\u65e5".repeat(50), 1_234_567);
    String text = Report.titled("r").add(table).toText();

    assertThat(text).contains("1,234,567").contains("\u2026");
    assertThat(text.lines().mapToInt(CleanText::width)).allMatch(width -> width <= 100);
  }

  @Test
  void toText_chartsWithoutData_saySo() {
    Report report =
        Report.titled("r")
            .add(
                LineChart.titled("a"),
                BarChart.titled("b", List.of("x")),
                ScatterChart.titled("c"),
                LineChart.titled("d").series("s", new double[] {1}, new double[] {Double.NaN}));

    assertThat(report.toText())
        .isEqualTo("r\n=\n\na\n  no data\n\nb\n  no data\n\nc\n  no data\n\nd\n  s  no data\n");
  }
}
