package io.mlops4j.drift.stream;

import io.mlops4j.drift.stream.ChangeDetector.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Prints false alarms and delays of River's defaults and of detectors by run length. */
final class DelayTable {
  private static final int RUNS = 50;
  private static final int CALM = 2_000;

  private DelayTable() {}

  /** Prints one line a detector. */
  public static void main(String[] args) {
    Map<String, Supplier<ChangeDetector>> detectors = new LinkedHashMap<>();
    detectors.put("ADWIN, delta .002", () -> ChangeDetector.adwin(.002));
    detectors.put("Page-Hinkley, 50, two-sided", () -> ChangeDetector.pageHinkley(50, true));
    detectors.put("KSWIN, .005 100 30", () -> ChangeDetector.kswin(.005, 100, 30, 1));
    detectors.put("DDM, 3", () -> ChangeDetector.ddm(3));
    detectors.put("EDDM, .9", () -> ChangeDetector.eddm(.9));
    detectors.put("HDDM_A, .001", () -> ChangeDetector.hddmA(.001, false));
    detectors.put("HDDM_W, .001", () -> ChangeDetector.hddmW(.001, false));
    for (Method method : Method.values()) {
      detectors.put(
          "expecting(" + method + ", 10_000)", () -> ChangeDetector.expecting(method, 10_000));
    }
    detectors.forEach(
        (name, make) ->
            System.out.printf(
                "| %s | %.2f | %.2f | %.2f | %s |%n",
                name,
                RunLengthTable.alarms(make, .02, 10_000, RUNS, 5),
                RunLengthTable.alarms(make, .1, 10_000, RUNS, 6),
                RunLengthTable.alarms(make, .5, 10_000, RUNS, 7),
                delay(make)));
  }

  /** The median delay after the rate rises from 10 to 30 %, and how many of the runs saw it. */
  private static String delay(Supplier<ChangeDetector> make) {
    SplittableRandom random = new SplittableRandom(8);
    int[] delays = new int[RUNS];
    for (int run = 0; run < RUNS; run++) {
      ChangeDetector detector = make.get();
      for (int i = 0; i < CALM; i++) {
        detector.add(random.nextDouble() < .1 ? 1 : 0);
      }
      int delay = 1;
      while (delay < 5_000 && !detector.add(random.nextDouble() < .3 ? 1 : 0)) {
        delay++;
      }
      delays[run] = delay;
    }
    java.util.Arrays.sort(delays);
    return delays[RUNS / 2] == 5_000 ? "over 5,000" : Integer.toString(delays[RUNS / 2]);
  }
}
