package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatasetFactsTest {
  record Visit(String ward, double age, Instant at) {}

  record Age(double age) {}

  private static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");
  private static final List<Visit> ROWS =
      List.of(
          new Visit("a", 40, MAY.plusSeconds(60)),
          new Visit("b", 50, MAY),
          new Visit("c", 60, MAY.plusSeconds(30)));
  private static final Dataset<Visit> VISITS = Dataset.of(Schema.of(Visit.class), ROWS);

  @Test
  void facts_ofRowsWithATime_areDigestCountSchemaAndPeriod() {
    assertThat(VISITS.facts())
        .isEqualTo(
            new DatasetFacts(
                "Visit",
                VISITS.digest(),
                3,
                VISITS.schema().fingerprint(),
                Optional.of(new DatasetFacts.Period(MAY, MAY.plusSeconds(60)))));
  }

  @Test
  void facts_ofLabeledRows_haveTheirDigest() {
    LabeledDataset<Age> ages =
        VISITS.label(Schema.of(Age.class), visit -> new Age(visit.age()), Visit::age);
    assertThat(ages.facts().digest()).isEqualTo(ages.digest());
    assertThat(ages.facts().period()).as("no time among the features").isEmpty();
    assertThat(ages.facts(age -> MAY.plusSeconds((long) age.age())).period())
        .contains(new DatasetFacts.Period(MAY.plusSeconds(40), MAY.plusSeconds(60)));
  }

  @Test
  void facts_ofNothing_haveNoPeriod() {
    assertThat(VISITS.filter(visit -> false).facts().period()).isEmpty();
    assertThat(VISITS.filter(visit -> false).facts().rows()).isZero();
  }

  @Test
  void facts_badValues_areRefused() {
    assertThatThrownBy(() -> new DatasetFacts("x", "d", -1, "s", Optional.empty()))
        .hasMessage("rows: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> new DatasetFacts.Period(MAY, MAY.minusMillis(1)))
        .hasMessageStartingWith("to: 2026-04-30T23:59:59.999Z (expected: not before");
  }
}
