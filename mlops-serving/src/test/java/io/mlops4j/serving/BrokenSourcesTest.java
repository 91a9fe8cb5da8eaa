package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sources, releases and registries that break their promises: they throw, give nothing, or change
 * their mind a thousand times. What was served goes on being served, one sentence says why, and
 * neither a session nor a thread is left.
 */
@Timeout(60)
@SuppressWarnings("NullAway") // What a caller without a checker may do.
class BrokenSourcesTest {
  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void nothingIsLeft() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
    GatedModel.until(() -> threads().isEmpty());
  }

  /** Those of predictors of this class: they are all called so. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("broken"))
        .toList();
  }

  /** A source made of two functions. */
  private record Source(
      Supplier<ModelSource.Selection<float[], Double>> selection, Supplier<Subscription> following)
      implements ModelSource<float[], Double> {
    @Override
    public String name() {
      return "broken@production";
    }

    @Override
    public Selection<float[], Double> current() {
      return selection.get();
    }

    @Override
    public Subscription subscribe(Runnable onChange) {
      return following.get();
    }
  }

  /** Not computed in Java. */
  private static Model<float[], Double> session(String name) {
    return OnnxModel.regression(Models.ONE)
        .options(OnnxOptions.withDefaults().withNativeOnly())
        .load(Models.file(name + ".onnx"));
  }

  private static ModelRelease<float[], Double> release(int number, String model) {
    return Models.release(number, () -> session(model));
  }

  private static PredictorBuilder<float[], Double> following(
      SwitchableSource<float[], Double> source) {
    return Predictor.from(source).name("broken");
  }

  private static void awaitProblem(Predictor<?, ?> predictor, String part) {
    GatedModel.until(() -> predictor.status().problem().filter(p -> p.contains(part)).isPresent());
  }

  @Test
  void start_sourceThatCannotBeFollowed_saysSoAndLeavesNothing() {
    Source source =
        new Source(
            () -> new ModelSource.Selected<>(release(1, "plus1")),
            () -> {
              throw new IllegalStateException("no subscriptions today");
            });
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    assertThatThrownBy(
            () -> Predictor.from(source).meters(meters).listener(prediction -> {}).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no subscriptions today");
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void start_registryThatRefusesAMeter_leavesNoThread() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    meters
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                if (id.getName().equals("mlops.queue.depth")) {
                  throw new IllegalArgumentException("other tags are registered already");
                }
                return MeterFilterReply.NEUTRAL;
              }
            });
    PredictorBuilder<float[], Double> builder =
        Predictor.from(ModelSource.of(release(1, "plus1")))
            .name("broken")
            .meters(meters)
            .listener(prediction -> {});
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("other tags are registered already");
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void start_sourceThatGivesNothing_isRefusedByName() {
    for (Supplier<ModelSource.Selection<float[], Double>> nothing :
        List.<Supplier<ModelSource.Selection<float[], Double>>>of(
            () -> null, () -> new ModelSource.Selected<>(new Empty(null)))) {
      assertThatThrownBy(
              () -> Predictor.from(new Source(nothing, () -> () -> {})).name("broken").build())
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("broken@production")
          .hasMessageContaining("null");
    }
  }

  /** A release that loads nothing, of a version or of none. */
  private record Empty(io.mlops4j.core.@Nullable ModelVersion version)
      implements ModelRelease<float[], Double> {
    @Override
    public Optional<io.mlops4j.core.Baseline> baseline() {
      return Optional.empty();
    }

    @Override
    public Optional<io.mlops4j.core.GoldenRows> goldenRows() {
      return Optional.empty();
    }

    @Override
    public Model<float[], Double> load() {
      return null;
    }
  }

  @Test
  void swap_loaderThatGivesNoModel_isRefusedAndClosingIsQuick() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(release(1, "plus1"));
    try (Predictor<float[], Double> predictor = following(source).build()) {
      source.select(new Empty(Models.version(2)));
      awaitProblem(predictor, "null");
      assertThat(predictor.status().problem().orElseThrow())
          .isEqualTo("Version 'm:2' was loaded as null. A loader returns a model or throws.");
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.close(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void swap_sourceThatThrowsAnErrorWhenAModelIsReady_dropsItOnceAndServesOn() {
    CountDownLatch loaded = new CountDownLatch(1);
    AtomicInteger number = new AtomicInteger(1);
    AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    ModelSource<float[], Double> source =
        new ModelSource<>() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public Selection<float[], Double> current() {
            if (loaded.getCount() == 0) {
              throw new AssertionError("the source is gone");
            }
            int now = number.get();
            return new Selected<>(
                Models.release(
                    now,
                    () -> {
                      Model<float[], Double> model = session("plus" + now);
                      if (now == 2) {
                        loaded.countDown();
                      }
                      return model;
                    }));
          }

          @Override
          public Subscription subscribe(Runnable onChange) {
            changed.set(onChange);
            return () -> {};
          }
        };
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      number.set(2);
      changed.get().run();
      GatedModel.until(() -> predictor.predict(Models.row(1)) == 3);
      assertThat(predictor.close(Duration.ofSeconds(10))).isTrue();
    }
  }

  /** A model of which one method throws an error. */
  private static Model<float[], Double> throwing(String method, Model<float[], Double> model) {
    return new Model<>() {
      @Override
      public List<Double> predict(List<float[]> inputs) {
        return model.predict(inputs);
      }

      @Override
      public Optional<Schema<float[]>> schema() {
        if (method.equals("schema")) {
          throw new AssertionError("no schema");
        }
        return model.schema();
      }

      @Override
      public void close() {
        model.close();
        if (method.equals("close")) {
          throw new AssertionError("no close");
        }
      }
    };
  }

  @Test
  void swap_fromAModelWhoseCloseThrowsAnError_isNotNoticedByClose() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> throwing("close", session("plus1"))));
    Predictor<float[], Double> predictor = following(source).build();
    source.select(release(2, "plus2"));
    GatedModel.until(() -> predictor.predict(Models.row(1)) == 3);
    assertThat(predictor.close(Duration.ofSeconds(10))).isTrue();
    assertThat(predictor.close(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void start_modelRefusedWhoseCloseThrows_saysWhyItWasRefused() {
    Schema<float[]> other = Schema.floats("other");
    Model<float[], Double> model = throwing("close", session("plus1"));
    assertThatThrownBy(() -> Predictor.of(model).name("broken").schema(other).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("this predictor was built for")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("no close"));
  }

  @Test
  void swap_modelWhoseSchemaThrows_isClosedAndTheVersionBeforeServes() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(release(1, "plus1"));
    try (Predictor<float[], Double> predictor = following(source).build()) {
      source.select(Models.release(2, () -> throwing("schema", session("plus2"))));
      awaitProblem(predictor, "no schema");
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      GatedModel.until(() -> OnnxSession.OPEN.get() == 1);
    }
  }

  @Test
  void swap_listenerThatThrowsAnError_doesNotStopIt() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(release(1, "plus1"));
    try (Predictor<float[], Double> predictor =
        following(source)
            .swapListener(
                step -> {
                  throw new AssertionError("a listener");
                })
            .build()) {
      source.select(release(2, "plus2"));
      GatedModel.until(() -> predictor.predict(Models.row(1)) == 3);
    }
  }
}
