package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.examples.flightdelay.FlightDelayDemo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service over HTTP, while another process promotes. */
@Timeout(900)
class FlightServiceTest {
  private static final String FLIGHT =
      "{\"origin\":\"ORD\",\"destination\":\"LGA\",\"distance\":733,\"hour\":17,\"dayOfWeek\":5}";
  private static final Pattern VERSION = Pattern.compile("\"version\":\"([^\"]+)\"");
  private static final int CALLERS = 4;

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path directory;

  private @Nullable ConfigurableApplicationContext context;
  private int port;

  private void start() {
    ConfigurableApplicationContext started =
        SpringApplication.run(
            FlightService.class,
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--spring.main.register-shutdown-hook=false",
            "--mlops.registry.directory=" + directory.resolve("registry"),
            "--mlops.registry.poll-interval=100ms");
    context = started;
    port = started.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  @AfterEach
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  @Test
  void promotion_inAnotherProcessUnderLoad_isPickedUpWithoutAFailedRequest() throws Exception {
    start();
    assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
    assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);

    assertThat(otherProcess("train")).contains("flight-delay:1 is in production");
    awaitVersion("flight-delay:1");
    assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);

    Queue<String> failed = new ConcurrentLinkedQueue<>();
    LongAdder answered = new LongAdder();
    Set<String> versions = ConcurrentHashMap.newKeySet();
    AtomicBoolean enough = new AtomicBoolean();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Thread caller = new Thread(() -> call(enough, failed, answered, versions));
      caller.setDaemon(true);
      caller.start();
      callers.add(caller);
    }
    awaitAnswers(answered, 1);
    assertThat(otherProcess("challenge")).contains("flight-delay:2 is in production");
    awaitVersion("flight-delay:2");
    awaitAnswers(answered, answered.sum() + 200);
    enough.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(failed).isEmpty();
    assertThat(versions).containsExactlyInAnyOrder("flight-delay:1", "flight-delay:2");

    String models = get("/actuator/models").body();
    assertThat(models)
        .contains("\"version\":\"flight-delay:2\"")
        .contains("{\"number\":2,\"stage\":\"PRODUCTION\"}")
        .contains("{\"number\":1,\"stage\":\"ARCHIVED\"}");
    assertThat(get("/actuator/health").body()).contains("\"status\":\"UP\"", "flight-delay:2");
    assertThat(get("/actuator/prometheus").body())
        .contains("mlops_swaps_total{model=\"flightDelay\"} 1.0")
        .contains("mlops_predict_errors_total{model=\"flightDelay\",reason=\"model\"} 0.0")
        .containsPattern("mlops_predict_seconds_count\\{model=\"flightDelay\"} [0-9]{3,}")
        .contains("mlops_drift_predictions_total");
    Manifests.assertAutoscalerReads(get("/actuator/prometheus").body());
    MeterNames.documented().assertExportedIn(get("/actuator/prometheus").body());
    assertThat(post("/actuator/models/flightDelay/rollback", "{\"reason\":\"x\"}").statusCode())
        .isIn(404, 405);

    HttpResponse<String> batch = post("/predict/batch", "[" + FLIGHT + "," + FLIGHT + "]");
    assertThat(batch.statusCode()).isEqualTo(200);
    assertThat(batch.body()).matches("\\[(0\\.\\d+),\\1]");
  }

  private void call(
      AtomicBoolean enough, Queue<String> failed, LongAdder answered, Set<String> versions) {
    while (!enough.get()) {
      try {
        HttpResponse<String> response = post("/predict", FLIGHT);
        Matcher version = VERSION.matcher(response.body());
        if (response.statusCode() == 200
            && version.find()
            && response.body().contains("\"source\":\"MODEL\"")) {
          versions.add(version.group(1));
          answered.increment();
        } else {
          failed.add(response.statusCode() + " " + response.body());
        }
      } catch (RuntimeException e) {
        failed.add(e + ": " + e.getCause());
      }
    }
  }

  private static void awaitAnswers(LongAdder answered, long atLeast) {
    while (answered.sum() < atLeast) {
      Thread.onSpinWait();
    }
  }

  /** Callers see nothing but what the health endpoint and answers say. */
  private void awaitVersion(String version) {
    while (!get("/actuator/health").body().contains("\"version\":\"" + version + "\"")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void predict_notAFlight_isTheCallersMistake() {
    start();
    assertThat(post("/predict", "{\"origin\": ").statusCode()).isEqualTo(400);
  }

  private HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  private HttpResponse<String> post(String path, String json) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Trains or challenges, on a twentieth of the flights, in the directory the service follows. */
  private String otherProcess(String step) throws IOException, InterruptedException {
    Path log = directory.resolve(step + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx600m",
                "-Djava.util.logging.config.file="
                    + System.getProperty("java.util.logging.config.file"),
                "-Dlogging.level.root=warn",
                "-cp",
                System.getProperty("java.class.path"),
                FlightDelayDemo.class.getName(),
                directory.toString(),
                step,
                "every=20")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String output = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(ended).as("step %s ended: %s", step, output).isTrue();
    return output;
  }
}
