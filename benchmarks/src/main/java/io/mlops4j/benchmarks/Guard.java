package io.mlops4j.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The benchmark guard: measures every budgeted path for about a minute, prints what it found, and
 * ends with exit code 1 if a path is far too slow, a request failed, or a fixture made to fail was
 * not rejected. Bounds are generous on purpose; docs/benchmarks.md has the budgets and real
 * numbers.
 */
public final class Guard {
  private Guard() {}

  /**
   * Runs the guard and ends the JVM: 0 passed, 1 failed, 2 broken.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    int code = 2;
    try {
      code = run(System.out) ? 0 : 1;
    } catch (InterruptedException | RuntimeException e) {
      e.printStackTrace(System.out);
      System.out.println("Guard FAILED: it could not measure.");
    }
    System.out.flush();
    // Native threads and pools may still be there.
    System.exit(code);
  }

  private static boolean run(PrintStream out) throws InterruptedException {
    long start = System.nanoTime();
    out.println("Benchmark guard: " + Machine.describe());
    List<Finding> findings = new ArrayList<>(new LoadChecks(out::println).run());
    findings.addAll(new RatioChecks(out::println).run());
    GuardResult result = new GuardResult(findings);
    out.println();
    out.print(result.report().toText());
    out.println();
    result.problems().forEach(out::println);
    out.println("Took " + (System.nanoTime() - start) / 1_000_000_000 + " s.");
    out.println(result.conclusion());
    return result.passed();
  }
}
