package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;

/** Promotions of the model are frozen. Nothing was changed; unfreeze them and promote again. */
public final class PromotionsFrozenException extends MlopsException {
  private static final long serialVersionUID = 1L;

  PromotionsFrozenException(String candidate, PromotionFreeze freeze) {
    super(
        candidate
            + " was not promoted: promotions are frozen since "
            + freeze.since()
            + " by "
            + freeze.actor()
            + " ("
            + freeze.reason()
            + "). Call unfreezePromotions(reason) first; rollback works meanwhile.");
  }
}
