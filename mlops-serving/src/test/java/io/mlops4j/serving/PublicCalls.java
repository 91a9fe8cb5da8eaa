package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Elements;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.PublicMethods;
import io.mlops4j.core.PublicMethods.Place;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Values for every parameter of every public method, record and constructor of this module, and a
 * way to call it. What a call opens is closed with this.
 */
final class PublicCalls implements AutoCloseable {
  static final float[] ROW = {1};
  static final String NAME = "x";

  /** What the model here makes of the row. */
  static final Double ANSWER = 0.5;

  /** Written by python/make_vectors.py. */
  private static final Path EXPORT =
      Path.of("../mlops-core/src/test/resources/python-export/export-1");

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  private static final List<Place> LISTS =
      places().filter(place -> place.type() == List.class).toList();

  private final PublicMethods methods = methods();
  private final List<Runnable> opened = new ArrayList<>();
  private @Nullable Object subject;

  PublicCalls() {
    addSubjects();
    addValues();
  }

  private static PublicMethods methods() {
    return new PublicMethods(Predictor.class)
        .inherited()
        .theirs(MirrorListener.class, SwapListener.class);
  }

  private <T> void sample(Class<? super T> type, Supplier<T> value) {
    methods.sample(type, value);
  }

  <T extends AutoCloseable> T opened(T resource) {
    opened.add(() -> closed(resource));
    return resource;
  }

  static Model<float[], Double> model() {
    return rows -> Elements.list("inputs", rows).stream().map(row -> row[0] / 2.0).toList();
  }

  @SuppressWarnings("unchecked") // every predictor here is over that model
  static Object answer(Predictor<?, ?> predictor) {
    return ((Predictor<float[], Object>) predictor).predict(ROW);
  }

  static ModelRelease<float[], Double> release() {
    return Models.release(5, PublicCalls::model);
  }

  static PredictorBuilder<float[], Double> builder() {
    return Predictor.of(model());
  }

  Predictor<float[], Double> predictor() {
    return opened(builder().build());
  }

  private void addSubjects() {
    sample(Predictor.class, this::predictor);
    sample(PredictorBuilder.class, PublicCalls::builder);
    sample(MirrorBuilder.class, () -> Mirror.to(predictor()));
    sample(Mirror.class, () -> opened(Mirror.to(predictor()).build()));
    sample(ModelHostBuilder.class, ModelHost::builder);
    sample(
        ModelHost.class,
        () -> {
          ModelHost host = opened(ModelHost.builder().memory(1000).residentMemory(() -> 1).build());
          host.add("known", 1, this::predictor);
          return host;
        });
    sample(
        PredictorSet.class,
        () -> opened(PredictorSet.following(releases(), UnaryOperator.identity())));
    sample(
        TrafficSplit.class,
        () -> opened(TrafficSplit.of(predictor(), row -> "u", UnaryOperator.identity())));
    sample(ModelSteps.class, () -> ModelSteps.of(model()));
    sample(GoldenRowsCheck.class, () -> GoldenRowsCheck.of(release()));
    sample(OnnxLoader.class, () -> OnnxModel.regression(Models.ONE));
    sample(OnnxOutputs.class, () -> OnnxOutputs.of(Map.of(), 0));
    sample(OnnxOptions.class, OnnxOptions::withDefaults);
    sample(TokenInput.class, () -> TokenInput.<String>of(text -> new long[] {1}));
    sample(TrialRun.class, () -> TrialRun.of(OnnxModel.regression(Models.ONE)));
    sample(OnnxOptions.Cuda.class, () -> new OnnxOptions.Cuda(0, 1 << 20, 1));
    sample(
        OnnxOptions.CustomOperators.class,
        () -> new OnnxOptions.CustomOperators(Path.of("none.so"), "0".repeat(64)));
    sample(
        MirroredRow.class,
        () -> new MirroredRow<>(prediction(), Models.version(2), 0.5, null, Duration.ZERO));
    sample(Scored.class, () -> new Scored<float[], Double>(0, ROW, Models.version(1), 0.5, null));
    sample(Pooling.class, () -> Pooling.MEAN);
    sample(Caching.class, Caching::withDefaults);
    sample(CallOptions.class, CallOptions::withDefaults);
    sample(CircuitBreaking.class, CircuitBreaking::withDefaults);
    sample(MicroBatching.class, MicroBatching::withDefaults);
    sample(
        LatencyBenchmark.class,
        () -> LatencyBenchmark.on(List.of(ROW), "rows").withCounts(5, 2, 1));
  }

  private static ModelReleases<float[], Double> releases() {
    return ModelReleases.of("m", List.of(release()));
  }

  private void addValues() {
    sample(Model.class, PublicCalls::model);
    sample(ModelRelease.class, PublicCalls::release);
    sample(ModelReleases.class, PublicCalls::releases);
    sample(ModelSource.class, () -> ModelSource.of(release()));
    sample(ModelVersion.class, () -> Models.version(1));
    sample(ModelArtifact.class, () -> Models.artifact("plus1.onnx", null, null));
    sample(ModelExport.class, () -> ModelExport.read(EXPORT));
    sample(Schema.class, () -> Models.ONE);
    sample(InputEncoding.class, () -> InputEncoding.numeric(Models.ONE));
    sample(Prediction.class, PublicCalls::prediction);
    sample(ClassProbabilities.class, () -> ClassProbabilities.unnamed(0.5, 0.5));
    sample(MlopsException.class, () -> new MlopsException("x"));
    sample(MeterRegistry.class, SimpleMeterRegistry::new);
    sample(ObservationRegistry.class, ObservationRegistry::create);
    sample(PredictionListener.class, () -> (PredictionListener<float[], Double>) seen -> {});
    sample(MirrorListener.class, () -> (MirrorListener<float[], Double>) seen -> {});
    sample(SwapListener.class, () -> step -> {});
    sample(Time.class, () -> VirtualTime.startingAt(NOON));
    sample(Function.class, () -> (Function<Object, Object>) value -> value);
    sample(UnaryOperator.class, UnaryOperator::identity);
    sample(Predicate.class, () -> (Predicate<Object>) value -> true);
    sample(Supplier.class, () -> (Supplier<Object>) this::predictor);
    sample(LongSupplier.class, () -> () -> 1);
    sample(Object.class, () -> ROW);
    sample(String.class, () -> NAME);
    sample(Path.class, () -> Models.file("plus1.onnx"));
    sample(Duration.class, () -> Duration.ofSeconds(1));
    sample(Optional.class, Optional::empty);
    sample(Map.class, Map::of);
    sample(List.class, () -> List.of(ROW));
    for (Place place : LISTS) {
      String elements = place.of().getGenericParameterTypes()[place.parameter()].getTypeName();
      if (elements.contains("Model<")) {
        methods.sample(place.toString(), () -> List.of(model()));
      } else if (elements.contains("Path")) {
        methods.sample(place.toString(), () -> List.of(Models.file("plus1.onnx")));
      }
    }
    sample(Stream.class, Stream::empty);
    sample(int.class, () -> 5);
    sample(long.class, () -> 1L << 20);
    sample(double.class, () -> 0.5);
    sample(boolean.class, () -> false);
  }

  static Prediction<float[], Double> prediction() {
    return new Prediction<>(
        "p",
        null,
        null,
        Models.version(1),
        Prediction.Source.MODEL,
        Models.ONE.encode(ROW),
        0.5,
        NOON,
        Duration.ZERO);
  }

  static Stream<Place> places() {
    return methods().places();
  }

  static Stream<Place> references() {
    return methods().references();
  }

  /** The parameter, or the option that a builder's or record's method sets. */
  static List<String> names(Place place) {
    String method = place.of().getName().replaceFirst("^with(?=[A-Z])", "");
    return List.of(
        place.name(), method.substring(0, 1).toLowerCase(Locale.ROOT) + method.substring(1));
  }

  /** Calls with samples and one other value. */
  @Nullable Object call(Place place, @Nullable Object value) throws Throwable {
    PublicMethods.Answer answer = methods.ask(place, value);
    subject = answer.subject();
    if (answer.thrown() != null) {
      throw answer.thrown();
    }
    return answer.returned();
  }

  /** Returns what the last method was called on; null if it was static. */
  @Nullable Object subject() {
    return subject;
  }

  private static void closed(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).run();
    }
  }
}
