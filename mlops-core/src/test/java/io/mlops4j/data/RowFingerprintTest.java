package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowFingerprintTest {
  record Row(String id, double value) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);

  private static LabeledDataset<Row> rows(int from, int to) {
    return LabeledDataset.of(
        SCHEMA,
        IntStream.range(from, to)
            .mapToObj(i -> new Labeled<>(new Row("r" + i, i * 0.5), i % 2))
            .toList());
  }

  @Property(tries = 50)
  void overlap_smallSets_isExact(
      @ForAll @IntRange(min = 0, max = 300) int first,
      @ForAll @IntRange(min = 0, max = 300) int length,
      @ForAll @IntRange(min = 0, max = 300) int other) {
    RowFingerprint one = RowFingerprint.of(rows(first, first + length));
    RowFingerprint two = RowFingerprint.of(rows(other, other + 100));
    int shared = Math.max(0, Math.min(first + length, other + 100) - Math.max(first, other));
    assertThat(one.overlap(two)).isEqualTo(new RowFingerprint.Overlap(shared, 100));
  }

  @Test
  void overlap_oneRowOfAThousand_isNoticed() {
    RowFingerprint training = RowFingerprint.of(rows(0, 1000));
    assertThat(training.overlap(RowFingerprint.of(rows(999, 2000))).shared()).isEqualTo(1);
    assertThat(training.overlap(RowFingerprint.of(rows(1000, 2000))).shared()).isZero();
  }

  /** 200,000 rows, of which a sample of 4,096: a share of 10 % is estimated, none is invented. */
  @Test
  void overlap_largeSets_isASampleOfTheRows() {
    RowFingerprint training = RowFingerprint.of(rows(0, 200_000));
    RowFingerprint.Overlap tenth = training.overlap(RowFingerprint.of(rows(180_000, 380_000)));
    assertThat(tenth.compared()).isBetween(3_500L, 4_096L);
    assertThat(tenth.share()).isBetween(0.08, 0.12);
    assertThat(training.overlap(RowFingerprint.of(rows(200_000, 400_000))).shared()).isZero();
    assertThat(training.toJson().length).isLessThan(45 << 10);
    assertThat(training.rows()).isEqualTo(200_000);
  }

  /** 0.113 % of the larger set is missed once in a hundred; here 1 % of it is not. */
  @Test
  void overlap_smallSetInsideALargeOne_isNoticed() {
    RowFingerprint training = RowFingerprint.of(rows(0, 100_000));
    RowFingerprint test = RowFingerprint.of(rows(99_000, 100_500));
    assertThat(training.overlap(test).shared()).isPositive();
    assertThat(training.overlap(test).share()).isBetween(0.4, 0.9);
  }

  @Test
  void overlap_sameRowsInAnyOrderAndTwice_isWhole() {
    List<Labeled<Row>> rows = rows(0, 50).stream().toList();
    List<Labeled<Row>> twice =
        IntStream.range(0, 100).mapToObj(i -> rows.get((i * 7) % 50)).toList();
    RowFingerprint one = RowFingerprint.of(LabeledDataset.of(SCHEMA, rows));
    RowFingerprint two = RowFingerprint.of(LabeledDataset.of(SCHEMA, twice));
    assertThat(one.overlap(two)).isEqualTo(new RowFingerprint.Overlap(50, 50));
    assertThat(one.overlap(two).share()).isEqualTo(1);
  }

  @Test
  void overlap_anotherLabel_isAnotherRowByContentAndTheSameById() {
    var one = LabeledDataset.of(SCHEMA, List.of(new Labeled<>(new Row("a", 1), 0)));
    var two = LabeledDataset.of(SCHEMA, List.of(new Labeled<>(new Row("a", 1), 1)));
    assertThat(RowFingerprint.of(one).overlap(RowFingerprint.of(two)).shared()).isZero();
    RowFingerprint first = RowFingerprint.byId(one, "id", Row::id);
    assertThat(first.overlap(RowFingerprint.byId(two, "id", Row::id)).shared()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> first.overlap(RowFingerprint.of(two)))
        .withMessageContaining("'id id'")
        .withMessageContaining("cannot be compared");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowFingerprint.byId(one, " ", Row::id))
        .withMessageStartingWith("name:");
  }

  @Test
  void fromJson_writtenOne_isTheSame() {
    RowFingerprint one = RowFingerprint.of(rows(0, 5_000));
    assertThat(RowFingerprint.fromJson(one.toJson())).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(one).hasToString("RowFingerprint of 5000 rows by " + one.identity());
  }

  @Test
  void fromJson_damagedOnes_areRefused() {
    for (String json :
        List.of(
            "{}",
            "{\"format\":2}",
            "{\"format\":1,\"identity\":\"id a\",\"rows\":1,\"hashes\":\"%%\"}",
            "{\"format\":1,\"identity\":\"id a\",\"rows\":1,\"hashes\":\"AAAA\"}",
            "{\"format\":1,\"identity\":\"id a\",\"rows\":0,\"hashes\":\"AAAAAAAAAAE=\"}",
            "{\"format\":1,\"identity\":\" \",\"rows\":1,\"hashes\":\"AAAAAAAAAAE=\"}",
            "{\"format\":1,\"identity\":\"id a\",\"rows\":2,"
                + "\"hashes\":\"AAAAAAAAAAIAAAAAAAAAAQ==\"}")) {
      assertThatThrownBy(() -> RowFingerprint.fromJson(json.getBytes(StandardCharsets.UTF_8)))
          .as(json)
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Row fingerprint");
    }
  }
}
