package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What to do with an experiment, and why.
 *
 * @param action what to do
 * @param treatment which arm to ship; empty unless the action is {@link Action#SHIP}
 * @param reasons sentences with the numbers, at least one
 */
public record Recommendation(Action action, Optional<String> treatment, List<String> reasons) {
  /** What can be done with an experiment. */
  public enum Action {
    /** Give the treatment to everybody. */
    SHIP,
    /** End it and keep control. */
    STOP,
    /** Let it run. */
    CONTINUE
  }

  /** Copies the list. */
  public Recommendation {
    Objects.requireNonNull(treatment, "treatment");
    Objects.requireNonNull(action, "action");
    reasons = Elements.list("reasons", reasons);
    if (reasons.isEmpty() || treatment.isPresent() != (action == Action.SHIP)) {
      throw new IllegalArgumentException(
          "recommendation: %s of %s for %s (expected: a reason, and an arm only to ship)"
              .formatted(
                  action,
                  treatment.map(arm -> Text.printable(arm, 80)),
                  Text.printable(reasons.toString(), 400)));
    }
  }
}
