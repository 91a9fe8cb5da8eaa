package io.mlops4j.experiments;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.PublicMethods;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.experiments.analysis.Analysis;
import io.mlops4j.experiments.analysis.AnalysisBuilder;
import io.mlops4j.experiments.analysis.Effect;
import io.mlops4j.experiments.analysis.ExperimentAnalysis;
import io.mlops4j.experiments.analysis.ExperimentSums;
import io.mlops4j.experiments.analysis.Margin;
import io.mlops4j.experiments.analysis.Metric;
import io.mlops4j.experiments.analysis.OffPolicyEvaluation;
import io.mlops4j.experiments.analysis.OffPolicyLimits;
import io.mlops4j.experiments.analysis.OffPolicyResult;
import io.mlops4j.experiments.analysis.PowerPlan;
import io.mlops4j.experiments.analysis.RankerDuel;
import io.mlops4j.experiments.analysis.Recommendation;
import io.mlops4j.experiments.analysis.Segment;
import io.mlops4j.experiments.analysis.TeamDraft;
import io.mlops4j.experiments.analysis.Traffic;
import io.mlops4j.experiments.analysis.UnitLedger;
import io.mlops4j.experiments.analysis.UnitRow;
import io.mlops4j.stats.Interval;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** An object of each public type of this module, and arguments for its methods. */
final class ExperimentSamples {
  private static final Instant START = Instant.parse("2026-11-26T12:00:00Z");
  private static final List<String> ARMS = List.of("a", "b");
  private static final WeightVector WEIGHTS = WeightVector.of(0, ARMS, 0.5, 0.5);

  private ExperimentSamples() {}

  static PublicMethods methods() {
    PublicMethods methods =
        new PublicMethods(Experiment.class)
            .theirs(ExperimentBuilder.Eligibility.class, ExposureListener.class, RewardSink.class)
            .theirs(ExposureSink.class);
    experiments(methods);
    bandits(methods);
    analyses(methods);
    return methods
        .sample("PowerPlan.binary: control", () -> 0.1)
        .sample("Switchback.of: experiment", ExperimentSamples::regional)
        .sample("Switchback.of: washout", () -> Duration.ofMinutes(5))
        .sample("CompatibleSplit.growthBook: version", () -> 2)
        .sample("CompatibleSplit.growthBook: weights", () -> new double[] {0.5, 0.5})
        .sample("SharedBandit.stop: arm", () -> "b")
        .sample("BanditRouter.stop: arm", () -> "b")
        .sample("DefinitionHistory.append: revision", () -> 0L)
        .sample("DefinitionHistory.read: revision", () -> 0L)
        .sample("ExperimentBuilder.running: end", () -> START.plusSeconds(60))
        .sample("PendingRewards.parse: json", () -> pending().toJson())
        .sample("ExperimentDefinition.parse: json", () -> definition().toJson())
        .sample("ExperimentBuilder.override: arm", () -> "a")
        .sample("new Recommendation: reasons", () -> List.of("r"))
        .sample("new Recommendation: treatment", () -> Optional.of("b"))
        .sample("ExperimentAnalysis.of: metric", () -> "spent")
        .sample("ExperimentAnalysis.of: treatment", () -> "b")
        .sample("OffPolicyEvaluation.add: policy", () -> new double[] {0.5, 0.5})
        .sample("OffPolicyEvaluation.add: modelled", () -> new double[] {0.5, 0.5})
        .sample("UnitLedger.exposed: arm", () -> "a")
        .sample("UnitLedger.exposed: metric", () -> "spent")
        .sample("UnitLedger.exposed: dimension", () -> "country")
        .sample("UnitLedger.observe: arm", () -> "a")
        .sample("UnitLedger.observe: metric", () -> "spent")
        .sample("UnitLedger.observe: dimension", () -> "country")
        .sample("UnitLedger.observeRatio: arm", () -> "a")
        .sample("UnitLedger.observeRatio: metric", () -> "perClick")
        .sample("UnitLedger.observeRatio: dimension", () -> "country")
        .sample("UnitLedger.before: arm", () -> "a")
        .sample("UnitLedger.before: metric", () -> "spent")
        .sample("UnitLedger.before: dimension", () -> "country")
        .sample("UnitLedger.segment: arm", () -> "a")
        .sample("UnitLedger.segment: metric", () -> "spent")
        .sample("UnitLedger.segment: dimension", () -> "country")
        .sample("LayerSlice.of: from", () -> 0.1)
        .sample("ExperimentBuilder.treatment: weight", () -> 0.3)
        .sample("new ExperimentDefinition: arms", ExperimentSamples::arms)
        .sample("new ExperimentDefinition: unit", () -> UnitKind.cluster("city"))
        .sample("ExperimentDefinition.experiment: payloads", () -> Map.of("a", "old", "b", "new"))
        .sample("LiveExperiment.of: payloads", () -> Map.of("a", "old", "b", "new"))
        .sample("WeightVector.of: arms", () -> ARMS)
        .sample("WeightVector.of: probabilities", () -> new double[] {0.5, 0.5});
  }

  private static ExperimentBuilder<String> builder() {
    return Experiment.named("x").control("a", "old").treatment("b", 0.3, "new");
  }

  static Experiment<String> experiment() {
    return Experiment.named("x").control("a", "old").treatment("b", 0.5, "new").build();
  }

  private static Experiment<String> regional() {
    return Experiment.named("x")
        .control("a", "old")
        .treatment("b", 0.5, "new")
        .unit(UnitKind.cluster("city"))
        .build();
  }

  private static Assignment.Included<String> included() {
    return (Assignment.Included<String>) experiment().assign("u1");
  }

  private static void experiments(PublicMethods methods) {
    org.h2.jdbcx.JdbcDataSource database = new org.h2.jdbcx.JdbcDataSource();
    database.setURL("jdbc:h2:mem:asked;DB_CLOSE_DELAY=-1");
    ExposureSink sink = ExposureSink.calling(exposure -> {});
    Function<Object, Object> none = any -> Optional.empty();
    Consumer<Object> nobody = any -> {};
    methods
        .sample(Experiment.class, ExperimentSamples::experiment)
        .sample(Experiment.Named.class, () -> Experiment.named("x"))
        .sample(ExperimentBuilder.class, ExperimentSamples::builder)
        .sample("ExperimentBuilder.treatment: arm", () -> "c")
        .sample(ExperimentBuilder.Eligibility.class, () -> anybody())
        .sample(ExperimentDefinition.class, ExperimentSamples::definition)
        .sample(Assignment.class, ExperimentSamples::included)
        .sample(Assignment.Included.class, ExperimentSamples::included)
        .sample(UnitKind.class, () -> UnitKind.cluster("city"))
        .sample(WeightVector.class, () -> WEIGHTS)
        .sample(LayerSlice.class, () -> LayerSlice.of("l", 0, 0.5))
        .sample(Holdout.class, () -> Holdout.named("h", 0.1))
        .sample(Switchback.class, ExperimentSamples::switchback)
        .sample(LiveExperiment.class, ExperimentSamples::live)
        .sample(DefinitionHistory.class, () -> DefinitionHistory.in(ObjectStore.inMemory(), "x"))
        .sample(CompatibleSplit.class, () -> CompatibleSplit.growthBook(2, "x", 1, 0.5, 0.5))
        .sample(ExposureListener.class, () -> (ExposureListener) included -> {})
        .sample(ExposureSink.class, () -> sink)
        .sample(ExposureLog.class, () -> log(sink))
        .sample(ExposureLog.Options.class, ExposureLog.Options::withDefaults)
        .sample(Function.class, () -> none)
        .sample(Consumer.class, () -> nobody)
        .sample(Path.class, () -> Path.of("target", "asked.jsonl"))
        .sample(DataSource.class, () -> database);
  }

  private static ExperimentBuilder.Eligibility anybody() {
    return attributes -> true;
  }

  private static VirtualTime time() {
    return VirtualTime.startingAt(START);
  }

  private static ExposureLog log(ExposureSink sink) {
    return ExposureLog.to(sink, Runnable::run, time(), ExposureLog.Options.withDefaults());
  }

  private static Switchback<String> switchback() {
    return Switchback.of(regional(), START, Duration.ofHours(1), Duration.ofMinutes(5));
  }

  private static ExperimentDefinition definition() {
    return new ExperimentDefinition(
        "x",
        "x",
        UnitKind.cluster("city"),
        1,
        arms(),
        Optional.empty(),
        List.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Map<String, Double> arms() {
    Map<String, Double> arms = new LinkedHashMap<>();
    arms.put("a", 0.5);
    arms.put("b", 0.5);
    return arms;
  }

  private static LiveExperiment<String> live() {
    return LiveExperiment.of(definition(), Map.of("a", "old", "b", "new"), time(), included -> {});
  }

  private static PendingRewards pending() {
    return PendingRewards.with(PendingRewards.Options.within(Duration.ofHours(1)));
  }

  private static SharedBandit shared() {
    return SharedBandit.open(
        ObjectStore.inMemory(),
        "x",
        "i",
        ARMS,
        BanditAlgorithm.thompson(1, 1),
        Bandit.Memory.everything(),
        0.02);
  }

  private static LinearBandit linear() {
    return LinearBandit.linUcb(ARMS, LinearBandit.Options.of(2));
  }

  private static void bandits(PublicMethods methods) {
    Check silent =
        new Check() {
          @Override
          public String name() {
            return "silent";
          }

          @Override
          public Outcome evaluate() {
            return new NoData("nothing yet");
          }
        };
    Supplier<WeightVector> weights = () -> WEIGHTS;
    methods
        .sample(Bandit.class, () -> Bandit.over(ARMS))
        .sample(Bandit.Memory.class, Bandit.Memory::everything)
        .sample(BanditAlgorithm.class, () -> BanditAlgorithm.thompson(1, 1))
        .sample(BanditAlgorithm.NormalPrior.class, BanditAlgorithm.NormalPrior::standard)
        .sample(ArmMoments.class, () -> ArmMoments.of(1))
        .sample(RewardSink.class, () -> (RewardSink) (arm, reward) -> {})
        .sample(SharedBandit.class, ExperimentSamples::shared)
        .sample(LinearBandit.class, ExperimentSamples::linear)
        .sample(LinearBandit.Options.class, () -> LinearBandit.Options.of(2))
        .sample(
            SharedLinearBandit.class,
            () -> SharedLinearBandit.open(ObjectStore.inMemory(), "x", "i", linear()))
        .sample(PendingRewards.class, ExperimentSamples::pending)
        .sample(
            PendingRewards.Options.class, () -> PendingRewards.Options.within(Duration.ofHours(1)))
        .sample(
            BanditRouter.class,
            () -> BanditRouter.of(experiment(), Bandit.over(ARMS), pending(), time()))
        .sample(Supplier.class, () -> weights)
        .sample(Check.class, () -> silent)
        .sample("Bandit.over: arms", () -> ARMS)
        .sample("SharedBandit.open: arms", () -> ARMS)
        .sample("LinearBandit.linUcb: arms", () -> ARMS)
        .sample("LinearBandit.linThompson: arms", () -> ARMS)
        .sample("LinearBandit.inverseGap: arms", () -> ARMS)
        .sample("Bandit.reward: arm", () -> "a")
        .sample("LinearBandit.reward: arm", () -> "a")
        .sample("LinearBandit.reward: context", () -> new double[] {1, 2})
        .sample("SharedLinearBandit.reward: arm", () -> "a")
        .sample("SharedLinearBandit.reward: context", () -> new double[] {1, 2})
        .sample("SharedBandit.reward: arm", () -> "a")
        .sample("BanditRouter.guard: arm", () -> "b");
  }

  private static final Metric RATIO = Metric.ratio("perClick");

  private static AnalysisBuilder plan() {
    return Analysis.named("x", WEIGHTS)
        .metric(Metric.continuous("spent"))
        .metric(RATIO)
        .by("country");
  }

  private static Analysis analysis() {
    return plan().alwaysValid(1_000).build();
  }

  private static OffPolicyResult.Answered answered() {
    OffPolicyResult.Diagnostics diagnostics =
        ((OffPolicyResult.Refused) OffPolicyEvaluation.of("x").result(0.95)).diagnostics();
    return new OffPolicyResult.Answered("x", 0.95, List.of(), diagnostics);
  }

  private static void analyses(PublicMethods methods) {
    ExperimentAnalysis empty = analysis().sums().analyse(START);
    OffPolicyEvaluation policy = OffPolicyEvaluation.of("x");
    methods
        .sample(Analysis.class, ExperimentSamples::analysis)
        .sample(AnalysisBuilder.class, ExperimentSamples::plan)
        .sample(ExperimentAnalysis.class, () -> empty)
        .sample(ExperimentSums.class, () -> analysis().sums())
        .sample(UnitLedger.class, () -> analysis().ledger(time()))
        .sample(UnitRow.class, () -> UnitRow.of("a"))
        .sample(Metric.class, () -> Metric.continuous("clicks"))
        .sample(Margin.class, () -> Margin.absolute(0.1))
        .sample(Segment.class, () -> new Segment("country", "DE"))
        .sample(Effect.class, () -> new Effect.NotEnoughData("too few"))
        .sample(Traffic.class, empty::traffic)
        .sample(Recommendation.class, empty::recommendation)
        .sample(OffPolicyEvaluation.class, () -> OffPolicyEvaluation.of("x"))
        .sample(OffPolicyLimits.class, OffPolicyLimits::withDefaults)
        .sample(OffPolicyResult.Diagnostics.class, () -> policy.result(0.95).diagnostics())
        .sample(RankerDuel.class, RankerDuel::new)
        .sample(TeamDraft.class, () -> TeamDraft.of(List.of("p"), List.of("q"), 2, "s", "u"))
        .sample(OffPolicyResult.Answered.class, () -> answered())
        .sample(PowerPlan.class, () -> PowerPlan.binary(0.1, 0.02))
        .sample(Interval.class, () -> new Interval(0, 1, 0.95));
  }
}
