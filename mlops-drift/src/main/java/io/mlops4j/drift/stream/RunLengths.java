package io.mlops4j.drift.stream;

/**
 * Which parameter makes a detector raise a false alarm once in so many values.
 *
 * <p>Simulated by {@code RunLengthTable} among the tests: errors at constant rates of 2, 5, 10, 20
 * and 50 %, detectors starting afresh after each alarm. Of the five run lengths the shortest
 * counts. Between the rows the logarithms are interpolated.
 */
final class RunLengths {
  private static final long LONGEST = 100_000;

  /** Parameter, run length: rising. */
  private static final double[][] ADWIN = {
    {1, 1_856}, {.5, 5_824}, {.3, 11_456}, {.2, 18_656}, {.1, 46_432}, {.05, 112_224}
  };

  private static final double[][] PAGE_HINKLEY = {
    {20, 591},
    {30, 1_265},
    {40, 2_441},
    {60, 5_862},
    {80, 12_331},
    {110, 32_853},
    {140, 83_964},
    {160, 150_000}
  };
  private static final double[][] KSWIN = {
    {.03, 1_834}, {.01, 3_247}, {.003, 7_663}, {.001, 12_000}
  };
  private static final double[][] DDM = {{2, 517}, {2.2, 1_600}, {2.4, 10_752}, {2.6, 150_000}};
  private static final double[][] EDDM = {{.8, 490}, {.7, 4_003}, {.6, 120_000}};
  private static final double[][] HDDM_A = {
    {.05, 418}, {.02, 1_038}, {.01, 3_866}, {.005, 9_113}, {.002, 34_540}, {.001, 120_000}
  };
  private static final double[][] HDDM_W = {
    {.003, 898}, {.001, 1_585}, {1e-4, 4_911}, {1e-5, 19_162}, {1e-6, 75_688}, {3e-7, 120_000}
  };

  private RunLengths() {}

  static ChangeDetector detector(ChangeDetector.Method method, long values) {
    return with(method, parameter(method, table(method), values));
  }

  static ChangeDetector with(ChangeDetector.Method method, double parameter) {
    return switch (method) {
      case ADWIN -> new Adwin(parameter);
      case PAGE_HINKLEY -> new PageHinkley(parameter, false, true);
      case KSWIN -> new Kswin(parameter, 300, 100, 1);
      case DDM -> new Ddm(parameter, 30);
      case EDDM -> new Eddm(parameter);
      case HDDM_A -> new HddmA(parameter, false);
      case HDDM_W -> new HddmW(parameter, false);
    };
  }

  private static double[][] table(ChangeDetector.Method method) {
    return switch (method) {
      case ADWIN -> ADWIN;
      case PAGE_HINKLEY -> PAGE_HINKLEY;
      case KSWIN -> KSWIN;
      case DDM -> DDM;
      case EDDM -> EDDM;
      case HDDM_A -> HDDM_A;
      case HDDM_W -> HDDM_W;
    };
  }

  private static double parameter(ChangeDetector.Method method, double[][] table, long values) {
    double longest = Math.min(LONGEST, table[table.length - 1][1]);
    if (values < 500 || values > longest) {
      throw new IllegalArgumentException(
          String.format(
              java.util.Locale.ROOT,
              "%s: %,d values between false alarms (expected: 500 to %,.0f)",
              method,
              values,
              longest));
    }
    int i = 1;
    while (table[i][1] < values) {
      i++;
    }
    if (values <= table[0][1]) {
      return table[0][0];
    }
    double part =
        (Math.log((double) values) - Math.log(table[i - 1][1]))
            / (Math.log(table[i][1]) - Math.log(table[i - 1][1]));
    return table[i - 1][0] * Math.pow(table[i][0] / table[i - 1][0], part);
  }
}
