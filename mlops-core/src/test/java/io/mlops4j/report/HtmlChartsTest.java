package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HtmlChartsTest {
  private static final Pattern COORDINATE =
      Pattern.compile(" (?:x|y|x1|x2|y1|y2|cx|cy)=\"(-?[0-9.]+)\"");

  @Test
  void lineChart_gap_splitsTheLine() {
    double nan = Double.NaN;
    String svg =
        html(
            LineChart.titled("c")
                .series("s", new double[] {1, 2, 3, 4, 5, 6}, new double[] {1, 2, nan, 4, 5, 6}));

    // Two runs, drawn once for wide and once for narrow screens.
    assertThat(count(svg, "<polyline")).isEqualTo(4);
    assertThat(count(svg, "<circle")).isEqualTo(10);
  }

  @Test
  void lineChart_allInfiniteOrEmpty_saysNoData() {
    double[] infinite = {Double.POSITIVE_INFINITY};

    assertThat(html(LineChart.titled("c").series("s", infinite, infinite)))
        .contains("no data")
        .doesNotContain("<svg");
    assertThat(html(ScatterChart.titled("c"))).contains("no data").doesNotContain("<svg");
    assertThat(html(BarChart.titled("c", List.of("a")))).contains("no data");
    assertThat(
            html(
                LineChart.titled("c")
                    .series("full", new double[] {1}, new double[] {1})
                    .series("void", new double[] {1}, new double[] {Double.NaN})))
        .contains("void (no data)")
        .contains("<svg");
  }

  @Test
  void lineChart_unsortedTimes_areDrawnInOrder() {
    Instant t = Instant.parse("2026-11-23T00:00:00Z");
    List<Instant> times = List.of(t.plusSeconds(60), t);

    assertThat(html(LineChart.titled("c").series("s", times, new double[] {1, 0})))
        .isEqualTo(
            html(
                LineChart.titled("c")
                    .series("s", List.of(t, t.plusSeconds(60)), new double[] {0, 1})));
  }

  @Test
  void lineChart_manyPoints_staysSmall() {
    double[] x = new double[200_000];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
      y[i] = i % 97;
    }
    assertThat(html(LineChart.titled("c").series(Series.of("s", x, y).interval(y, y))))
        .hasSizeLessThan(200_000);
    assertThat(html(ScatterChart.titled("c").points("s", x, y))).hasSizeLessThan(800_000);
  }

  @Test
  void barChart_manyCategories_saysHowManyAreLeftOut() {
    double[] values = new double[100];
    String svg = html(BarChart.titled("c", Collections.nCopies(100, "n")).bars("", values));

    assertThat(count(svg, "<rect")).isEqualTo(2 * 60);
    assertThat(svg).contains("40 more categories are not drawn.");
  }

  @Test
  void charts_haveTitleAndDescription() {
    String svg =
        html(LineChart.titled("Loss").series("s", new double[] {1, 2}, new double[] {3, 4}));

    assertThat(svg)
        .contains("role=\"img\" aria-labelledby=\"g1t g1d\"")
        .contains("<title id=\"g1t\">Loss</title><desc id=\"g1d\">s: 2 points, from 3 to 4</desc>");
  }

  @Test
  void markers_thatWouldTouch_goToAnotherRow() {
    String svg =
        html(
            LineChart.titled("c")
                .series("s", new double[] {0, 100}, new double[] {0, 1})
                .marker("first marker", 50)
                .marker("second marker", 51)
                .marker("far", Double.NaN));

    assertThat(count(svg, "class=\"marker\"")).isEqualTo(4);
    assertThat(svg).containsPattern("y=\"[0-9.]+\" text-anchor=\"middle\">second marker");
  }

  @Test
  void intervalChart_missingRow_hasADotPerEstimateAndSaysNoData() {
    double nan = Double.NaN;
    String svg =
        html(
            IntervalChart.titled("c", List.of("US", "DE", "FR"))
                .estimates(
                    "",
                    new double[] {1, nan, 3},
                    new double[] {0, nan, 2},
                    new double[] {2, nan, 4})
                .reference("no effect", 0));

    // Every picture is drawn for wide and for narrow screens.
    assertThat(count(svg, "<circle")).isEqualTo(4);
    assertThat(count(svg, "class=\"threshold\"")).isEqualTo(2);
    assertThat(svg).contains(">no data</text>", "1.0 [0.0, 2.0]", "no effect (0)");
    assertThat(html(IntervalChart.titled("c", List.of("US")))).contains("no data");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                IntervalChart.titled("c", List.of("US"))
                    .estimates("", new double[2], new double[2], new double[2]))
        .withMessageContaining("2 values and 2 intervals (expected: 1, one per row)");
  }

  @Test
  void intervalChart_manyRows_saysHowManyAreLeftOut() {
    double[] values = new double[100];
    IntervalChart chart =
        IntervalChart.titled("c", Collections.nCopies(100, "n"))
            .estimates("", values, values, values);

    assertThat(html(chart)).contains("20 more rows are not drawn.");
    assertThat(Report.titled("r").add(chart).toText()).contains("(20 more)");
  }

  @Property(tries = 300)
  void anyNumbers_drawInsideThePicture(
      @ForAll @Size(min = 1, max = 12) double[] x, @ForAll double a, @ForAll double b) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = i == 0 ? a : i == 1 ? b : x[x.length - i];
    }
    List<String> names = Collections.nCopies(y.length, "name");
    Series series = Series.of("s", x, y);
    for (Block chart :
        List.of(
            LineChart.titled("c").series(series).threshold("t", b).marker("m", a),
            new LineChart(
                "c",
                "",
                "",
                List.of(new Series("s", true, series.x(), series.y(), List.of(), List.of())),
                Map.of(),
                Map.of()),
            ScatterChart.calibration("c").points(series.interval(y, x)),
            ScatterChart.titled("c").points(series),
            BarChart.titled("c", names).bars("s", y, x, x),
            IntervalChart.titled("c", names).estimates("s", y, x, x).reference("r", a),
            ParallelChart.titled("c")
                .axis("a")
                .axis("b", "k")
                .axis("c")
                .line("l", a, b, a)
                .line("m", b, a, b),
            CurveChart.titled("c").series(series).behind(Series.of("o", y, x)))) {
      String svg = html(chart);
      assertThat(svg).doesNotContain("NaN\"", "Infinity");
      Matcher matcher = COORDINATE.matcher(svg);
      while (matcher.find()) {
        assertThat(Double.parseDouble(matcher.group(1))).isBetween(-60.0, 1_000.0);
      }
    }
  }

  @Test
  void parallelChart_gapsAndRanks_breakLinesAndColourThem() {
    ParallelChart chart =
        ParallelChart.titled("c").axis("rate").axis("kind", "tree", "net").axis("auc");
    for (int i = 0; i < 5; i++) {
      chart = chart.line("run " + i, Math.pow(10, -i), i % 2, 0.5 + i / 10.0);
    }
    String svg = html(chart.line("broken", 1, Double.NaN, 1.5).line("none", 0.1, 1, Double.NaN));

    // Five whole lines, and the first two axes of the last; a single point is no line.
    assertThat(count(svg, "<polyline")).isEqualTo(2 * 6);
    assertThat(count(svg, "across few ramp0")).isEqualTo(2);
    assertThat(count(svg, "across few ramp4")).isEqualTo(2);
    assertThat(count(svg, "across few ramp5")).as("no result: grey").isEqualTo(2);
    assertThat(svg).contains(">0.001<", ">net<", "run 2  rate: 0.01, kind: tree, auc: 0.7");
    assertThat(html(ParallelChart.titled("c"))).contains("no data");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ParallelChart.titled("c").axis("a").line("l", 1, 2))
        .withMessageContaining("2 values (expected: 1");
  }

  @Test
  void curveChart_linesBehind_areGreyAndCounted() {
    double[] x = {1, 2, 3};
    Series line = Series.of("best", x, x);
    CurveChart chart = CurveChart.titled("c").series(line).behind(line).behind(line);
    String svg = html(chart);
    assertThat(count(svg, "line behind")).isEqualTo(4);
    assertThat(count(svg, "line c0")).isEqualTo(2);
    assertThat(svg).contains("In grey: 2 more.");
    assertThat(html(CurveChart.titled("c"))).contains("no data");
    Series timed = Series.of("t", List.of(Instant.EPOCH), new double[] {1});
    assertThatIllegalArgumentException().isThrownBy(() -> chart.behind(timed));
  }

  private static String html(Block chart) {
    String page = Report.titled("r").add(chart).toHtml();
    return page.substring(page.indexOf("<figure"));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
