package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A world of readings above and below zero, in which a model is the sign it has learned. */
final class LoopWorld {
  /** One row. */
  public record Reading(double x) {}

  static final Schema<Reading> SCHEMA = Schema.of(Reading.class);
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final GatePolicy POLICY =
      GatePolicy.named("signs").require(Gate.metric(Metric.AUC).atLeast(0.9));

  final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
  final ObjectStore store;
  final ModelRegistry registry;
  final RegisteredModel<Reading, Double> model;

  boolean learnInverted;
  boolean judgeInverted;
  double shift;

  LoopWorld() {
    this(ObjectStore.inMemory());
  }

  LoopWorld(ObjectStore store) {
    this.store = store;
    this.registry =
        ModelRegistry.on(
            store,
            RegistryOptions.withDefaults().withTime(time).withPollInterval(Duration.ofHours(1)));
    this.model = registry.model("sign", new Loader());
  }

  /** A loop with everything that is needed and nothing else. */
  LoopBuilder<Reading, Double> loop() {
    return ContinuousLoop.of(model)
        .data(this::data)
        .train((data, step) -> trained(data))
        .evidence(LoopEvidence.comparing(Evaluator.<Reading>binary().build()))
        .gates(POLICY)
        .every(MINUTE)
        .time(time)
        .executor(Runnable::run)
        .storingIn(store, "one");
  }

  LoopData<Reading> data(Instant now) {
    return new LoopData<>("readings", rows(0, learnInverted), rows(0.5, judgeInverted));
  }

  /** Passes with a minute after each. */
  void pass(ContinuousLoop<?, ?> loop, int times) {
    for (int i = 0; i < times; i++) {
      loop.pass();
      time.advance(MINUTE);
    }
  }

  private LabeledDataset<Reading> rows(double offset, boolean inverted) {
    List<Labeled<Reading>> rows = new ArrayList<>();
    for (int i = -50; i < 50; i++) {
      double x = i + offset + 0.25 + shift;
      rows.add(new Labeled<>(new Reading(x), x > shift != inverted ? 1 : 0));
    }
    return LabeledDataset.of(SCHEMA, rows);
  }

  static ModelFiles trained(LoopData<Reading> data) {
    double slope;
    try (var rows = data.learn().stream()) {
      slope = rows.mapToDouble(row -> row.row().x() * (row.label() - 0.5)).sum();
    }
    String file = slope > 0 ? "1" : "-1";
    return ModelFiles.of("sign", Map.of("slope", file.getBytes(StandardCharsets.UTF_8)))
        .withSignature(SCHEMA.fingerprint());
  }

  /** Half of the labels are positive, and larger readings more often. */
  static Check.Outcome signs(LoopData<Reading> data) {
    return trained(data).bytes("slope").length == 1
        ? new Check.Pass("Larger readings are positive.")
        : new Check.Fail("Larger readings are negative.");
  }

  private static final class Loader implements ModelLoader<Reading, Double> {
    @Override
    public Set<String> formats() {
      return Set.of("sign");
    }

    @Override
    public Model<Reading, Double> load(ModelVersion version, ModelArtifact artifact) {
      double slope =
          Double.parseDouble(new String(artifact.bytes("slope"), StandardCharsets.UTF_8));
      return rows -> rows.stream().map(row -> 1 / (1 + Math.exp(-slope * row.x()))).toList();
    }
  }
}
