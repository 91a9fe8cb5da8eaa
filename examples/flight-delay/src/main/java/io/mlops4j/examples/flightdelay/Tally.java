package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Prediction;
import io.mlops4j.evaluation.BinaryEvaluation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** What was answered in the air, and how it turned out on the ground. Used by the replay thread. */
final class Tally {

  /**
   * An answer whose truth is not known yet.
   *
   * @param flight what departed
   * @param arm the arm of the A/B test that answered
   * @param answer the prediction
   */
  record Answer(Departure flight, String arm, Prediction<Flight, Double> answer) {}

  private final PriorityQueue<Answer> inTheAir =
      new PriorityQueue<>(Comparator.comparing((Answer a) -> a.flight().lands()));
  private final Map<String, BinaryEvaluation.Collector> arms = new LinkedHashMap<>();
  private final Map<String, BinaryEvaluation.Collector> versions = new LinkedHashMap<>();
  private final LongStream.Builder latencies = LongStream.builder();
  private long landed;

  void departed(List<Answer> answers) {
    answers.forEach(answer -> latencies.add(answer.answer().latency().toNanos()));
    inTheAir.addAll(answers);
  }

  /** Hands over every answer whose flight has landed by now, in the order of landing. */
  void land(java.time.Instant now, Consumer<Answer> toMonitors) {
    List<Answer> down = new ArrayList<>();
    while (!inTheAir.isEmpty() && !inTheAir.peek().flight().lands().isAfter(now)) {
      down.add(inTheAir.poll());
    }
    for (Answer answer : down) {
      boolean delayed = answer.flight().delayed() == 1;
      double risk = answer.answer().output();
      String version = answer.answer().version().toString();
      arms.computeIfAbsent(answer.arm(), arm -> BinaryEvaluation.collector()).add(risk, delayed);
      versions.computeIfAbsent(version, v -> BinaryEvaluation.collector()).add(risk, delayed);
      toMonitors.accept(answer);
    }
    landed += down.size();
  }

  long landed() {
    return landed;
  }

  /** Returns how long each answer took, in nanoseconds. Can be asked once. */
  long[] latencies() {
    return latencies.build().toArray();
  }

  Map<String, BinaryEvaluation> byArm() {
    return evaluated(arms);
  }

  Map<String, BinaryEvaluation> byVersion() {
    return evaluated(versions);
  }

  private static Map<String, BinaryEvaluation> evaluated(
      Map<String, BinaryEvaluation.Collector> collectors) {
    Map<String, BinaryEvaluation> result = new LinkedHashMap<>();
    collectors.forEach((name, collector) -> result.put(name, collector.evaluate()));
    return Collections.unmodifiableMap(result);
  }
}
