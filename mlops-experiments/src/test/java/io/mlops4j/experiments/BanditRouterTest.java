package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BanditRouterTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
  private final PendingRewards pending =
      PendingRewards.with(PendingRewards.Options.within(Duration.ofHours(6)));
  private final Bandit bandit =
      Bandit.over(
          List.of("old", "new", "odd"),
          BanditAlgorithm.thompson(1, 1),
          Bandit.Memory.everything(),
          0.02);
  private final BanditRouter<Integer> router =
      BanditRouter.of(
          Experiment.named("model")
              .control("old", 0)
              .treatment("new", 0.3, 1)
              .treatment("odd", 0.3, 2)
              .build(),
          bandit,
          pending,
          time);

  private Check.Outcome latency = new Check.NoData("nothing yet");

  private Check latency() {
    return new Check() {
      @Override
      public String name() {
        return "latency";
      }

      @Override
      public Outcome evaluate() {
        return latency;
      }
    };
  }

  @Test
  void update_rewardsComeLate_movesTrafficOnlyAfterAttribution() {
    for (int hour = 0; hour < 24; hour++) {
      for (int i = 0; i < 60; i++) {
        if (router.route(hour + "-" + i) instanceof Assignment.Included<Integer> in
            && in.payload() == 1) {
          assertThat(router.reward(in.decisionId(), 1)).isTrue();
        }
      }
      time.advance(Duration.ofHours(1));
      router.update();
      if (hour < 5) {
        assertThat(router.current().shares().probability("new")).isBetween(0.29, 0.34);
      }
    }
    assertThat(router.current().shares().probability("new")).isGreaterThan(0.95);
    assertThat(router.current().shares().probability("old")).as("the floor").isGreaterThan(0.019);
    assertThat(pending.settled()).isEqualTo(19 * 60);
    assertThat(router.reward("unknown", 1)).isFalse();
  }

  @Test
  void guard_checkFails_stopsTheArmForGood() {
    router.guard("new", latency());
    router.update();
    assertThat(router.stopped()).as("no data is not a failure").isEmpty();
    bandit.reward("new", new ArmMoments(100, 90, 90)); // it wins, and is stopped all the same
    bandit.reward("odd", new ArmMoments(100, 10, 10));
    latency = new Check.Fail("p99 1.2 s above 1 s");
    Experiment<Integer> after = router.update();
    latency = new Check.Pass("fine again");
    assertThat(router.update()).isSameAs(after);
    assertThat(router.stopped()).containsExactly(Map.entry("new", "p99 1.2 s above 1 s"));
    assertThat(after.shares().probability("new")).isZero();
    for (int i = 0; i < 1_000; i++) {
      assertThat(router.route("u" + i).payload()).isNotEqualTo(1);
    }
  }

  @Test
  void stop_allTreatments_controlTakesEverything() {
    bandit.reward("new", 1);
    router.stop("new", "by hand");
    router.stop("odd", "by hand");
    assertThat(router.update().shares().toArray()).containsExactly(1, 0, 0);
  }

  @Test
  void guard_controlUnknownOrTwice_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> router.guard("old", latency()))
        .withMessageContaining("'old' is control");
    assertThatIllegalArgumentException().isThrownBy(() -> router.stop("newer", "x"));
    router.guard("new", latency());
    assertThatIllegalStateException().isThrownBy(() -> router.guard("new", latency()));
  }

  @Test
  void route_noUnitOrOutside_waitsForNothing() {
    assertThat(router.route(null).payload()).isZero();
    assertThat(pending.waiting()).isZero();
    router.route("u");
    router.route("u");
    assertThat(pending.waiting()).isEqualTo(1);
  }

  @Test
  void of_anySourceOfWeights_isAPolicyLikeAnyOther() {
    Bandit thompson = Bandit.over(List.of("a", "b"));
    BanditRouter<Integer> routed =
        BanditRouter.of(
            Experiment.named("x").control("a", 0).treatment("b", 0.5, 1).build(),
            thompson::publish,
            thompson,
            pending,
            time);
    for (int i = 0; i < 200; i++) {
      if (routed.route("u" + i) instanceof Assignment.Included<Integer> in) {
        routed.reward(in.decisionId(), in.index());
      }
    }
    time.advance(Duration.ofHours(6));
    assertThat(routed.update().shares().probability("b")).isGreaterThan(0.95);
  }

  // With a bandit in a store.

  private BanditRouter<Integer> instance(ObjectStore store, String name) {
    List<String> arms = List.of("old", "new", "odd");
    return BanditRouter.of(
        Experiment.named("model")
            .control("old", 0)
            .treatment("new", 0.3, 1)
            .treatment("odd", 0.3, 2)
            .build(),
        SharedBandit.open(
            store,
            "bandit",
            name,
            arms,
            BanditAlgorithm.thompson(1, 1),
            Bandit.Memory.everything(),
            0.02),
        PendingRewards.open(
            store, "ledger", name, PendingRewards.Options.within(Duration.ofHours(6))),
        time);
  }

  @Test
  void of_sharedBandit_instancesAndRestartsAssignAlikeAndStopsHoldForAll() {
    ObjectStore store = ObjectStore.inMemory();
    BanditRouter<Integer> one = instance(store, "i1");
    BanditRouter<Integer> two = instance(store, "i2");
    two.guard("odd", latency());
    for (int hour = 0; hour < 24; hour++) {
      for (int i = 0; i < 60; i++) {
        BanditRouter<Integer> router = i % 2 == 0 ? one : two;
        if (router.route(hour + "-" + i) instanceof Assignment.Included<Integer> in
            && in.payload() == 1) {
          router.reward(in.decisionId(), 1);
        }
      }
      time.advance(Duration.ofHours(1));
      if (hour == 12) {
        latency = new Check.Fail("p99 1.2 s above 1 s");
      }
      one.update();
      two.update();
    }
    one.update();
    assertThat(one.stopped()).containsEntry("odd", "p99 1.2 s above 1 s");
    assertThat(one.current().shares().probability("odd")).isZero();
    assertThat(one.current().shares().probability("new")).isGreaterThan(0.9);
    BanditRouter<Integer> restarted = instance(store, "i1");
    two.update();
    restarted.update();
    two.update();
    assertThat(restarted.stopped()).containsKey("odd");
    for (int i = 0; i < 2_000; i++) {
      assertThat(restarted.current().armIndex("u" + i))
          .isEqualTo(two.current().armIndex("u" + i))
          .isNotEqualTo(2);
    }
    SharedBandit log =
        SharedBandit.open(
            store,
            "bandit",
            "reader",
            List.of("old", "new", "odd"),
            BanditAlgorithm.thompson(1, 1),
            Bandit.Memory.everything(),
            0.02);
    for (WeightVector epoch : log.refresh()) {
      assertThat(log.verify(epoch.epoch())).as("epoch %d", epoch.epoch()).isTrue();
    }
  }

  @Test
  void of_sharedBanditAllTreatmentsStopped_controlTakesAll() {
    ObjectStore store = ObjectStore.inMemory();
    BanditRouter<Integer> one = instance(store, "i1");
    one.stop("new", "by hand");
    one.stop("odd", "by hand");
    assertThat(one.update().shares().probability("old")).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SharedBandit.open(
                        store,
                        "bandit",
                        "i2",
                        List.of("old", "new", "odd"),
                        BanditAlgorithm.thompson(1, 1),
                        Bandit.Memory.everything(),
                        0.02)
                    .stop("old", "x"))
        .withMessageContaining("'old' is the first");
  }
}
