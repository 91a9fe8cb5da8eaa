package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void toJson_smallReport_isCanonical() {
    Report report =
        Report.titled("r")
            .at(Instant.parse("2026-11-23T12:00:00Z"))
            .add(
                Callout.noData("wait"),
                Table.of("a", "b").row(0.5, Double.NaN).row(Duration.ofMillis(1_500), null));

    assertThat(report.toJson())
        .isEqualTo(
            "{\"blocks\":[{\"sentence\":\"wait\",\"status\":\"no_data\",\"type\":\"callout\"},"
                + "{\"caption\":\"\",\"columns\":[\"a\",\"b\"],\"rows\":["
                + "[{\"type\":\"number\",\"value\":0.5},{\"type\":\"number\",\"value\":null}],"
                + "[{\"type\":\"seconds\",\"value\":1.5},{\"type\":\"missing\",\"value\":null}]],"
                + "\"type\":\"table\"}],\"format\":1,\"subtitle\":\"\",\"title\":\"r\","
                + "\"when\":\"2026-11-23T12:00:00Z\"}");
  }

  @Test
  void toJson_sample_parsesAndHoldsEverySeries() {
    String json = SampleReport.build().toJson();
    JsonNode root = Json.parse(json.getBytes(StandardCharsets.UTF_8), "the sample");
    List<String> types = new ArrayList<>();
    types(root, types);

    assertThat(types)
        .contains(
            "callout",
            "keyValues",
            "section",
            "text",
            "table",
            "lineChart",
            "scatterChart",
            "barChart",
            "interval",
            "share",
            "count",
            "badge",
            "time",
            "seconds",
            "missing");
    assertThat(json).doesNotContain("NaN", "Infinity");
    assertThat(root.findValues("x")).anyMatch(x -> x.size() == 10_000);
    assertThat(root.findValues("edges")).anyMatch(e -> e.size() == 9 && e.get(0).isNull());
  }

  private static void types(JsonNode node, List<String> types) {
    if (node.has("type")) {
      types.add(node.get("type").asText());
    }
    node.forEach(child -> types(child, types));
  }

  @Test
  void add_returnsANewReport_andLeavesTheOld() {
    Report empty = Report.titled("r");
    Report one = empty.add(Text.of("t"));

    assertThat(empty.blocks()).isEmpty();
    assertThat(one.blocks()).containsExactly(Text.of("t"));
    assertThat(one).isEqualTo(Report.titled("r").add(Text.of("t")));
  }

  @Test
  void section_sixDeep_isRefused() {
    Section deep = Section.titled("5");
    for (int i = 4; i >= 1; i--) {
      deep = Section.titled(String.valueOf(i)).add(deep);
    }
    Section five = deep;

    assertThat(Report.titled("r").add(five).toHtml()).contains("<h6>5</h6>");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Section.titled("0").add(five))
        .withMessage("Section '0' nests 6 deep (expected: 1..5). Flatten it.");
  }

  @Test
  void wrongShapes_areRefusedWithNumbers() {
    double[] two = {1, 2};
    double[] three = {1, 2, 3};
    Series timed = Series.of("t", List.of(Instant.EPOCH), new double[] {1});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of("a", "b").row(1))
        .withMessage("row 0: 1 cells (expected: 2, one per column)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of())
        .withMessageStartingWith("columns: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Series.of("s", two, three))
        .withMessageStartingWith("Series 's': x=2, y=3, low=0, high=0 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Series.of("s", two, two).interval(two, three))
        .withMessageContaining("low=2, high=3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LineChart.titled("c").series(timed).series("n", two, two))
        .withMessage("Chart 'c': series 't' and 'n' do not both run over time.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScatterChart.titled("c").points(timed))
        .withMessageContaining("Use a LineChart");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BarChart.titled("c", List.of("a")).bars("b", two))
        .withMessage("Chart 'c': series 'b' has 2 values (expected: 1, one per category)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BarChart.histogram("h", 0, 2, Double.NaN))
        .withMessage("edges: NaN at 2 after 2.0 (expected: ascending)");
    assertThatIllegalArgumentException().isThrownBy(() -> BarChart.histogram("h", 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BarChart("h", "", "", List.of("a"), List.of(1.0), List.of()))
        .withMessageContaining("1 edges for 1 bins");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyValues.of("k", 1).and("k", 2))
        .withMessageStartingWith("Key 'k' was already set");
  }
}
