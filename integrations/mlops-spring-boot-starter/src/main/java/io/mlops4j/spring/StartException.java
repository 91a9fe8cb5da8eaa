package io.mlops4j.spring;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/** The application cannot start as it is configured: what is wrong, and what to add or change. */
final class StartException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  StartException(String description, String action) {
    this(description, action, null);
  }

  StartException(String description, String action, @Nullable Throwable cause) {
    super(description + " " + action, cause);
    this.description = description;
    this.action = action;
  }

  String description() {
    return description;
  }

  String action() {
    return action;
  }
}
