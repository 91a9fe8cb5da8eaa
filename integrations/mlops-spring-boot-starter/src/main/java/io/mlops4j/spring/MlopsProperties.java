package io.mlops4j.spring;

import io.mlops4j.delivery.RolloutPlan.Undecided;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Everything below {@code mlops.}. What each property means stands in {@code
 * META-INF/spring-configuration-metadata.json}, where development environments read it, too.
 */
record MlopsProperties(
    @DefaultValue RegistryProperties registry,
    @Nullable String instance,
    @Nullable Duration shutdownTimeout,
    @DefaultValue("true") boolean readinessGroup,
    @Nullable Map<String, PredictorProperties> predictors,
    @Nullable Map<String, DriftProperties> drift,
    @Nullable Map<String, RolloutProperties> rollouts) {
  static final String PREFIX = "mlops";

  MlopsProperties {
    predictors = predictors == null ? Map.of() : new TreeMap<>(predictors);
    drift = drift == null ? Map.of() : new TreeMap<>(drift);
    rollouts = rollouts == null ? Map.of() : new TreeMap<>(rollouts);
  }

  @Override
  public Map<String, PredictorProperties> predictors() {
    return predictors == null ? Map.of() : predictors;
  }

  @Override
  public Map<String, DriftProperties> drift() {
    return drift == null ? Map.of() : drift;
  }

  @Override
  public Map<String, RolloutProperties> rollouts() {
    return rollouts == null ? Map.of() : rollouts;
  }

  /** Where the registry is, and how it behaves. */
  record RegistryProperties(
      @Nullable String directory,
      @DefaultValue("1s") Duration pollInterval,
      @Nullable String actor,
      @DefaultValue("1GB") DataSize maxFileSize) {}

  /** One predictor. */
  record PredictorProperties(
      @Nullable String model,
      @Nullable String rowType,
      @DefaultValue("probability") Output output,
      @Nullable String outputName,
      @Nullable List<String> sensitive,
      @Nullable List<String> text,
      @DefaultValue BatchingProperties microBatching,
      @Nullable String fallback,
      @Nullable Double fallbackValue,
      @Nullable Integer pin,
      @Nullable String keyBy,
      @Nullable String unitBy,
      @DefaultValue("false") boolean startWithoutVersion) {

    @Override
    public List<String> sensitive() {
      return sensitive == null ? List.of() : sensitive;
    }

    @Override
    public List<String> text() {
      return text == null ? List.of() : text;
    }
  }

  /** What a model answers. */
  enum Output {
    PROBABILITY,
    PROBABILITIES,
    REGRESSION
  }

  /** How requests are put together. */
  record BatchingProperties(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("128") int maxBatchSize,
      @DefaultValue("1024") int queueCapacity,
      @DefaultValue("0") int workers,
      @DefaultValue("true") boolean measured) {}

  /** A drift monitor of a predictor. */
  record DriftProperties(
      @DefaultValue("0.2") double psiAbove,
      @DefaultValue("365d") Duration falseAlarmPer,
      @DefaultValue("7d") Duration window,
      @DefaultValue("12") int history,
      @Nullable List<String> ignoring) {

    @Override
    public List<String> ignoring() {
      return ignoring == null ? List.of() : ignoring;
    }
  }

  /** Canary rollouts of a predictor's candidates. */
  record RolloutProperties(
      @Nullable List<Double> steps,
      @DefaultValue("500") int minSamples,
      @DefaultValue("10m") Duration minDuration,
      @DefaultValue("1d") Duration maxDuration,
      @DefaultValue("pause") Undecided whenUndecided,
      @DefaultValue("0.01") double falseRollbacks,
      @DefaultValue("0.01") double errorRateMargin,
      @DefaultValue("0.05") double errorRateLimit,
      @DefaultValue("1.25") double latencyFactor,
      @Nullable Double scoreShift,
      @Nullable Double squaredErrorMargin,
      @DefaultValue("10s") Duration interval,
      @Nullable String policy) {

    @Override
    public List<Double> steps() {
      return steps == null || steps.isEmpty() ? List.of(0.05, 0.25, 1.0) : steps;
    }
  }
}
