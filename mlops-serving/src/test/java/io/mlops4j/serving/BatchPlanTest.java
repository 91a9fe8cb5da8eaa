package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
  private static final MicroBatching ASKED = MicroBatching.withDefaults();

  private static BatchPlan plan(@Nullable MicroBatching asked, int cores, long... nanos) {
    List<BatchPlan.Cost> costs =
        List.of(
            new BatchPlan.Cost(1, nanos[0]),
            new BatchPlan.Cost(8, nanos[1]),
            new BatchPlan.Cost(32, nanos[2]),
            new BatchPlan.Cost(128, nanos[3]));
    return BatchPlan.of(costs, asked, cores);
  }

  @Test
  void of_treesThatGetSlowerPast32_aimsAt32() {
    // Measured once: 4.6, 1.7, 1.35 and 3.7 us a row at 1, 8, 32 and 128 rows.
    assertThat(plan(ASKED, 2, 4586, 8 * 1708, 32 * 1354, 128 * 3673).rows()).isEqualTo(32);
  }

  @Test
  void of_twoSizesAsGood_takesTheSmaller() {
    assertThat(plan(ASKED, 2, 50_000, 8 * 10_000, 32 * 9_800, 128 * 9_700).rows()).isEqualTo(8);
  }

  @Test
  void of_savesLessThanAHandOff_blockingCallersAreNotQueued() {
    assertThat(plan(ASKED, 2, 6_000, 8 * 700, 32 * 324, 128 * 257).blocking()).isFalse();
  }

  @Test
  void of_savesMoreThanAHandOff_blockingCallersAreQueued() {
    assertThat(plan(ASKED, 2, 23_400, 8 * 7_100, 32 * 6_400, 128 * 5_900).blocking()).isTrue();
    assertThat(plan(null, 2, 23_400, 8 * 7_100, 32 * 6_400, 128 * 5_900).blocking()).isFalse();
  }

  @Test
  void of_savesMoreThanAVirtualHandOff_onlyVirtualThreadsAreQueued() {
    BatchPlan plan = plan(ASKED, 2, 6_000, 8 * 700, 32 * 324, 128 * 257);
    assertThat(plan.virtual()).isTrue();
    assertThat(plan.blocking()).isFalse();
    assertThat(plan(ASKED, 2, 1_900, 8 * 700, 32 * 324, 128 * 257).virtual()).isFalse();
    assertThat(plan(null, 2, 6_000, 8 * 700, 32 * 324, 128 * 257).virtual()).isFalse();
  }

  @Test
  void of_noGainFromBatches_runsSinglesSideBySide() {
    BatchPlan plan = plan(ASKED, 8, 100_000, 800_000, 3_200_000, 12_800_000);
    assertThat(plan.rows()).isEqualTo(1);
    assertThat(plan.blocking()).isFalse();
  }

  @Test
  void of_gainSmallerThanTheCores_runsSeveralBatchesAtOnce() {
    // Some four times cheaper in batches, 16 cores: one batch at a time would be a quarter of the
    // machine.
    assertThat(plan(ASKED, 16, 400_000, 8 * 120_000, 32 * 104_000, 128 * 100_000).parallel())
        .isEqualTo(7);
    assertThat(plan(ASKED, 2, 400_000, 8 * 120_000, 32 * 104_000, 128 * 100_000).parallel())
        .isEqualTo(1);
    assertThat(plan(ASKED.withWorkers(3), 2, 400_000, 960_000, 3_200_000, 12_800_000).parallel())
        .isEqualTo(3);
  }

  @Test
  void unmeasured_always_batchesUpToWhatWasAsked() {
    assertThat(BatchPlan.unmeasured(128, ASKED.withMaxBatchSize(20)))
        .isEqualTo(new BatchPlan(20, true, true, 1, false));
    assertThat(BatchPlan.unmeasured(128, null))
        .isEqualTo(new BatchPlan(128, false, false, 1, false));
  }

  @Test
  void measure_realModel_hasRisingSizesAndCosts() {
    try (OnnxRowModel<float[], Double> model =
        (OnnxRowModel<float[], Double>)
            OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx"))) {
      List<BatchPlan.Cost> costs =
          BatchPlan.measure(model, 100, false, io.mlops4j.core.Time.system());
      assertThat(costs).extracting(BatchPlan.Cost::rows).containsExactly(1, 8, 32, 100);
      assertThat(costs).allSatisfy(cost -> assertThat(cost.nanos()).isPositive());
    }
  }
}
