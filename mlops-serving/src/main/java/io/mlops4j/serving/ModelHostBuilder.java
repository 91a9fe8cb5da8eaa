package io.mlops4j.serving;

import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link ModelHost} works with. Every value may be set once; not thread-safe. */
public final class ModelHostBuilder {
  private static final int CALLS = 64;

  private @Nullable Long memory;
  private @Nullable Integer calls;
  private @Nullable LongSupplier resident;

  ModelHostBuilder() {}

  /**
   * Bounds what the open models may take together. Needed.
   *
   * @param bytes at least 1
   * @return this
   */
  public ModelHostBuilder memory(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("memory: " + bytes + " (expected: 1 or more bytes)");
    }
    memory = once("memory", memory, bytes);
    return this;
  }

  /**
   * Bounds how many calls one caller may have inside at once, over all models. The default is 64.
   *
   * @param most at least 1
   * @return this
   */
  public ModelHostBuilder callsPerCaller(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("callsPerCaller: " + most + " (expected: 1 or more)");
    }
    calls = once("callsPerCaller", calls, most);
    return this;
  }

  /**
   * Says how much memory the process has, read before and after a model is opened. The default is
   * its resident memory where Linux tells it, and 0 elsewhere, so that files count.
   *
   * @param bytes the process's memory; not negative
   * @return this
   */
  public ModelHostBuilder residentMemory(LongSupplier bytes) {
    resident = once("residentMemory", resident, bytes);
    return this;
  }

  /**
   * Returns the host.
   *
   * @return an empty host; the caller closes it
   * @throws IllegalStateException without {@link #memory}
   */
  public ModelHost build() {
    if (memory == null) {
      throw new IllegalStateException("memory: not set (expected: how much models may take)");
    }
    return new LoadedModels(
        memory, calls == null ? CALLS : calls, resident == null ? ResidentMemory::bytes : resident);
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
