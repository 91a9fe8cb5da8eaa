package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GraceTest {
  private static final long MILLI = 1_000_000;
  private static final long NO_DEADLINE = Long.MAX_VALUE;

  @Test
  void before_callersOfABatchComeBack_isAThirtySecondOfTheirRun() {
    assertThat(Grace.before(64, 1, 128, 320_000, NO_DEADLINE)).isEqualTo(new Grace(64, 10_000));
    assertThat(Grace.before(64, 1, 32, 320_000, NO_DEADLINE)).isEqualTo(new Grace(32, 10_000));
  }

  @Test
  void before_longRun_isAMillisecond() {
    assertThat(Grace.before(64, 1, 64, 10_000 * MILLI, NO_DEADLINE).nanos()).isEqualTo(MILLI);
  }

  @Test
  void before_nothingToWaitFor_isNone() {
    assertThat(Grace.before(1, 1, 64, MILLI, NO_DEADLINE).nanos()).isZero();
    assertThat(Grace.before(64, 0, 64, MILLI, NO_DEADLINE).nanos()).isZero();
    assertThat(Grace.before(64, 64, 64, MILLI, NO_DEADLINE).nanos()).isZero();
    assertThat(Grace.before(64, 70, 64, MILLI, NO_DEADLINE).nanos()).isZero();
    assertThat(Grace.before(64, 1, 64, 0, NO_DEADLINE).nanos()).isZero();
  }

  @Test
  void before_deadlineIsNear_isNoLongerThanItAllows() {
    assertThat(Grace.before(64, 1, 64, 32 * MILLI, 5_000).nanos()).isEqualTo(5_000);
    assertThat(Grace.before(64, 1, 64, 32 * MILLI, -5_000).nanos()).isZero();
  }
}
