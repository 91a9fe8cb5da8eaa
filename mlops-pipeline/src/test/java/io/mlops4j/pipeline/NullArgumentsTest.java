package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.expect.Expectation;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.pipeline.batch.AnswerColumns;
import io.mlops4j.pipeline.batch.BadRows;
import io.mlops4j.pipeline.batch.BatchScoring;
import io.mlops4j.pipeline.batch.BatchSink;
import io.mlops4j.pipeline.batch.BatchSource;
import io.mlops4j.pipeline.loop.ContinuousLoop;
import io.mlops4j.pipeline.loop.LoopBuilder;
import io.mlops4j.pipeline.loop.LoopData;
import io.mlops4j.pipeline.search.Candidate;
import io.mlops4j.pipeline.search.Folds;
import io.mlops4j.pipeline.search.Search;
import io.mlops4j.pipeline.search.SearchMethod;
import io.mlops4j.pipeline.search.SearchResult;
import io.mlops4j.pipeline.search.SearchSpace;
import io.mlops4j.pipeline.search.TimeFolds;
import io.mlops4j.pipeline.search.Trial;
import io.mlops4j.pipeline.search.TrialResult;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Null is a NullPointerException that names the parameter, wherever something public takes one. */
class NullArgumentsTest {
  private record Row(String id, double km) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);
  private static final Model<Row, Double> MODEL = rows -> List.of(0.5);
  private static final ModelExport EXPORT =
      ModelExport.read(Path.of("../examples/from-python/exports/flights-linear"));

  private final Bench bench = new Bench();
  private final ModelRegistry registry =
      ModelRegistry.on(bench.store, RegistryOptions.withDefaults().withTime(bench.time));
  private final RegisteredModel<Map<String, ?>, Double> model =
      registry.model("delay", OnnxModel.probability(EXPORT.schema()));
  private final Predictor<Row, Double> predictor = Predictor.of(MODEL).build();
  private final Shadow<Row, Double> shadow =
      Shadow.of(SCHEMA, Comparison.probability(Tolerance.absolute(0.1))).time(bench.time).build();
  private final ContinuousLoop<Map<String, ?>, Double> looping =
      loop()
          .data(
              now -> {
                throw new UnsupportedOperationException("never asked");
              })
          .train(
              (data, step) -> {
                throw new UnsupportedOperationException("never asked");
              })
          .evidence((in, candidate, data, now) -> {})
          .gates(policy())
          .storingIn(bench.store, "pod")
          .time(bench.time)
          .executor(Runnable::run)
          .build();
  private final Map<Class<?>, Supplier<?>> samples = new HashMap<>();

  @AfterEach
  void close() {
    looping.close();
    predictor.close();
    bench.close();
    registry.close();
  }

  private static Step<String> step() {
    return Step.named("a").source(Codec.text(), step -> "rows");
  }

  private static Pipeline pipeline() {
    return Pipeline.named("p").steps(step()).build();
  }

  private static LabeledDataset<Row> rows() {
    return LabeledDataset.of(
        SCHEMA, List.of(new Labeled<>(new Row("a", 1), 0), new Labeled<>(new Row("b", 2), 1)));
  }

  private LoopBuilder<Map<String, ?>, Double> loop() {
    return ContinuousLoop.of(model);
  }

  private void fill() {
    samples.put(String.class, () -> "a");
    samples.put(Integer.class, () -> 1);
    samples.put(Long.class, () -> 1L);
    samples.put(Double.class, () -> 1.0);
    samples.put(Boolean.class, () -> true);
    samples.put(Object.class, () -> "a");
    samples.put(Class.class, () -> Step.class);
    samples.put(Duration.class, () -> Duration.ofMinutes(1));
    samples.put(Instant.class, () -> Instant.EPOCH);
    samples.put(ZoneId.class, () -> ZoneOffset.UTC);
    samples.put(Path.class, () -> Path.of("a"));
    samples.put(Optional.class, Optional::empty);
    samples.put(OptionalLong.class, OptionalLong::empty);
    samples.put(TimeFolds.class, () -> TimeFolds.of(2));
    samples.put(List.class, List::of);
    samples.put(Map.class, Map::of);
    samples.put(SortedMap.class, TreeMap::new);
    samples.put(Throwable.class, () -> new IOException("x"));
    samples.put(Occasion.Kind.class, () -> Occasion.Kind.MANUAL);
    samples.put(RunStart.class, () -> new RunStart(RunStart.Outcome.CREATED, "a", "a"));
    samples.put(PipelineRun.class, NullArgumentsTest::run);
    samples.put(Interval.class, () -> Interval.at(Instant.EPOCH));
    samples.put(
        Occasion.class,
        () -> new Occasion("a", Occasion.Kind.MANUAL, "a", Instant.EPOCH, "because"));
    samples.put(RunRequest.class, () -> RunRequest.of(occasion(), Interval.at(Instant.EPOCH)));
    samples.put(
        BackfillRequest.class,
        () -> BackfillRequest.of("a", Interval.at(Instant.EPOCH), "because"));
    samples.put(Retry.class, Retry::never);
    samples.put(Trigger.class, () -> Trigger.pulled("a"));
    samples.put(Trigger.Signal.class, () -> new Trigger.Signal("a", "a"));
    samples.put(Command.class, () -> Command.of(Path.of("/bin/true")));
    samples.put(Step.class, NullArgumentsTest::step);
    samples.put(Step.Builder.class, () -> Step.named("a").code("1"));
    samples.put(Pipeline.class, NullArgumentsTest::pipeline);
    samples.put(Pipeline.Builder.class, () -> Pipeline.named("p"));
    samples.put(PipelineRunner.class, () -> bench.runner(pipeline()));
    samples.put(
        PipelineRunner.Builder.class, () -> PipelineRunner.of(pipeline(), bench.store, "pod"));
    samples.put(ModelVersion.class, () -> new ModelVersion("a", 1));
    samples.put(Schema.class, () -> SCHEMA);
    samples.put(Predictor.class, () -> predictor);
    samples.put(AnswerColumns.class, () -> AnswerColumns.score("a"));
    samples.put(BadRows.class, BadRows::fail);
    samples.put(BatchSource.class, () -> BatchSource.csv(Path.of("a"), SCHEMA));
    samples.put(BatchSink.class, () -> BatchSink.csv(Path.of("a")));
    samples.put(BatchScoring.class, () -> BatchScoring.with(new ModelVersion("a", 1), MODEL));
    samples.put(RegisteredModel.class, () -> model);
    samples.put(LoopBuilder.class, this::loop);
    samples.put(ContinuousLoop.class, () -> looping);
    samples.put(Shadow.class, () -> shadow);
    samples.put(TrackedExperiment.class, () -> Tracking.inMemory().experiment("a"));
    samples.put(TrialResult.class, NullArgumentsTest::trial);
    samples.put(
        SearchResult.class,
        () -> new SearchResult("a", true, 0, List.of(trial()), trial(), Optional.empty()));
    samples.put(GatePolicy.class, NullArgumentsTest::policy);
    samples.put(Lineage.class, Lineage::unknown);
    samples.put(LabeledDataset.class, NullArgumentsTest::rows);
    samples.put(LoopData.class, () -> new LoopData<>("a", rows(), rows()));
    samples.put(
        Expectations.class, () -> Expectations.of(SCHEMA, Expectation.feature("km").isPresent()));
    samples.put(SearchSpace.class, () -> SearchSpace.empty().oneOf("a", "a", "b"));
    samples.put(Search.class, () -> Search.over(SearchSpace.empty().oneOf("a", "a", "b")));
    samples.put(SearchMethod.class, () -> SearchMethod.random(1));
    samples.put(Candidate.class, () -> new Candidate(Map.of("a", "a")));
    samples.put(Trial.class, NullArgumentsTest::tried);
    samples.put(Folds.class, () -> Folds.kFold(rows(), 2, OptionalLong.empty()));
    samples.put(Time.class, () -> bench.time);
    samples.put(Progress.class, Progress::silent);
    samples.put(Check.Outcome.class, () -> new Check.Pass("a"));
  }

  private static PipelineRun run() {
    return new PipelineRun(
        "a",
        "p",
        RunRequest.of(occasion(), Interval.at(Instant.EPOCH)),
        RunStatus.SUCCEEDED,
        "",
        List.of(),
        Instant.EPOCH,
        Optional.empty(),
        List.of(),
        false);
  }

  private static TrialResult trial() {
    return new TrialResult(
        0,
        0,
        0,
        new Candidate(Map.of("a", "a")),
        1,
        Optional.empty(),
        Duration.ZERO,
        false,
        Optional.empty());
  }

  private static Trial tried() {
    Trial[] seen = new Trial[1];
    Search.over(SearchSpace.empty().oneOf("a", "a"))
        .minimise("loss")
        .method(SearchMethod.random(1))
        .run(
            trial -> {
              seen[0] = trial;
              return 0;
            });
    return seen[0];
  }

  private static Occasion occasion() {
    return new Occasion("a", Occasion.Kind.MANUAL, "a", Instant.EPOCH, "because");
  }

  private static GatePolicy policy() {
    return GatePolicy.named("a").require(Gate.dataValidated());
  }

  private static List<Class<?>> publicTypes() {
    try {
      Path root = Path.of(Step.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> all = Files.walk(root)) {
        List<String> names =
            all.filter(file -> file.toString().endsWith(".class"))
                .map(file -> root.relativize(file).toString().replace('\\', '/'))
                .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                .filter(name -> !name.endsWith("package-info"))
                .sorted()
                .toList();
        List<Class<?>> types = new ArrayList<>();
        for (String name : names) {
          Class<?> type = Class.forName(name);
          if (isPublic(type)) {
            types.add(type);
          }
        }
        return types;
      }
    } catch (IOException | URISyntaxException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isPublic(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
  }

  @Test
  void everythingPublic_null_namesTheParameter() {
    fill();
    Nulls nulls =
        new Nulls(
            samples,
            Map.of("line", "0 3 * * *", "high", 2.0, "k", 2, "executable", Path.of("/bin/true")));
    publicTypes().forEach(nulls::ask);

    assertThat(nulls.gaps()).as(String.join("\n", nulls.gaps())).isEmpty();
    assertThat(nulls.asked()).isGreaterThan(300);
  }

  @Test
  void everythingPublic_extremes_areTakenOrRefusedInAMessage() {
    fill();
    Nulls asking =
        new Nulls(
            samples,
            Map.of("line", "0 3 * * *", "high", 2.0, "k", 2, "executable", Path.of("/bin/true")));
    publicTypes().forEach(asking::askExtremes);

    assertThat(asking.gaps()).as(String.join("\n", asking.gaps())).isEmpty();
    assertThat(asking.asked()).isGreaterThan(1300);
  }

  /** What is asked of ours, and does not do it. */
  public static final class Careless {
    public Careless keep(String... columns) {
      return columns.length == 0 ? new Careless() : this;
    }

    public static int length(String text) {
      return text.length();
    }

    public static void clear(String text) {
      Objects.requireNonNull(text, "text");
    }
  }

  @Test
  void gaps_carelessType_areFound() {
    Nulls nulls =
        new Nulls(Map.of(String.class, () -> "a", Careless.class, Careless::new), Map.of());
    nulls.ask(Careless.class);

    assertThat(nulls.gaps())
        .hasSize(3)
        .anyMatch(gap -> gap.equals("Careless.keep(columns): nothing is said"))
        .anyMatch(gap -> gap.startsWith("Careless.length(text): java.lang.NullPointerException"));
  }
}
