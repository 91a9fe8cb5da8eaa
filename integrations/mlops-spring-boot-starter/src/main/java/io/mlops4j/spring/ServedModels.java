package io.mlops4j.spring;

import io.mlops4j.core.PinnableSource;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import io.mlops4j.spring.ServedModel.Handle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** All predictors of the application, those from properties and those it built itself, by name. */
final class ServedModels {
  private final List<ServedModel> models;

  ServedModels(ConfigurableListableBeanFactory beans, MlopsProperties properties) {
    TreeMap<String, ServedModel> byName = new TreeMap<>();
    for (String name : beans.getBeanNamesForType(Predictor.class)) {
      PredictorProperties own = properties.predictors().get(name);
      byName.put(
          name,
          new ServedModel(
              name,
              PredictorTypes.text(type(beans, name)),
              beans.getBean(name, Predictor.class),
              own == null ? Optional.empty() : Optional.of(handle(beans, name)),
              own == null ? List.of() : monitors(beans, name),
              own != null && (own.fallback() != null || own.fallbackValue() != null)));
    }
    models = List.copyOf(byName.values());
  }

  List<ServedModel> all() {
    return models;
  }

  Optional<ServedModel> named(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  private static ResolvableType type(ConfigurableListableBeanFactory beans, String name) {
    return beans.getMergedBeanDefinition(name).getResolvableType();
  }

  private static Handle<?, ?> handle(ConfigurableListableBeanFactory beans, String name) {
    return handle(
        beans.getBean(name + "Model", RegisteredModel.class),
        beans.getBean(name + "Source", PinnableSource.class));
  }

  /** Both were registered with the same types. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Handle<?, ?> handle(RegisteredModel model, PinnableSource source) {
    return new Handle(model, source);
  }

  /** The monitors that the predictor was given as listeners. */
  private static List<DriftMonitor<?, ?>> monitors(
      ConfigurableListableBeanFactory beans, String name) {
    ResolvableType[] generics = type(beans, name).getGenerics();
    Class<?>[] types = Arrays.stream(generics).map(ResolvableType::toClass).toArray(Class[]::new);
    return new ArrayList<>(
        new FittingBeans(beans, name).<DriftMonitor<?, ?>>all(DriftMonitor.class, types));
  }
}
