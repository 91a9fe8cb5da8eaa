package io.mlops4j.examples.featurestore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FeatureStoreDemoTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void run_realFlights_featuresLiftTheAucAndALeakIsFoundOut() {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    FeatureStoreDemo.Result result = new FeatureStoreDemo(out, 12).run();

    assertThat(result.known()).isGreaterThan(result.alone() + 0.03);
    assertThat(result.leakyOffline()).isGreaterThan(result.known() + 0.01);
    assertThat(result.leakyServed()).isLessThan(result.leakyOffline() - 0.01);
    assertThat(result.refusal())
        .contains("Feature lateShare20 was computed in training by definition");
    assertThat(result.served()).isGreaterThan(4_000);
    assertThat(result.differing()).isZero();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("0 of their rows differ from training's.");
  }
}
