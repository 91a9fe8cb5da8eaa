package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.ConfidenceSequence;
import io.mlops4j.stats.Correction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects the definition of an {@link Analysis}. Not thread-safe. Setting a value twice throws.
 */
public final class AnalysisBuilder {
  private static final double DEFAULT_ALPHA = 0.05;
  private static final int DEFAULT_MIN_UNITS = 50;

  private final String experiment;
  private final WeightVector shares;
  private final List<Metric> successes = new ArrayList<>();
  private final List<Metric> guarded = new ArrayList<>();
  private final List<Margin> margins = new ArrayList<>();
  private final List<String> dimensions = new ArrayList<>();
  private @Nullable Boolean always;
  private long plannedUnits;
  private @Nullable Double alpha;
  private @Nullable Correction correction;
  private @Nullable Integer minUnits;
  private @Nullable Double priorDeviation;
  private @Nullable Duration attribution;

  AnalysisBuilder(String experiment, WeightVector shares) {
    if (shares.arms().size() < 2) {
      throw new IllegalArgumentException(
          "arms: " + shares.arms() + " (expected: control and at least one treatment)");
    }
    this.experiment = experiment;
    this.shares = shares;
  }

  /**
   * Adds a metric that should get better. The first one decides.
   *
   * @param metric with a name of its own
   * @return this
   */
  public AnalysisBuilder metric(Metric metric) {
    Objects.requireNonNull(metric, "metric");
    requireNew(metric);
    successes.add(metric);
    return this;
  }

  /**
   * Adds a metric that must not get worse by more than a margin, in any segment. It may be one of
   * the metrics that should get better.
   *
   * @param metric which one
   * @param margin how much worse it may become
   * @return this
   */
  public AnalysisBuilder guardrail(Metric metric, Margin margin) {
    Objects.requireNonNull(metric, "metric");
    if (guarded.contains(metric)) {
      throw new IllegalStateException("guardrail on '" + metric.name() + "' is set already");
    }
    if (!successes.contains(metric)) {
      requireNew(metric);
    }
    guarded.add(metric);
    margins.add(Objects.requireNonNull(margin, "margin"));
    return this;
  }

  /**
   * Adds a dimension to divide the units by. At most 32 values of it get a segment; the others
   * share one.
   *
   * @param dimension such as {@code "country"}, known when a unit is exposed
   * @return this
   */
  public AnalysisBuilder by(String dimension) {
    Objects.requireNonNull(dimension, "dimension");
    if (dimension.isBlank() || dimensions.contains(dimension)) {
      throw new IllegalArgumentException(
          "dimension: '" + dimension + "' (expected: not blank, not yet among " + dimensions + ")");
    }
    dimensions.add(dimension);
    return this;
  }

  /**
   * Decides that the data will be judged once, when the planned number of units is in: the shortest
   * intervals. Until then the recommendation is to continue, whatever the numbers say.
   *
   * @param units over all arms, at least 2, see {@link PowerPlan}
   * @return this
   */
  public AnalysisBuilder oneLook(long units) {
    return looks(false, units);
  }

  /**
   * Decides that the data may be judged at any time, as often as one likes: wider intervals, which
   * are tightest around the expected number of units.
   *
   * @param units over all arms when one expects to decide, at least 2; the experiment is stopped as
   *     undecided at that number
   * @return this
   */
  public AnalysisBuilder alwaysValid(long units) {
    return looks(true, units);
  }

  private AnalysisBuilder looks(boolean anytime, long units) {
    once("how often to look", always);
    if (units < 2) {
      throw new IllegalArgumentException("units: " + units + " (expected: at least 2)");
    }
    always = anytime;
    plannedUnits = units;
    return this;
  }

  /**
   * Sets the level of intervals and tests; 0.95 unless set.
   *
   * @param level above 0.5 and below 1
   * @return this
   */
  public AnalysisBuilder level(double level) {
    once("level", alpha);
    if (!(level > 0.5 && level < 1)) {
      throw new IllegalArgumentException("level: " + level + " (expected: above 0.5, below 1)");
    }
    alpha = 1 - level;
    return this;
  }

  /**
   * Sets how the number of questions is accounted for; {@link Correction#HOLM} unless set. Metrics
   * times treatments over all units are one family of questions, metrics times treatments times
   * segments another.
   *
   * @param method the correction
   * @return this
   */
  public AnalysisBuilder correcting(Correction method) {
    once("correction", correction);
    correction = Objects.requireNonNull(method, "method");
    return this;
  }

  /**
   * Sets how many units each arm needs before anything is said about it; 50 unless set. Normal
   * approximations are poor below.
   *
   * @param units at least 10
   * @return this
   */
  public AnalysisBuilder minUnits(int units) {
    once("minUnits", minUnits);
    if (units < 10) {
      throw new IllegalArgumentException("minUnits: " + units + " (expected: at least 10)");
    }
    minUnits = units;
    return this;
  }

  /**
   * Sets a prior belief for the posterior: relative effects are normal around 0. Unless set, the
   * prior is flat.
   *
   * @param standardDeviation of relative effects before any data, above 0; 0.1 says that most
   *     changes move a metric by less than ten per cent
   * @return this
   */
  public AnalysisBuilder prior(double standardDeviation) {
    once("prior", priorDeviation);
    if (!(standardDeviation > 0 && standardDeviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "prior: " + standardDeviation + " (expected: above 0, finite)");
    }
    priorDeviation = standardDeviation;
    return this;
  }

  /**
   * Sets how long after its exposure a unit's observations count. A unit counts only once this time
   * is over, so that an arm whose units act faster does not look better; later observations are
   * ignored. Only {@link UnitLedger} knows times.
   *
   * @param window above zero
   * @return this
   */
  public AnalysisBuilder attribution(Duration window) {
    Objects.requireNonNull(window, "window");
    once("attribution", attribution);
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException("attribution: " + window + " (expected: above zero)");
    }
    attribution = window;
    return this;
  }

  /**
   * Returns the analysis.
   *
   * @return the analysis
   * @throws IllegalStateException if there is no metric, or nothing says how often one will look
   */
  public Analysis build() {
    if (successes.isEmpty()) {
      throw new IllegalStateException(
          "Analysis of '" + experiment + "' has no metric: name what should get better.");
    }
    if (always == null) {
      throw new IllegalStateException(
          "Analysis of '"
              + experiment
              + "' does not say how often it will be looked at: oneLook(units) or alwaysValid(units).");
    }
    List<Metric> metrics = new ArrayList<>(successes);
    List<Plan.Guardrail> guardrails = new ArrayList<>();
    for (int g = 0; g < guarded.size(); g++) {
      if (!metrics.contains(guarded.get(g))) {
        metrics.add(guarded.get(g));
      }
      guardrails.add(new Plan.Guardrail(metrics.indexOf(guarded.get(g)), margins.get(g)));
    }
    double error = alpha == null ? DEFAULT_ALPHA : alpha;
    return new Analysis(
        new Plan(
            experiment,
            shares,
            List.copyOf(metrics),
            successes.size(),
            List.copyOf(guardrails),
            List.copyOf(dimensions),
            always
                ? new Looks.Always(
                    plannedUnits, ConfidenceSequence.tunedFor(error, (double) plannedUnits))
                : new Looks.Once(plannedUnits),
            error,
            correction == null ? Correction.HOLM : correction,
            minUnits == null ? DEFAULT_MIN_UNITS : minUnits,
            Optional.ofNullable(priorDeviation),
            Optional.ofNullable(attribution)));
  }

  private void requireNew(Metric metric) {
    for (List<Metric> known : List.of(successes, guarded)) {
      for (Metric other : known) {
        if (other.name().equals(metric.name())) {
          throw new IllegalStateException("metric '" + metric.name() + "' is defined already");
        }
      }
    }
  }

  private static void once(String what, @Nullable Object old) {
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
  }
}
