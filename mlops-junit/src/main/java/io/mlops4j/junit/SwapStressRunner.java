package io.mlops4j.junit;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.junit.StressTally.Kind;
import io.mlops4j.serving.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Runs a swap stress. A {@link SwapStress} test gets one as its parameter. For the test's thread
 * only.
 */
public final class SwapStressRunner {
  private static final String SESSIONS = "ONNX sessions";

  private final int callers;
  private final int swaps;
  private final int closes;
  private final long seed;
  private final int limitSeconds;
  private int leakSeconds;
  private boolean used;

  SwapStressRunner(SwapStress settings) {
    callers = requireRange("callers", settings.callers(), 2, 64);
    swaps = requireRange("swaps", settings.swaps(), 4, 1_000_000);
    closes = requireRange("closes", settings.closes(), 4, 100_000);
    limitSeconds = requireRange("limitSeconds", settings.limitSeconds(), 1, 600);
    leakSeconds = limitSeconds;
    seed = settings.seed();
  }

  private static int requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + ".." + high + ")");
    }
    return value;
  }

  boolean used() {
    return used;
  }

  /** Waits only so long for handles that are open still, for tests. */
  SwapStressRunner leakLimit(int seconds) {
    leakSeconds = seconds;
    return this;
  }

  /**
   * Hammers a model and returns what was done. Stops at the first problem. Cost: as many loads as
   * there are swaps, and a few requests per caller and swap.
   *
   * @param target the model
   * @param <I> one input row
   * @param <O> one answer
   * @return the counts, without a problem
   * @throws AssertionError with the report, if the model did not hold; if its two versions or its
   *     rows cannot be told apart
   */
  public <I, O> SwapStressReport run(SwapStressTarget<I, O> target) {
    used = true;
    if (target.rows().size() < 2) {
      throw new IllegalArgumentException(
          "rows: " + target.rows().size() + " (expected: at least 2; say asking(rows))");
    }
    StressTally tally = new StressTally();
    Map<String, LongSupplier> handles = new LinkedHashMap<>(target.handles());
    handles.put(SESSIONS, OnnxModel::openSessions);
    Map<String, Long> before = counts(handles);
    long memory = nativeBytes();
    AnswerKey<I, O> key = AnswerKey.record(target, tally);
    leftOpen("loaded, asked and closed alone", tally, handles, before);
    if (!tally.failed()) {
      hammer(target, key, tally);
      leftOpen("served and closed", tally, handles, before);
    }
    SwapStressReport report = report(tally, memory);
    if (tally.failed()) {
      throw new AssertionError(report.toString());
    }
    return report;
  }

  /**
   * Direct and batched; with every model watched, and as it is, so that ONNX takes its fast path.
   */
  private <I, O> void hammer(
      SwapStressTarget<I, O> target, AnswerKey<I, O> key, StressTally tally) {
    SplittableRandom random = new SplittableRandom(seed);
    WatchedModels watched = new WatchedModels(tally);
    IntFunction<ModelRelease<I, O>> asItIs = number -> counted(tally, target.release(number));
    IntFunction<ModelRelease<I, O>> watching = number -> watched.watch(target.release(number));
    for (int kind = 0; kind < 4 && !tally.failed(); kind++) {
      boolean batched = kind % 2 == 1;
      IntFunction<ModelRelease<I, O>> releases = kind < 2 ? watching : asItIs;
      int share = closes / 4 + (kind < closes % 4 ? 1 : 0);
      for (int i = 0; i < share && !tally.failed(); i++) {
        StressRound<I, O> round = new StressRound<>(key, tally, releases, batched, limitSeconds);
        round.begin(callers, random.split());
        if (i == 0) {
          round.swap(swaps / 4 + (kind < swaps % 4 ? 1 : 0));
        }
        if ((i + kind / 2) % 2 == 0) {
          round.drain();
        } else {
          round.shutDown();
        }
      }
      if (kind >= 2 && !tally.failed()) {
        // Nobody watched these; each predictor has said that it left none open.
        tally.closed.add(tally.opened.sum() - tally.closed.sum());
      }
    }
  }

  /** Counts loads without wrapping the model; its predictor counts the closes. */
  private static <I, O> ModelRelease<I, O> counted(StressTally tally, ModelRelease<I, O> release) {
    return new GivenRelease<>(
        release.version(),
        () -> {
          var model = release.load();
          tally.opened.increment();
          return model;
        },
        release.baseline().orElse(null),
        release.goldenRows().orElse(null));
  }

  private void leftOpen(
      String when, StressTally tally, Map<String, LongSupplier> handles, Map<String, Long> before) {
    if (tally.failed()) {
      return;
    }
    handles.forEach(
        (what, open) -> {
          long allowed = before.getOrDefault(what, 0L);
          if (!StressRound.within(leakSeconds, () -> open.getAsLong() <= allowed)) {
            tally.problem(
                Kind.LEFT_OPEN,
                what
                    + ": "
                    + (open.getAsLong() - allowed)
                    + " more than before are open after all models were "
                    + when
                    + ". Free them in Model.close().");
          }
        });
  }

  private static Map<String, Long> counts(Map<String, LongSupplier> handles) {
    Map<String, Long> counts = new LinkedHashMap<>();
    handles.forEach((what, open) -> counts.put(what, open.getAsLong()));
    return counts;
  }

  private SwapStressReport report(StressTally tally, long memoryBefore) {
    long memory = nativeBytes();
    return new SwapStressReport(
        callers,
        seed,
        tally.asked.sum(),
        tally.answered.sum(),
        tally.cancelled.sum(),
        tally.refused.sum(),
        tally.swaps.sum(),
        tally.closes.sum(),
        tally.opened.sum(),
        tally.closed.sum(),
        memory == 0 ? OptionalLong.empty() : OptionalLong.of(memory - memoryBefore),
        tally.problems());
  }

  /** Resident bytes outside the Java heap; 0 where the system does not tell. */
  private static long nativeBytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      long resident =
          lines
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
              .sum();
      return resident - ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
