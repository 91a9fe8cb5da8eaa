package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * A model's files cannot become a model that serves: unreadable, unfitting, or answering other than
 * it should. The message names the version, what both sides have, and what to do.
 */
public final class ModelLoadException extends MlopsException {
  private static final long serialVersionUID = 1L;

  ModelLoadException(String message) {
    super(message);
  }

  ModelLoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
