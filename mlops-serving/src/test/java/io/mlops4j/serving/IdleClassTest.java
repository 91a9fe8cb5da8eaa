package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mlops4j.core.ModelRelease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The kernel's own word for it: threads of loaders stand back, requests' threads do not. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the idle class is Linux's")
class IdleClassTest {
  private static final int NORMAL = 0;
  private static final int IDLE = 5;

  private final CountDownLatch over = new CountDownLatch(1);

  private static int policy(String thread) {
    try {
      return IdleClass.policy(thread);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assumePossible() {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/chrt")) || Runtime.version().feature() >= 22)
        .as("neither chrt nor native access: the idle class is not tested")
        .isTrue();
  }

  private static String self() {
    return Objects.requireNonNull(IdleClass.self());
  }

  /** Returns the number of a thread that is there until the end, doing nothing or going round. */
  private String other(boolean busy) {
    CompletableFuture<String> number = new CompletableFuture<>();
    GatedModel.start(
        () -> {
          number.complete(self());
          while (busy && over.getCount() > 0) {
            Thread.onSpinWait();
          }
          GatedModel.await(over);
        });
    return number.join();
  }

  @AfterEach
  void end() {
    over.countDown();
  }

  @Test
  void enter_aThread_isIdleAndOthersAreNot() {
    assumePossible();
    String thread = other(false);
    assertThat(policy(thread)).isEqualTo(NORMAL);
    assertThat(IdleClass.enter(thread)).isNotNull();
    assertThat(policy(thread)).isEqualTo(IDLE);
    assertThat(policy(self())).isEqualTo(NORMAL);
  }

  @Test
  void enter_noSuchThread_isRefused() {
    assertThat(IdleClass.enter("0")).isNull();
  }

  /** The tests' JVM allows native access. */
  @Test
  void asked_jdk22OrLater_needsNoProcess() {
    String thread = other(false);
    boolean possible = Runtime.version().feature() >= 22;
    assertThat(IdleClass.asked(thread)).isEqualTo(possible);
    assertThat(policy(thread)).isEqualTo(possible ? IDLE : NORMAL);
  }

  /** Twice as many busy threads as cores: whoever stands back waits, and its times say so. */
  @Test
  void times_noCoreIsFree_waitingGrowsBeyondRunning() {
    assumePossible();
    Background background = Objects.requireNonNull(IdleClass.enter(other(true)));
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      other(true);
    }
    Background.Times before = background.times();
    GatedModel.until(
        () -> {
          Background.Times now = background.times();
          return now.waited() - before.waited() > 100_000_000
              && now.waited() - before.waited() > now.ran() - before.ran();
        });
  }

  /** On real sessions: the first version is opened by the loader, the next ones by the helper. */
  @Test
  void swap_realSessions_areOpenedByTheHelper() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    AtomicInteger entries = new AtomicInteger();
    CompletableFuture<Background> helper = new CompletableFuture<>();
    select(source, 1, "plus1");
    PredictorBuilder<float[], Double> builder = Predictor.from(source);
    // At the priority of others, and never given up: how long it takes is not the question.
    builder.background =
        thread -> {
          entries.incrementAndGet();
          helper.complete(IdleClass.of(thread));
          return () -> new Background.Times(1, 0);
        };
    try (Predictor<float[], Double> predictor = builder.build()) {
      assertThat(entries).hasValue(0);
      select(source, 2, "plus2");
      serves(predictor, 2);
      Background times = helper.join();
      for (int number = 3; number <= 5; number++) {
        long before = times.times().ran();
        select(source, number, number % 2 == 1 ? "plus1" : "plus2");
        serves(predictor, number);
        // What is counted comes with the next change of threads.
        GatedModel.until(() -> times.times().ran() > before);
      }
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(OnnxSession.OPEN).hasPositiveValue();
    }
    assertThat(entries).hasValue(1);
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @Test
  void swapAtFullPriority_noThreadStandsBack() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    AtomicInteger entries = new AtomicInteger();
    select(source, 1, "plus1");
    PredictorBuilder<float[], Double> builder = Predictor.from(source).swapAtFullPriority();
    builder.background =
        thread -> {
          entries.incrementAndGet();
          return null;
        };
    try (Predictor<float[], Double> predictor = builder.build()) {
      select(source, 2, "plus2");
      serves(predictor, 2);
    }
    assertThat(entries).hasValue(0);
  }

  /** A candidate's first version is loaded beside the champion's requests. */
  @Test
  void offer_candidates_areOpenedByOneHelper() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    select(source, 1, "plus1");
    Set<Thread> before = helpers();
    try (Predictor<float[], Double> champion = Predictor.from(source).build();
        TrafficSplit<float[], Double> split =
            TrafficSplit.of(champion, row -> Float.toString(row[0]), builder -> builder)) {
      assertThat(helpers()).isSubsetOf(before);
      assertThat(split.offer(release(2, "plus2"), "salt").join()).isTrue();
      assertThat(split.offer(release(3, "plus1"), "salt").join()).isTrue();
      Set<Thread> made = helpers();
      made.removeAll(before);
      assertThat(made).hasSize(1);
    }
  }

  private static Set<Thread> helpers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("mlops4j-candidates-aside"))
        .collect(Collectors.toSet());
  }

  /** Not linear to the loader: run by ONNX Runtime. */
  private static ModelRelease<float[], Double> release(int number, String name) {
    return Models.release(
        number,
        () ->
            OnnxModel.regression(Models.ONE)
                .options(OnnxOptions.withDefaults().withNativeOnly())
                .load(Models.file(name + ".onnx")));
  }

  private static void select(SwitchableSource<float[], Double> source, int number, String name) {
    source.select(release(number, name));
  }

  private static void serves(Predictor<float[], Double> predictor, int version) {
    GatedModel.until(() -> predictor.version().map(v -> v.number() == version).orElse(false));
  }
}
