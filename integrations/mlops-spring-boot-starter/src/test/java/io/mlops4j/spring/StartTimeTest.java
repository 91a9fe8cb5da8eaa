package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long a context with one ONNX model takes. A number for docs/spring.md, never a verdict. */
@Timeout(300)
class StartTimeTest {
  @TempDir Path directory;

  @Test
  @SuppressWarnings("SystemOut")
  void start_webContextWithOneModel_isMeasured() {
    Models.promote(directory, "delay", Models.trees());
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      try (App app =
          App.start(
              App.Open.class,
              "mlops.registry.directory=" + directory,
              "mlops.predictors.delay.row-type=io.mlops4j.spring.Flight")) {
        millis.add((System.nanoTime() - start) / 1_000_000);
        Predictor<?, ?> predictor = app.context().getBean("delay", Predictor.class);
        assertThat(predictor.version()).isPresent();
      }
    }
    System.out.println("Web context with one ONNX model started in (ms) " + millis);
  }
}
