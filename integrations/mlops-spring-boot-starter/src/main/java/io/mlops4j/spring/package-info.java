/**
 * MLOps4J in a Spring Boot application: {@code mlops.*} properties become a registry, typed {@code
 * Predictor} beans and drift monitors, with health, meters, graceful shutdown and {@code
 * /actuator/models}. Start with docs/spring.md; everything else is configured by declaring beans.
 *
 * <p>Properties are read once, while the context starts. All beans are thread-safe.
 */
@NullMarked
package io.mlops4j.spring;

import org.jspecify.annotations.NullMarked;
