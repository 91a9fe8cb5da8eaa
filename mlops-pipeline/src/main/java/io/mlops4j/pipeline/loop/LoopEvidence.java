package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Model;
import io.mlops4j.data.Labeled;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.LatencyBenchmark;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Records in the registry what the gates will look at, before they are asked. Called once for each
 * candidate, and again after a crash: evidence recorded twice does no harm.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
@FunctionalInterface
public interface LoopEvidence<I, O> {

  /**
   * Records evidence about a candidate, and about the champion on the same rows.
   *
   * @param model where to record it
   * @param candidate who is judged
   * @param data what it was trained on and is judged on
   * @param now when
   * @throws Exception if it could not; the step is tried again as the loop's {@code retry} says
   */
  void record(
      RegisteredModel<I, O> model, RegisteredVersion<I, O> candidate, LoopData<I> data, Instant now)
      throws Exception;

  /**
   * Returns evidence of both.
   *
   * @param more recorded after this
   * @return the evidence
   */
  default LoopEvidence<I, O> and(LoopEvidence<I, O> more) {
    Objects.requireNonNull(more, "more");
    return (model, candidate, data, now) -> {
      record(model, candidate, data, now);
      more.record(model, candidate, data, now);
    };
  }

  /**
   * Returns evaluations of candidate and champion on the rows to judge on, each loaded from its own
   * files as serving would, with their paired comparison.
   *
   * @param evaluator metrics, slices, fairness
   * @return the evidence
   * @param <I> one input row
   */
  static <I> LoopEvidence<I, Double> comparing(Evaluator<I> evaluator) {
    Objects.requireNonNull(evaluator, "evaluator");
    return (model, candidate, data, now) -> {
      Optional<RegisteredVersion<I, Double>> champion = model.champion();
      try (Model<I, Double> loaded = candidate.release().load()) {
        if (champion.isEmpty()) {
          model.recordEvaluation(
              candidate, evaluator.evaluate(contender(candidate, loaded), data.judge(), now));
          return;
        }
        try (Model<I, Double> old = champion.get().release().load()) {
          Contender<I> rival = contender(champion.get(), old);
          model.recordEvaluation(champion.get(), evaluator.evaluate(rival, data.judge(), now));
          model.recordEvaluation(
              candidate, evaluator.compare(contender(candidate, loaded), rival, data.judge(), now));
        }
      }
    };
  }

  /**
   * Returns latencies of candidate and champion in turns on the same rows: real time, on this
   * machine. It takes as long as the calls do.
   *
   * @param rows how many of the rows to judge on are asked about
   * @param benchmark sets counts and batch, such as {@code b -> b.withCounts(10, 200, 2_000)}
   * @return the evidence
   * @param <I> one input row
   * @param <O> one answer
   */
  static <I, O> LoopEvidence<I, O> latencyOn(
      int rows, UnaryOperator<LatencyBenchmark<I>> benchmark) {
    Objects.requireNonNull(benchmark, "benchmark");
    if (rows < 1) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: at least 1)");
    }
    return (model, candidate, data, now) -> {
      List<I> asked;
      try (var all = data.judge().stream()) {
        asked = all.limit(rows).map(Labeled::row).toList();
      }
      LatencyBenchmark<I> bench =
          benchmark.apply(LatencyBenchmark.on(asked, data.judge().digest()));
      Optional<RegisteredVersion<I, O>> champion = model.champion();
      try (Model<I, O> loaded = candidate.release().load()) {
        String name = candidate.version().toString();
        if (champion.isEmpty()) {
          model.recordLatency(candidate.number(), bench.run(name, loaded));
          return;
        }
        try (Model<I, O> old = champion.get().release().load()) {
          model.recordLatency(
              candidate.number(),
              bench.run(name, loaded, champion.get().version().toString(), old));
        }
      }
    };
  }

  private static <I> Contender<I> contender(
      RegisteredVersion<I, Double> version, Model<I, Double> model) {
    return new Contender<>(
        version.version().toString(), String.join(" ", version.digests().values()), model);
  }
}
