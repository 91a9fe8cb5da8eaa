package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.MlopsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PendingRewardsTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final PendingRewards.Options DAY =
      PendingRewards.Options.within(Duration.ofHours(24));

  private final List<String> settled = new ArrayList<>();

  private static Instant hour(long hours) {
    return START.plus(Duration.ofHours(hours));
  }

  private void take(String arm, double reward) {
    settled.add(arm + "=" + reward);
  }

  @Test
  void settle_deadlineReached_creditsSuccessesAndFailuresTogether() {
    PendingRewards pending = PendingRewards.with(DAY);
    pending.open("d1", "a", hour(0));
    pending.open("d2", "b", hour(1));
    assertThat(pending.reward("d2", 1, hour(2))).isTrue();
    assertThat(pending.settle(hour(23), this::take)).as("a success waits as well").isZero();
    assertThat(pending.settle(hour(24), this::take)).isEqualTo(1);
    assertThat(pending.settle(hour(25), this::take)).isEqualTo(1);
    assertThat(settled).containsExactly("a=0.0", "b=1.0");
    assertThat(pending.settled()).isEqualTo(2);
    assertThat(pending.waiting()).isZero();
  }

  @Test
  void reward_manyOfOneUnit_isCapped() {
    PendingRewards pending = PendingRewards.with(DAY.withRewards(-2, 3));
    pending.open("d1", "a", hour(0));
    pending.open("d2", "b", hour(0));
    assertThat(pending.open("d1", "a", hour(5))).as("its first time counts").isFalse();
    for (int i = 0; i < 10; i++) {
      pending.reward("d1", 1, hour(1));
      pending.reward("d2", -1, hour(1));
    }
    pending.settle(hour(24), this::take);
    assertThat(settled).containsExactly("a=3.0", "b=-2.0");
  }

  @Test
  void reward_lateOrUnknown_isCountedAndNotCredited() {
    PendingRewards pending = PendingRewards.with(DAY);
    pending.open("d1", "a", hour(0));
    assertThat(pending.reward("d1", 1, hour(24))).isFalse();
    assertThat(pending.reward("never", 1, hour(1))).isFalse();
    pending.settle(hour(24), this::take);
    assertThat(pending.reward("d1", 1, hour(2))).as("settled").isFalse();
    assertThat(settled).containsExactly("a=0.0");
    assertThat(pending.late()).isEqualTo(1);
    assertThat(pending.unknown()).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pending.reward("d1", Double.NaN, hour(1)))
        .withMessage("reward: NaN (expected: finite)");
  }

  @Test
  void open_full_refusesAndCounts() {
    PendingRewards pending = PendingRewards.with(DAY.withCapacity(1));
    assertThat(pending.open("d1", "a", hour(0))).isTrue();
    assertThat(pending.open("d2", "a", hour(0))).isFalse();
    assertThat(pending.refused()).isEqualTo(1);
  }

  @Test
  void toJson_restart_continuesWithDeadlinesAndEarnings() {
    PendingRewards pending = PendingRewards.with(DAY);
    pending.open("d1", "a", hour(0));
    pending.open("d2", "b", hour(1));
    pending.reward("d2", 0.5, hour(2));
    PendingRewards again = PendingRewards.parse(pending.toJson(), DAY, "pending");
    assertThat(again.toJson()).isEqualTo(pending.toJson());
    again.settle(hour(100), this::take);
    assertThat(settled).containsExactly("a=0.0", "b=0.5");
    for (String bad :
        List.of(
            "{\"format\":\"mlops4j-pending/2\",\"decisions\":{}}",
            "{\"format\":\"mlops4j-pending/1\"}",
            "{\"format\":\"mlops4j-pending/1\",\"decisions\":{\"d\":{\"arm\":\"a\",\"earned\":0,"
                + "\"deadline\":\"soon\"}}}")) {
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(() -> PendingRewards.parse(bad.getBytes(UTF_8), DAY, "pending"))
          .withMessageStartingWith("pending: $.");
    }
  }

  @Test
  void options_outOfRange_throw() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PendingRewards.Options.within(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> DAY.withRewards(0.5, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> DAY.withCapacity(0));
  }

  /**
   * Two arms that convert equally often (30 %), one within an hour, the other after 20 hours. The
   * ledger sees no difference at any moment; crediting successes at once and failures at the end of
   * the day prefers the fast arm, which is the control.
   */
  @Test
  void settle_fastAndSlowArm_areEstimatedAlikeWhereNaiveCreditingIsNot() {
    int perHour = Boolean.getBoolean("mlops4j.proof") ? 2_000 : 200;
    Random random = new Random(7);
    PendingRewards pending = PendingRewards.with(DAY);
    Bandit bandit =
        Bandit.over(
            List.of("fast", "slow"),
            BanditAlgorithm.thompson(1, 1),
            Bandit.Memory.everything(),
            0.01);
    ArmMoments[] naive = {ArmMoments.NONE, ArmMoments.NONE};
    int hours = 40;
    List<Integer> arms = new ArrayList<>();
    List<Boolean> converts = new ArrayList<>();
    for (int now = 0; now < hours; now++) {
      for (int i = 0; i < perHour; i++) {
        arms.add(random.nextInt(2));
        converts.add(random.nextDouble() < 0.3);
        pending.open(
            "d" + (arms.size() - 1), arms.get(arms.size() - 1) == 0 ? "fast" : "slow", hour(now));
      }
      for (int d = 0; d < arms.size(); d++) {
        int age = now - d / perHour;
        if (converts.get(d) && age == (arms.get(d) == 0 ? 1 : 20)) {
          pending.reward("d" + d, 1, hour(now));
          naive[arms.get(d)] = naive[arms.get(d)].plus(ArmMoments.of(1));
        } else if (!converts.get(d) && age == 24) {
          naive[arms.get(d)] = naive[arms.get(d)].plus(ArmMoments.of(0));
        }
      }
      pending.settle(hour(now), bandit);
    }
    List<ArmMoments> learned = bandit.remembered();
    double error = Math.sqrt(0.3 * 0.7 * (1 / learned.get(0).count() + 1 / learned.get(1).count()));
    double ours = learned.get(0).mean() - learned.get(1).mean();
    double naives = naive[0].mean() - naive[1].mean();
    if (Boolean.getBoolean("mlops4j.proof")) {
      System.out.printf("delay: ours %.4f, naive %.4f, error %.4f%n", ours, naives, error);
    }
    assertThat(ours).isCloseTo(0, within(4 * error));
    assertThat(learned.get(1).mean()).isCloseTo(0.3, within(4 * error));
    assertThat(naives).as("the control").isGreaterThan(8 * error);
  }
}
