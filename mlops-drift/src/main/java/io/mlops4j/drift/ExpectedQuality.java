package io.mlops4j.drift;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.Quality.Estimate;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether quality is expected to have dropped, before labels are there. */
record ExpectedQuality(
    String name,
    String source,
    Supplier<Optional<ModelVersion>> served,
    @Nullable QualityRule rule,
    Function<ModelVersion, Optional<QualityEstimate>> estimate,
    Function<ModelVersion, Optional<Estimate>> reference)
    implements Check {

  /** Of a normal estimate: one false alarm in 740 looks, if the assumptions hold. */
  private static final double ERRORS = 3;

  @Override
  public Outcome evaluate() {
    Optional<ModelVersion> version = served.get();
    if (version.isEmpty() || rule == null) {
      return new NoData(source + ": nothing is served, or no rule was given.");
    }
    Optional<QualityEstimate> expected = estimate.apply(version.get());
    Optional<Estimate> known = reference.apply(version.get());
    if (expected.isEmpty() || known.isEmpty()) {
      return new NoData(version.get() + ": too few labels of earlier predictions for an estimate.");
    }
    Estimate now = expected.get().expected();
    double sign = rule.metric().higherIsBetter() ? 1 : -1;
    double worse = sign * (known.get().value() - now.value());
    double bound = ERRORS * Math.hypot(now.standardError(), known.get().standardError());
    double certain = worse - now.roundingError() - known.get().roundingError();
    String sentence =
        String.format(
            Locale.ROOT,
            "%s: %s That is worse by %.4f than %.4f.",
            version.get(),
            expected.get().sentence(),
            worse,
            known.get().value());
    if (certain > rule.drop().margin(known.get().value())) {
      return certain > bound ? new Fail(sentence) : new NoData(sentence);
    }
    return new Pass(version.get() + ": " + expected.get().sentence());
  }
}
