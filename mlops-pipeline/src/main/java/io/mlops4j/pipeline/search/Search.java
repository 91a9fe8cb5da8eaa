package io.mlops4j.pipeline.search;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.registry.tracking.TrackedExperiment;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the candidate of a space with the best value, with the same result on every machine and
 * with any number of threads.
 *
 * <pre>{@code
 * SearchResult result =
 *     Search.over(space)
 *         .minimise("log-loss")
 *         .method(SearchMethod.latinHypercube(40))
 *         .seed(42)
 *         .threads(pool)
 *         .trackedIn(tracking.experiment("flights"), "boosting")
 *         .run(trial -> folds.score(fold -> train(fold, trial.candidate())).mean());
 * }</pre>
 *
 * <p>Collects what a search works with; every value may be set once. Not thread-safe.
 */
public final class Search {
  private static final int MAX_NAME = 250;

  final SearchSpace space;
  @Nullable String objective;
  @Nullable Direction direction;
  @Nullable SearchMethod method;
  @Nullable Long seed;
  @Nullable ExecutorService pool;
  @Nullable TrackedExperiment experiment;
  @Nullable String name;
  @Nullable Integer patience;
  @Nullable Integer withoutGain;
  @Nullable Progress progress;
  @Nullable Time time;
  boolean continuing;

  private Search(SearchSpace space) {
    this.space = space;
  }

  /**
   * Starts a search.
   *
   * @param space what may be tried, at least one parameter
   * @return a search without objective and method
   */
  public static Search over(SearchSpace space) {
    if (Objects.requireNonNull(space, "space").names().isEmpty()) {
      throw new IllegalArgumentException("space: empty (expected: at least one parameter)");
    }
    return new Search(space);
  }

  /**
   * Says that small values are better.
   *
   * @param metric what the value is called
   * @return this
   */
  public Search minimise(String metric) {
    return towards(metric, Direction.MINIMISE);
  }

  /**
   * Says that large values are better.
   *
   * @param metric what the value is called
   * @return this
   */
  public Search maximise(String metric) {
    return towards(metric, Direction.MAXIMISE);
  }

  private Search towards(String metric, Direction way) {
    Objects.requireNonNull(metric, "metric");
    if (metric.isBlank() || !metric.equals(Text.printable(metric, MAX_NAME))) {
      throw new IllegalArgumentException(
          "metric: \""
              + Text.printable(metric, 64)
              + "\" (expected: 1 to 250 printable characters)");
    }
    objective = once("the objective", objective, metric);
    direction = way;
    return this;
  }

  /**
   * Says what is tried.
   *
   * @param how the method
   * @return this
   */
  public Search method(SearchMethod how) {
    method = once("method", method, how);
    return this;
  }

  /**
   * Says where random numbers start; 0 unless said.
   *
   * @param value any number
   * @return this
   */
  public Search seed(long value) {
    seed = once("seed", seed, value);
    return this;
  }

  /**
   * Tries several candidates at once. Without it they are tried on the thread that runs the search.
   *
   * @param threads its threads are used, as many as are free; stays open
   * @return this
   */
  public Search threads(ExecutorService threads) {
    pool = once("threads", pool, threads);
    return this;
  }

  /**
   * Writes the search as a run, and each trial as a child of it with its parameters and values.
   *
   * @param where the experiment
   * @param runName what people call the search
   * @return this
   */
  public Search trackedIn(TrackedExperiment where, String runName) {
    Objects.requireNonNull(where, "where");
    name = Objects.requireNonNull(runName, "runName");
    experiment = once("trackedIn", experiment, where);
    return this;
  }

  /**
   * Goes on with the latest search of the same space, method, objective and seed in the experiment
   * that has not finished, such as one whose process was killed: trials that had ended are not run
   * again. If there is none, begins a new one. Two processes at once would do some trials twice.
   *
   * @return this
   */
  public Search continuing() {
    continuing = true;
    return this;
  }

  /**
   * Lets a trial that reports its progress stop when it has not become better for some reports in a
   * row: {@link Trial#report} returns false. For ever unless said.
   *
   * @param reports 1 or more
   * @return this
   */
  public Search patience(int reports) {
    patience = once("patience", patience, requirePositive("patience", reports));
    return this;
  }

  /**
   * Ends the search when some candidates in a row, in the order of their numbers, were not better
   * than the best before. What other threads have tried beyond that point does not count, so the
   * result is the same. Not with successive halving.
   *
   * @param candidates 1 or more
   * @return this
   */
  public Search stopWithoutGain(int candidates) {
    withoutGain =
        once("stopWithoutGain", withoutGain, requirePositive("stopWithoutGain", candidates));
    return this;
  }

  /**
   * Says who is told how many trials have ended.
   *
   * @param listener called by the threads that try
   * @return this
   */
  public Search progress(Progress listener) {
    progress = once("progress", progress, listener);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public Search time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Tries the candidates and returns the best one. An interrupt ends it; trials that have ended are
   * tracked then, if the search is.
   *
   * @param value what is to be made small or large
   * @return all trials and the best
   * @throws SearchException if no trial has a value; says why the first failed
   * @throws IllegalStateException if objective or method were not set
   */
  public SearchResult run(Objective value) {
    Objects.requireNonNull(value, "value");
    SearchMethod how = require("method", method);
    require("minimise or maximise", objective);
    if (withoutGain != null && how.halving().isPresent()) {
      throw new IllegalStateException(
          "stopWithoutGain does not go with successive halving, which stops candidates itself");
    }
    if (continuing && experiment == null) {
      throw new IllegalStateException("continuing() needs trackedIn(…): nothing else is stored");
    }
    return SearchRun.of(this, value).run();
  }

  long effectiveSeed() {
    return seed == null ? 0 : seed;
  }

  /** What makes two searches the same one. */
  String digest() {
    String text =
        String.join(
            "\n",
            space.digest(),
            String.valueOf(method),
            String.valueOf(objective),
            String.valueOf(direction),
            Long.toString(effectiveSeed()),
            String.valueOf(patience),
            String.valueOf(withoutGain));
    return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  static <V> V require(String what, @Nullable V value) {
    if (value == null) {
      throw new IllegalStateException(what + "(…) must be called before run(…)");
    }
    return value;
  }

  private static int requirePositive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 1 or more)");
    }
    return value;
  }

  private static <V> V once(String what, @Nullable V old, V value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
