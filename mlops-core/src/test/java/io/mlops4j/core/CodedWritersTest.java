package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedColumn.Groups;
import io.mlops4j.core.EncodedColumn.Mapped;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What format 2 of an encoding adds: groups of values, and a float per value. */
class CodedWritersTest {
  record Tree(@Nullable String kind, @Nullable Double height) {}

  private static final Schema<Tree> TREE = Schema.of(Tree.class);
  private static final Groups GROUPS =
      new Groups(
          "kind", List.of(List.of("ash"), List.of("fir", "yew"), List.of()), List.of("oak"), 1, 2);
  private static final Mapped MAPPED =
      new Mapped("kind", List.of("ash", "fir"), List.of(0.25f, Float.NaN), -1f, Float.NaN);

  private static float[] encode(
      @Nullable String kind, @Nullable Double height, EncodedColumn... columns) {
    RowEncoder<Tree> encoder = InputEncoding.of(List.of(columns)).bind(TREE);
    RowBuffer<Tree> row = TREE.newBuffer();
    row.set(new Tree(kind, height));
    float[] out = new float[encoder.width() + 1];
    Arrays.fill(out, 99);
    encoder.encode(row, FloatBuffer.wrap(out), 1);
    assertThat(out[0]).isEqualTo(99);
    return Arrays.copyOfRange(out, 1, out.length);
  }

  @Test
  void encode_groups_makesTheGroupOfTheValueHot() {
    assertThat(encode("ash", 1.0, GROUPS)).containsExactly(1, 0, 0);
    assertThat(encode("fir", 1.0, GROUPS)).containsExactly(0, 1, 0);
    assertThat(encode("yew", 1.0, GROUPS)).containsExactly(0, 1, 0);
    assertThat(encode("oak", 1.0, GROUPS)).containsExactly(0, 0, 0);
    assertThat(encode("elm", 1.0, GROUPS)).containsExactly(0, 1, 0);
    assertThat(encode(null, 1.0, GROUPS)).containsExactly(0, 0, 1);
  }

  @Test
  void encode_groupsOfNumbers_compareByValue() {
    Groups groups =
        new Groups(
            "height", List.of(List.of("1", "2.5"), List.of("-0.0")), List.of(), Groups.NONE, 0);
    assertThat(encode("ash", 2.5, groups)).containsExactly(1, 0);
    assertThat(encode("ash", 0.0, groups)).containsExactly(0, 1);
    assertThat(encode("ash", 3.0, groups)).containsExactly(0, 0);
    assertThat(encode("ash", null, groups)).containsExactly(1, 0);
  }

  @Test
  void encode_mapped_givesEachValueItsFloat() {
    assertThat(encode("ash", 1.0, MAPPED)).containsExactly(0.25f);
    assertThat(encode("fir", 1.0, MAPPED)).containsExactly(Float.NaN);
    assertThat(encode("elm", 1.0, MAPPED)).containsExactly(-1f);
    assertThat(encode(null, 1.0, MAPPED)).containsExactly(Float.NaN);
    Mapped flag = new Mapped("height", List.of(), List.of(), 0f, 1f);
    assertThat(encode("ash", null, flag)).containsExactly(1f);
    assertThat(encode("ash", 7.0, flag)).containsExactly(0f);
  }

  @Test
  void encode_rejected_namesTheFeatureAndNotTheValue() {
    Groups strict =
        new Groups("kind", List.of(List.of("ash")), List.of(), Groups.REJECT, Groups.REJECT);
    Mapped refusing = new Mapped("kind", List.of("ash"), List.of(1f), null, null);
    for (EncodedColumn column : List.of(strict, refusing)) {
      assertThatThrownBy(() -> encode("hemlock", 1.0, column))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("Feature kind has a value that was not seen in training")
          .hasMessageNotContaining("hemlock");
      assertThatThrownBy(() -> encode(null, 1.0, column))
          .isInstanceOf(MlopsException.class)
          .hasMessage("Feature kind is missing, and the encoding rejects that.");
      assertThat(encode("ash", 1.0, column)).containsExactly(1f);
    }
  }

  @Test
  void toJson_groupsAndMapped_areFormat2AndReadBackEqual() {
    Mapped refusing = new Mapped("kind", List.of("ash"), List.of(1f), null, null);
    Groups strict =
        new Groups("kind", List.of(List.of("ash")), List.of(), Groups.REJECT, Groups.NONE);
    for (EncodedColumn column : List.of(GROUPS, MAPPED, refusing, strict)) {
      InputEncoding encoding = InputEncoding.of(List.of(column));
      String json = new String(encoding.toJson(), StandardCharsets.UTF_8);
      assertThat(json).contains("\"format\":2");
      assertThat(InputEncoding.fromJson(encoding.toJson())).isEqualTo(encoding);
    }
  }

  @Test
  void toJson_nothingNew_staysFormat1() {
    byte[] json = InputEncoding.of(List.of(new EncodedColumn.Numeric("height", 0))).toJson();
    assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"format\":1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "1 ~ 'as':'mapped','vocabulary':[],'values':[],'unseen':0,'missing':0 ~ \"as\": \"mapped\""
            + " (expected: numeric",
        "2 ~ 'as':'mapped','vocabulary':['a'],'values':[],'unseen':0,'missing':0 ~ values of k: 0"
            + " for 1 known",
        "2 ~ 'as':'mapped','vocabulary':['a'],'values':['b'],'unseen':0,'missing':0 ~ \"values\" of"
            + " k",
        "2 ~ 'as':'mapped','vocabulary':['a','a'],'values':[1,2],'unseen':0,'missing':0 ~ occurs"
            + " twice",
        "2 ~ 'as':'mapped','vocabulary':['a'],'values':[1],'unseen':0 ~ \"missing\" of k",
        "2 ~ 'as':'mapped','vocabulary':['a'],'values':[1e39],'unseen':0,'missing':0 ~ missing of"
            + " k: Infinity",
        "2 ~ 'as':'one-hot-groups','zeros':[],'unseen':0,'missing':0 ~ needs a list \"groups\"",
        "2 ~ 'as':'one-hot-groups','groups':[],'zeros':[],'unseen':'none','missing':'none' ~ groups"
            + " of k: empty",
        "2 ~ 'as':'one-hot-groups','groups':[['a']],'zeros':['a'],'unseen':'none','missing':'none'"
            + " ~ occurs twice",
        "2 ~ 'as':'one-hot-groups','groups':[['a']],'zeros':[],'unseen':1,'missing':'none' ~ unseen"
            + " of k: 1",
        "2 ~ 'as':'one-hot-groups','groups':[['a']],'zeros':[],'unseen':-1,'missing':'none' ~"
            + " \"unseen\" of k: -1",
        "2 ~ 'as':'one-hot-groups','groups':[['a']],'zeros':[],'unseen':'zeros','missing':'none' ~"
            + " \"unseen\" of k",
        "2 ~ 'as':'one-hot-groups','groups':[[null]],'zeros':[],'unseen':'none','missing':'none' ~"
            + " groups of k: position 0",
      })
  void fromJson_damaged_saysWhatIsWrong(String format, String column, String message) {
    String json =
        "{'format':%s,'columns':[{'feature':'k',%s}]}".formatted(format, column).replace('\'', '"');
    assertThatThrownBy(() -> InputEncoding.fromJson(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(message);
  }
}
