package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class ExperimentRulesTest {
  private static final int UNITS = 20_000;

  private static ExperimentBuilder<String> halves(String name) {
    return Experiment.named(name).control("old", "o").treatment("new", 0.5, "n");
  }

  private static Assignment.Reason reason(Assignment<?> assignment) {
    return ((Assignment.Excluded<?>) assignment).reason();
  }

  // Unit kinds.

  @Test
  void unit_kinds_areLoggedWithTheExposure() {
    Experiment<String> stores = halves("x").unit(UnitKind.cluster("store")).build();
    assertThat(stores.unitKind()).isEqualTo(new UnitKind("store"));
    assertThat(((Assignment.Included<String>) stores.assign("s-1")).unitKind().name())
        .isEqualTo("store");
    assertThat(halves("x").build().unitKind()).isEqualTo(UnitKind.USER).hasToString("user");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UnitKind.cluster(" "))
        .withMessageStartingWith("unit kind: ' '");
    assertThatIllegalStateException()
        .isThrownBy(() -> halves("x").unit(UnitKind.SESSION).unit(UnitKind.USER))
        .withMessage("unit is set already: session");
  }

  // ExperimentBuilder.Eligibility.

  @Test
  void eligible_attributes_decideAndMissingOnesAreOut() {
    Experiment<String> experiment =
        halves("x").eligible(ExperimentBuilder.Eligibility.where("country", "DE", "FR")).build();
    assertThat(experiment.assign("u", Map.of("country", "DE")))
        .isInstanceOf(Assignment.Included.class);
    assertThat(experiment.assign("u", Map.of("country", "FR")))
        .isEqualTo(experiment.assign("u", Map.of("country", "DE")));
    for (Assignment<String> out :
        List.of(experiment.assign("u", Map.of("country", "IT")), experiment.assign("u"))) {
      assertThat(reason(out)).isEqualTo(Assignment.Reason.NOT_ELIGIBLE);
      assertThat(out.payload()).isEqualTo("o");
    }
    assertThat(experiment.armIndex("u")).isEqualTo(Experiment.NOT_IN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExperimentBuilder.Eligibility.where("country"))
        .withMessage("values of 'country': none (expected: at least one)");
  }

  // Overrides.

  @Test
  void override_tester_getsTheArmAndIsNotCounted() {
    List<Object> exposed = new ArrayList<>();
    Experiment<String> experiment =
        halves("x").traffic(0).override("qa", "new").exposures(exposed::add).build();
    assertThat(experiment.assign("qa"))
        .isEqualTo(new Assignment.Overridden<>("x", 0, "qa", 1, "new", "n"));
    assertThat(experiment.payloadFor("qa")).isEqualTo("n");
    assertThat(experiment.armIndex("qa")).isEqualTo(1);
    assertThat(experiment.assign("qa").toString()).doesNotContain("qa");
    assertThat(reason(experiment.assign("someone"))).isEqualTo(Assignment.Reason.OUTSIDE_TRAFFIC);
    assertThat(exposed).isEmpty();
  }

  @Test
  void override_unknownArmBlankUnitOrTwice_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> halves("x").override("qa", "nwe").build())
        .withMessageContaining("'nwe' not found. Known arms: old, new");
    assertThatIllegalArgumentException().isThrownBy(() -> halves("x").override(" ", "new"));
    assertThatIllegalStateException()
        .isThrownBy(() -> halves("x").override("qa", "new").override("qa", "old"))
        .withMessageContaining("for arm 'new'");
  }

  // Start and stop.

  @Test
  void running_clockPasses_startsAndStops() {
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    VirtualTime time = VirtualTime.startingAt(start.minusSeconds(1));
    Experiment<String> experiment =
        halves("x").running(time, start, start.plus(Duration.ofDays(7))).build();
    assertThat(reason(experiment.assign("u"))).isEqualTo(Assignment.Reason.NOT_STARTED);
    time.advance(Duration.ofSeconds(1));
    assertThat(experiment.assign("u")).isInstanceOf(Assignment.Included.class);
    time.advance(Duration.ofDays(7).minusNanos(1));
    assertThat(experiment.assign("u")).isInstanceOf(Assignment.Included.class);
    time.advance(Duration.ofNanos(1));
    assertThat(reason(experiment.assign("u"))).isEqualTo(Assignment.Reason.STOPPED);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> halves("x").running(time, start, start))
        .withMessageContaining("expected: the end after the start");
  }

  @Test
  void stopped_withWinner_everybodySeesItAndNobodyIsIn() {
    Experiment<String> over = halves("x").override("qa", "old").build().stopped("new");
    for (String unit : List.of("a", "b", "c", "qa")) {
      assertThat(reason(over.assign(unit))).isEqualTo(Assignment.Reason.STOPPED);
      assertThat(over.payloadFor(unit)).isEqualTo("n");
      assertThat(over.armIndex(unit)).isEqualTo(Experiment.NOT_IN);
    }
    assertThat(over.assign(null).payload()).isEqualTo("n");
    assertThat(halves("x").build().stopped("old").payloadFor("a")).isEqualTo("o");
    assertThatIllegalArgumentException().isThrownBy(() -> over.stopped("newer"));
  }

  // Holdouts.

  @Test
  void holdout_units_areOutOfEveryExperimentAndIndependentOfArms() {
    Holdout holdout = Holdout.named("2026-h1", 0.1);
    Experiment<String> open = halves("x").build();
    Experiment<String> one = halves("x").holdout(holdout).build();
    Experiment<String> two = halves("y").holdout(holdout).build();
    int held = 0;
    int heldInNew = 0;
    for (int i = 0; i < UNITS; i++) {
      String unit = "user-" + i;
      if (holdout.holds(unit)) {
        held++;
        heldInNew += open.armIndex(unit);
        assertThat(reason(one.assign(unit))).isEqualTo(Assignment.Reason.HELD_OUT);
        assertThat(reason(two.assign(unit))).isEqualTo(Assignment.Reason.HELD_OUT);
      } else {
        assertThat(one.armIndex(unit)).isEqualTo(open.armIndex(unit));
      }
    }
    // Binomial deviations: 42 and 22.
    assertThat(held).isCloseTo(2_000, within(210));
    assertThat(heldInNew).isCloseTo(held / 2, within(110));
    assertThat(holdout.share()).isCloseTo(0.1, within(1e-5));
    assertThat(holdout)
        .isEqualTo(Holdout.named("2026-h1", 0.1))
        .isNotEqualTo(Holdout.named("z", 0.1));
    assertThat(holdout.name()).isEqualTo("2026-h1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Holdout.named("h", 1.5))
        .withMessage("share of holdout: 1.5 (expected: 0..1)");
  }

  // Layers.

  @Test
  void layer_disjointSlices_neverMeetAndTogetherTakeEverybody() {
    Experiment<String> one = halves("one").layer(LayerSlice.of("ranking", 0, 0.3)).build();
    Experiment<String> two = halves("two").layer(LayerSlice.of("ranking", 0.3, 1)).build();
    LayerSlice.requireExclusive(List.of(one, two));
    int first = 0;
    for (int i = 0; i < UNITS; i++) {
      boolean inOne = one.armIndex("u" + i) != Experiment.NOT_IN;
      assertThat(inOne).isNotEqualTo(two.armIndex("u" + i) != Experiment.NOT_IN);
      first += inOne ? 1 : 0;
      if (!inOne) {
        assertThat(reason(one.assign("u" + i))).isEqualTo(Assignment.Reason.OUTSIDE_LAYER);
      }
    }
    assertThat(first).isCloseTo(6_000, within(325));
  }

  @Test
  void requireExclusive_overlap_throwsNamingBoth() {
    Experiment<String> one = halves("one").layer(LayerSlice.of("ranking", 0, 0.5)).build();
    Experiment<String> two = halves("two").layer(LayerSlice.of("ranking", 0.25, 0.75)).build();
    Experiment<String> other = halves("three").layer(LayerSlice.of("price", 0.25, 0.75)).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LayerSlice.requireExclusive(List.of(one, two)))
        .withMessageContaining("'one' and 'two' overlap")
        .withMessageContaining("LayerSlice[ranking, 0.25 to 0.75]");
    LayerSlice.requireExclusive(List.of(one, other, halves("free").build()));
    assertThat(LayerSlice.of("a", 0, 0.5))
        .isEqualTo(LayerSlice.of("a", 0, 0.5))
        .hasSameHashCodeAs(LayerSlice.of("a", 0, 0.5))
        .isNotEqualTo(LayerSlice.of("a", 0, 0.25));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LayerSlice.of("a", 0.5, 0.5))
        .withMessageContaining("expected: from below to");
  }

  @Property(tries = 30)
  void layer_sliceGrows_movesNobodyWhoIsIn(
      @ForAll @DoubleRange(min = 0.1, max = 1) double one,
      @ForAll @DoubleRange(min = 0.1, max = 1) double other) {
    LayerSlice small = LayerSlice.of("l", 0.05, Math.min(one, other));
    LayerSlice large = LayerSlice.of("l", 0.05, Math.max(one, other));
    Experiment<String> before = halves("x").layer(small).traffic(0.8).build();
    Experiment<String> after = halves("x").layer(large).traffic(0.8).build();
    for (int i = 0; i < 2_000; i++) {
      int arm = before.armIndex("u" + i);
      if (arm != Experiment.NOT_IN) {
        assertThat(after.armIndex("u" + i)).isEqualTo(arm);
      }
    }
  }

  // WeightVector.Decision ids.

  @Test
  void decisionId_sameEpochAndUnit_isTheSameAndOtherwiseNot() {
    Experiment<String> experiment = halves("x").build();
    String id = decisionId(experiment, "user-1");
    assertThat(id).matches("[0-9a-f]{32}").isEqualTo(decisionId(halves("x").build(), "user-1"));
    assertThat(decisionId(experiment, "user-2")).isNotEqualTo(id);
    assertThat(decisionId(experiment.withWeights(0.4, 0.6), "user-1")).isNotEqualTo(id);
    assertThat(decisionId(halves("y").build(), "user-1")).isNotEqualTo(id);
  }

  private static String decisionId(Experiment<String> experiment, String unit) {
    return ((Assignment.Included<String>) experiment.assign(unit)).decisionId();
  }
}
