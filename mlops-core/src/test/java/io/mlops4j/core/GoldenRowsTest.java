package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldenRowsTest {

  @Test
  void toJson_everyPlainValue_isReadBack() {
    Map<String, @Nullable Object> input = new HashMap<>();
    input.put("origin", "ORD");
    input.put("distance", 802.5);
    input.put("late", true);
    input.put("carrier", null);
    input.put("gap", Double.NaN);
    GoldenRows rows = new GoldenRows(1e-5, List.of(new GoldenRows.Row(input, 0.31)));
    GoldenRows read = GoldenRows.fromJson(rows.toJson());
    input.put("gap", null);
    assertThat(read).isEqualTo(new GoldenRows(1e-5, List.of(new GoldenRows.Row(input, 0.31))));
    assertThat(read.rows().get(0).input().get("distance")).isEqualTo(802.5);
  }

  @Test
  void fromJson_probabilityIsAnotherNameOfExpected() {
    GoldenRows rows =
        read("{\"tolerance\":0,\"rows\":[{\"input\":{\"a\":1},\"probability\":0.25}]}");
    assertThat(rows.rows().get(0).expected()).isEqualTo(0.25);
  }

  @Test
  void row_isACopy() {
    Map<String, @Nullable Object> input = new HashMap<>(Map.of("a", 1));
    GoldenRows.Row row = new GoldenRows.Row(input, 1);
    input.put("a", 2);
    assertThat(row.input()).isEqualTo(Map.of("a", 1));
    assertThatThrownBy(() -> row.input().put("b", 1))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{'tolerance':0.1,'rows':[]} ~ at least one",
        "{'rows':[{'input':{},'expected':1}]} ~ number \"tolerance\"",
        "{'tolerance':-1,'rows':[{'input':{},'expected':1}]} ~ number \"tolerance\"",
        "{'tolerance':1e999,'rows':[{'input':{},'expected':1}]} ~ not a finite number",
        "{'tolerance':1,'rows':[{'input':{},'expected':1},{'input':{}}]} ~ row 1 needs",
        "{'tolerance':1,'rows':[{'input':[],'expected':1}]} ~ row 0 needs",
        "{'tolerance':1,'rows':[{'input':{'a':{}},'expected':1}]} ~ feature a is not a plain value",
        "{'tolerance':1,'rows':[{'input':{'a':[1]},'expected':1}]} ~ feature a is not a plain"
            + " value",
      })
  void fromJson_damaged_saysWhat(String json, String message) {
    assertThatThrownBy(() -> read(json.replace('\'', '"')))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void create_badValues_areRefused() {
    GoldenRows.Row row = new GoldenRows.Row(Map.of(), 1);
    for (double tolerance : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new GoldenRows(tolerance, List.of(row)))
          .hasMessageContaining("tolerance: " + tolerance);
    }
    assertThatThrownBy(() -> new GoldenRows(1, List.of())).hasMessageContaining("rows: 0");
    assertThatThrownBy(() -> new GoldenRows.Row(Map.of(), Double.NaN))
        .hasMessageContaining("expected: NaN");
    assertThatThrownBy(() -> new GoldenRows.Row(Map.of("a", List.of()), 1))
        .hasMessageContaining("feature a");
  }

  private static GoldenRows read(String json) {
    return GoldenRows.fromJson(json.getBytes(StandardCharsets.UTF_8));
  }
}
