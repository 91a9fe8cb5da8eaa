package io.mlops4j.benchmarks;

/** What numbers were measured on. */
final class Machine {
  private Machine() {}

  static String describe() {
    Runtime.Version version = Runtime.version();
    Runtime runtime = Runtime.getRuntime();
    return "JDK "
        + version
        + ", "
        + runtime.availableProcessors()
        + " cores, heap "
        + (runtime.maxMemory() >> 20)
        + " MB";
  }
}
