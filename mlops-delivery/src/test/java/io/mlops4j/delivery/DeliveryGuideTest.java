package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java of docs/delivery.md, run; and each block there is a part of this file. */
@Timeout(60)
class DeliveryGuideTest {
  private static final Path HERE =
      Path.of("src/test/java/io/mlops4j/delivery/DeliveryGuideTest.java");

  record Flight(String customer, String origin, double distance) {}

  private static final ModelLoader<Flight, Double> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("formula");
        }

        @Override
        public Model<Flight, Double> load(ModelVersion version, ModelArtifact artifact) {
          return flights -> flights.stream().map(flight -> flight.distance() / 10_000).toList();
        }
      };

  private final Schema<Flight> schema = Schema.of(Flight.class).only("origin", "distance");
  private final ObjectStore store = ObjectStore.inMemory();
  private final SimpleMeterRegistry meterRegistry = new SimpleMeterRegistry();
  private final ModelRegistry registry = ModelRegistry.inMemory();
  private final RegisteredModel<Flight, Double> delay = registry.model("flight-delay", LOADER);

  @AfterEach
  void close() {
    registry.close();
  }

  private void versions(int count) {
    for (int i = 1; i <= count; i++) {
      delay.register(
          ModelFiles.of("formula", Map.of("f", new byte[] {(byte) i})), Lineage.unknown());
    }
    delay.stage(1);
    delay.validate(1);
    delay.promotions().bootstrap(1, "the first one");
  }

  @Test
  void guide_rollout_begins() {
    versions(7);
    var gates = GatePolicy.named("flight-delay").require(Gate.check("rollout"));
    var plan =
        RolloutPlan.steps(0.05, 0.25, 1)
            .watching(
                Watch.errorRateNotWorseBy(0.01),
                Watch.errorRateAtMost(0.05),
                Watch.latencyNotSlowerThan(0.99, 1.25),
                Watch.squaredErrorNotWorseBy(0.01),
                Watch.squaredErrorNotWorseBy(0.03).inSegment("origin=JFK"))
            .lasting(Duration.ofMinutes(10), Duration.ofDays(2));

    var rollout = Rollout.of(delay, gates, plan).store(store).meters(meterRegistry).build();

    var predictor =
        TrafficSplit.of(
            Predictor.from(delay.production()).unitBy(Flight::customer).listener(rollout).build(),
            Flight::customer,
            candidate -> candidate.listener(rollout));
    rollout.steer(predictor);

    rollout.start(7, "retrained on May");

    try (predictor;
        rollout) {
      assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.RUNNING);
      assertThat(rollout.status().candidate()).contains(new ModelVersion("flight-delay", 7));
      assertThat(predictor.predict(flight(1))).isEqualTo(flight(1).distance() / 10_000);
    }
  }

  private static Flight flight(int i) {
    return new Flight("c" + i, i % 3 == 0 ? "ORD" : "ATL", 200 + i % 997);
  }

  private static void serve(Predictor<Flight, Double> predictor) {
    for (int i = 0; i < 400; i++) {
      predictor.predict(flight(i));
    }
    assertThat(predictor.awaitListeners(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void guide_shadow_compares() {
    versions(2);
    ModelSource<Flight, Double> candidate = delay.version(2).source();
    var shadow =
        Shadow.of(schema, Comparison.probability(Tolerance.absolute(0.02)))
            .flipsAtMost(0.03)
            .rankAgreementAtLeast(0.9)
            .psiAtMost(0.1)
            .errorsAtMost(0.001)
            .segmentBy("origin", "ORD", "ATL")
            .segmentsAtMost(0.05)
            .fleet(store, "instance-7")
            .build();

    try (var next = Predictor.from(candidate).name("flight-delay-next").build();
        var mirror = Mirror.to(next).share(0.2).listener(shadow).meters(meterRegistry).build();
        var predictor = Predictor.from(delay.production()).schema(schema).mirror(mirror).build()) {
      serve(predictor);
    }
    shadow.evaluate();
    shadow.report().orElseThrow().report().toHtml();
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.report().orElseThrow().report().toText()).contains("flight-delay:2");
  }

  @Test
  void guide_everyBlock_isPartOfThisFile() throws Exception {
    String here = plain(Files.readString(HERE));
    String text = Files.readString(Path.of("../docs/delivery.md"));
    Matcher blocks =
        Pattern.compile("<!-- guide: (\\S+) -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(text);
    int count = 0;
    while (blocks.find()) {
      assertThat(here).as(blocks.group(1)).contains(plain(blocks.group(2)));
      count++;
    }
    assertThat(count).isEqualTo(2);
    assertThat(text.split("```java", -1)).hasSize(count + 1);
  }

  /** Without comments and white space: the guide is set for reading, this file by a tool. */
  private static String plain(String code) {
    return code.replaceAll("(?m)\\s+//[^\"\\n]*$", "").replaceAll("\\s+", "");
  }
}
