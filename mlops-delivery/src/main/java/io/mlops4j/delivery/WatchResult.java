package io.mlops4j.delivery;

import java.util.Objects;

/**
 * What one watch or check said: the evidence of a decision.
 *
 * @param watch its name; {@code traffic} for the number of requests
 * @param step the step it is about, from 0; -1 for a check from outside
 * @param verdict what follows from it
 * @param sentence why, with the numbers
 * @param champion the champion's value; NaN if there is none
 * @param candidate the candidate's value; NaN if there is none
 * @param low the effect is surely not below it; NaN if that is not known
 * @param high the effect is surely not above it; NaN if that is not known
 * @param championSamples observations of the champion
 * @param candidateSamples observations of the candidate
 * @param required whether the rollout waits for it
 */
public record WatchResult(
    String watch,
    int step,
    RolloutVerdict verdict,
    String sentence,
    double champion,
    double candidate,
    double low,
    double high,
    long championSamples,
    long candidateSamples,
    boolean required) {

  /** The step of a check from outside, which belongs to none. */
  static final int OUTSIDE = -1;

  /** Checks for nulls and ranges. */
  public WatchResult {
    Objects.requireNonNull(watch, "watch");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(sentence, "sentence");
    if (step < OUTSIDE || championSamples < 0 || candidateSamples < 0) {
      throw new IllegalArgumentException(
          watch
              + ": step "
              + step
              + ", championSamples "
              + championSamples
              + ", candidateSamples "
              + candidateSamples
              + " (expected: -1 or more, and 0 or more)");
    }
  }

  static WatchResult without(
      String watch,
      int step,
      RolloutVerdict verdict,
      String sentence,
      long championSamples,
      long candidateSamples,
      boolean required) {
    return new WatchResult(
        watch,
        step,
        verdict,
        sentence,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        championSamples,
        candidateSamples,
        required);
  }

  /** Returns what it says about going on; one that is not waited for only ever stops. */
  RolloutVerdict weighed() {
    return required || verdict == RolloutVerdict.ROLL_BACK ? verdict : RolloutVerdict.PROMOTE;
  }
}
