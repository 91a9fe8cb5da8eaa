package io.mlops4j.spring;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Registry, predictors, drift monitors and their end. Does nothing unless there are {@code mlops.*}
 * properties or predictor beans.
 */
@AutoConfiguration
public final class MlopsAutoConfiguration {

  @Bean
  static MlopsBeans mlopsBeans(Environment environment) {
    return new MlopsBeans(environment);
  }

  @Bean
  ServedModels mlopsServedModels(
      ConfigurableListableBeanFactory beans, MlopsProperties properties) {
    return new ServedModels(beans, properties);
  }

  @Bean
  InstanceId mlopsInstanceId(MlopsProperties properties, Environment environment) {
    return InstanceId.of(properties.instance(), environment);
  }

  @Bean
  FleetAnnouncements mlopsFleetAnnouncements(ServedModels models, InstanceId instance) {
    return new FleetAnnouncements(models, instance);
  }

  @Bean
  PredictorLifecycle mlopsPredictorLifecycle(
      ServedModels models,
      FleetAnnouncements announcements,
      MlopsProperties properties,
      Environment environment) {
    return new PredictorLifecycle(
        models, announcements, PredictorLifecycle.limit(properties.shutdownTimeout(), environment));
  }
}
