package io.mlops4j.benchmarks;

import java.lang.management.ManagementFactory;

/** What this thread has used so far, as the JVM counts it. */
final class Clocks {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Clocks() {}

  /** Returns the CPU time of this thread. */
  static long threadCpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Returns the bytes this thread has allocated on the heap. */
  static long threadAllocatedBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Returns the bytes an operation allocates, in the median of five runs, warmed up before. */
  static double bytesPerOp(SideBySide.Op op, int times) {
    double sink = op.run(times);
    double[] bytes = new double[5];
    for (int i = 0; i < bytes.length; i++) {
      long before = threadAllocatedBytes();
      sink += op.run(times);
      bytes[i] = (double) (threadAllocatedBytes() - before) / times;
    }
    return Double.isNaN(sink) ? Double.NaN : SideBySide.median(bytes);
  }
}
