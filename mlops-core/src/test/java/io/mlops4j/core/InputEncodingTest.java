package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedColumn.Unseen;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("ArrayRecordComponent")
class InputEncodingTest {
  record Row(@Nullable String color, @Nullable Double size, int hour, float @Nullable [] vector) {}

  private final Schema<Row> schema = Schema.of(Row.class).withLength("vector", 2);

  @Test
  void toJson_everyKindOfColumn_isReadBackEqual() {
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Numeric("size", Float.NaN),
                new EncodedColumn.Numeric("size", -1.5f),
                new EncodedColumn.Scaled("size", 0.1, -3e-300, 0.1f),
                new EncodedColumn.OneHot("color", List.of("b", "a", "\"é\n東"), Unseen.REJECT),
                new EncodedColumn.Ordinal("hour", List.of("0", "23"), Unseen.ZEROS),
                new EncodedColumn.Vector("vector", 2)));
    InputEncoding read = InputEncoding.fromJson(encoding.toJson());
    assertThat(read).isEqualTo(encoding).hasSameHashCodeAs(encoding);
    assertThat(read.toJson()).isEqualTo(encoding.toJson());
    assertThat(read.width()).isEqualTo(1 + 1 + 1 + 3 + 1 + 2);
    assertThat(read.toString()).contains("color OneHot[3]").doesNotContain("東");
  }

  @Property
  void toJson_anyScalingAndVocabulary_isReadBackEqual(
      @ForAll double offset, @ForAll float missing, @ForAll List<String> words) {
    List<String> vocabulary =
        Stream.concat(Stream.of("x"), words.stream())
            .filter(
                w ->
                    w.equals(
                        new String(w.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)))
            .distinct()
            .toList();
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Scaled("a", offset, 3, missing),
                new EncodedColumn.Ordinal("b", vocabulary, Unseen.ZEROS)));
    assertThat(InputEncoding.fromJson(encoding.toJson())).isEqualTo(encoding);
  }

  @Test
  void fromJson_asAPythonScriptWritesIt_isRead() {
    InputEncoding encoding =
        read(
            """
            {"format": 1, "columns": [
              {"feature": "hour", "as": "one-hot", "vocabulary": [0, 1, 23], "unseen": "zeros"},
              {"feature": "color", "as": "ordinal", "vocabulary": ["ATL", "LAX"]},
              {"feature": "size", "as": "scaled", "offset": 700, "scale": 500.5, "missing": 0},
              {"feature": "size", "as": "numeric", "missing": null},
              {"feature": "late", "as": "ordinal", "vocabulary": [false, true]}]}\
            """);
    assertThat(encoding.columns())
        .containsExactly(
            new EncodedColumn.OneHot("hour", List.of("0", "1", "23"), Unseen.ZEROS),
            new EncodedColumn.Ordinal("color", List.of("ATL", "LAX"), Unseen.ZEROS),
            new EncodedColumn.Scaled("size", 700, 500.5, 0),
            new EncodedColumn.Numeric("size", Float.NaN),
            new EncodedColumn.Ordinal("late", List.of("0", "1"), Unseen.ZEROS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{'format':4,'columns':[]} ~ has format 4; this library reads formats 1, 2 and 3",
        "{'format':1.5,'columns':[]} ~ has format 1.5",
        "{'columns':[]} ~ has format",
        "{'format':1} ~ has no columns",
        "{'format':1,'columns':{}} ~ has no columns",
        "{'format':1,'columns':[{'as':'numeric'}]} ~ column 0: \"feature\"",
        "{'format':1,'columns':[{'feature':7,'as':'numeric'}]} ~ column 0: \"feature\"",
        "{'format':1,'columns':[{'feature':'a\\n"
            + "b','as':'numeric'}]} ~ column 0: \"feature\": \"a?b\"",
        "{'format':1,'columns':[{'feature':'a','as':'bytes'}]} ~ \"as\": \"bytes\" (expected:"
            + " numeric,",
        "{'format':1,'columns':[{'feature':'a','as':'scaled','offset':1}]} ~ needs a number"
            + " \"scale\"",
        "{'format':1,'columns':[{'feature':'a','as':'scaled','offset':'1','scale':1}]} ~ needs a"
            + " number \"offset\"",
        "{'format':1,'columns':[{'feature':'a','as':'scaled','offset':1,'scale':0}]} ~ scale not 0",
        "{'format':1,'columns':[{'feature':'a','as':'numeric','missing':1e39}]} ~ missing of a:"
            + " Infinity",
        "{'format':1,'columns':[{'feature':'a','as':'numeric','missing':'x'}]} ~ needs a number"
            + " \"missing\"",
        "{'format':1,'columns':[{'feature':'a','as':'vector','width':1.5}]} ~ whole number"
            + " \"width\"",
        "{'format':1,'columns':[{'feature':'a','as':'vector','width':0}]} ~ width of a: 0",
        "{'format':1,'columns':[{'feature':'a','as':'vector','width':16777217}]} ~ at most"
            + " 16777216",
        "{'format':1,'columns':[{'feature':'a','as':'one-hot'}]} ~ needs a list \"vocabulary\"",
        "{'format':1,'columns':[{'feature':'a','as':'one-hot','vocabulary':[]}]} ~ vocabulary of a:"
            + " empty",
        "{'format':1,'columns':[{'feature':'a','as':'one-hot','vocabulary':['x','x']}]} ~ occurs"
            + " twice",
        "{'format':1,'columns':[{'feature':'a','as':'one-hot','vocabulary':['x',null]}]} ~ position"
            + " 1",
        "{'format':1,'columns':[{'feature':'a','as':'one-hot','vocabulary':['x'],'unseen':'y'}]} ~"
            + " (expected: zeros, reject)",
        "[1] ~ is not a JSON object",
      })
  void fromJson_damaged_saysWhichColumnAndWhatIsWrong(String json, String message) {
    assertThatThrownBy(() -> read(json.replace('\'', '"')))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Input encoding")
        .hasMessageContaining(message);
  }

  @Test
  void learn_fromRows_findsVocabulariesAndMoments() {
    InputEncoding encoding =
        InputEncoding.learn(schema)
            .oneHot("color", "hour")
            .standardized("size")
            .numeric("hour")
            .ordinal("size")
            .vector("vector")
            .from(
                () ->
                    Stream.of(
                        new Row("red", 2.0, 10, null),
                        new Row("blue", 4.5, 9, new float[] {1, 2}),
                        new Row(null, null, 9, null),
                        new Row("red", -0.0, 9, null),
                        new Row("red", Double.POSITIVE_INFINITY, 9, null)));
    // python3 -c "import numpy as np; x=np.array([2,4.5,0]); print(x.mean(), x.std())"
    EncodedColumn.Scaled scaled = (EncodedColumn.Scaled) encoding.columns().get(2);
    assertThat(scaled.offset()).isCloseTo(2.1666666666666665, within(1e-15));
    assertThat(scaled.scale()).isCloseTo(1.8408935028645435, within(1e-15));
    assertThat(scaled.missing()).isZero();
    assertThat(encoding.columns())
        .contains(
            new EncodedColumn.OneHot("color", List.of("blue", "red"), Unseen.ZEROS),
            new EncodedColumn.OneHot("hour", List.of("9", "10"), Unseen.ZEROS),
            new EncodedColumn.Numeric("hour", Float.NaN),
            new EncodedColumn.Ordinal("size", List.of("0", "2", "4.5"), Unseen.ZEROS),
            new EncodedColumn.Vector("vector", 2));
  }

  private static org.assertj.core.data.Offset<Double> within(double value) {
    return org.assertj.core.data.Offset.offset(value);
  }

  @Test
  void learn_fromAParallelStream_isTheSame() {
    InputEncoding parallel =
        InputEncoding.learn(schema)
            .standardized("size")
            .from(() -> IntStream.range(0, 10_000).parallel().mapToObj(InputEncodingTest::row));
    InputEncoding sequential =
        InputEncoding.learn(schema)
            .standardized("size")
            .from(() -> IntStream.range(0, 10_000).mapToObj(InputEncodingTest::row));
    assertThat(parallel).isEqualTo(sequential);
  }

  private static Row row(int i) {
    return new Row("c", Math.sin(i), i, null);
  }

  @Test
  void learn_constant_isOnlyShifted() {
    InputEncoding encoding =
        InputEncoding.learn(schema).standardized("hour").from(() -> Stream.of(row(5), row(5)));
    assertThat(encoding.columns()).containsExactly(new EncodedColumn.Scaled("hour", 5, 1, 0));
  }

  @Test
  void learn_whatCannotBeLearned_saysWhy() {
    assertThatThrownBy(() -> InputEncoding.learn(schema).oneHot("color").from(Stream::empty))
        .hasMessageContaining("cannot be learned from 0 rows");
    assertThatThrownBy(
            () ->
                InputEncoding.learn(schema)
                    .oneHot("color")
                    .from(() -> Stream.of(new Row(null, 1.0, 1, null))))
        .hasMessage("Feature color is missing in every training row.");
    assertThatThrownBy(
            () ->
                InputEncoding.learn(schema)
                    .maxVocabulary(99)
                    .oneHot("hour")
                    .from(() -> IntStream.range(0, 100).mapToObj(InputEncodingTest::row)))
        .hasMessage(
            "Feature hour has more than 99 different values. Raise maxVocabulary, or leave it"
                + " out.");
    assertThatThrownBy(() -> InputEncoding.learn(schema).numeric("color"))
        .hasMessageContaining("color: categorical is not a number");
    assertThatThrownBy(() -> InputEncoding.learn(schema).oneHot("vector"))
        .hasMessageContaining("is a vector");
    assertThatThrownBy(() -> InputEncoding.learn(schema).vector("hour"))
        .hasMessageContaining("expected: a vector");
    assertThatThrownBy(() -> InputEncoding.learn(schema).oneHot("colour"))
        .hasMessageContaining("Features: color, size, hour, vector");
    assertThatThrownBy(() -> InputEncoding.learn(schema).maxVocabulary(0))
        .hasMessageContaining("maxVocabulary: 0");
    EncodingBuilder<Row> builder = InputEncoding.learn(schema).numeric("hour");
    builder.from(() -> Stream.of(row(1)));
    assertThatThrownBy(() -> builder.from(() -> Stream.of(row(1))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void numeric_ofASchema_takesNumbersTimesAndVectorsOnly() {
    assertThat(InputEncoding.numeric(schema.only("hour", "vector")).width()).isEqualTo(3);
    assertThatThrownBy(() -> InputEncoding.numeric(schema))
        .hasMessageContaining("color: categorical has no number");
    assertThatThrownBy(() -> InputEncoding.numeric(Schema.of(Row.class).only("vector")))
        .hasMessageContaining("schema.withLength");
  }

  @Test
  void of_noColumnsOrTooWide_isRefused() {
    assertThatThrownBy(() -> InputEncoding.of(List.of())).hasMessageContaining("columns: 0");
    EncodedColumn wide = new EncodedColumn.Vector("v", Integer.MAX_VALUE);
    assertThatThrownBy(() -> InputEncoding.of(List.of(wide, wide)))
        .hasMessageContaining("width: 4294967294 floats");
  }

  private static InputEncoding read(String json) {
    return InputEncoding.fromJson(json.getBytes(StandardCharsets.UTF_8));
  }
}
