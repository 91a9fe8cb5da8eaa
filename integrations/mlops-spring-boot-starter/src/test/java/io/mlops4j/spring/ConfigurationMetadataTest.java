package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.spring.MlopsProperties.DriftProperties;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** What development environments complete is what is bound, no more and no less. */
class ConfigurationMetadataTest {
  private static final Map<String, Class<?>> NAMED =
      Map.of(
          "predictors",
          PredictorProperties.class,
          "drift",
          DriftProperties.class,
          "rollouts",
          MlopsProperties.RolloutProperties.class);

  private static JsonNode metadata() throws Exception {
    try (InputStream in =
        MlopsProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      return Json.parse(Objects.requireNonNull(in).readAllBytes(), "metadata");
    }
  }

  /** Property name to component, for everything below a record. */
  private static void collect(String prefix, Class<?> type, Map<String, RecordComponent> found) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + "." + UnknownPropertyFailureAnalyzer.kebab(component);
      if (component.getType().isRecord()) {
        collect(name, component.getType(), found);
        continue;
      }
      found.put(name, component);
      Class<?> value = NAMED.get(component.getName());
      if (value != null) {
        collect(name + ".*", value, found);
      }
    }
  }

  @Test
  void metadata_everyBoundProperty_isDescribedWithItsTypeAndDefault() throws Exception {
    Map<String, RecordComponent> bound = new TreeMap<>();
    collect(MlopsProperties.PREFIX, MlopsProperties.class, bound);
    assertThat(bound).hasSizeGreaterThan(25);
    Map<String, JsonNode> described = new TreeMap<>();
    for (JsonNode property : metadata().path("properties")) {
      if (property.path("name").asText().startsWith("mlops.")) {
        described.put(property.path("name").asText(), property);
      }
    }
    assertThat(described.keySet()).isEqualTo(bound.keySet());
    bound.forEach(
        (name, component) -> {
          JsonNode property = Objects.requireNonNull(described.get(name));
          assertThat(property.path("description").asText()).as(name).endsWith(".");
          assertThat(property.path("type").asText()).as(name).isEqualTo(type(component));
          assertThat(property.path("sourceType").asText())
              .as(name)
              .isEqualTo(component.getDeclaringRecord().getName());
          assertThat(property.path("defaultValue").asText(""))
              .as(name)
              .isEqualTo(preset(component));
        });
  }

  /** What the component's parameter is annotated with: that is what is bound. */
  private static String preset(RecordComponent component) {
    Class<?> type = component.getDeclaringRecord();
    int position =
        Stream.of(type.getRecordComponents())
            .map(RecordComponent::getName)
            .toList()
            .indexOf(component.getName());
    DefaultValue value =
        type.getDeclaredConstructors()[0].getParameters()[position].getAnnotation(
            DefaultValue.class);
    return value == null || value.value().length == 0 ? "" : value.value()[0];
  }

  private static String type(RecordComponent component) {
    Class<?> type = component.getType();
    if (type.isPrimitive()) {
      return java.lang.invoke.MethodType.methodType(type).wrap().returnType().getName();
    }
    return component.getGenericType().getTypeName().replace(", ", ",");
  }

  @Test
  void metadata_hintsAndGroups_nameThingsThatExist() throws Exception {
    Map<String, RecordComponent> bound = new TreeMap<>();
    collect(MlopsProperties.PREFIX, MlopsProperties.class, bound);
    for (JsonNode hint : metadata().path("hints")) {
      assertThat(bound).containsKey(hint.path("name").asText());
    }
    for (JsonNode group : metadata().path("groups")) {
      assertThat(Class.forName(group.path("type").asText())).isNotNull();
    }
  }
}
