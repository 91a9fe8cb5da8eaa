package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds predictors: hosts, splits, mirrors, sets and ensembles, closed twice, from inside, or
 * while something is being opened, and handed what they should not be.
 */
@Timeout(60)
@SuppressWarnings("NullAway") // What a caller without a checker may do.
class ClosedHostsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void nothingIsLeft() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
    GatedModel.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("held")));
  }

  private static Model<float[], Double> session(String name) {
    return OnnxModel.regression(Models.ONE)
        .options(OnnxOptions.withDefaults().withNativeOnly())
        .load(Models.file(name + ".onnx"));
  }

  private static Predictor<float[], Double> predictor(String model) {
    return Predictor.of(session(model)).name("held-" + model).build();
  }

  private static <T> T soon(CompletableFuture<T> future) {
    return future.orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static double ask(ModelHost host, String name) {
    return host.<float[], Double, Double>use(name, "me", p -> p.predict(Models.row(1)));
  }

  @Test
  void host_supplierThatGivesNull_isNamedAndTakesNoRoom() {
    try (ModelHost host = ModelHost.builder().memory(100).residentMemory(() -> 0).build()) {
      host.<float[], Double>add("none", 60, () -> null);
      host.<float[], Double>add("good", 60, () -> predictor("plus1"));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> ask(host, "none"))
            .isInstanceOf(ModelLoadException.class)
            .hasMessage(
                "Model 'none' was opened as null. Its supplier returns a predictor or throws.");
      }
      assertThatThrownBy(() -> host.pin("none")).isInstanceOf(ModelLoadException.class);
      assertThat(ask(host, "good")).isEqualTo(2);
      assertThat(host.models())
          .extracting(HostedModel::name, HostedModel::open, HostedModel::calls)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("none", false, 0),
              org.assertj.core.groups.Tuple.tuple("good", true, 0));
    }
  }

  /** A predictor of somebody else, whose end fails. */
  private static Predictor<float[], Double> unclosable(Predictor<float[], Double> predictor) {
    @SuppressWarnings("unchecked") // The proxy passes everything on.
    Predictor<float[], Double> proxy =
        (Predictor<float[], Double>)
            java.lang.reflect.Proxy.newProxyInstance(
                Predictor.class.getClassLoader(),
                new Class<?>[] {Predictor.class},
                (self, method, arguments) -> {
                  Object answer = method.invoke(predictor, arguments);
                  if (method.getName().equals("close")) {
                    throw new IllegalStateException("no end");
                  }
                  return answer;
                });
    return proxy;
  }

  @Test
  void host_predictorThatDoesNotClose_isNoReasonToRefuseOthersOrToLeaveThemOpen() {
    ModelHost host = ModelHost.builder().memory(100).residentMemory(() -> 0).build();
    host.<float[], Double>add("a", 60, () -> unclosable(predictor("plus1")));
    host.<float[], Double>add("b", 60, () -> predictor("plus2"));
    host.<float[], Double>add("c", 40, () -> predictor("plus2"));
    assertThat(ask(host, "a")).isEqualTo(2);
    assertThat(ask(host, "b")).isEqualTo(3); // evicts a
    assertThat(ask(host, "a")).isEqualTo(2); // evicts b
    assertThat(ask(host, "c")).isEqualTo(3); // both fit
    assertThat(host.close(SOON)).isFalse();
    assertThat(host.close(SOON)).isTrue();
    assertThat(OnnxSession.OPEN).hasValue(0);
    assertThatThrownBy(() -> ask(host, "a"))
        .isInstanceOf(ModelHostException.class)
        .hasMessage("The model host is closed.");
    assertThat(host.models()).noneMatch(HostedModel::open);
  }

  @Test
  void host_closedFromInsideAUse_answersItAndClosesBehindIt() {
    ModelHost host = ModelHost.builder().memory(100).residentMemory(() -> 0).build();
    host.<float[], Double>add("a", 10, () -> predictor("plus1"));
    double answer =
        host.<float[], Double, Double>use(
            "a",
            "me",
            p -> {
              assertThat(host.close(Duration.ofMillis(20))).isFalse();
              return p.predict(Models.row(1));
            });
    assertThat(answer).isEqualTo(2);
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void split_closedWhileACandidateLoads_closesIt() {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    TrafficSplit<float[], Double> split =
        TrafficSplit.of(predictor("plus1"), row -> "unit", builder -> builder);
    CompletableFuture<Boolean> ready =
        split.offer(
            Models.release(
                2,
                () -> {
                  loading.countDown();
                  GatedModel.await(go);
                  return session("plus2");
                }),
            "salt");
    GatedModel.await(loading);
    assertThat(split.predict(Models.row(1))).isEqualTo(2);
    assertThat(split.close(SOON)).isTrue();
    assertThat(split.close(SOON)).isTrue();
    assertThat(soon(ready)).isFalse();
    go.countDown();
    assertThatThrownBy(() -> split.predict(Models.row(1)))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> split.offer(Models.release(3, () -> session("plus2")), "salt"))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> split.share(0.5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("without a candidate");
    split.share(0);
    split.withdraw();
    assertThat(split.candidate()).isEmpty();
    assertThatThrownBy(() -> split.scoreAll(Stream.of(Models.row(1))))
        .isInstanceOf(PredictorClosedException.class);
  }

  @Test
  void split_unitAndHowThatThrowErrors_leaveTheChampion() {
    try (TrafficSplit<float[], Double> split =
        TrafficSplit.of(
            predictor("plus1"),
            row -> {
              if (row[0] == 5) {
                throw new AssertionError("no unit");
              }
              return "unit";
            },
            builder -> builder)) {
      assertThat(soon(split.offer(Models.release(2, () -> session("plus2")), "salt"))).isTrue();
      split.share(1);
      assertThat(split.predict(Models.row(1))).isEqualTo(3);
      assertThat(split.predict(Models.row(5))).isEqualTo(6);
      assertThat(split.predictAll(List.of(Models.row(1), Models.row(5)))).containsExactly(3.0, 6.0);
    }
    try (TrafficSplit<float[], Double> split =
        TrafficSplit.of(
            predictor("plus1"),
            row -> "unit",
            builder -> {
              throw new AssertionError("no builder");
            })) {
      assertThat(soon(split.offer(Models.release(2, () -> session("plus2")), "salt"))).isFalse();
      assertThat(split.candidateProblem()).hasValue("no builder");
      assertThat(split.predict(Models.row(1))).isEqualTo(2);
    }
  }

  /** A row that can be made but not made again. */
  record Sealed(double x) {
    static boolean broken;

    Sealed {
      if (broken && x == 5) {
        throw new AssertionError("made again");
      }
    }
  }

  @Test
  void mirror_rowThatCannotBeMadeAgain_isUnusableAndTheWorkerLivesOn() {
    Schema<Sealed> rows = Schema.of(Sealed.class);
    Supplier<Model<Sealed, Double>> model = () -> all -> all.stream().map(Sealed::x).toList();
    try (Predictor<Sealed, Double> next =
            Predictor.of(model.get()).schema(rows).name("held-next").build();
        Mirror<Sealed, Double> mirror = Mirror.to(next).maxLoad(1).name("held").build();
        Predictor<Sealed, Double> live =
            Predictor.of(model.get()).schema(rows).name("held-live").mirror(mirror).build()) {
      Sealed bad = new Sealed(5);
      Sealed.broken = true;
      live.predict(bad);
      live.predict(new Sealed(6));
      assertThat(live.awaitListeners(SOON)).isTrue();
      assertThat(mirror.await(SOON)).isTrue();
      assertThat(mirror.stats().unusable()).isEqualTo(1);
      assertThat(mirror.stats().answered()).isEqualTo(1);
      assertThat(mirror.close(SOON)).isTrue();
      assertThat(mirror.close(SOON)).isTrue();
      assertThat(live.predict(new Sealed(7))).isEqualTo(7);
    } finally {
      Sealed.broken = false;
    }
  }

  @Test
  void set_closedWhileOneOpens_closesItToo() {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<@Nullable PredictorSet<float[], Double>> set = new AtomicReference<>();
    CompletableFuture<Void> opening =
        CompletableFuture.runAsync(
            () ->
                set.set(
                    PredictorSet.following(
                        ModelReleases.of(
                            "held",
                            List.of(
                                Models.<float[], Double>release(1, () -> session("plus1")),
                                Models.<float[], Double>release(
                                    2,
                                    () -> {
                                      loading.countDown();
                                      GatedModel.await(go);
                                      throw new AssertionError("no model");
                                    }))),
                        builder -> builder)),
            GatedModel::start);
    GatedModel.await(loading);
    go.countDown();
    soon(opening);
    PredictorSet<float[], Double> opened = java.util.Objects.requireNonNull(set.get());
    assertThat(opened.predict(1, Models.row(1))).isEqualTo(2);
    assertThat(opened.problems().values()).singleElement().asString().contains("no model");
    opened.close();
    opened.close();
    assertThatThrownBy(() -> opened.predict(1, Models.row(1)))
        .isInstanceOf(PredictorClosedException.class)
        .hasMessageContaining("Predictor 'held' is closed");
    assertThatThrownBy(() -> opened.predict(Models.row(1)))
        .isInstanceOf(PredictorClosedException.class);
    assertThat(opened.versions()).isEmpty();
  }

  @Test
  void ensemble_memberThatDoesNotClose_leavesNoOtherOpen() {
    Model<float[], Double> first = session("plus1");
    Model<float[], Double> angry =
        new Model<>() {
          @Override
          public List<Double> predict(List<float[]> inputs) {
            return first.predict(inputs);
          }

          @Override
          public void close() {
            first.close();
            throw new AssertionError("no end");
          }
        };
    Predictor<float[], Double> predictor =
        Predictor.from(
                ModelSource.of(
                    Models.release(1, () -> Ensemble.average(List.of(angry, session("plus2"))))))
            .name("held")
            .build();
    assertThat(predictor.predict(Models.row(1))).isEqualTo(2.5);
    assertThat(predictor.close(SOON)).isTrue();
    assertThat(OnnxSession.OPEN).hasValue(0);
  }
}
