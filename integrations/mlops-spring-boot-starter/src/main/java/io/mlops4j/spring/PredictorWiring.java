package io.mlops4j.spring;

import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.PinnableSource;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftMonitorBuilder;
import io.mlops4j.drift.DriftRule;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorBuilder;
import io.mlops4j.spring.MlopsProperties.BatchingProperties;
import io.mlops4j.spring.MlopsProperties.DriftProperties;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Makes the beans of one predictor, each when it is asked for. The beans find each other by name,
 * so that an application's own beans are used wherever their types fit.
 */
final class PredictorWiring<I, O> {
  private final String name;
  private final PredictorProperties properties;
  private final @Nullable DriftProperties drift;
  private final Class<I> row;
  private final Class<O> answer;
  private final ConfigurableListableBeanFactory beans;
  private final FittingBeans fitting;
  private @Nullable Schema<I> schema;

  PredictorWiring(
      String name,
      PredictorProperties properties,
      @Nullable DriftProperties drift,
      Class<I> row,
      Class<O> answer,
      ConfigurableListableBeanFactory beans) {
    this.name = name;
    this.properties = properties;
    this.drift = drift;
    this.row = row;
    this.answer = answer;
    this.beans = beans;
    this.fitting = new FittingBeans(beans, name);
  }

  RegisteredModel<I, O> model() {
    List<ModelLoader<I, ?>> own = fitting.all(ModelLoader.class, row, answer);
    List<ModelLoader<I, ?>> loaders =
        Loaders.of(
            schema(),
            properties.output(),
            properties.outputName(),
            own,
            beans.getBeanClassLoader());
    try {
      return beans.getBean(ModelRegistry.class).model(modelName(), typed(loaders));
    } catch (IllegalArgumentException e) {
      throw new StartException(
          property("model") + ": " + e.getMessage() + ".",
          "Set it to the name of a model in the registry: " + known() + ".",
          e);
    }
  }

  /** The output decides both the loaders and the answer type, so they agree. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private ModelLoader<I, O>[] typed(List<ModelLoader<I, ?>> loaders) {
    return loaders.toArray(new ModelLoader[0]);
  }

  private String modelName() {
    return properties.model() == null ? name : properties.model();
  }

  PinnableSource<I, O> source() {
    RegisteredModel<I, O> model = bean("Model");
    PinnableSource<I, O> source = PinnableSource.of(model.production());
    Integer pin = properties.pin();
    if (pin != null) {
      try {
        source.pin(model.version(pin).release());
      } catch (MlopsException e) {
        throw new StartException(
            property("pin") + ": " + e.getMessage(),
            "Pin a version that exists, or remove the property to follow production.",
            e);
      }
    }
    return source;
  }

  DriftMonitor<I, O> monitor() {
    DriftProperties wanted = Objects.requireNonNull(drift, "drift");
    wanted.ignoring().stream()
        .filter(feature -> !feature.equals(Baseline.SCORE))
        .forEach(
            feature ->
                RowSchema.requireFeature(schema(), "mlops.drift." + name + ".ignoring", feature));
    PinnableSource<I, O> source = bean("Source");
    try {
      DriftMonitorBuilder<I, O> builder =
          DriftMonitor.following(source)
              .alertWhen(
                  DriftRule.psi()
                      .above(wanted.psiAbove())
                      .withFalseAlarms(atMostOncePer(wanted.falseAlarmPer())))
              .window(wanted.window())
              .history(wanted.history())
              .ignoring(wanted.ignoring().toArray(new String[0]));
      MeterRegistry meters = meters();
      if (meters != null) {
        builder.meters(meters);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw outOfRange("mlops.drift." + name, e);
    }
  }

  Predictor<I, O> predictor() {
    PinnableSource<I, O> source = bean("Source");
    PredictorBuilder<I, O> builder = furnish(Predictor.from(source).name(name));
    if (fallback() == null && properties.startWithoutVersion()) {
      builder.startWithoutVersion();
    }
    if (fallback() == null && !properties.startWithoutVersion()) {
      requireVersion(source);
    }
    try {
      return builder.build();
    } catch (MlopsException e) {
      throw Diagnosis.ofLoading(name, schema(), e);
    }
  }

  /** Adds what the properties say of a version's predictor, the champion's or a candidate's. */
  PredictorBuilder<I, O> furnish(PredictorBuilder<I, O> builder) {
    builder.schema(schema());
    BatchingProperties batching = properties.microBatching();
    if (batching.enabled()) {
      builder.microBatching(batching(batching));
    }
    MeterRegistry meters = meters();
    if (meters != null) {
      builder.meters(meters);
    }
    Function<? super I, ? extends O> fallback = fallback();
    if (fallback != null) {
      builder.fallback(fallback);
    }
    rowTexts(builder);
    List<PredictionListener<I, O>> listeners = fitting.all(PredictionListener.class, row, answer);
    listeners.forEach(builder::listener);
    List<PredictorCustomizer<I, O>> customizers =
        fitting.all(PredictorCustomizer.class, row, answer);
    customizers.forEach(customizer -> customizer.customize(name, builder));
    return builder;
  }

  /** The unit of a row, which a rollout splits by. */
  Function<I, String> unit() {
    if (properties.unitBy() == null) {
      throw new StartException(
          "mlops.rollouts."
              + name
              + " needs to know what stays together, and "
              + property("unit-by")
              + " is not set.",
          "Set it to the component of the row that names the unit, such as a customer.");
    }
    return text("unit-by", properties.unitBy());
  }

  private void rowTexts(PredictorBuilder<I, O> builder) {
    if (properties.keyBy() != null) {
      builder.keyBy(text("key-by", properties.keyBy()));
    }
    if (properties.unitBy() != null) {
      builder.unitBy(text("unit-by", properties.unitBy()));
    }
  }

  private Function<I, String> text(String property, String feature) {
    RowSchema.requireFeature(schema(), property(property), feature);
    return RowText.of(schema(), feature);
  }

  private MicroBatching batching(BatchingProperties batching) {
    try {
      return new MicroBatching(
          batching.maxBatchSize(),
          batching.queueCapacity(),
          batching.workers(),
          batching.measured());
    } catch (IllegalArgumentException e) {
      throw outOfRange(property("micro-batching"), e);
    }
  }

  private static StartException outOfRange(String property, IllegalArgumentException e) {
    return new StartException(
        "A value below " + property + " is out of range: " + e.getMessage() + ".",
        "Set it to a value in that range.",
        e);
  }

  /** Fails with what the registry knows if nothing can be served. */
  private void requireVersion(ModelSource<I, O> source) {
    if (!(source.current() instanceof ModelSource.Empty<I, O> empty)) {
      return;
    }
    ModelRegistry registry = beans.getBean(ModelRegistry.class);
    if (!registry.models().contains(modelName())) {
      throw new StartException(
          "Predictor '"
              + name
              + "' serves the model '"
              + modelName()
              + "', which is not in the registry. Known models: "
              + known()
              + ".",
          "Correct " + property("model") + ", or register a version and promote it. " + waiting());
    }
    throw new StartException(
        "Predictor '" + name + "' has nothing to serve and no fallback. " + empty.reason(),
        "Promote a version. " + waiting());
  }

  private String waiting() {
    return "To start without one, set "
        + property("fallback-value")
        + " or "
        + property("fallback")
        + ", or set "
        + property("start-without-version")
        + "=true: the instance then is not ready until a version is promoted.";
  }

  private String known() {
    List<String> models = beans.getBean(ModelRegistry.class).models();
    return models.isEmpty() ? "none, it is empty" : String.join(", ", models);
  }

  private @Nullable Function<? super I, ? extends O> fallback() {
    if (properties.fallback() != null && properties.fallbackValue() != null) {
      throw new StartException(
          property("fallback") + " and " + property("fallback-value") + " are both set.",
          "Keep one of them.");
    }
    if (properties.fallback() != null) {
      return fitting.named(
          properties.fallback(),
          ResolvableType.forClassWithGenerics(Function.class, row, answer),
          property("fallback"));
    }
    Double value = properties.fallbackValue();
    if (value == null) {
      return null;
    }
    if (answer != Double.class) {
      throw new StartException(
          property("fallback-value")
              + " is a number, and predictor '"
              + name
              + "' answers classes.",
          "Declare a Function<"
              + row.getSimpleName()
              + ", ClassProbabilities> bean and name it in "
              + property("fallback")
              + ".");
    }
    O constant = answer.cast(value);
    return ignored -> constant;
  }

  private synchronized Schema<I> schema() {
    Schema<I> known = schema;
    if (known == null) {
      known = new RowSchema<>(name, properties, row, fitting).schema();
      schema = known;
    }
    return known;
  }

  private @Nullable MeterRegistry meters() {
    return beans.getBeanProvider(MeterRegistry.class).getIfUnique();
  }

  /** Registered by {@link MlopsBeans} with this predictor's types. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private <T> T bean(String suffix) {
    return (T) beans.getBean(name + suffix);
  }

  private String property(String last) {
    return "mlops.predictors." + name + "." + last;
  }
}
