package io.mlops4j.examples.continuous;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.drift.DriftRule.psi;
import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.EncodingBuilder;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.pipeline.loop.ContinuousLoop;
import io.mlops4j.pipeline.loop.LoopData;
import io.mlops4j.pipeline.loop.LoopEvidence;
import io.mlops4j.pipeline.loop.LoopStage;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;

/** The code of docs/continuous.md, as it stands there, run on rows of a moment's making. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ContinuousGuideTest {
  private static final Path HERE =
      Path.of("src/test/java/io/mlops4j/examples/continuous/ContinuousGuideTest.java");

  /** The guide's tables. */
  private record Rows() {
    LabeledDataset<Flight> learn(Instant now) {
      return flights(now.getEpochSecond(), 2_000);
    }

    LabeledDataset<Flight> judge(Instant now) {
      return flights(-now.getEpochSecond(), 500);
    }

    /** Late flights are delayed more often. */
    private static LabeledDataset<Flight> flights(long seed, int count) {
      Random random = new Random(seed);
      List<Labeled<Flight>> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int hour = random.nextInt(24);
        Flight flight =
            new Flight(
                i, i % 2 == 0 ? "ORD" : "ATL", "LAX", 500 + i % 9, hour, 1 + random.nextInt(7));
        rows.add(new Labeled<>(flight, random.nextInt(24) < hour * 0.6 ? 1 : 0));
      }
      return LabeledDataset.of(Flight.SCHEMA, rows);
    }
  }

  private static String weeks(Instant now) {
    return "weeks before " + now.toString().substring(0, 10);
  }

  private static Check.Outcome shareOfDelayed(LoopData<Flight> data, double least, double most) {
    double share = java.util.Arrays.stream(data.learn().labels()).average().orElse(Double.NaN);
    return share >= least && share <= most
        ? new Check.Pass("The share of delayed flights is usual.")
        : new Check.Fail("The share of delayed flights is " + share + ".");
  }

  @Test
  void guide_loop_trainsValidatesAndPromotesTheFirstChampion() throws Exception {
    ObjectStore store = ObjectStore.inMemory();
    String podName = "pod-1";
    Rows rows = new Rows();
    Expectations<Flight> expected =
        Expectations.of(Flight.SCHEMA, feature("distance").isBetween(20, 5_000));
    TribuoTrainer trainer =
        TribuoTrainer.classification(
            new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 1_000, 32, 1));
    UnaryOperator<EncodingBuilder<Flight>> columns =
        c -> c.oneHot("origin", "destination", "hour", "dayOfWeek").standardized("distance");
    GatePolicy policy =
        GatePolicy.named("flight-delay")
            .require(Gate.metric(Metric.AUC).atLeast(0.55), Gate.dataValidated());
    try (ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults())) {
      RegisteredModel<Flight, Double> delay =
          registry.model("flight-delay", TribuoModel.probability(Flight.SCHEMA));
      Shadow<Flight, Double> shadow =
          Shadow.of(Flight.SCHEMA, Comparison.probability(Tolerance.absolute(0.1)))
              .flipsAtMost(0.2)
              .build();
      try (DriftMonitor<Flight, Double> drift =
              DriftMonitor.following(delay.production())
                  .alertWhen(psi().above(0.2).withFalseAlarms(atMostOncePer(Duration.ofDays(365))))
                  .build();
          Rollout<Flight, Double> rollout =
              Rollout.of(delay, policy, RolloutPlan.withDefaults()).store(store).build()) {
        Check quality = drift;
        var loop =
            ContinuousLoop.of(delay)
                .data(now -> new LoopData<>(weeks(now), rows.learn(now), rows.judge(now)))
                .validate(expected)
                .expect("labels", data -> shareOfDelayed(data, 0.08, 0.5))
                .train((data, step) -> trainer.train(data.learn(), columns).artifact())
                .evidence(LoopEvidence.comparing(Evaluator.<Flight>binary().build()))
                .gates(policy)
                .stage("shadow", LoopStage.shadow(delay, shadow))
                .stage("canary", LoopStage.canary(rollout))
                .watchAfterwards(Duration.ofDays(3), quality)
                .trigger(Trigger.cron("weekly", "0 6 * * MON", ZoneOffset.UTC))
                .trigger(Trigger.drift("drift", drift).withCoolDown(Duration.ofDays(7)))
                .storingIn(store, podName)
                .build();
        loop.start();

        CountDownLatch promoted = new CountDownLatch(1);
        Subscription following =
            delay
                .production()
                .subscribe(() -> delay.champion().ifPresent(champion -> promoted.countDown()));
        String id = loop.run("guide", "a test asks").run();
        boolean inTime = promoted.await(30, TimeUnit.SECONDS);
        following.close();
        loop.close();
        PipelineRun run = loop.runner().find(id).orElseThrow();
        assertThat(inTime).as(run.status() + " " + run.reason()).isTrue();
        assertThat(delay.champion().orElseThrow().number()).isEqualTo(1);
        assertThat(run.step("validate").note()).contains("expectations hold", "labels: The share");
        assertThat(delay.version(1).checks()).hasSize(1);
        assertThat(loop.runner().page(id).toHtml()).contains("Validation: ");
      }
    }
  }

  @Test
  void guide_everyBlock_isPartOfThisFile() throws Exception {
    String here = plain(Files.readString(HERE));
    String text = Files.readString(Path.of("../../docs/continuous.md"));
    Matcher blocks =
        Pattern.compile("<!-- guide: (\\S+) -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(text);
    int count = 0;
    while (blocks.find()) {
      assertThat(here).as(blocks.group(1)).contains(plain(blocks.group(2)));
      count++;
    }
    assertThat(count).isEqualTo(1);
    assertThat(text.split("```java", -1)).hasSize(count + 1);
  }

  /** Without comments and white space: the guide is set for reading, this file by a tool. */
  private static String plain(String code) {
    return code.replaceAll("(?m)\\s+//[^\"\\n]*$", "").replaceAll("\\s+", "");
  }
}
