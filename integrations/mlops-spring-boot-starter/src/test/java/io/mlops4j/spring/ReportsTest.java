package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.PinnableSource;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportsTest {

  @Test
  void report_registryCannotBeRead_stillTellsWhatThisInstanceDoes() {
    try (ModelRegistry registry = ModelRegistry.inMemory();
        Predictor<String, Integer> predictor =
            Predictor.<String, Integer>of(rows -> rows.stream().map(String::length).toList())
                .build()) {
      PinnableSource<Object, Object> source =
          PinnableSource.of(registry.model("delay").production());
      ServedModel served =
          new ServedModel(
              "delay",
              "Predictor<String, Integer>",
              predictor,
              Optional.of(new ServedModel.Handle<>(unreadable(), source)),
              List.of(),
              false);
      Reports.Predictor report = Reports.of(served);
      assertThat(report.ready()).isTrue();
      assertThat(report.model()).isNull();
      assertThat(report.modelProblem()).isEqualTo("The disk is gone.");
    }
  }

  @SuppressWarnings("unchecked")
  private static RegisteredModel<Object, Object> unreadable() {
    return (RegisteredModel<Object, Object>)
        Proxy.newProxyInstance(
            ReportsTest.class.getClassLoader(),
            new Class<?>[] {RegisteredModel.class},
            (proxy, method, arguments) -> {
              throw new MlopsException("The disk is gone.");
            });
  }
}
