package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;

/**
 * The champion changed between the decision and the promotion, several times in a row. Nothing was
 * changed; promote again.
 */
public final class StaleDecisionException extends MlopsException {
  private static final long serialVersionUID = 1L;

  StaleDecisionException(String message) {
    super(message);
  }
}
