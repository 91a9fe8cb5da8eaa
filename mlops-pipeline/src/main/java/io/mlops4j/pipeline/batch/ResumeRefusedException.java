package io.mlops4j.pipeline.batch;

import java.util.List;

/**
 * Thrown when a job was begun and is now asked to go on with other input, another model or other
 * options: rows of two jobs would be mixed in one output.
 */
public final class ResumeRefusedException extends BatchException {
  private static final long serialVersionUID = 1L;

  private final List<String> differences;

  ResumeRefusedException(String message, List<String> differences) {
    super(Side.STATE, message);
    this.differences = List.copyOf(differences);
  }

  /**
   * Returns what is different.
   *
   * @return one sentence part each, such as {@code model.version was delay:3, is delay:4}
   */
  public List<String> differences() {
    return differences;
  }
}
