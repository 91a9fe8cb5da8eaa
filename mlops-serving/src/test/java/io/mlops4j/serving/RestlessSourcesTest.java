package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sources and lists that change their mind a thousand times, or cannot be read for a while: what
 * was served goes on being served, and the last word counts.
 */
@Timeout(60)
@SuppressWarnings("NullAway") // References that are never empty.
class RestlessSourcesTest {
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
  void source_thatFlipsAThousandTimesInOneLoad_endsWithWhatItSelectsLast() {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger loads = new AtomicInteger();
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(release(1, "plus1"));
    try (Predictor<float[], Double> predictor = following(source).build()) {
      Supplier<Model<float[], Double>> slow =
          () -> {
            loads.incrementAndGet();
            loading.countDown();
            GatedModel.await(go);
            return session("identity");
          };
      source.select(Models.release(2, slow));
      GatedModel.await(loading);
      for (int i = 0; i < 1_000; i++) {
        source.select(i % 2 == 0 ? release(3, "plus2") : Models.release(2, slow));
      }
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      source.select(release(3, "plus2"));
      go.countDown();
      GatedModel.until(() -> predictor.predict(Models.row(1)) == 3);
      assertThat(loads.get()).isEqualTo(1);
      GatedModel.until(() -> predictor.stats().swaps() == 1);
      source.select(release(1, "plus1")); // back
      GatedModel.until(() -> predictor.predict(Models.row(1)) == 2);
    }
    source.select(release(4, "plus2")); // nobody follows any more
    assertThat(source.subscribers()).isZero();
  }

  @Test
  void source_thatThrowsForAWhile_servesOnAndRecovers() {
    AtomicReference<@Nullable RuntimeException> broken = new AtomicReference<>();
    AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    AtomicInteger number = new AtomicInteger(1);
    ModelSource<float[], Double> source =
        new ModelSource<>() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public Selection<float[], Double> current() {
            RuntimeException e = broken.get();
            if (e != null) {
              throw e;
            }
            return new Selected<>(release(number.get(), "plus" + number.get()));
          }

          @Override
          public Subscription subscribe(Runnable onChange) {
            changed.set(onChange);
            return () -> {};
          }
        };
    Predictor<float[], Double> predictor = Predictor.from(source).build();
    broken.set(new IllegalStateException("the store is away"));
    changed.get().run();
    awaitProblem(predictor, "the store is away");
    assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
    broken.set(null);
    number.set(2);
    changed.get().run();
    GatedModel.until(() -> predictor.predict(Models.row(1)) == 3);
    assertThat(predictor.status().problem()).isEmpty();
    predictor.close();
    changed.get().run(); // after the end, from anywhere
    CompletableFuture.runAsync(changed.get(), GatedModel::start)
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
    assertThat(predictor.version()).isEmpty();
  }

  @Test
  void releases_thatCannotBeListedOnce_loseNoVersion() {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch loading = new CountDownLatch(1);
    AtomicReference<@Nullable RuntimeException> broken = new AtomicReference<>();
    AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    AtomicReference<List<ModelRelease<float[], Double>>> list =
        new AtomicReference<>(List.of(release(1, "plus1")));
    ModelReleases<float[], Double> releases =
        new ModelReleases<>() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public List<ModelRelease<float[], Double>> current() {
            RuntimeException e = broken.get();
            if (e != null) {
              throw e;
            }
            return list.get();
          }

          @Override
          public Subscription subscribe(Runnable onChange) {
            changed.set(onChange);
            return () -> changed.set(() -> {});
          }
        };
    try (PredictorSet<float[], Double> set = PredictorSet.following(releases, builder -> builder)) {
      ModelRelease<float[], Double> second =
          Models.release(
              2,
              () -> {
                loading.countDown();
                GatedModel.await(go);
                return session("plus2");
              });
      list.set(List.of(release(1, "plus1"), second));
      changed.get().run();
      GatedModel.await(loading);
      broken.set(new IllegalStateException("the store is away"));
      assertThatThrownBy(() -> changed.get().run()).hasMessage("the store is away");
      assertThat(set.predict(1, Models.row(1))).isEqualTo(2);
      broken.set(null);
      go.countDown();
      GatedModel.until(() -> set.version(2).isPresent());
      assertThat(set.predict(Models.row(1))).isEqualTo(3);
    }
    broken.set(new IllegalStateException("the store is away"));
    assertThatThrownBy(() -> PredictorSet.following(releases, builder -> builder))
        .hasMessage("the store is away");
    assertThat(changed.get()).isNotNull();
  }
}
