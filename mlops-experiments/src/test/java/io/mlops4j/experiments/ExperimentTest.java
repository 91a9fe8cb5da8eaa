package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.stats.Bucketing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentTest {
  private static final int UNITS = 100_000;

  private static ExperimentBuilder<String> newModel() {
    return Experiment.named("new-model")
        .control("champion", "old")
        .treatment("challenger", 0.10, "new");
  }

  // Who is in, and where.

  @Test
  void assign_manyUnits_splitsTrafficAndArmsAsDefined() {
    Experiment<String> experiment = newModel().traffic(0.5).build();
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < UNITS; i++) {
      Assignment<String> assignment = experiment.assign(Integer.toString(i));
      String arm =
          assignment instanceof Assignment.Included<String> in
              ? in.arm()
              : ((Assignment.Excluded<String>) assignment).reason().name();
      counts.merge(arm, 1, Integer::sum);
    }
    // Binomial deviations: 158 for the half outside, 69 for the challenger's twentieth.
    assertThat(counts).hasSize(3);
    assertThat(counts.get("OUTSIDE_TRAFFIC")).isCloseTo(50_000, within(700));
    assertThat(counts.get("challenger")).isCloseTo(5_000, within(300));
  }

  @Test
  void assign_unitInside_carriesEverythingToLog() {
    Experiment<String> experiment = newModel().build();
    String unit = unitOf(experiment, 1);
    assertThat(experiment.assign(unit))
        .isEqualTo(
            new Assignment.Included<>(
                "new-model",
                UnitKind.USER,
                unit,
                1,
                "challenger",
                "new",
                WeightVector.of(
                    0, List.of("champion", "challenger"), 58_982 / 65_536.0, 6_554 / 65_536.0)));
    assertThat(((Assignment.Included<String>) experiment.assign(unit)).probability())
        .isEqualTo(6_554 / 65_536.0);
    assertThat(experiment.assign(unit).epoch()).isEqualTo(0);
    assertThat(experiment.payloadFor(unit)).isEqualTo("new");
    assertThat(experiment.payloadFor(unitOf(experiment, 0))).isEqualTo("old");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "\t\n\0 "})
  void assign_noUnit_isInNoArmAndSeesControl(String unit) {
    List<Object> exposed = new ArrayList<>();
    // The treatment takes everybody, so control's payload can only come from the rule for no unit.
    Experiment<String> experiment =
        Experiment.named("all")
            .control("champion", "old")
            .treatment("challenger", 1, "new")
            .exposures(exposed::add)
            .build();
    assertThat(experiment.assign(unit))
        .isEqualTo(new Assignment.Excluded<>("all", 0, unit, Assignment.Reason.NO_UNIT, "old"));
    assertThat(experiment.payloadFor(unit)).isEqualTo("old");
    assertThat(experiment.armIndex(unit)).isEqualTo(Experiment.NOT_IN);
    assertThat(exposed).isEmpty();
    assertThat(experiment.assign("x").payload()).isEqualTo("new");
  }

  @Test
  void assign_outsideTraffic_isInNoArmAndSeesControl() {
    Experiment<String> experiment = newModel().traffic(0).build();
    assertThat(experiment.assign("user-1"))
        .isEqualTo(
            new Assignment.Excluded<>(
                "new-model", 0, "user-1", Assignment.Reason.OUTSIDE_TRAFFIC, "old"));
  }

  @Test
  void armIndex_lastSlotsOfTraffic_areInAndTheNextIsOut() {
    Bucketing traffic = Bucketing.salted("edge").derive("");
    Experiment<Integer> experiment =
        Experiment.named("edge").control("a", 0).treatment("b", 0.5, 1).traffic(0.25).build();
    int onTheEdge = 0;
    for (int i = 0; i < 500_000; i++) {
      int slot = traffic.slot("u" + i);
      assertThat(experiment.armIndex("u" + i) != Experiment.NOT_IN).isEqualTo(slot < 16_384);
      onTheEdge += slot == 16_383 || slot == 16_384 ? 1 : 0;
    }
    assertThat(onTheEdge).isPositive();
    assertThat(experiment.traffic()).isEqualTo(0.25);
  }

  @Test
  void assign_pinnedUnits_neverChangesBetweenVersions() {
    // hash64(derive(salted("pinned"), "2026"), units_of(id)) of oracles/bucketing.py:
    //   >> 48, below 39322 is in; >> 32 & 0xffff, arm bounds 32768, 49152
    Experiment<Integer> experiment =
        Experiment.named("pinned")
            .control("a", 0)
            .treatment("b", 0.25, 1)
            .treatment("c", 0.25, 2)
            .traffic(0.6)
            .salt("2026")
            .build();
    List<String> units =
        List.of(
            "user-1", "user-2", "user-3", "user-4", "user-5", "zo\u00eb", "\ud83d\ude00", "\ud800");
    assertThat(units.stream().map(experiment::armIndex)).containsExactly(2, 0, 1, 2, 0, 0, 0, -1);
  }

  @Test
  void assign_hostileUnits_areOrdinaryUnits() {
    Experiment<String> experiment = newModel().build();
    String million = "x".repeat(1 << 20);
    assertThat(experiment.assign(million)).isInstanceOf(Assignment.Included.class);
    assertThat(experiment.assign(million)).isEqualTo(experiment.assign("x".repeat(1 << 20)));
    assertThat(experiment.assign("\ud800")).isInstanceOf(Assignment.Included.class);
    assertThat(experiment.assign("\0\udfff\n")).isInstanceOf(Assignment.Included.class);
  }

  @Test
  void toString_anyAssignment_leavesUnitAndPayloadOut() {
    Experiment<String> experiment = newModel().traffic(0.5).build();
    for (int i = 0; i < 50; i++) {
      assertThat(experiment.assign("secret" + i).toString())
          .doesNotContain("secret")
          .doesNotContain("old")
          .doesNotContain("payload");
    }
    assertThat(experiment.toString()).contains("new-model", "traffic=0.5", "epoch=0");
  }

  // Names and salts are independent randomisations.

  @Test
  void assign_otherNameOrSalt_isIndependent() {
    Experiment<Integer> one = half("one", "");
    Experiment<Integer> two = half("two", "");
    Experiment<Integer> salted = half("one", "again");
    int both = 0;
    int bothSalted = 0;
    for (int i = 0; i < UNITS; i++) {
      String unit = Integer.toString(i);
      both += one.armIndex(unit) & two.armIndex(unit);
      bothSalted += one.armIndex(unit) & salted.armIndex(unit);
    }
    // 25,000 expected, deviation 137
    assertThat(both).isCloseTo(25_000, within(600));
    assertThat(bothSalted).isCloseTo(25_000, within(600));
  }

  private static Experiment<Integer> half(String name, String salt) {
    ExperimentBuilder<Integer> builder =
        Experiment.named(name).control("a", 0).treatment("b", 0.5, 1);
    return (salt.isEmpty() ? builder : builder.salt(salt)).build();
  }

  // Ramping.

  @Property(tries = 50)
  void withTraffic_more_movesNobodyWhoIsIn(
      @ForAll @DoubleRange(min = 0.01, max = 1) double one,
      @ForAll @DoubleRange(min = 0.01, max = 1) double other) {
    Experiment<String> small = newModel().traffic(Math.min(one, other)).build();
    Experiment<String> large = small.withTraffic(Math.max(one, other));
    assertThat(large.epoch()).isEqualTo(small.epoch());
    int in = 0;
    for (int i = 0; i < 5_000; i++) {
      String unit = "user-" + i;
      if (small.armIndex(unit) != Experiment.NOT_IN) {
        in++;
        assertThat(large.armIndex(unit)).isEqualTo(small.armIndex(unit));
      }
    }
    assertThat(in / 5_000.0).isCloseTo(small.traffic(), within(0.04));
  }

  @Test
  void withTraffic_afterAWeightChange_keepsTheChangedTable() {
    Experiment<String> experiment = newModel().traffic(0.2).build().withWeights(0.4, 0.6);
    Experiment<String> ramped = experiment.withTraffic(1);
    for (int i = 0; i < 10_000; i++) {
      if (experiment.armIndex("u" + i) != Experiment.NOT_IN) {
        assertThat(ramped.armIndex("u" + i)).isEqualTo(experiment.armIndex("u" + i));
      }
    }
    assertThat(ramped.shares()).isEqualTo(experiment.shares());
  }

  // Weights.

  @Test
  void withWeights_growingTreatment_movesOnlyUnitsIntoIt() {
    Experiment<String> before = newModel().build();
    Experiment<String> after = before.withWeights(0.7, 0.3);
    assertThat(after.epoch()).isEqualTo(1);
    int moved = 0;
    for (int i = 0; i < UNITS; i++) {
      String unit = Integer.toString(i);
      if (before.armIndex(unit) != after.armIndex(unit)) {
        assertThat(after.armIndex(unit)).isEqualTo(1);
        moved++;
      }
    }
    assertThat(moved / (double) UNITS).isCloseTo(0.2, within(0.006));
    assertThat(after.shares().probability("challenger")).isCloseTo(0.3, within(1e-5));
    assertThat(((Assignment.Included<String>) after.assign("u")).probabilities())
        .isEqualTo(after.shares());
    assertThat(after.assign("u").epoch()).isEqualTo(1);
  }

  @Test
  void withWeights_vectorInAnotherOrder_isMatchedByName() {
    Experiment<String> experiment =
        newModel().build().withWeights(WeightVector.of(1, List.of("challenger", "champion"), 1, 0));
    assertThat(experiment.shares().toArray()).containsExactly(0, 1);
    assertThat(experiment.payloadFor("anyone")).isEqualTo("new");
  }

  @Test
  void withWeights_sameVectorAgain_changesNothing() {
    Experiment<String> experiment = newModel().build().withWeights(0.5, 0.5);
    WeightVector again = WeightVector.of(1, experiment.arms(), 0.5, 0.5);
    assertThat(experiment.withWeights(again)).isSameAs(experiment);
  }

  @Test
  void withWeights_epochSkippedRepeatedOrOtherArms_throws() {
    Experiment<String> experiment = newModel().build().withWeights(0.5, 0.5);
    for (long epoch : new long[] {0, 1, 3}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> experiment.withWeights(WeightVector.of(epoch, experiment.arms(), 0.4, 0.6)))
          .withMessageContaining("is at epoch 1")
          .withMessageContaining("epoch " + epoch + " (expected: 2)");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> experiment.withWeights(WeightVector.of(2, List.of("champion", "x"), 1, 0)))
        .withMessageContaining("'challenger' not found");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> experiment.withWeights(WeightVector.of(2, List.of("champion"), 1)))
        .withMessageContaining("expected: [champion, challenger]");
    assertThatIllegalArgumentException().isThrownBy(() -> experiment.withWeights(0.5, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> experiment.withWeights(1.5, -0.5));
  }

  @Test
  void catchUp_freshExperiment_agreesWithTheOneThatLivedThroughIt() {
    Experiment<String> lived = newModel().build();
    List<WeightVector> history = new ArrayList<>();
    for (int epoch = 1; epoch <= 6; epoch++) {
      double weight = 0.1 + 0.13 * (epoch * 3 % 5);
      history.add(WeightVector.of(epoch, lived.arms(), 1 - weight, weight));
      lived = lived.withWeights(history.get(epoch - 1));
    }
    Experiment<String> restarted = newModel().build().catchUp(history);
    assertThat(restarted.epoch()).isEqualTo(6);
    Experiment<String> shortcut = newModel().build().withWeights(lived.shares().toArray());
    int differ = 0;
    for (int i = 0; i < 20_000; i++) {
      assertThat(restarted.armIndex("u" + i)).isEqualTo(lived.armIndex("u" + i));
      differ += shortcut.armIndex("u" + i) == lived.armIndex("u" + i) ? 0 : 1;
    }
    assertThat(differ).as("why every epoch must be applied").isPositive();
    assertThat(restarted.catchUp(history)).isSameAs(restarted);
    history.remove(3);
    assertThatIllegalArgumentException().isThrownBy(() -> newModel().build().catchUp(history));
  }

  // Exposures.

  @Test
  void assign_listenerThrows_isCountedAndNeverReachesTheCaller() {
    Experiment<String> experiment =
        newModel()
            .exposures(
                exposure -> {
                  if (exposure.index() == 0) {
                    throw new IllegalStateException("full");
                  }
                  throw new AssertionError("no");
                })
            .build();
    Experiment<String> later = experiment.withWeights(0.5, 0.5);
    for (int i = 0; i < 50; i++) {
      assertThat(experiment.assign("u" + i)).isInstanceOf(Assignment.Included.class);
      assertThat(later.payloadFor("u" + i)).isIn("old", "new");
    }
    assertThat(experiment.exposureFailures()).isEqualTo(100);
    assertThat(newModel().build().exposureFailures()).isZero();
  }

  @Test
  void assign_included_isReportedOnceAndPeekIsNot() {
    List<Assignment.Included<?>> exposed = new ArrayList<>();
    Experiment<String> experiment = newModel().traffic(0.5).exposures(exposed::add).build();
    List<Assignment<String>> included = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Assignment<String> peeked = experiment.peek("u" + i);
      Assignment<String> assigned = experiment.assign("u" + i);
      assertThat(assigned).isEqualTo(peeked);
      if (assigned instanceof Assignment.Included<String>) {
        included.add(assigned);
      }
    }
    assertThat(exposed).isEqualTo(included).hasSizeBetween(30, 70);
    experiment.payloadFor(exposed.get(0).unit());
    assertThat(exposed).hasSize(included.size() + 1);
  }

  // Definitions.

  @Test
  void build_badDefinitions_throwWithNameAndValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiment.named(" "))
        .withMessageStartingWith("experiment: ' '");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiment.named("x").control("a", 1).build())
        .withMessageContaining("no treatment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiment.named("x").control("a", 1).treatment("a", 0.1, 2).build())
        .withMessageContaining("'a' is named twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> newModel().treatment("third", 0.95, "x").build())
        .withMessageContaining("sum to 1.05");
    for (double bad : new double[] {Double.NaN, -0.01, 1.01}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> newModel().treatment("t", bad, "x"))
          .withMessage("share of 't': " + bad + " (expected: 0..1)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> newModel().traffic(bad))
          .withMessage("traffic: " + bad + " (expected: 0..1)");
      assertThatIllegalArgumentException().isThrownBy(() -> newModel().build().withTraffic(bad));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> newModel().treatment("t", 0.000001, "x"))
        .withMessageContaining("below half a slot");
    assertThat(newModel().treatment("t", 0.9, "x").build().shares().probability(0)).isZero();
  }

  @Test
  void builder_valueSetTwice_throwsWithTheOldValue() {
    assertThatIllegalStateException()
        .isThrownBy(() -> newModel().traffic(0.2).traffic(0.3))
        .withMessage("traffic is set already: 0.2");
    assertThatIllegalStateException()
        .isThrownBy(() -> newModel().salt("s").salt("t"))
        .withMessage("salt is set already: s");
    assertThatIllegalStateException()
        .isThrownBy(() -> newModel().exposures(e -> {}).exposures(e -> {}))
        .withMessage("exposures is set already: a listener");
  }

  private static String unitOf(Experiment<?> experiment, int arm) {
    for (int i = 0; ; i++) {
      if (experiment.armIndex("user-" + i) == arm) {
        return "user-" + i;
      }
    }
  }
}
