package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Measures how fast a version answers, beside the champion, for a latency gate. Immutable.
 *
 * <p>Each row is asked of both models twice in turns, in an order that is drawn anew for each row:
 * what the machine does meanwhile (other work, a slower clock, garbage collection) hits both alike.
 * The champion's second run against its first one is the noise: what this machine makes of no
 * difference at all. One thread; a model is measured, not a service under load.
 *
 * <pre>{@code
 * LatencyReport report = LatencyBenchmark.on(rows, testRows.digest())
 *     .run("delay:4", candidate, "delay:3", champion);
 * registered.recordLatency(4, report);
 * }</pre>
 *
 * @param rows what to ask, at least 1; asked again from the start when they run out
 * @param data what the rows are: the content digest of a data set, or a name
 * @param batch how many rows a call has, 1 to 1,048,576
 * @param rounds in how many rounds the calls are counted, 5 to 10,000: the noise is what rounds
 *     differ by
 * @param callsPerRound how often each model is asked in a round, at least 1 and at most 10,000,000
 *     in all rounds; a p99 needs 1,000 in all
 * @param warmUp how many calls of each come first and are not counted, 0 to 10,000,000
 * @param time the clocks
 * @param <I> one input row
 */
public record LatencyBenchmark<I>(
    List<I> rows, String data, int batch, int rounds, int callsPerRound, int warmUp, Time time) {
  private static final int LEAST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 10_000;
  private static final int MOST_ROWS = 1 << 20;

  /** Each leaves 16 bytes, and all are sorted in the end. */
  private static final int MOST_CALLS = 10_000_000;

  /** Whether a model is measured for the first or the second time on a row. */
  private static final int RUNS = 2;

  /** Copies the rows and checks the ranges. */
  public LatencyBenchmark {
    rows = Elements.list("rows", rows);
    Objects.requireNonNull(time, "time");
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows: 0 (expected: at least 1)");
    }
    requireText("data", data);
    requireRange("batch", batch, 1, MOST_ROWS);
    requireRange("rounds", rounds, LEAST_ROUNDS, MOST_ROUNDS);
    requireRange("callsPerRound", callsPerRound, 1, MOST_CALLS / rounds);
    requireRange("warmUp", warmUp, 0, MOST_CALLS);
  }

  private static void requireText(String name, String text) {
    if (Objects.requireNonNull(text, name).isBlank()) {
      throw new IllegalArgumentException(
          name + ": \"" + Text.printable(text, 64) + "\" (expected: a text)");
    }
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }

  /**
   * Returns the usual: one row a call, 10 rounds of 200 calls after 2,000 to warm up, system time.
   *
   * @param rows what to ask, such as some thousand rows of the test data
   * @param data what they are: a content digest, or a name
   * @param <I> one input row
   * @return a benchmark
   */
  public static <I> LatencyBenchmark<I> on(List<I> rows, String data) {
    return new LatencyBenchmark<>(rows, data, 1, 10, 200, 2_000, Time.system());
  }

  /**
   * Returns a copy with another number of rows a call.
   *
   * @param size at least 1
   * @return the copy
   */
  public LatencyBenchmark<I> withBatch(int size) {
    return new LatencyBenchmark<>(rows, data, size, rounds, callsPerRound, warmUp, time);
  }

  /**
   * Returns a copy with other counts.
   *
   * @param newRounds at least 5
   * @param calls of each model in a round, at least 1
   * @param warmUpCalls at least 0
   * @return the copy
   */
  public LatencyBenchmark<I> withCounts(int newRounds, int calls, int warmUpCalls) {
    return new LatencyBenchmark<>(rows, data, batch, newRounds, calls, warmUpCalls, time);
  }

  /**
   * Returns a copy with another time.
   *
   * @param clocks what to measure with
   * @return the copy
   */
  public LatencyBenchmark<I> withTime(Time clocks) {
    return new LatencyBenchmark<>(rows, data, batch, rounds, callsPerRound, warmUp, clocks);
  }

  /**
   * Returns how fast a version answers by itself. Takes as long as its calls do.
   *
   * @param version such as {@code delay:1}
   * @param model what to measure; not closed
   * @param <O> one answer
   * @return the report, without a champion
   * @throws MlopsException if the model does, or gives another number of answers
   */
  public <O> LatencyReport run(String version, Model<I, O> model) {
    requireText("version", version);
    Objects.requireNonNull(model, "model");
    return report(version, Optional.empty(), measured(model, model));
  }

  /**
   * Returns how fast a version answers beside another one.
   *
   * @param candidate such as {@code delay:4}
   * @param model what to measure; not closed
   * @param champion the version to compare with, such as {@code delay:3}
   * @param other what to measure beside it; not closed
   * @param <O> one answer
   * @param <P> one answer of the other
   * @return the report
   * @throws MlopsException if a model does, or gives another number of answers
   */
  public <O, P> LatencyReport run(
      String candidate, Model<I, O> model, String champion, Model<I, P> other) {
    requireText("candidate", candidate);
    Objects.requireNonNull(model, "model");
    requireText("champion", champion);
    Objects.requireNonNull(other, "other");
    return report(candidate, Optional.of(champion), measured(model, other));
  }

  /** Nanoseconds of the calls of candidate and champion, each twice, by round. */
  private long[][][] measured(Model<I, ?> candidate, Model<I, ?> champion) {
    List<List<I>> calls = calls();
    List<Model<I, ?>> arms = List.of(candidate, candidate, champion, champion);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    int[] order = {0, 1, 2, 3};
    long[][][] nanos = new long[arms.size()][rounds][(callsPerRound + RUNS - 1) / RUNS];
    int asked = 0;
    for (int i = 0; i < warmUp; i++) {
      for (int arm = 0; arm < arms.size(); arm += RUNS) {
        timed(arms.get(arm), calls.get(asked % calls.size()));
      }
      asked++;
    }
    for (int round = 0; round < rounds; round++) {
      for (int call = 0; call < nanos[0][round].length; call++) {
        List<I> batchRows = calls.get(asked++ % calls.size());
        shuffle(order, random);
        for (int arm : order) {
          nanos[arm][round][call] = timed(arms.get(arm), batchRows);
        }
      }
    }
    return nanos;
  }

  private List<List<I>> calls() {
    List<List<I>> calls = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += batch) {
      List<I> call = new ArrayList<>(batch);
      for (int i = 0; i < batch; i++) {
        call.add(rows.get((from + i) % rows.size()));
      }
      calls.add(List.copyOf(call));
    }
    return calls;
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }

  private long timed(Model<I, ?> model, List<I> inputs) {
    long before = time.nanos();
    List<?> answers = model.predict(inputs);
    long nanos = time.nanos() - before;
    if (answers.size() != inputs.size()) {
      throw new MlopsException(
          "A model gave "
              + answers.size()
              + " answers for "
              + inputs.size()
              + " rows; it cannot be measured.");
    }
    return Math.max(1, nanos);
  }

  private LatencyReport report(String candidate, Optional<String> champion, long[][][] nanos) {
    Map<Percentile, Long> mine = new EnumMap<>(Percentile.class);
    Map<Percentile, Long> theirs = new EnumMap<>(Percentile.class);
    Map<Percentile, Double> noise = new EnumMap<>(Percentile.class);
    long[] candidates = sorted(flat(nanos[0]), flat(nanos[1]));
    long[] champions = sorted(flat(nanos[2]), flat(nanos[3]));
    for (Percentile percentile : Percentile.values()) {
      mine.put(percentile, at(candidates, percentile));
      theirs.put(percentile, at(champions, percentile));
      noise.put(percentile, noise(nanos[2], nanos[3], percentile));
    }
    Instant now = time.now();
    return new LatencyReport(
        candidate,
        champion,
        data,
        environment(),
        batch,
        rounds,
        candidates.length,
        mine,
        champion.isPresent() ? theirs : mine,
        noise,
        now);
  }

  /**
   * By which factor less 1 the champion differs from itself: two standard errors of the mean log
   * ratio over the rounds, or the log ratio over all calls if that is larger.
   */
  private static double noise(long[][] first, long[][] second, Percentile percentile) {
    double sum = 0;
    double squares = 0;
    for (int round = 0; round < first.length; round++) {
      double ratio =
          Math.log(
              at(sorted(first[round]), percentile)
                  / (double) at(sorted(second[round]), percentile));
      sum += ratio;
      squares += ratio * ratio;
    }
    double mean = sum / first.length;
    double variance = Math.max(0, squares / first.length - mean * mean);
    double error = 2 * Math.sqrt(variance / (first.length - 1));
    double all =
        Math.abs(
            Math.log(
                at(sorted(flat(first)), percentile)
                    / (double) at(sorted(flat(second)), percentile)));
    return Math.expm1(Math.max(error, all));
  }

  private static long[] flat(long[][] rounds) {
    return Arrays.stream(rounds).flatMapToLong(Arrays::stream).toArray();
  }

  private static long[] sorted(long[]... parts) {
    long[] all = Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    Arrays.sort(all);
    return all;
  }

  /** The smallest time that a share of the calls does not exceed. */
  private static long at(long[] sorted, Percentile percentile) {
    return sorted[(int) Math.ceil(percentile.share() * sorted.length) - 1];
  }

  private static String environment() {
    return "Java "
        + Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors";
  }
}
