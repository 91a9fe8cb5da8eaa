package io.mlops4j.pipeline.search;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/** Thrown when a search has no result: every trial failed, or it was interrupted. */
public final class SearchException extends MlopsException {
  private static final long serialVersionUID = 1L;

  SearchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
