package io.mlops4j.delivery;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/** Simulated requests: both arms alike, except for what a test makes worse in the candidate. */
final class Traffic {
  static final ModelVersion CHAMPION = new ModelVersion("m", 1);
  static final ModelVersion CANDIDATE = new ModelVersion("m", 2);
  static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

  final VirtualTime time = VirtualTime.startingAt(START);
  final SplittableRandom random;

  double errorRate = 0.002;

  double candidateErrorRate = 0.002;
  double slowdown = 1;
  double scoreShift;
  double candidateNoise;
  int units = 100_000;
  boolean labels = true;
  private long sequence;

  Traffic(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Sends requests evenly over a while, routed by the rollout, with labels at once. */
  void send(Rollout<Object, Double> rollout, int requests, Duration over) {
    Duration each = over.dividedBy(requests);
    for (int i = 0; i < requests; i++) {
      one(rollout);
      time.advance(each);
    }
  }

  void one(Rollout<Object, Double> rollout) {
    String unit = "u" + random.nextInt(units);
    Arm arm = rollout.arm(unit);
    boolean candidate = arm == Arm.CANDIDATE;
    ModelVersion version = candidate ? CANDIDATE : CHAMPION;
    String id = "p" + sequence++;
    double latency = 5e6 * Math.exp(0.5 * random.nextGaussian()) * (candidate ? slowdown : 1);
    if (random.nextDouble() < (candidate ? candidateErrorRate : errorRate)) {
      rollout.onFailure(
          new FailedPrediction(
              version,
              FailedPrediction.Reason.MODEL,
              time.now(),
              Duration.ofNanos((long) latency)));
      return;
    }
    double risk = random.nextDouble();
    double label = random.nextDouble() < risk ? 1 : 0;
    double score = candidate ? risk + candidateNoise * (random.nextDouble() - risk) : risk;
    if (candidate) {
      score = Math.min(1, score + scoreShift);
    }
    rollout.onPrediction(
        new Prediction<>(
            id,
            "k" + id,
            unit,
            version,
            Prediction.Source.MODEL,
            null,
            score,
            time.now(),
            Duration.ofNanos((long) latency)));
    if (labels) {
      rollout.reportById(id, label, time.now());
    }
  }

  Prediction<Object, Double> prediction(ModelVersion version, String unit, double score) {
    return prediction(version, unit, score, Prediction.Source.MODEL);
  }

  Prediction<Object, Double> prediction(
      ModelVersion version, String unit, double score, Prediction.Source source) {
    String id = "p" + sequence++;
    return new Prediction<>(
        id, "k" + id, unit, version, source, null, score, time.now(), Duration.ofMillis(5));
  }
}
