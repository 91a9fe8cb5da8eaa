package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;

/** Somebody tried what the registry's {@link AccessPolicy} does not allow; nothing was written. */
public final class AccessDeniedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  AccessDeniedException(String message) {
    super(message);
  }
}
