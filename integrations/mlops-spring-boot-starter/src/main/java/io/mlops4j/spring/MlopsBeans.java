package io.mlops4j.spring;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.PinnableSource;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.spring.MlopsProperties.Output;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import io.mlops4j.spring.MlopsProperties.RolloutProperties;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Turns properties into bean definitions while the context starts. Per predictor {@code x}: {@code
 * x} (the predictor), {@code xModel} (its handle in the registry), {@code xSource} (what it
 * follows, which can be pinned) and, if asked for, {@code xDrift}. Each carries its full generic
 * type, so that injection tells {@code Predictor<Flight, Double>} from {@code Predictor<Payment,
 * Double>}.
 */
final class MlopsBeans implements BeanDefinitionRegistryPostProcessor {
  private static final String REGISTRY = "mlopsRegistry";

  /** Where definitions made here say they come from. */
  static final String ORIGIN = "mlops.* properties";

  private final Environment environment;

  MlopsBeans(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry definitions) {
    DefaultListableBeanFactory beans = (DefaultListableBeanFactory) definitions;
    MlopsProperties properties = bind(environment);
    register(
        beans, "mlopsProperties", ResolvableType.forClass(MlopsProperties.class), () -> properties);
    boolean own = beans.getBeanNamesForType(ModelRegistry.class, true, false).length > 0;
    boolean wanted =
        properties.registry().directory() != null || !properties.predictors().isEmpty();
    if (!own && wanted) {
      register(
          beans,
          REGISTRY,
          ResolvableType.forClass(ModelRegistry.class),
          () -> RegistryOpening.open(properties.registry(), environment));
    }
    requireKnown("drift", properties.drift(), properties.predictors());
    requireKnown("rollouts", properties.rollouts(), properties.predictors());
    properties
        .predictors()
        .forEach((name, predictor) -> register(beans, name, predictor, properties));
  }

  private static MlopsProperties bind(Environment environment) {
    BindHandler strict =
        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
    return Binder.get(environment, strict)
        .bindOrCreate(MlopsProperties.PREFIX, MlopsProperties.class);
  }

  private static void requireKnown(
      String kind, Map<String, ?> asked, Map<String, PredictorProperties> predictors) {
    for (String name : asked.keySet()) {
      if (!predictors.containsKey(name)) {
        throw new StartException(
            "mlops." + kind + "." + name + " is about a predictor that is not configured.",
            "Name one of mlops.predictors: "
                + (predictors.isEmpty() ? "there is none yet" : predictors.keySet())
                + ".");
      }
    }
  }

  private static void register(
      DefaultListableBeanFactory beans,
      String name,
      PredictorProperties properties,
      MlopsProperties all) {
    Class<?> row = RowTypes.load(name, properties.rowType(), beans.getBeanClassLoader());
    Class<?> answer =
        properties.output() == Output.PROBABILITIES ? ClassProbabilities.class : Double.class;
    PredictorWiring<?, ?> wiring =
        new PredictorWiring<>(name, properties, all.drift().get(name), row, answer, beans);
    register(beans, name + "Model", generic(RegisteredModel.class, row, answer), wiring::model);
    register(beans, name + "Source", generic(PinnableSource.class, row, answer), wiring::source);
    if (all.drift().containsKey(name)) {
      register(beans, name + "Drift", generic(DriftMonitor.class, row, answer), wiring::monitor);
    }
    RolloutProperties rollout = all.rollouts().get(name);
    if (rollout == null) {
      register(beans, name, generic(Predictor.class, row, answer), wiring::predictor);
      return;
    }
    RolloutWiring<?, ?> canary =
        new RolloutWiring<>(name, rollout, all.registry(), row, answer, beans, wiring);
    register(beans, name + "Rollout", generic(Rollout.class, row, answer), canary::rollout);
    register(beans, name, generic(Predictor.class, row, answer), canary::split);
  }

  private static ResolvableType generic(Class<?> type, Class<?> row, Class<?> answer) {
    return ResolvableType.forClassWithGenerics(type, row, answer);
  }

  private static void register(
      DefaultListableBeanFactory beans, String name, ResolvableType type, Supplier<?> instance) {
    if (beans.containsBeanDefinition(name)) {
      throw new StartException(
          "mlops.* properties ask for a bean named '"
              + name
              + "' ("
              + type
              + "), and the application declares one of that name itself.",
          "Rename the application's bean, or the predictor under mlops.predictors.");
    }
    RootBeanDefinition definition = new RootBeanDefinition(type.resolve(Object.class));
    definition.setTargetType(type);
    definition.setInstanceSupplier(instance);
    definition.setDestroyMethodName(destroyMethod(type.resolve()));
    definition.setResourceDescription(ORIGIN);
    beans.registerBeanDefinition(name, definition);
  }

  private static @Nullable String destroyMethod(@Nullable Class<?> type) {
    return type != null && AutoCloseable.class.isAssignableFrom(type) ? "close" : null;
  }
}
