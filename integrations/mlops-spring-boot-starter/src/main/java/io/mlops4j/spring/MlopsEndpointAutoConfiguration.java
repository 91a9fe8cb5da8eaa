package io.mlops4j.spring;

import io.mlops4j.registry.ModelRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** {@code /actuator/models}, if the application has actuator endpoints and exposes this one. */
@AutoConfiguration(after = MlopsAutoConfiguration.class)
@ConditionalOnClass({WebEndpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(ModelsEndpoint.class)
public final class MlopsEndpointAutoConfiguration {

  @Bean
  ModelsEndpoint mlopsModelsEndpoint(
      ServedModels models, InstanceId instance, ObjectProvider<ModelRegistry> registry) {
    return new ModelsEndpoint(models, instance, registry::getIfUnique);
  }
}
