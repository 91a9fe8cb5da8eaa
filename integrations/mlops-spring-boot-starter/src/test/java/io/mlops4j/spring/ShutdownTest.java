package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorClosedException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What happens to requests that are inside when the application ends. */
@Timeout(300)
class ShutdownTest {
  @TempDir Path directory;

  /** A model that lets a test hold its calls inside. */
  static final class Slow implements ModelLoader<Flight, Double> {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    @Override
    public Set<String> formats() {
      return Set.of("constant");
    }

    @Override
    public Model<Flight, Double> load(ModelVersion version, ModelArtifact artifact) {
      return inputs -> {
        inside.countDown();
        try {
          assertThat(open.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return inputs.stream().map(input -> 0.5).toList();
      };
    }
  }

  /** Answers over HTTP. */
  @RestController
  static class Asking {
    private final Predictor<Flight, Double> delay;

    Asking(Predictor<Flight, Double> delay) {
      this.delay = delay;
    }

    @GetMapping("/predict")
    String predict() {
      return "risk " + delay.predict(Flight.ONE);
    }
  }

  private App start(String... properties) {
    Models.promote(directory, "delay", Models.constant(0.5));
    List<String> all =
        new ArrayList<>(
            List.of(
                "mlops.registry.directory=" + directory,
                "mlops.predictors.delay.row-type=io.mlops4j.spring.Flight",
                "mlops.predictors.delay.micro-batching.enabled=false"));
    all.addAll(List.of(properties));
    return App.start(SlowApp.class, all.toArray(new String[0]));
  }

  @Configuration(proxyBeanMethods = false)
  @Import(App.Web.class)
  static class SlowApp {
    @Bean
    Slow slow() {
      return new Slow();
    }

    @Bean
    Asking asking(Predictor<Flight, Double> delay) {
      return new Asking(delay);
    }
  }

  @Test
  void close_requestsInFlight_areAnsweredBeforeThePredictorCloses() throws Exception {
    App app = start();
    Slow slow = app.context().getBean(Slow.class);
    Predictor<Flight, Double> predictor = predictor(app);
    CompletableFuture<String> overHttp =
        CompletableFuture.supplyAsync(() -> app.get("/predict").body());
    slow.inside.await();
    CompletableFuture<Double> async = predictor.predictAsync(Flight.ONE);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(app::close);
    while (accepts(app)) {
      Thread.onSpinWait();
    }
    assertThat(overHttp).isNotDone();
    assertThat(closed).isNotDone();
    slow.open.countDown();
    assertThat(overHttp.get()).isEqualTo("risk 0.5");
    assertThat(async.get()).isEqualTo(0.5);
    closed.get();
    assertThatThrownBy(() -> predictor.predict(Flight.ONE))
        .isInstanceOf(PredictorClosedException.class);
  }

  private static boolean accepts(App app) {
    try (java.net.Socket socket =
        new java.net.Socket(InetAddress.getLoopbackAddress(), app.port())) {
      return socket.isConnected();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void close_aModelThatHangs_endsAfterTheLimit() throws Exception {
    App app = start("mlops.shutdown-timeout=200ms", "server.shutdown=immediate");
    Slow slow = app.context().getBean(Slow.class);
    Predictor<Flight, Double> predictor = predictor(app);
    CompletableFuture<Double> stuck =
        CompletableFuture.supplyAsync(() -> predictor.predict(Flight.ONE));
    slow.inside.await();
    CompletableFuture<Double> queued = predictor.predictAsync(Flight.ONE);
    app.close();
    assertThat(stuck).isNotDone();
    assertThatThrownBy(queued::get).hasRootCauseInstanceOf(PredictorClosedException.class);
    slow.open.countDown();
    assertThat(stuck.get()).isEqualTo(0.5);
  }

  @Test
  void close_ofTheApplication_withdrawsFromTheFleet() {
    try (ModelRegistry models = ModelRegistry.open(directory)) {
      App app = start();
      assertThat(models.model("delay").fleet()).hasSize(1);
      app.close();
      assertThat(models.model("delay").fleet()).isEmpty();
    }
  }

  @Test
  void limit_isWhatWasAskedForAndNeverMoreThanSpringWaits() {
    MockEnvironment environment = new MockEnvironment();
    assertThat(PredictorLifecycle.limit(null, environment)).isEqualTo(Duration.ofSeconds(30));
    environment.setProperty("spring.lifecycle.timeout-per-shutdown-phase", "10s");
    assertThat(PredictorLifecycle.limit(null, environment)).isEqualTo(Duration.ofSeconds(10));
    assertThat(PredictorLifecycle.limit(Duration.ofSeconds(3), environment))
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(PredictorLifecycle.limit(Duration.ofSeconds(30), environment))
        .isEqualTo(Duration.ofSeconds(10));
  }

  @SuppressWarnings("unchecked")
  private static Predictor<Flight, Double> predictor(App app) {
    return app.context().getBean("delay", Predictor.class);
  }
}
