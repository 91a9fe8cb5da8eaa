package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.mlops4j.core.Model;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

class MlopsExtensionTest {

  @MlopsTest(startingAt = "2026-03-01T00:00:00Z")
  static class Injected {
    private final ModelRegistry fromConstructor;

    Injected(ModelRegistry registry) {
      fromConstructor = registry;
    }

    @BeforeEach
    void aVersion(ModelRegistry registry) {
      assertThat(registry).isSameAs(fromConstructor);
      registry.model("delay").register(Reports.files("x"), Lineage.unknown());
    }

    @Test
    void parameters(ModelRegistry registry, ObjectStore store, VirtualTime time, Time same) {
      assertThat(registry.models()).containsExactly("delay");
      assertThat(store.list("names")).containsExactly("names/delay");
      assertThat(same).isSameAs(time);
      assertThat(time.now()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
      assertThat(registry.model("delay").history().get(0).at()).isEqualTo(time.now());
    }

    @Test
    void another_seesNothingOfTheFirst(ModelRegistry registry, VirtualTime time) {
      assertThat(registry.model("delay").versions()).hasSize(1);
      time.advance(Duration.ofDays(9));
      assertThat(registry.model("delay").versions()).hasSize(1);
    }

    @Nested
    class Inner {
      @Test
      void nested(ModelRegistry registry, ScriptedSource<String, Double> source) {
        assertThat(registry.model("delay").versions()).hasSize(1);
        assertThat(source.opened()).isZero();
      }
    }
  }

  @Test
  void parameters_ofOneTest_belongTogetherAndToNoOther() {
    Engine.passes(Injected.class, 3);
  }

  @MlopsTest
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class PerClass {
    private final VirtualTime time;

    PerClass(VirtualTime time) {
      this.time = time;
    }

    @Test
    void first(VirtualTime mine) {
      assertThat(mine).isSameAs(time);
      mine.advance(Duration.ofDays(1));
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class Inner {
      @Test
      void second(VirtualTime mine) {
        assertThat(mine).isSameAs(time);
      }
    }
  }

  @MlopsTest
  static class SharedFromBeforeAll {
    private static final List<ModelRegistry> SHARED = new ArrayList<>();

    @BeforeAll
    static void open(ModelRegistry registry) {
      SHARED.add(registry);
    }

    @Test
    void one(ModelRegistry registry) {
      assertThat(SHARED).containsExactly(registry);
    }

    @Test
    void two(ModelRegistry registry) {
      assertThat(SHARED).containsExactly(registry);
    }
  }

  @Test
  void parameters_ofAClass_areSharedByItsTests() {
    Engine.passes(PerClass.class, 2);
    SharedFromBeforeAll.SHARED.clear();
    Engine.passes(SharedFromBeforeAll.class, 2);
  }

  @Test
  void parameters_inParallel_doNotMix() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Injected.class), selectClass(PerClass.class))
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
        .execute()
        .testEvents()
        .assertStatistics(counts -> counts.succeeded(5).failed(0));
  }

  // Seeds.

  static class Seeds {
    static final List<Long> SEEN = Collections.synchronizedList(new ArrayList<>());

    @Test
    @MlopsTest
    void derived(Seed seed) {
      SEEN.add(seed.value());
    }

    @Test
    @MlopsTest(seed = 42)
    void stated(Seed seed) {
      SEEN.add(seed.value());
    }
  }

  private static List<Long> seeds(String configured) {
    Seeds.SEEN.clear();
    var engine = EngineTestKit.engine("junit-jupiter").selectors(selectClass(Seeds.class));
    if (!configured.isEmpty()) {
      engine.configurationParameter("mlops4j.junit.seed", configured);
    }
    engine.execute();
    return List.copyOf(Seeds.SEEN);
  }

  @Test
  void seed_isTheSameInEachRunUnlessToldOtherwise() {
    List<Long> first = seeds("");
    assertThat(first).hasSize(2).contains(42L).doesNotHaveDuplicates().isEqualTo(seeds(""));
    assertThat(seeds("7")).containsExactly(7L, 7L);
    assertThat(seeds("seven")).isEmpty();
    assertThat(new Seed(3).random().nextLong()).isEqualTo(new Seed(3).random().nextLong());
  }

  static class FailsWithSeed {
    @Test
    @MlopsTest(seed = 42)
    void unlucky(Seed seed) {
      throw new IllegalStateException("lost with " + seed);
    }
  }

  @Test
  void seed_ofAFailure_isNamedBelowIt() {
    Throwable failure = Engine.failure(FailsWithSeed.class);
    assertThat(failure).hasMessage("lost with Seed[value=42]");
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("@MlopsTest(seed = 42L)");
  }

  @MlopsTest(startingAt = "yesterday")
  static class NoInstant {
    @Test
    void asks(VirtualTime time) {
      assertThat(time).isNotNull();
    }
  }

  @Test
  void startingAt_noInstant_isNamed() {
    assertThat(Engine.failure(NoInstant.class))
        .hasRootCauseMessage("Text 'yesterday' could not be parsed at index 0")
        .hasStackTraceContaining("startingAt: \"yesterday\"");
  }

  // What is left open.

  @MlopsTest
  static class LeavesAPredictorOpen {
    static final List<Predictor<String, Double>> OPEN = new ArrayList<>();

    @Test
    void forgets(ScriptedSource<String, Double> source) {
      source.select(1, ScriptedModel.answering(0.2));
      Predictor<String, Double> predictor = Predictor.from(source).build();
      OPEN.add(predictor);
      assertThat(predictor.predict("row")).isEqualTo(0.2);
    }
  }

  @MlopsTest
  static class LeavesASessionOpen {
    static final List<Model<?, ?>> OPEN = new ArrayList<>();

    @Test
    void forgets() {
      OPEN.add(
          OnnxModel.regression(Schema.floats("x"))
              .load(Path.of("../mlops-serving/src/test/resources/models/plus1.onnx")));
    }
  }

  @MlopsTest
  static class FailsAnyway {
    @Test
    void fails(ScriptedSource<String, Double> source) {
      source.subscribe(() -> {});
      throw new IllegalStateException("the real reason");
    }
  }

  @Test
  void leftOpen_afterAPass_failsAndSaysWhat() {
    try {
      assertThat(Engine.failure(LeavesAPredictorOpen.class))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("left open: 1 of 1 models loaded from scripted@test; 1 predictors");
      assertThat(Engine.failure(LeavesASessionOpen.class))
          .hasMessageContaining("left open: 1 ONNX sessions");
    } finally {
      LeavesAPredictorOpen.OPEN.forEach(Predictor::close);
      LeavesASessionOpen.OPEN.forEach(Model::close);
    }
  }

  @Test
  void leftOpen_afterAFailure_doesNotHideIt() {
    var failed = Engine.run(FailsAnyway.class).testEvents().failed().list();
    assertThat(failed).hasSize(1);
    assertThat(
            failed
                .get(0)
                .getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow())
        .hasMessage("the real reason")
        .hasNoSuppressedExceptions();
  }
}
