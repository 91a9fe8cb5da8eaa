package io.mlops4j.junit;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a swap stress did, and what went wrong.
 *
 * @param callers threads that asked at once
 * @param seed what decided who asked for what
 * @param asked rows asked for
 * @param answered of those, answered as the version does alone
 * @param cancelled of those, cancelled by the caller
 * @param refused of those, refused because the predictor was being closed
 * @param swaps versions that replaced another
 * @param closes predictors closed under load
 * @param modelsOpened models loaded
 * @param modelsClosed of those, closed
 * @param memoryGrowth bytes outside the heap that the process gained; reported, never judged; empty
 *     where the system does not tell
 * @param problems one sentence per kind of problem, with how often and the first case; empty if the
 *     model held
 */
public record SwapStressReport(
    int callers,
    long seed,
    long asked,
    long answered,
    long cancelled,
    long refused,
    long swaps,
    long closes,
    long modelsOpened,
    long modelsClosed,
    OptionalLong memoryGrowth,
    List<String> problems) {

  /** Copies the problems. */
  public SwapStressReport {
    problems = List.copyOf(problems);
  }

  /** Returns the problems, if any, and the counts, for a console. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (problems.isEmpty()) {
      text.append("The model held: no request lost, no wrong answer, nothing left open.");
    } else {
      text.append("The model did not hold under ").append(callers).append(" callers:");
      problems.forEach(problem -> text.append("\n  ").append(problem));
    }
    text.append("\nDone until then: ").append(asked).append(" rows asked for, ");
    text.append(answered).append(" answered, ").append(cancelled).append(" cancelled, ");
    text.append(refused).append(" refused while closing; ").append(swaps).append(" swaps, ");
    text.append(closes).append(" predictors closed; ").append(modelsOpened);
    text.append(" models opened, ").append(modelsClosed).append(" closed; seed ").append(seed);
    memoryGrowth.ifPresent(
        bytes -> text.append("; native memory ").append(bytes / 1024).append(" kB more"));
    return text.append('.').toString();
  }
}
