package io.mlops4j.junit;

import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about a version in a registry. */
public final class VersionAssert extends AbstractAssert<VersionAssert, RegisteredVersion<?, ?>> {

  VersionAssert(@Nullable RegisteredVersion<?, ?> actual) {
    super(actual, VersionAssert.class);
  }

  /**
   * Begins a comparison with another version, whoever is champion.
   *
   * @param champion the version to beat, evaluated on the same rows
   * @return say {@code on(metric)} and {@code by(margin)}
   */
  public Comparison<VersionAssert> beats(RegisteredVersion<?, ?> champion) {
    isNotNull();
    return new Comparison<>(this, policy -> policy.judge(actual, champion));
  }

  /**
   * Asserts that a policy would let this version become champion now. Promotes nobody. The evidence
   * is what the registry holds when this is asked, not when the version was looked up.
   *
   * @param policy what it must show
   * @return this
   * @throws AssertionError with the decision table, if it fails or is inconclusive
   */
  public VersionAssert passes(GatePolicy policy) {
    isNotNull();
    DecisionAssert.requirePass(actual.decide(policy), "to pass policy " + policy.name());
    return this;
  }

  /**
   * Asserts that a policy would not let this version become champion now, for whatever reason.
   *
   * @param policy what it must show
   * @return this
   * @throws AssertionError with the decision table, if it passes
   */
  public VersionAssert doesNotPass(GatePolicy policy) {
    isNotNull();
    DecisionAssert.requireNoPass(actual.decide(policy), "not to pass policy " + policy.name());
    return this;
  }

  /**
   * Asserts where the version was when it was looked up.
   *
   * @param stage the stage
   * @return this
   * @throws AssertionError naming both stages
   */
  public VersionAssert isIn(Stage stage) {
    isNotNull();
    if (actual.stage() != stage) {
      failWithMessage(
          "Expected %s in %s, but it was in %s when it was looked up.",
          actual.version(), stage, actual.stage());
    }
    return this;
  }
}
