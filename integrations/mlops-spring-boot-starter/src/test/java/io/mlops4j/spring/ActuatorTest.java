package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.registry.HistoryEntry;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PromotionsFrozenException;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.PredictionFailedException;
import io.mlops4j.serving.Predictor;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Health and {@code /actuator/models}, over HTTP. */
@Timeout(300)
class ActuatorTest {
  private static final String ROW = "mlops.predictors.delay.row-type=io.mlops4j.spring.Flight";
  private static final String WRITES = "management.endpoint.models.access=unrestricted";
  private static final String REASON = "{\"reason\": \"late planes\"}";

  @TempDir Path directory;

  private String registry() {
    return "mlops.registry.directory=" + directory;
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static int number(App app) {
    return predictor(app).version().map(version -> version.number()).orElse(0);
  }

  @SuppressWarnings("unchecked")
  private static Predictor<Flight, Double> predictor(App app) {
    return app.context().getBean("delay", Predictor.class);
  }

  @Test
  void read_anApplication_tellsVersionsStagesInstanceAndDrift() {
    Models.promote(directory, "delay", Models.trees());
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app =
        App.start(
            App.Open.class,
            registry(),
            ROW,
            "mlops.instance=host-1",
            "mlops.drift.delay.psi-above=0.2")) {
      JsonNode all = App.json(app.get("/actuator/models"));
      assertThat(all.path("instance").asText()).isEqualTo("host-1");
      JsonNode delay = app.report("delay");
      assertThat(delay.path("type").asText()).isEqualTo("Predictor<Flight, Double>");
      assertThat(delay.path("ready").asBoolean()).isTrue();
      assertThat(delay.path("version").asText()).isEqualTo("delay:2");
      assertThat(delay.path("problem").isNull()).isTrue();
      assertThat(delay.path("pinned").isNull()).isTrue();
      assertThat(delay.path("model").path("versionCount").asInt()).isEqualTo(2);
      assertThat(delay.path("model").path("versions").toString())
          .isEqualTo(
              "[{\"number\":2,\"stage\":\"PRODUCTION\"},{\"number\":1,\"stage\":\"ARCHIVED\"}]");
      assertThat(delay.path("model").path("frozen").isNull()).isTrue();
      JsonNode instance = delay.path("model").path("fleet").path(0);
      assertThat(instance.path("id").asText()).isEqualTo("host-1");
      assertThat(instance.path("version").asText()).isEqualTo("delay:2");
      assertThat(instance.path("features").toString())
          .isEqualTo("[\"origin\",\"destination\",\"distance\",\"hour\",\"dayOfWeek\"]");
      assertThat(delay.path("drift").path(0).path("outcome").asText()).isEqualTo("NO_DATA");
      assertThat(App.json(app.get("/actuator/models/delay"))).isEqualTo(app.report("delay"));
      HttpResponse<String> unknown = app.get("/actuator/models/dealy");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).contains("Predictors: delay.");
    }
  }

  @Test
  void write_accessNotOpened_isRefusedAndChangesNothing() {
    Models.promote(directory, "delay", Models.trees());
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app = App.start(App.Open.class, registry(), ROW)) {
      for (String action : List.of("rollback", "freeze", "unfreeze", "pin", "unpin")) {
        assertThat(app.post("/actuator/models/delay/" + action, REASON).statusCode())
            .as(action)
            .isIn(404, 405);
      }
      assertThat(number(app)).isEqualTo(2);
    }
    try (ModelRegistry models = ModelRegistry.open(directory)) {
      assertThat(models.model("delay").history())
          .extracting(HistoryEntry::kind)
          .doesNotContain(HistoryEntry.Kind.ROLLBACK, HistoryEntry.Kind.FREEZE);
    }
  }

  @Test
  void rollback_accessOpened_returnsToTheChampionBefore() {
    Models.promote(directory, "delay", Models.trees());
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app = App.start(App.Open.class, registry(), ROW, WRITES, "mlops.instance=host-1")) {
      HttpResponse<String> done = app.post("/actuator/models/delay/rollback", REASON);
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      assertThat(App.json(done).path("sentence").asText())
          .isEqualTo("delay:1 is in production again, for all instances.");
      await(() -> number(app) == 1);
      HttpResponse<String> again = app.post("/actuator/models/delay/rollback", REASON);
      assertThat(again.statusCode()).isEqualTo(409);
      assertThat(again.body()).contains("has no intact earlier champion to return to");
    }
    try (ModelRegistry models = ModelRegistry.open(directory)) {
      HistoryEntry last = last(models.model("delay").history());
      assertThat(last.kind()).isEqualTo(HistoryEntry.Kind.ROLLBACK);
      assertThat(last.reason()).isEqualTo("late planes");
      assertThat(last.by()).isEqualTo("unknown through host-1");
    }
  }

  private static HistoryEntry last(List<HistoryEntry> history) {
    return history.get(history.size() - 1);
  }

  @Test
  void freeze_accessOpened_holdsPromotionsUntilUnfrozen() {
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app = App.start(App.Open.class, registry(), ROW, WRITES);
        ModelRegistry models = ModelRegistry.open(directory)) {
      RegisteredModel<Object, Object> delay = models.model("delay");
      RegisteredVersion<Object, Object> next = Models.validated(delay, Models.constant(0.6));
      assertThat(app.post("/actuator/models/delay/freeze", REASON).statusCode()).isEqualTo(200);
      JsonNode frozen = app.report("delay").path("model").path("frozen");
      assertThat(frozen.path("reason").asText()).isEqualTo("late planes");
      assertThat(frozen.path("actor").asText()).startsWith("unknown through ");
      Assertions.assertThatThrownBy(() -> delay.promote(next, Models.lenient()))
          .isInstanceOf(PromotionsFrozenException.class)
          .hasMessageContaining("late planes");
      assertThat(app.post("/actuator/models/delay/unfreeze", REASON).statusCode()).isEqualTo(200);
      assertThat(delay.promote(next, Models.lenient()).promoted()).isTrue();
      await(() -> number(app) == 2);
    }
  }

  @Test
  void pin_accessOpened_holdsThisInstanceOnly() {
    Models.promote(directory, "delay", Models.constant(0.5));
    Models.promote(directory, "delay", Models.constant(0.6));
    try (App app = App.start(App.Open.class, registry(), ROW, WRITES, "mlops.instance=one");
        App other = App.start(App.Open.class, registry(), ROW, "mlops.instance=two")) {
      HttpResponse<String> done =
          app.post("/actuator/models/delay/pin", "{\"reason\": \"compare\", \"version\": 1}");
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      await(() -> number(app) == 1);
      assertThat(app.report("delay").path("pinned").asText()).isEqualTo("delay:1");
      assertThat(number(other)).isEqualTo(2);

      Models.promote(directory, "delay", Models.constant(0.7));
      await(() -> number(other) == 3);
      assertThat(number(app)).isEqualTo(1);
      await(
          () ->
              other.report("delay").path("model").path("fleet").toString().contains("\"delay:3\"")
                  && other
                      .report("delay")
                      .path("model")
                      .path("fleet")
                      .toString()
                      .contains("\"delay:1\""));
      assertThat(app.post("/actuator/models/delay/unpin", REASON).statusCode()).isEqualTo(200);
      await(() -> number(app) == 3);
    }
  }

  @Test
  void write_wrongRequests_sayWhatToSend() {
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app = App.start(App.Open.class, registry(), ROW, WRITES)) {
      HttpResponse<String> noReason = app.post("/actuator/models/delay/rollback", "{}");
      assertThat(noReason.statusCode()).isEqualTo(400);
      assertThat(noReason.body()).contains("The reason is missing");
      HttpResponse<String> noVersion = app.post("/actuator/models/delay/pin", REASON);
      assertThat(noVersion.statusCode()).isEqualTo(400);
      assertThat(noVersion.body()).contains("The version is missing");
      HttpResponse<String> wrongVersion =
          app.post("/actuator/models/delay/pin", "{\"reason\": \"x\", \"version\": 9}");
      assertThat(wrongVersion.statusCode()).isEqualTo(409);
      assertThat(wrongVersion.body()).contains("has no version 9. It has 1 version");
      assertThat(app.post("/actuator/models/delay/explode", REASON).statusCode()).isEqualTo(404);
      assertThat(app.post("/actuator/models/nobody/pin", REASON).statusCode()).isEqualTo(404);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Secured {
    @Bean
    SecurityFilterChain rules(HttpSecurity http) throws Exception {
      return http.authorizeHttpRequests(requests -> requests.anyRequest().hasRole("OPERATOR"))
          .httpBasic(basic -> {})
          .csrf(csrf -> csrf.disable())
          .build();
    }

    @Bean
    InMemoryUserDetailsManager users() {
      return new InMemoryUserDetailsManager(
          User.withUsername("alice").password("{noop}secret").roles("OPERATOR").build(),
          User.withUsername("bob").password("{noop}secret").roles("READER").build());
    }

    @Bean
    io.mlops4j.core.ModelLoader<Flight, Double> constants() {
      return new Models.ConstantLoader<>(io.mlops4j.core.Schema.of(Flight.class));
    }
  }

  @Test
  void write_securedByTheApplication_recordsWhoAsked() {
    Models.promote(directory, "delay", Models.constant(0.5));
    Models.promote(directory, "delay", Models.constant(0.6));
    try (App app = App.start(Secured.class, registry(), ROW, WRITES, "mlops.instance=host-1")) {
      String path = "/actuator/models/delay/rollback";
      assertThat(app.post(path, REASON).statusCode()).isEqualTo(401);
      assertThat(app.postAs("bob", "secret", path, REASON).statusCode()).isEqualTo(403);
      assertThat(number(app)).isEqualTo(2);
      HttpResponse<String> done = app.postAs("alice", "secret", path, REASON);
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      assertThat(App.json(done).path("actor").asText()).isEqualTo("alice through host-1");
    }
    try (ModelRegistry models = ModelRegistry.open(directory)) {
      assertThat(last(models.model("delay").history()).by()).isEqualTo("alice through host-1");
    }
  }

  @Test
  void readiness_noVersionAndNoFallback_isOutOfServiceUntilOneIsPromoted() {
    try (App app =
        App.start(
            App.Open.class,
            registry(),
            ROW,
            "mlops.predictors.delay.start-without-version=true",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.probes.enabled=true")) {
      HttpResponse<String> health = app.get("/actuator/health");
      assertThat(health.statusCode()).isEqualTo(503);
      JsonNode mlops = App.json(health).path("components").path("mlops");
      assertThat(mlops.path("status").asText()).isEqualTo("OUT_OF_SERVICE");
      assertThat(mlops.path("details").path("delay").path("problem").asText())
          .contains("has no version in PRODUCTION");
      assertThat(app.get("/actuator/health/readiness").statusCode()).isEqualTo(503);
      assertThat(app.get("/actuator/health/liveness").statusCode()).isEqualTo(200);

      Models.promote(directory, "delay", Models.constant(0.5));
      await(() -> number(app) == 1);
      assertThat(app.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(app.get("/actuator/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void readiness_groupSwitchedOff_isLeftAlone() {
    try (App app =
        App.start(
            App.Open.class,
            registry(),
            ROW,
            "mlops.predictors.delay.start-without-version=true",
            "mlops.readiness-group=false",
            "management.endpoint.health.probes.enabled=true")) {
      assertThat(app.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(app.get("/actuator/health").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void readiness_fallback_isReadyWithoutAVersion() {
    try (App app =
        App.start(
            App.Open.class,
            registry(),
            ROW,
            "mlops.predictors.delay.fallback-value=0.2",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.probes.enabled=true")) {
      assertThat(app.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(app.get("/actuator/health").body()).contains("\"answers\":\"fallback\"");
    }
  }

  @Test
  void health_outdatedVersion_isUpAndTellsTheProblem() {
    Models.promote(directory, "delay", Models.constant(0.5));
    try (App app =
        App.start(
            App.Open.class, registry(), ROW, "management.endpoint.health.show-details=always")) {
      Models.promote(directory, "delay", Models.constant(Double.NaN).withSignature("f".repeat(64)));
      await(() -> number(app) == 2);
      Models.promote(
          directory,
          "delay",
          io.mlops4j.core.ModelFiles.of("unheard-of", java.util.Map.of("x", new byte[] {1})));
      await(() -> predictor(app).status().problem().isPresent());
      HttpResponse<String> health = app.get("/actuator/health");
      assertThat(health.statusCode()).isEqualTo(200);
      JsonNode details = App.json(health).path("components").path("mlops").path("details");
      assertThat(details.path("delay").path("version").asText()).isEqualTo("delay:2");
      assertThat(details.path("delay").path("problem").asText()).contains("unheard-of");
    }
  }

  @Test
  void prometheus_afterAPrediction_hasThePredictorsMeters() {
    Models.promote(directory, "delay", Models.trees());
    try (App app = App.start(App.Open.class, registry(), ROW)) {
      predictor(app).predict(Flight.ONE);
      assertThat(app.get("/actuator/prometheus").body())
          .contains("mlops_predict_seconds_count{model=\"delay\"} 1")
          .contains("mlops_predict_inflight{model=\"delay\"} 0.0")
          .contains("mlops_swaps_total{model=\"delay\"}");
    }
  }

  @Test
  void sensitiveValues_neverAppearInAnyAnswer() {
    Models.promote(directory, "delay", Models.trees());
    String canary = "canary-7f3a";
    try (App app =
        App.start(
            App.Open.class,
            registry(),
            ROW,
            "mlops.predictors.delay.sensitive=origin,destination",
            "mlops.drift.delay.psi-above=0.2",
            "management.endpoint.health.show-details=always")) {
      Predictor<Flight, Double> predictor = predictor(app);
      predictor.predict(new Flight(canary, canary, 1, 2, 3));
      Models.promote(directory, "delay", Models.constant(Double.NaN));
      await(() -> number(app) == 2);
      Assertions.assertThatThrownBy(() -> predictor.predict(new Flight(canary, canary, 1, 2, 3)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageNotContaining(canary);
      assertThat(predictor.awaitListeners(Duration.ofSeconds(30))).isTrue();
      for (String path :
          List.of(
              "/actuator/models",
              "/actuator/models/delay",
              "/actuator/health",
              "/actuator/prometheus")) {
        assertThat(app.get(path).body()).as(path).doesNotContain(canary).contains("delay");
      }
    }
  }
}
