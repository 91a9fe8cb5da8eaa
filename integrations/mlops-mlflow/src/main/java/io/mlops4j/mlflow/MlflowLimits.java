package io.mlops4j.mlflow;

/**
 * How much of somebody else's files is read. What exceeds a limit is refused, never cut.
 *
 * @param maxModelBytes the largest ONNX file, and the most all files of a model may have together;
 *     it is held in memory
 * @param maxTextBytes the largest of the other files (MLmodel, examples, requirements) and of a
 *     server's answers
 */
public record MlflowLimits(long maxModelBytes, int maxTextBytes) {

  /** Checks the ranges. */
  public MlflowLimits {
    if (maxModelBytes < 1 || maxModelBytes > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "maxModelBytes: " + maxModelBytes + " (expected: 1.." + (Integer.MAX_VALUE - 16) + ")");
    }
    if (maxTextBytes < 1024 || maxTextBytes > 16 << 20) {
      throw new IllegalArgumentException(
          "maxTextBytes: " + maxTextBytes + " (expected: 1024.." + (16 << 20) + ")");
    }
  }

  /**
   * Returns the usual: models up to 512 MiB, other files up to 4 MiB.
   *
   * @return the defaults
   */
  public static MlflowLimits withDefaults() {
    return new MlflowLimits(512L << 20, 4 << 20);
  }

  /**
   * Returns a copy with another limit for models.
   *
   * @param bytes 1 to 2,147,483,631
   * @return the copy
   */
  public MlflowLimits withMaxModelBytes(long bytes) {
    return new MlflowLimits(bytes, maxTextBytes);
  }

  /**
   * Returns a copy with another limit for the other files.
   *
   * @param bytes 1024 to 16 MiB
   * @return the copy
   */
  public MlflowLimits withMaxTextBytes(int bytes) {
    return new MlflowLimits(maxModelBytes, bytes);
  }
}
