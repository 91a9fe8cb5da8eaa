package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedColumn.Unseen;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ArrayRecordComponent")
class RowEncoderTest {
  record Row(@Nullable String color, @Nullable Double size, int hour, float @Nullable [] vector) {}

  private final Schema<Row> schema = Schema.of(Row.class);
  private final Row row = new Row("red", 2.5, 7, new float[] {8, 9});
  private final Row empty = new Row(null, null, 0, null);

  @Test
  void encode_everyColumn_writesItsFloatsInOrder() {
    EncodedColumn[] columns = {
      new EncodedColumn.OneHot("color", List.of("blue", "red"), Unseen.ZEROS),
      new EncodedColumn.Scaled("size", 2, 0.25, -5),
      new EncodedColumn.Numeric("size", -3),
      new EncodedColumn.Ordinal("hour", List.of("7.0", "0"), Unseen.REJECT),
      new EncodedColumn.OneHot("size", List.of("2.5", "-0.0"), Unseen.ZEROS),
      new EncodedColumn.Vector("vector", 2),
    };
    assertThat(encode(row, columns)).containsExactly(0, 1, 2, 2.5f, 0, 1, 0, 8, 9);
    assertThat(encode(empty, columns)).containsExactly(0, 0, -5, -3, 1, 0, 0, 0, 0);
    assertThat(encode(new Row("red", 0.0, 0, null), columns))
        .as("0.0 and -0.0 are one value")
        .containsExactly(0, 1, -8, 0, 1, 0, 1, 0, 0);
  }

  @Test
  void encode_unseen_isZerosOrMinusOneOrAnError() {
    Row green = new Row("green", 1.0, 99, null);
    assertThat(
            encode(
                green,
                new EncodedColumn.OneHot("color", List.of("red"), Unseen.ZEROS),
                new EncodedColumn.Ordinal("hour", List.of("1"), Unseen.ZEROS)))
        .containsExactly(0, -1);
    assertThatThrownBy(
            () -> encode(green, new EncodedColumn.OneHot("color", List.of("red"), Unseen.REJECT)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Feature color has a value that was not seen in training");
    assertThatThrownBy(
            () -> encode(green, new EncodedColumn.Ordinal("hour", List.of("1"), Unseen.REJECT)))
        .hasMessageContaining("Feature hour");
    assertThat(encode(empty, new EncodedColumn.Ordinal("color", List.of("red"), Unseen.REJECT)))
        .as("missing is not unseen")
        .containsExactly(-1);
  }

  @Test
  void encode_overOldContent_overwritesExactlyItsOwnFloats() {
    RowEncoder<Row> encoder =
        InputEncoding.of(
                List.of(
                    new EncodedColumn.OneHot("color", List.of("blue", "red"), Unseen.ZEROS),
                    new EncodedColumn.Vector("vector", 2)))
            .bind(schema);
    RowBuffer<Row> buffer = schema.newBuffer();
    buffer.set(empty);
    float[] old = new float[8];
    Arrays.fill(old, 77);
    FloatBuffer out = FloatBuffer.wrap(old);
    out.position(5);
    encoder.encode(buffer, out, 2);
    assertThat(old).containsExactly(77, 77, 0, 0, 0, 0, 77, 77);
    assertThat(out.position()).isEqualTo(5);
    assertThat(encoder.schema()).isSameAs(schema);
  }

  @Test
  void encode_vectorOfAnotherLength_saysBoth() {
    assertThatThrownBy(() -> encode(row, new EncodedColumn.Vector("vector", 3)))
        .hasMessage("Feature vector has 2 floats, the model takes 3.");
  }

  @Test
  void bind_featureAbsentOrOfAnotherKind_listsBothSides() {
    assertThatThrownBy(
            () ->
                InputEncoding.of(
                        List.of(
                            new EncodedColumn.Numeric("hour", 0),
                            new EncodedColumn.Numeric("weight", 0)))
                    .bind(schema))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("weight")
        .hasMessageContaining("[hour, weight]")
        .hasMessageContaining("color: categorical, size: numeric");
    assertThatThrownBy(() -> encode(row, new EncodedColumn.Numeric("color", 0)))
        .hasMessageContaining("reads color as a number, but in Row it is color: categorical");
    assertThatThrownBy(() -> encode(row, new EncodedColumn.Vector("hour", 2)))
        .hasMessageContaining("as a vector of 2");
    assertThatThrownBy(
            () -> encode(row, new EncodedColumn.OneHot("vector", List.of("1"), Unseen.ZEROS)))
        .hasMessageContaining("as a category or a number");
  }

  @Test
  void bind_numericVocabularyWithAWordOrADuplicate_namesTheFeature() {
    for (String word : List.of("seven", "NaN")) {
      assertThatThrownBy(
              () -> encode(row, new EncodedColumn.OneHot("hour", List.of("1", word), Unseen.ZEROS)))
          .hasMessageContaining("numeric feature hour")
          .hasMessageContaining("position 1");
    }
    assertThatThrownBy(
            () -> encode(row, new EncodedColumn.OneHot("hour", List.of("1", "1.0"), Unseen.ZEROS)))
        .hasMessageContaining("hour holds the same number twice");
  }

  @Test
  void numberName_integersHaveNoFraction() {
    assertThat(RowEncoder.numberName(23)).isEqualTo("23");
    assertThat(RowEncoder.numberName(-0.0)).isEqualTo("0");
    assertThat(RowEncoder.numberName(0.1)).isEqualTo("0.1");
    assertThat(RowEncoder.numberName(1e300)).isEqualTo("1.0E300");
  }

  private float[] encode(Row value, EncodedColumn... columns) {
    RowEncoder<Row> encoder = InputEncoding.of(List.of(columns)).bind(schema);
    RowBuffer<Row> buffer = schema.newBuffer();
    buffer.set(value);
    float[] out = new float[encoder.width()];
    encoder.encode(buffer, FloatBuffer.wrap(out), 0);
    return out;
  }
}
