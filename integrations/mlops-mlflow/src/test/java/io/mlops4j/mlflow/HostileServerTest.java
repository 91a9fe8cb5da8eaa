package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that lies: each answer is refused with one sentence, and nothing but this server's own
 * API is asked. A second server stands by, to which every temptation leads; nobody may come.
 */
class HostileServerTest {
  private final StubServer stub = new StubServer();
  private final StubServer trap = new StubServer();

  @AfterEach
  void stop() {
    assertThat(trap.requests()).as("nobody came to the trap").isEmpty();
    stub.close();
    trap.close();
  }

  static Stream<String> addresses() {
    return Stream.of(
        "file:///etc/passwd",
        "file:/etc",
        "/etc",
        "/tmp/mlruns/1/models/m-1/artifacts",
        "../mlruns",
        "s3://bucket/models",
        "gs://bucket/models",
        "dbfs:/models",
        "ftp://TRAP/models",
        "http://TRAP/api/2.0/mlflow-artifacts/artifacts/1/models",
        "http://SELF@TRAP/api/2.0/mlflow-artifacts/artifacts/1",
        "http://SELF.evil/api/2.0/mlflow-artifacts/artifacts/1",
        "http://SELF/api/2.0/mlflow/runs/delete",
        "http://SELF/api/2.0/mlflow-artifacts/artifacts/../../secrets",
        "http://SELF/api/2.0/mlflow-artifacts/artifacts/%2e%2e/secrets",
        "mlflow-artifacts://TRAP/1/models/m-1/artifacts",
        "mlflow-artifacts://SELF@TRAP/1/models",
        "mlflow-artifacts://SELF",
        "mlflow-artifacts:/../../etc",
        "mlflow-artifacts:/1/../../etc",
        "mlflow-artifacts:/1/%2e%2e/%2e%2e/etc",
        "mlflow-artifacts:/1/..\\..\\etc",
        "mlflow-artifacts:/1/models\u0000/x",
        "mlflow-artifacts:/1/models?path=/etc",
        "mlflow-artifacts:/1/models#/etc",
        "mlflow-artifacts:///1//models",
        "mlflow-artifacts:/",
        "mlflow-artifacts:",
        "MLFLOW-ARTIFACTS:/1/models",
        "models:/m-1",
        "runs:/1/model",
        "data:text/plain,x",
        "");
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void version_artifactAddress_isNotOpened(String template) {
    String self = stub.address().getAuthority();
    String uri = template.replace("SELF", self).replace("TRAP", trap.address().getAuthority());
    ObjectNode answer = io.mlops4j.core.Json.object().put("artifact_uri", uri);
    stub.always("/get-download-uri", StubServer.json(200, answer.toString()));

    refused("registered model 'flight-delay', version 2");

    assertThat(stub.requests()).allMatch(r -> r.startsWith("GET /api/2.0/mlflow/"));
  }

  @Test
  void version_addressWithThisServersName_isOpened() {
    String root =
        Fixtures.json("rest/uri-2.json")
            .path("artifact_uri")
            .asText()
            .substring("mlflow-artifacts:/".length());
    for (String prefix :
        new String[] {
          "mlflow-artifacts://" + stub.address().getAuthority() + "/",
          "mlflow-artifacts:///",
          stub.address() + "/api/2.0/mlflow-artifacts/artifacts/"
        }) {
      ObjectNode answer = io.mlops4j.core.Json.object().put("artifact_uri", prefix + root);
      stub.always("/get-download-uri", StubServer.json(200, answer.toString()));

      assertThat(stub.client().registeredModel("flight-delay").version(2).files().files())
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void version_redirect_isNotFollowed(int status) {
    stub.always(
        "/model-versions/get",
        exchange -> {
          exchange.getResponseHeaders().add("Location", trap.address() + "/api/2.0/mlflow");
          exchange.sendResponseHeaders(status, -1);
        });

    refused("answered with a redirect (" + status + ")");
  }

  @Test
  void file_redirect_isNotFollowed() {
    stub.always(
        "/model.onnx",
        exchange -> {
          exchange.getResponseHeaders().add("Location", trap.address() + "/model.onnx");
          exchange.sendResponseHeaders(302, -1);
        });

    refused("answered with a redirect (302) about file model.onnx");
  }

  static Stream<Arguments> answers() {
    String version = new String(Fixtures.bytes("rest/version-2.json"), StandardCharsets.UTF_8);
    return Stream.of(
        arguments("a web page", "<html>Sign in</html>", "is not valid JSON"),
        arguments("nothing", "", "is not"),
        arguments("a list", "[]", "is not a JSON object"),
        arguments("half", version.substring(0, 100), "is not valid JSON"),
        arguments("two", version + version, "is not valid JSON"),
        arguments("a key twice", "{\"a\":1,\"a\":2}", "is not valid JSON"),
        arguments("deep", "{\"a\":".repeat(1000), "is not valid JSON"),
        arguments("no version", "{}", "answered with another version"),
        arguments("another name", version.replace("flight-delay", "fraud"), "another model"),
        arguments("another number", version.replace("\"2\"", "\"3\""), "another version"),
        arguments("a path as number", version.replace("\"2\"", "\"2/../3\""), "another version"),
        arguments("pending", version.replace("READY", "PENDING_REGISTRATION"), "not READY"),
        arguments(
            "failed", version.replace("READY", "FAILED\\u001b[31m"), "FAILED?[31m, not READY"),
        arguments(
            "a path as run",
            version.replaceFirst("\"run_id\": \"[0-9a-f]+\"", "\"run_id\": \"../secrets\""),
            "names the run \"../secrets\", which is no id"),
        arguments(
            "a query as run",
            version.replaceFirst("\"run_id\": \"[0-9a-f]+\"", "\"run_id\": \"1&x=2\""),
            "which is no id"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void version_answer_isRefused(String name, String body, String why) {
    stub.always("/model-versions/get", StubServer.json(200, body));

    refused(why);
  }

  @Test
  void version_sourceThatIsAnAddress_isOnlyAName() {
    String answer =
        new String(Fixtures.bytes("rest/version-2.json"), StandardCharsets.UTF_8)
            .replaceFirst("models:/m-[0-9a-f]+", trap.address() + "/steal");
    assertThat(answer).contains("/steal");
    stub.always("/model-versions/get", StubServer.json(200, answer));

    assertThat(stub.client().registeredModel("flight-delay").version(2).files().files()).hasSize(1);
    assertThat(stub.requests()).noneMatch(r -> r.contains("steal"));
  }

  @Test
  void answer_tooLong_isNotReadToItsEnd() {
    CountDownLatch gaveUp = new CountDownLatch(1);
    stub.always(
        "/model-versions/get",
        exchange -> {
          exchange.sendResponseHeaders(200, 0); // chunked, without an end
          byte[] chunk = new byte[1 << 16];
          Arrays.fill(chunk, (byte) ' ');
          try {
            while (true) {
              exchange.getResponseBody().write(chunk);
            }
          } finally {
            gaveUp.countDown();
          }
        });

    refused("answered more than 4194304 bytes about");
    assertThat(await(gaveUp)).as("the connection was closed").isTrue();
  }

  @Test
  void file_tooLong_isRefused() {
    stub.always("/model.onnx", StubServer.bytes(200, new byte[2000]));
    MlflowLimits limits = MlflowLimits.withDefaults().withMaxModelBytes(1999);
    MlflowServer small = stub.client().withOptions(Impatient.options().withLimits(limits));

    Throwable problem = catchThrowable(() -> small.registeredModel("flight-delay").version(2));

    assertThat(problem)
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("answered more than 1999 bytes about file model.onnx");
  }

  @Test
  void answer_thatTrickles_isGivenUpInTime() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    stub.always(
        "/model-versions/get",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          await(over); // The rest never comes.
        });
    MlflowOptions options =
        Impatient.options().withRequestTimeout(Duration.ofMillis(300)).withAttempts(1);
    MlflowServer hasty = stub.client().withOptions(options);

    Throwable problem = catchThrowable(() -> hasty.registeredModel("flight-delay").version(2));
    over.countDown();

    assertThat(problem)
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("could not be asked about")
        .hasMessageContaining("within PT0.3S");
  }

  @Test
  void file_lies_areRefusedAsInADirectory() {
    stub.always(
        "/MLmodel", StubServer.json(200, "flavors: {onnx: {data: ../../../secrets/model.onnx}}\n"));

    refused("flavors.onnx.data is \"../../../secrets/model.onnx\", which is not opened");
    assertThat(stub.requests()).noneMatch(r -> r.contains("secrets"));
  }

  @Test
  void error_hostileMessage_isOneShortPrintableLine() {
    String message = "x\\u001b[2J\\nINFO all good\\u202e" + "y".repeat(5000);
    stub.always(
        "/model-versions/get",
        StubServer.json(404, "{\"error_code\":\"A\\nB\",\"message\":\"" + message + "\"}"));

    refused("404 A?B (x?[2J?INFO all good?yyy");
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void refused(String why) {
    MlflowServer mlflow = stub.client().withBearerToken("canary-token");

    Throwable problem = catchThrowable(() -> mlflow.registeredModel("flight-delay").version(2));

    assertThat(problem).isInstanceOf(MlflowException.class).hasMessageContaining(why);
    assertThat(problem.getMessage())
        .startsWith("MLflow at " + stub.address())
        .endsWith(".")
        .doesNotContain("canary")
        .doesNotContainPattern("\\p{Cntrl}")
        .hasSizeLessThan(700);
  }
}
