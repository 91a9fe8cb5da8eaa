package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How ONNX models are run. Immutable.
 *
 * @param sharedPool whether one call may use several cores: those of one pool for the whole
 *     process, as large as the number of processors the JVM sees (in a container, its quota), which
 *     never spins. False: one call, one core; concurrency comes from callers and batches
 * @param optimization how far the graph is rewritten when it is opened
 * @param nativeOnly whether linear models and trees are run by ONNX Runtime too, not in Java
 * @param cuda the graphics card to run on, or empty for the processor
 * @param customOperators libraries of operators that models may use
 */
public record OnnxOptions(
    boolean sharedPool,
    Optimization optimization,
    boolean nativeOnly,
    Optional<Cuda> cuda,
    List<CustomOperators> customOperators) {

  /** How far ONNX Runtime rewrites a graph when it opens it. */
  public enum Optimization {
    /** Not at all: answers come from the graph as it was exported. */
    NONE,
    /** Constant folding and other rewrites that do not depend on the processor. */
    BASIC,
    /** Also fused operators. */
    EXTENDED,
    /** Also memory layouts for this processor. */
    ALL
  }

  /**
   * A graphics card. Needs {@code onnxruntime_gpu} in place of {@code onnxruntime} on the class
   * path, and CUDA and cuDNN on the machine.
   *
   * @param device its number, from 0
   * @param memoryLimitBytes how much of its memory one model's arena may take
   * @param maxConcurrent how many calls of one model run at once; each needs memory of its own
   */
  public record Cuda(int device, long memoryLimitBytes, int maxConcurrent) {
    /** Checks the ranges. */
    public Cuda {
      if (device < 0) {
        throw new IllegalArgumentException("device: " + device + " (expected: 0 or more)");
      }
      if (memoryLimitBytes < 1 << 20) {
        throw new IllegalArgumentException(
            "memoryLimitBytes: " + memoryLimitBytes + " (expected: 1048576 or more)");
      }
      if (maxConcurrent < 1 || maxConcurrent > 64) {
        throw new IllegalArgumentException(
            "maxConcurrent: " + maxConcurrent + " (expected: 1..64)");
      }
    }
  }

  /**
   * A library of operators: native code, which runs in this process with all its rights. It is
   * copied to a private file before it is loaded, and the copy is what was verified.
   *
   * @param library the file
   * @param sha256 its digest, 64 hexadecimal digits
   */
  public record CustomOperators(Path library, String sha256) {
    /** Checks the digest's form. */
    public CustomOperators {
      Objects.requireNonNull(library, "library");
      sha256 = Objects.requireNonNull(sha256, "sha256").toLowerCase(Locale.ROOT);
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "sha256: " + sha256.length() + " characters (expected: 64 hexadecimal digits)");
      }
    }
  }

  /** Checks for nulls and copies the list. */
  public OnnxOptions {
    Objects.requireNonNull(optimization, "optimization");
    Objects.requireNonNull(cuda, "cuda");
    customOperators = Elements.list("customOperators", customOperators);
  }

  /**
   * Returns the options used if nothing is said: one core a call, all optimizations, linear models
   * in Java, the processor, no custom operators.
   *
   * @return the defaults
   */
  public static OnnxOptions withDefaults() {
    return new OnnxOptions(false, Optimization.ALL, false, Optional.empty(), List.of());
  }

  /**
   * Returns options under which one call may use all cores, through the process-wide pool. For
   * large models with few callers; for small ones it costs more than it gains.
   *
   * @return a copy
   */
  public OnnxOptions withSharedPool() {
    return new OnnxOptions(true, optimization, nativeOnly, cuda, customOperators);
  }

  /**
   * Returns options with another level of optimization.
   *
   * @param level how far the graph is rewritten
   * @return a copy
   */
  public OnnxOptions withOptimization(Optimization level) {
    return new OnnxOptions(sharedPool, level, nativeOnly, cuda, customOperators);
  }

  /**
   * Returns options under which ONNX Runtime runs linear models and trees too.
   *
   * @return a copy
   */
  public OnnxOptions withNativeOnly() {
    return new OnnxOptions(sharedPool, optimization, true, cuda, customOperators);
  }

  /**
   * Returns options to run on a graphics card. Linear models and trees still run in Java unless
   * {@link #withNativeOnly} says otherwise.
   *
   * @param device its number, from 0
   * @param memoryLimitBytes how much of its memory one model's arena may take, at least 1 MiB
   * @param maxConcurrent how many calls of one model run at once, 1 to 64
   * @return a copy
   */
  public OnnxOptions withCuda(int device, long memoryLimitBytes, int maxConcurrent) {
    Cuda card = new Cuda(device, memoryLimitBytes, maxConcurrent);
    return new OnnxOptions(
        sharedPool, optimization, nativeOnly, Optional.of(card), customOperators);
  }

  /**
   * Returns options that allow one more library of custom operators.
   *
   * @param library the file
   * @param sha256 its digest, 64 hexadecimal digits; a file with another one is not loaded
   * @return a copy
   */
  public OnnxOptions withCustomOperators(Path library, String sha256) {
    List<CustomOperators> all = new ArrayList<>(customOperators);
    all.add(new CustomOperators(library, sha256));
    return new OnnxOptions(sharedPool, optimization, nativeOnly, cuda, all);
  }

  /** Whether native code may make threads when it opens a model. */
  boolean mayMakeThreads() {
    return cuda.isPresent() || !customOperators.isEmpty();
  }
}
