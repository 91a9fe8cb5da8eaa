package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwitchbackTest {
  private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<Assignment.Included<?>> exposed = new ArrayList<>();

  private Switchback<Integer> dispatch() {
    return Switchback.of(
        Experiment.named("dispatch")
            .control("old", 0)
            .treatment("new", 0.5, 1)
            .unit(UnitKind.cluster("city x hour"))
            .exposures(exposed::add)
            .build(),
        ORIGIN,
        HOUR,
        Duration.ofMinutes(10));
  }

  @Test
  void assign_samePeriodAndRegion_isOneUnit() {
    Switchback<Integer> design = dispatch();
    Switchback.Turn<Integer> first = design.assign("Berlin", ORIGIN.plusSeconds(600));
    Switchback.Turn<Integer> last = design.assign("Berlin", ORIGIN.plusSeconds(3_599));
    assertThat(first).isEqualTo(last);
    assertThat(first.unit()).isEqualTo("Berlin@0");
    assertThat(first.counted()).isTrue();
    assertThat(design.assign("Berlin", ORIGIN.plusSeconds(3_600 + 600)).unit())
        .isEqualTo("Berlin@1");
    assertThat(design.assign("Berlin", ORIGIN.minusSeconds(1)).unit()).isEqualTo("Berlin@-1");
    assertThat(exposed).hasSize(4).allMatch(e -> e.unitKind().name().equals("city x hour"));
  }

  @Test
  void assign_washout_hasTheArmAndIsNotCounted() {
    Switchback<Integer> design = dispatch();
    Switchback.Turn<Integer> early = design.assign("Berlin", ORIGIN.plusSeconds(599));
    assertThat(early.counted()).isFalse();
    assertThat(exposed).isEmpty();
    assertThat(early.payload())
        .isEqualTo(design.assign("Berlin", ORIGIN.plusSeconds(600)).payload());
  }

  @Test
  void assign_manyPeriodsAndRegions_armsAreHalvesAndNeighboursIndependent() {
    Switchback<Integer> design = dispatch();
    int treated = 0;
    int same = 0;
    int sameAcross = 0;
    int periods = 10_000;
    for (int i = 0; i < periods; i++) {
      Instant when = ORIGIN.plus(HOUR.multipliedBy(i));
      int here = design.assign("Berlin", when).payload();
      treated += here;
      same += here == design.assign("Berlin", when.plus(HOUR)).payload() ? 1 : 0;
      sameAcross += here == design.assign("Hamburg", when).payload() ? 1 : 0;
    }
    // Binomial deviation 50.
    assertThat(treated).isCloseTo(periods / 2, within(220));
    assertThat(same).isCloseTo(periods / 2, within(220));
    assertThat(sameAcross).isCloseTo(periods / 2, within(220));
  }

  @Test
  void assign_noRegion_isInNoArm() {
    for (String region : new String[] {null, "", " "}) {
      Switchback.Turn<Integer> turn = dispatch().assign(region, ORIGIN);
      assertThat(turn.unit()).isNull();
      assertThat(turn.counted()).isFalse();
      assertThat(turn.payload()).isZero();
    }
  }

  @Test
  void of_usersOrBadDurations_throws() {
    ExperimentBuilder<Integer> users = Experiment.named("x").control("a", 0).treatment("b", 0.5, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Switchback.of(users.build(), ORIGIN, HOUR, Duration.ZERO))
        .withMessageContaining("the unit is a user (expected: a cluster)");
    Experiment<Integer> cities =
        Experiment.named("x")
            .control("a", 0)
            .treatment("b", 0.5, 1)
            .unit(UnitKind.cluster("city"))
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Switchback.of(cities, ORIGIN, HOUR, HOUR))
        .withMessageContaining("washout PT1H");
  }
}
