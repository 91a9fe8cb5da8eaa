package io.mlops4j.pipeline.search;

import io.mlops4j.registry.tracking.Run;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One candidate that is being tried, with what it may use. Used by the thread that tries it. */
public final class Trial {
  private final int number;
  private final int round;
  private final long budget;
  private final Candidate candidate;
  private final long seed;
  private final Patience patience;
  private final String objective;
  private final @Nullable Run run;
  private long lastStep = -1;

  Trial(
      int number,
      int round,
      long budget,
      Candidate candidate,
      long seed,
      Patience patience,
      String objective,
      @Nullable Run run) {
    this.number = number;
    this.round = round;
    this.budget = budget;
    this.candidate = candidate;
    this.seed = seed;
    this.patience = patience;
    this.objective = objective;
    this.run = run;
  }

  /**
   * Returns the candidate's number.
   *
   * @return from 0
   */
  public int number() {
    return number;
  }

  /**
   * Returns the round of successive halving.
   *
   * @return from 0; 0 with other methods
   */
  public int round() {
    return round;
  }

  /**
   * Returns how much this trial may use.
   *
   * @return the budget of its round; 0 with other methods
   */
  public long budget() {
    return budget;
  }

  /**
   * Returns what is tried.
   *
   * @return the values
   */
  public Candidate candidate() {
    return candidate;
  }

  /**
   * Returns where this trial's random numbers start: it follows from the search's seed and the
   * candidate's number, whatever thread runs it and in whatever order.
   *
   * @return the seed; the same in all rounds of a candidate
   */
  public long seed() {
    return seed;
  }

  /**
   * Returns random numbers that follow from the seed.
   *
   * @param purpose what they are for: purposes are independent
   * @return a new source
   */
  public SplittableRandom random(String purpose) {
    Objects.requireNonNull(purpose, "purpose");
    byte[] digest =
        io.mlops4j.core.Digests.sha256()
            .digest((seed + " " + purpose).getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(ByteBuffer.wrap(digest).getLong());
  }

  /**
   * Takes note of how good the candidate is so far, such as after an epoch, and says whether to go
   * on.
   *
   * @param step above the last one
   * @param value how good it is
   * @return false if it has not become better for as many reports as the search has patience
   */
  public boolean report(long step, double value) {
    if (step <= lastStep) {
      throw new IllegalArgumentException("step: " + step + " (expected: above " + lastStep + ")");
    }
    lastStep = step;
    if (run != null) {
      run.metric(objective, step, value);
    }
    return patience.allows(value);
  }

  /**
   * Returns the run in which this trial is tracked, for artifacts and further metrics. The search
   * ends it.
   *
   * @return the run, or empty if the search is not tracked
   */
  public Optional<Run> run() {
    return Optional.ofNullable(run);
  }

  long lastStep() {
    return lastStep;
  }
}
