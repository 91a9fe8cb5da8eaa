package io.mlops4j.delivery;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers whose labels come late, the same in every process: a name and a number say everything
 * about one. Scores and losses are whole numbers of sixteenths, so that sums are exact in any
 * order.
 */
final class LateAnswers {
  static final Duration PATIENCE = Duration.ofMinutes(18);

  /** A first step that passes on error rates alone; labels can roll it back. */
  static final RolloutPlan PLAN =
      RolloutPlan.steps(0.5, 0.9)
          .watching(
              Watch.errorRateNotWorseBy(0.3), Watch.squaredErrorNotWorseBy(0.05).notWaitedFor())
          .withMinSamples(60)
          .lasting(Duration.ofMinutes(1), Duration.ofDays(365));

  /** The same; nothing goes on by itself. */
  static final RolloutPlan LONG = PLAN.lasting(Duration.ofDays(300), Duration.ofDays(365));

  private LateAnswers() {}

  /** A clock that a test sets; nothing is ever due, so that only who looks looks. */
  static final class Clock implements Time {
    private volatile Duration past = Duration.ZERO;

    Clock at(Duration sinceStart) {
      past = sinceStart;
      return this;
    }

    @Override
    public long nanos() {
      return past.toNanos();
    }

    @Override
    public Instant now() {
      return Traffic.START.plus(past);
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
      return () -> {};
    }
  }

  static Rollout<Object, Double> open(
      ObjectStore store, String model, RolloutPlan plan, Clock clock) {
    return Rollout.<Object, Double>of(new ModelVersion(model, 1), plan)
        .store(store)
        .time(clock)
        .every(Duration.ofMinutes(1))
        .build();
  }

  /**
   * Gives answers to a rollout.
   *
   * @param name of these answers: others have other ids, keys and units
   * @param worse whether the candidate's are wrong
   */
  static void answer(
      Rollout<Object, Double> rollout,
      String model,
      String name,
      boolean worse,
      int from,
      int to,
      Time time) {
    for (int i = from; i < to; i++) {
      boolean candidate = i % 2 == 1;
      double wrong = worse && candidate ? 12 : i / 2 % 5;
      double score = label(i) == 1 ? 1 - wrong / 16 : wrong / 16;
      rollout.onPrediction(
          new Prediction<>(
              "id" + name + "-" + i,
              "key" + name + "-" + i,
              "u" + name + "-" + i,
              new ModelVersion(model, candidate ? 2 : 1),
              Prediction.Source.MODEL,
              null,
              score,
              time.now(),
              Duration.ofMillis(5)));
    }
  }

  private static double label(int i) {
    return i / 2 % 4 == 0 ? 1 : 0;
  }

  /** Reports the labels of answers, every third by its key. */
  static void label(Rollout<Object, Double> rollout, String name, int from, int to, Time time) {
    for (int i = from; i < to; i++) {
      if (i % 3 == 0) {
        rollout.reportByKey("key" + name + "-" + i, label(i), time.now());
      } else {
        rollout.reportById("id" + name + "-" + i, label(i), time.now());
      }
    }
  }

  /** Returns how many requests the runs of a model's first rollout have written down. */
  static long requests(ObjectStore store, String model, RolloutPlan plan) {
    String prefix = FleetCounts.prefix(model, 2);
    return new FleetCounts(store, plan, prefix)
        .others(store.list(prefix), "").values().stream()
            .mapToLong(
                read ->
                    read.counts().requests(0, Arm.CHAMPION)
                        + read.counts().requests(0, Arm.CANDIDATE))
            .sum();
  }

  /** Starts a child process with a small heap, whose errors come out here. */
  static Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-Xmx96m", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
