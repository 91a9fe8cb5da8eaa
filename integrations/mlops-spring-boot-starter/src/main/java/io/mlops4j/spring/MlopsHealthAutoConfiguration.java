package io.mlops4j.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health and readiness of the predictors, if the application has health endpoints. */
@AutoConfiguration(
    after = MlopsAutoConfiguration.class,
    afterName =
        "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration")
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("mlops")
public final class MlopsHealthAutoConfiguration {
  /** The component's name in {@code /actuator/health}: the bean's, without its suffix. */
  static final String CONTRIBUTOR = "mlops";

  @Bean
  HealthIndicator mlopsHealthIndicator(ServedModels models) {
    return new MlopsHealthIndicator(models);
  }

  @Bean
  @ConditionalOnProperty(name = "mlops.readiness-group", matchIfMissing = true)
  HealthEndpointGroupsPostProcessor mlopsReadinessGroup() {
    return new ReadinessGroup();
  }
}
