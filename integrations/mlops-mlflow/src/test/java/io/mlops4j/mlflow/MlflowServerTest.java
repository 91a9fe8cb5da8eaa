package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.Stage;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The answers are those a real MLflow 3.17.2 gave: see fixtures/make_fixtures.py. */
class MlflowServerTest {
  private final StubServer stub = new StubServer();
  private final MlflowServer mlflow = stub.client();

  @AfterEach
  void stop() {
    stub.close();
  }

  @Test
  void alias_loggedModelOfMlflow3_isReadThroughTheProxy() {
    MlflowModel model = mlflow.registeredModel("flight-delay").alias("champion");

    assertThat(model.files().bytes("model.onnx"))
        .isEqualTo(Fixtures.bytes("models/columns/model.onnx"));
    assertThat(model.digest()).isEqualTo(MlflowModel.read(Fixtures.model("columns")).digest());
    assertThat(model.files().goldenRows()).isPresent();
    assertThat(stub.requests())
        .allMatch(r -> r.startsWith("GET /api/2.0/mlflow"))
        .noneMatch(r -> r.contains("serving_input_example"));
  }

  @Test
  void version_number_isReadToo() {
    MlflowModel model = mlflow.registeredModel("flight-delay").version(1);

    assertThat(model.digest()).isEqualTo(MlflowModel.read(Fixtures.model("tensor")).digest());
  }

  @Test
  void loggedModel_id_isReadWithoutARegistry() {
    String id = Fixtures.expected().path("modelIds").path("pipeline").asText();

    MlflowModel model = mlflow.loggedModel(id);

    assertThat(model.digest()).isEqualTo(MlflowModel.read(Fixtures.model("pipeline")).digest());
    assertThat(model.lineage().metrics()).containsEntry("auc", 0.71875);
    assertThat(model.lineage().tags()).doesNotContainKey("mlflow.registered_model");
  }

  @Test
  void lineage_run_keepsParametersMetricsTagsCodeAndData() {
    Lineage lineage = mlflow.registeredModel("flight-delay").alias("champion").lineage();

    assertThat(lineage.hyperparameters())
        .containsEntry("C", "0.5")
        .containsEntry("solver", "lbfgs");
    // The last value, not the first; what is not finite is a tag.
    assertThat(lineage.metrics())
        .containsOnlyKeys("auc", "loss", "holdout_auc")
        .containsEntry("loss", 0.65);
    assertThat(lineage.tags())
        .containsEntry("mlflow.metric.diverged", "NaN")
        .containsEntry("mlflow.metric.infinite", "Infinity")
        .containsEntry("team", "operations")
        .containsEntry("mlflow.run_name", "logistic")
        .containsEntry("mlflow.registered_model", "flight-delay")
        .containsEntry("mlflow.registered_version", "2")
        .containsEntry("mlflow.imported_stage", "Production")
        .containsEntry("mlflow.aliases", "champion")
        .containsEntry("mlflow.version_tag.validation_status", "approved")
        .containsEntry("mlflow.server", stub.address().toString());
    assertThat(lineage.code().commit()).isEqualTo("0123456789abcdef0123456789abcdef01234567");
    assertThat(lineage.code().workTree()).isEqualTo(Lineage.WorkTree.UNKNOWN);
    assertThat(lineage.data().name()).isEqualTo("flights-2026-10");
    assertThat(lineage.data().digest()).matches("mlflow:[0-9a-f]{8}");
    assertThat(lineage.data().rows()).isEqualTo(OptionalLong.of(400));
    assertThat(lineage.tags()).containsKey("mlflow.dataset_digests");
  }

  @Test
  void lineage_runTagThatImitatesOurs_doesNotReplaceIt() {
    JsonNode run = Fixtures.json("rest/run.json");
    String forged =
        run.toString()
            .replace("\"key\":\"team\"", "\"key\":\"mlflow.import_digest\"")
            .replace("\"key\":\"mlflow.user\"", "\"key\":\"mlflow.registered_version\"");
    stub.always("runs/get", StubServer.json(200, forged));

    Lineage lineage = mlflow.registeredModel("flight-delay").alias("champion").lineage();

    assertThat(lineage.tags())
        .containsEntry("mlflow.registered_version", "2")
        .doesNotContainEntry("mlflow.import_digest", "operations");
  }

  @Test
  void lineage_deletedRun_isKnownWithoutIt() {
    stub.always("runs/get", StubServer.error(404, "RESOURCE_DOES_NOT_EXIST"));

    Lineage lineage = mlflow.registeredModel("flight-delay").alias("champion").lineage();

    assertThat(lineage.metrics()).isEmpty();
    assertThat(lineage.hyperparameters()).containsEntry("C", "0.5"); // The logged model's.
    assertThat(lineage.tags()).containsKey("mlflow.run_id");
  }

  @Test
  void importInto_productionInMlflow_startsInNoneHere() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Object, Object> delay = registry.model("flight-delay");

      var imported = mlflow.registeredModel("flight-delay").alias("champion").importInto(delay);

      assertThat(imported.version().stage()).isEqualTo(Stage.NONE);
      assertThat(delay.champion()).isEmpty();
      assertThat(imported.version().lineage().tags())
          .containsEntry("mlflow.imported_stage", "Production");
      // From a directory it is the same model.
      assertThat(MlflowModel.read(Fixtures.model("columns")).importInto(delay).isNew()).isFalse();
    }
  }

  @Test
  void alias_unknown_saysWhichAndWhatTheServerSaid() {
    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").alias("nobody"))
        .isInstanceOf(MlflowException.class)
        .hasMessage(
            "MLflow at "
                + stub.address()
                + " refused registered model 'flight-delay', alias 'nobody': 400"
                + " INVALID_PARAMETER_VALUE (Registered model alias nobody not found.).");
  }

  @Test
  void alias_unknownModel_saysWhich() {
    assertThatThrownBy(() -> mlflow.registeredModel("nothing").alias("champion"))
        .hasMessageContaining(
            "404 RESOURCE_DOES_NOT_EXIST (Registered Model with name=nothing not found).");
  }

  @Test
  void version_unknown_saysWhich() {
    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").version(99))
        .hasMessageContaining("Model Version (name=flight-delay, version=99) not found");
  }

  @Test
  void version_fileMissing_namesIt() {
    stub.always("/MLmodel", StubServer.error(404, "RESOURCE_DOES_NOT_EXIST"));

    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").version(2))
        .hasMessageEndingWith(
            "registered model 'flight-delay', version 2 has no file MLmodel. It is no complete"
                + " model directory.");
  }

  @Test
  void get_busyServer_isAskedAgainAfterThePauseItAskedFor() {
    Impatient time = new Impatient();
    stub.once("/alias", StubServer.error(503, "TEMPORARILY_UNAVAILABLE"))
        .once(
            "/alias",
            exchange -> {
              exchange.getResponseHeaders().add("Retry-After", "7");
              exchange.sendResponseHeaders(429, -1);
            })
        .once("/alias", StubServer.cutOff());

    MlflowServer patient = stub.client().withOptions(Impatient.options().withTime(time));
    patient.registeredModel("flight-delay").alias("champion");

    assertThat(time.pauses())
        .containsExactly(Duration.ofMillis(200), Duration.ofSeconds(7), Duration.ofMillis(800));
  }

  @Test
  void get_busyForEver_givesUpAfterTheAttempts() {
    stub.always("/alias", StubServer.error(503, "TEMPORARILY_UNAVAILABLE"));

    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").alias("champion"))
        .hasMessageEndingWith("after 4 attempts. Try again later.");
    assertThat(stub.requests()).hasSize(4);
  }

  @Test
  void get_serverError_isNotAskedAgain() {
    stub.always("/alias", StubServer.error(500, "INTERNAL_ERROR"));

    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").alias("champion"))
        .hasMessageContaining("500 INTERNAL_ERROR (said the server)");
    assertThat(stub.requests()).hasSize(1);
  }

  @Test
  void get_retryAfterOfAYear_isNotWaitedFor() {
    Impatient time = new Impatient();
    stub.once(
        "/alias",
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "31536000");
          exchange.sendResponseHeaders(429, -1);
        });
    stub.once(
        "/alias",
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "999999");
          exchange.sendResponseHeaders(429, -1);
        });

    stub.client()
        .withOptions(Impatient.options().withTime(time))
        .registeredModel("flight-delay")
        .alias("champion");

    assertThat(time.pauses()).containsExactly(Duration.ofMillis(200), Duration.ofSeconds(30));
  }

  @Test
  void get_nobodyListens_saysSo() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    MlflowServer gone =
        MlflowServer.at(URI.create("http://127.0.0.1:" + port)).withOptions(Impatient.options());

    assertThatThrownBy(() -> gone.registeredModel("flight-delay").alias("champion"))
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("could not be asked about registered model 'flight-delay'")
        .hasMessageEndingWith("(after 4 attempts). Is it running, and is that its address?");
  }

  @Test
  void withBearerToken_isSentToTheServerAndNeverShown() {
    MlflowServer withToken = stub.client().withBearerToken("s3cr3t-canary");
    stub.always("/alias", StubServer.error(403, "PERMISSION_DENIED"));

    assertThatThrownBy(() -> withToken.registeredModel("flight-delay").alias("champion"))
        .hasMessageContaining("The credentials given do not suffice.")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("canary"));
    assertThat(stub.asked().get(0).authorization()).isEqualTo("Bearer s3cr3t-canary");
    assertThat(withToken.toString()).doesNotContain("canary");
  }

  @Test
  void withBasicAuth_isSentEncoded() {
    stub.client().withBasicAuth("ci", "pass:word").registeredModel("flight-delay").version(1);

    // printf 'ci:pass:word' | base64
    assertThat(stub.asked())
        .allSatisfy(a -> assertThat(a.authorization()).isEqualTo("Basic Y2k6cGFzczp3b3Jk"));
  }

  @Test
  void noCredentials_refused_saysHowToGiveThem() {
    stub.always("/alias", StubServer.bytes(401, new byte[0]));

    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").alias("champion"))
        .hasMessageEndingWith(": 401. Give credentials: .withBearerToken(…) or .withBasicAuth(…).");
  }

  @Test
  void at_otherAddresses_areRefusedWithoutShowingThem() {
    for (String address :
        List.of(
            "file:///etc",
            "ftp://h/x",
            "http://user:hunter2@h",
            "http://h?token=hunter2",
            "http:h",
            "http://h#f",
            "mlflow",
            "/etc/hunter2")) {
      assertThatThrownBy(() -> MlflowServer.at(URI.create(address)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("address: expected http(s)://host")
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }
  }

  @Test
  void badArguments_areNamed() {
    assertThatThrownBy(() -> mlflow.withBearerToken("a\nb")).hasMessageContaining("token:");
    assertThatThrownBy(() -> mlflow.withBearerToken("")).hasMessageContaining("token:");
    assertThatThrownBy(() -> mlflow.withBasicAuth("a:b", "c")).hasMessageContaining("user:");
    assertThatThrownBy(() -> mlflow.withBearerToken("a").withBasicAuth("b", "c"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> mlflow.registeredModel(" ")).hasMessageContaining("name:");
    assertThatThrownBy(() -> mlflow.loggedModel("m-../x")).hasMessageContaining("modelId:");
    assertThatThrownBy(() -> mlflow.registeredModel("a").version(0))
        .hasMessage("number: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> MlflowOptions.withDefaults().withAttempts(11))
        .hasMessage("attempts: 11 (expected: 1..10)");
    assertThatThrownBy(() -> MlflowOptions.withDefaults().withRequestTimeout(Duration.ZERO))
        .hasMessageContaining("requestTimeout: PT0S");
    assertThatThrownBy(() -> MlflowOptions.withDefaults().withConnectTimeout(Duration.ZERO))
        .hasMessageContaining("connectTimeout: PT0S");
    assertThatThrownBy(() -> MlflowOptions.withDefaults().withFirstPause(Duration.ofMinutes(1)))
        .hasMessageContaining("firstPause: PT1M");
    assertThatThrownBy(() -> MlflowLimits.withDefaults().withMaxModelBytes(0))
        .hasMessageContaining("maxModelBytes: 0");
    assertThatThrownBy(() -> MlflowLimits.withDefaults().withMaxTextBytes(1))
        .hasMessageContaining("maxTextBytes: 1");
  }
}
