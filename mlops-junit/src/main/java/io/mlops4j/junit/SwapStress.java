package io.mlops4j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * A test that hammers the team's own model: real predictors, direct and micro-batched, are asked by
 * many threads (blocking, async with random cancellation, whole batches) while versions are swapped
 * and predictors are drained, closed and shut down. The method says which model:
 *
 * <pre>{@code
 * @SwapStress(callers = 8, swaps = 200)
 * void ownModel_underSwaps_losesNothing(SwapStressRunner stress) {
 *   stress.run(
 *       SwapStressTarget.loading(OnnxModel.probability(FLIGHT), lastMonth, thisMonth).asking(rows));
 * }
 * }</pre>
 *
 * <p>The test fails on a request that is never answered, an answer that the serving version does
 * not give to that row, an exception nobody asked for, a model closed too early, and a model or
 * native handle left open. All waits are bounded. It runs alone where JUnit runs tests in parallel,
 * because it counts the native sessions of the process.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(SwapStressExtension.class)
@ResourceLock(Resources.GLOBAL)
public @interface SwapStress {
  /**
   * Returns how many threads ask at once.
   *
   * @return 2 to 64
   */
  int callers() default 8;

  /**
   * Returns how many versions replace another, over all kinds of predictors.
   *
   * @return 4 to 1,000,000
   */
  int swaps() default 100;

  /**
   * Returns how many predictors are closed under load, over all kinds: half are drained, half are
   * shut down while versions change.
   *
   * @return 4 to 100,000
   */
  int closes() default 8;

  /**
   * Returns what decides who asks for which row, how, and what is cancelled. How threads interleave
   * remains the machine's choice.
   *
   * @return any number
   */
  long seed() default 1;

  /**
   * Returns how long anything may take before it counts as lost: one request, one swap, one close.
   *
   * @return 1 to 600
   */
  int limitSeconds() default 20;
}
