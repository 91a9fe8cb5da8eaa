package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.serving.ModelHostException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelHostTest {
  private final AtomicLong resident = new AtomicLong();

  /** Opens are counted by name, and each takes as much as it is told. */
  private final AtomicInteger opened = new AtomicInteger();

  private ModelHost host(long memory) {
    return ModelHost.builder()
        .memory(memory)
        .callsPerCaller(2)
        .residentMemory(resident::get)
        .build();
  }

  private void add(ModelHost host, String name, long fileBytes, long takes) {
    host.<float[], Double>add(
        name,
        fileBytes,
        () -> {
          opened.incrementAndGet();
          resident.addAndGet(takes);
          return Predictor.of(Models.one(name.startsWith("two") ? "plus2" : "plus1")).build();
        });
  }

  private static double ask(ModelHost host, String name) {
    return host.<float[], Double, Double>use(name, "me", p -> p.predict(Models.row(1)));
  }

  private static List<String> open(ModelHost host) {
    return host.models().stream().filter(HostedModel::open).map(HostedModel::name).toList();
  }

  private static Reason refusal(Runnable call) {
    try {
      call.run();
    } catch (ModelHostException e) {
      assertThat(e.getStackTrace()).isEmpty();
      return e.reason();
    }
    throw new AssertionError("not refused");
  }

  @Test
  void use_firstTime_opensOnce_andAnswersByName() {
    try (ModelHost host = host(100)) {
      add(host, "one", 10, 0);
      add(host, "two", 10, 0);
      assertThat(open(host)).isEmpty();
      assertThat(ask(host, "one")).isEqualTo(2);
      assertThat(ask(host, "two")).isEqualTo(3);
      assertThat(ask(host, "one")).isEqualTo(2);
      assertThat(opened).hasValue(2);
      assertThat(open(host)).containsExactly("two", "one");
    }
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void use_noRoom_closesWhatWasNotUsedForLongest() {
    try (ModelHost host = host(30)) {
      for (String name : List.of("a", "b", "c", "d")) {
        add(host, name, 10, 0);
      }
      ask(host, "a");
      ask(host, "b");
      ask(host, "c");
      ask(host, "a");
      ask(host, "d");
      assertThat(open(host)).containsExactly("c", "a", "d");
      assertThat(OnnxSession.OPEN).hasValue(3);
      ask(host, "b");
      assertThat(open(host)).containsExactly("a", "d", "b");
      assertThat(host.models())
          .filteredOn(m -> m.name().equals("b"))
          .containsExactly(new HostedModel("b", true, false, 10, 0, 2, 1));
    }
  }

  @Test
  void use_modelLargerThanItsFiles_countsWhatTheProcessGrewBy() {
    try (ModelHost host = host(100)) {
      add(host, "a", 10, 0);
      add(host, "large", 10, 95);
      ask(host, "a");
      ask(host, "large");
      assertThat(open(host)).containsExactly("large");
      ask(host, "a");
      assertThat(open(host)).as("95 + 10 > 100").containsExactly("a");
      add(host, "small", 10, 3);
      ask(host, "small");
      assertThat(host.models())
          .filteredOn(m -> m.name().equals("small"))
          .first()
          .satisfies(m -> assertThat(m.bytes()).as("never less than its files").isEqualTo(10));
    }
  }

  @Test
  void pinned_orInUse_isNeverEvicted() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (ModelHost host = host(20)) {
      add(host, "pinned", 10, 0);
      add(host, "used", 10, 0);
      add(host, "third", 10, 0);
      host.pin("pinned");
      CompletableFuture<Double> call =
          CompletableFuture.supplyAsync(
              () ->
                  host.<float[], Double, Double>use(
                      "used",
                      "other",
                      p -> {
                        inside.countDown();
                        GatedModel.await(release);
                        return p.predict(Models.row(5));
                      }));
      GatedModel.await(inside);
      assertThat(refusal(() -> ask(host, "third"))).isEqualTo(Reason.NO_ROOM);
      assertThatThrownBy(() -> ask(host, "third"))
          .hasMessage(
              "Model 'third' needs 10 bytes; 20 of 20 are used, of which 0 could be evicted. Raise"
                  + " memory(…), or unpin models.");
      assertThat(ask(host, "pinned")).isEqualTo(2);
      release.countDown();
      assertThat(call.get()).isEqualTo(6);
      assertThat(ask(host, "third")).isEqualTo(2);
      assertThat(open(host)).containsExactlyInAnyOrder("pinned", "third");
      host.unpin("pinned");
      assertThat(ask(host, "used")).isEqualTo(2);
      assertThat(open(host)).containsExactlyInAnyOrder("third", "used");
    }
  }

  @Test
  void quota_ofOneCaller_isNotAnothers() {
    try (ModelHost host = host(100)) {
      add(host, "one", 10, 0);
      host.<float[], Double, Double>use(
          "one",
          "greedy",
          first ->
              host.<float[], Double, Double>use(
                  "one",
                  "greedy",
                  second -> {
                    assertThat(
                            refusal(
                                () -> host.<float[], Double, Double>use("one", "greedy", p -> 0.0)))
                        .isEqualTo(Reason.QUOTA);
                    return ask(host, "one");
                  }));
      assertThat(host.<float[], Double, Double>use("one", "greedy", p -> 7.0)).isEqualTo(7);
    }
  }

  @Test
  void open_thatFails_isTriedAgainAndTakesNoRoom() {
    AtomicInteger attempts = new AtomicInteger();
    try (ModelHost host = host(10)) {
      host.<float[], Double>add(
          "flaky",
          10,
          () -> {
            if (attempts.incrementAndGet() == 1) {
              throw new IllegalStateException("not yet");
            }
            return Predictor.of(Models.one("plus1")).build();
          });
      assertThatThrownBy(() -> ask(host, "flaky")).hasMessage("not yet");
      assertThat(ask(host, "flaky")).isEqualTo(2);
      assertThat(host.models().get(0).calls()).isZero();
    }
  }

  @Test
  void use_manyThreadsAndLittleRoom_everyCallIsAnsweredByItsModel() throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger right = new AtomicInteger();
    try (ModelHost host = ModelHost.builder().memory(20).residentMemory(() -> 0).build()) {
      for (int i = 0; i < 3; i++) {
        add(host, "one" + i, 10, 0);
        add(host, "two" + i, 10, 0);
      }
      List<Thread> threads =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      GatedModel.start(
                          () -> {
                            for (int i = 0; i < 30; ) {
                              boolean two = (t + i) % 2 == 0;
                              try {
                                double answer = ask(host, (two ? "two" : "one") + (t * i) % 3);
                                (answer == (two ? 3 : 2) ? right : wrong).incrementAndGet();
                                i++;
                              } catch (ModelHostException e) {
                                assertThat(e.reason()).isEqualTo(Reason.NO_ROOM);
                                LockSupport.parkNanos(50_000); // two others are inside
                              } catch (RuntimeException e) {
                                wrong.incrementAndGet();
                                i++;
                              }
                            }
                          }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).hasValue(0);
      assertThat(right).hasValue(120);
      assertThat(open(host)).hasSizeLessThanOrEqualTo(2);
    }
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void close_callInside_waitsAndTheLastCallCloses() throws Exception {
    List<String> closed = new ArrayList<>();
    Model<float[], Double> model =
        new Model<>() {
          @Override
          public List<Double> predict(List<float[]> rows) {
            return List.of(1.0);
          }

          @Override
          public void close() {
            closed.add("model");
          }
        };
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    ModelHost host = host(10);
    host.<float[], Double>add("one", 1, () -> Predictor.of(model).build());
    CompletableFuture<Double> call =
        CompletableFuture.supplyAsync(
            () ->
                host.<float[], Double, Double>use(
                    "one",
                    "me",
                    p -> {
                      inside.countDown();
                      GatedModel.await(release);
                      return p.predict(Models.row(1));
                    }));
    GatedModel.await(inside);
    assertThat(host.close(Duration.ofMillis(5))).isFalse();
    assertThat(closed).isEmpty();
    assertThat(refusal(() -> ask(host, "one"))).isEqualTo(Reason.CLOSED);
    assertThat(refusal(() -> host.add("two", 1, () -> Predictor.of(model).build())))
        .isEqualTo(Reason.CLOSED);
    release.countDown();
    assertThat(call.get()).isEqualTo(1);
    assertThat(closed).containsExactly("model");
    assertThat(host.close(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void values_thatCannotBe_areRefused() {
    assertThatThrownBy(() -> ModelHost.builder().build()).hasMessageStartingWith("memory: not set");
    assertThatThrownBy(() -> ModelHost.builder().memory(0))
        .hasMessage("memory: 0 (expected: 1 or more bytes)");
    assertThatThrownBy(() -> ModelHost.builder().callsPerCaller(0))
        .hasMessage("callsPerCaller: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> ModelHost.builder().memory(1).memory(2))
        .hasMessage("memory is set already: 1");
    try (ModelHost host = host(10)) {
      add(host, "one", 1, 0);
      assertThatThrownBy(() -> add(host, "one", 1, 0))
          .hasMessage("model 'one' is known already (expected: a name of its own)");
      assertThatThrownBy(() -> add(host, "x", -1, 0))
          .hasMessage("fileBytes: -1 (expected: 0 or more)");
      assertThatThrownBy(() -> add(host, "../x", 1, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ask(host, "two"))
          .hasMessage("Model 'two' is not in this host. Known models: one.");
      assertThat(refusal(() -> host.unpin("two"))).isEqualTo(Reason.UNKNOWN);
    }
  }

  @Test
  void residentMemory_onLinux_isWhatTheKernelSays() {
    assertThat(ResidentMemory.bytes()).isNotNegative();
    if (System.getProperty("os.name").startsWith("Linux")) {
      assertThat(ResidentMemory.bytes()).isGreaterThan(10_000_000);
    }
  }
}
