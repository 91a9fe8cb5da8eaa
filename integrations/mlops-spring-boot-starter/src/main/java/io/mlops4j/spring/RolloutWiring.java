package io.mlops4j.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutBuilder;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.Watch;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import io.mlops4j.spring.MlopsProperties.RegistryProperties;
import io.mlops4j.spring.MlopsProperties.RolloutProperties;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** Makes the rollout of one predictor, and the split it moves. */
final class RolloutWiring<I, O> {
  private final String name;
  private final RolloutProperties properties;
  private final RegistryProperties registry;
  private final ConfigurableListableBeanFactory beans;
  private final PredictorWiring<I, O> predictor;
  private final FittingBeans fitting;

  RolloutWiring(
      String name,
      RolloutProperties properties,
      RegistryProperties registry,
      Class<?> row,
      Class<?> answer,
      ConfigurableListableBeanFactory beans,
      PredictorWiring<I, O> predictor) {
    this.name = name;
    this.properties = properties;
    this.registry = registry;
    this.beans = beans;
    this.predictor = predictor;
    this.fitting = new FittingBeans(beans, name);
  }

  Rollout<I, O> rollout() {
    RegisteredModel<I, O> model = bean("Model");
    RolloutBuilder<I, O> builder;
    try {
      builder = Rollout.of(model, policy(), plan()).store(store()).every(properties.interval());
    } catch (IllegalArgumentException e) {
      throw new StartException(
          "A value below mlops.rollouts." + name + " is out of range: " + e.getMessage() + ".",
          "Set it to a value in that range.",
          e);
    }
    MeterRegistry meters = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
    if (meters != null) {
      builder.meters(meters);
    }
    checks().forEach(builder::check);
    return builder.build();
  }

  Predictor<I, O> split() {
    Function<I, String> unit = predictor.unit();
    TrafficSplit<I, O> split =
        TrafficSplit.of(
            predictor.predictor(),
            unit,
            candidate -> predictor.furnish(candidate.name(name + "-candidate")));
    Rollout<I, O> rollout = bean("Rollout");
    rollout.steer(split);
    return split;
  }

  private RolloutPlan plan() {
    List<Watch> watches = new ArrayList<>();
    watches.add(Watch.errorRateNotWorseBy(properties.errorRateMargin()));
    watches.add(Watch.errorRateAtMost(properties.errorRateLimit()));
    watches.add(Watch.latencyNotSlowerThan(0.99, properties.latencyFactor()));
    if (properties.scoreShift() != null) {
      watches.add(Watch.scoreShiftAtMost(properties.scoreShift()));
    }
    if (properties.squaredErrorMargin() != null) {
      watches.add(Watch.squaredErrorNotWorseBy(properties.squaredErrorMargin()));
    }
    return RolloutPlan.steps(properties.steps().stream().mapToDouble(Double::doubleValue).toArray())
        .watching(watches.toArray(Watch[]::new))
        .withMinSamples(properties.minSamples())
        .lasting(properties.minDuration(), properties.maxDuration())
        .whenUndecided(properties.whenUndecided())
        .withFalseRollbacks(properties.falseRollbacks());
  }

  private GatePolicy policy() {
    String bean = properties.policy();
    return bean == null
        ? GatePolicy.named("rollout").require(Gate.check("rollout"))
        : fitting.named(
            bean, ResolvableType.forClass(GatePolicy.class), "mlops.rollouts." + name + ".policy");
  }

  private ObjectStore store() {
    ObjectStore own = beans.getBeanProvider(ObjectStore.class).getIfUnique();
    if (own != null) {
      return own;
    }
    @Nullable String directory = registry.directory();
    if (directory == null || directory.isBlank()) {
      throw new StartException(
          "mlops.rollouts." + name + " has no store: mlops.registry.directory is not set.",
          "Declare the ObjectStore of your ModelRegistry as a bean.");
    }
    return ObjectStores.directory(Path.of(directory.strip()));
  }

  /** The checks that say they are about this predictor's candidate; drift follows production. */
  private List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    for (String bean : beans.getBeanNamesForType(Check.class)) {
      Qualifier qualifier = beans.findAnnotationOnBean(bean, Qualifier.class);
      if (qualifier != null && qualifier.value().equals(name + "Rollout")) {
        checks.add(beans.getBean(bean, Check.class));
      }
    }
    return checks;
  }

  /** Registered by {@link MlopsBeans} with this predictor's types. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private <T> T bean(String suffix) {
    return (T) beans.getBean(name + suffix);
  }
}
