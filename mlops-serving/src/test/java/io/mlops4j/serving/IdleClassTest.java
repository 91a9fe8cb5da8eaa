package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mlops4j.core.ModelRelease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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

  private static int policy() {
    try {
      return IdleClass.policy();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String thread() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assumePossible() {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/chrt")) || Runtime.version().feature() >= 22)
        .as("neither chrt nor native access: the idle class is not tested")
        .isTrue();
  }

  @Test
  void enter_itsOwnThread_isIdleAndOthersAreNot() {
    assumePossible();
    CompletableFuture<Integer> inside = new CompletableFuture<>();
    GatedModel.start(
        () -> {
          assertThat(IdleClass.enter()).isNotNull();
          inside.complete(policy());
        });
    assertThat(inside.join()).isEqualTo(IDLE);
    assertThat(policy()).isEqualTo(NORMAL);
  }

  /** The tests' JVM allows native access. */
  @Test
  void asked_jdk22OrLater_needsNoProcess() {
    CompletableFuture<List<Integer>> inside = new CompletableFuture<>();
    GatedModel.start(() -> inside.complete(List.of(IdleClass.asked() ? 1 : 0, policy())));
    boolean possible = Runtime.version().feature() >= 22;
    assertThat(inside.join()).isEqualTo(possible ? List.of(1, IDLE) : List.of(0, NORMAL));
  }

  /** Twice as many busy threads as cores: whoever stands back waits, and its times say so. */
  @Test
  void times_noCoreIsFree_waitingGrowsBeyondRunning() {
    assumePossible();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Background> entered = new CompletableFuture<>();
    GatedModel.start(
        () -> {
          entered.complete(Objects.requireNonNull(IdleClass.enter()));
          while (!over.get()) {
            Thread.onSpinWait();
          }
        });
    Background background = entered.join();
    try {
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        GatedModel.start(
            () -> {
              while (!over.get()) {
                Thread.onSpinWait();
              }
            });
      }
      Background.Times before = background.times();
      GatedModel.until(
          () -> {
            Background.Times now = background.times();
            return now.waited() - before.waited() > 100_000_000
                && now.waited() - before.waited() > now.ran() - before.ran();
          });
    } finally {
      over.set(true);
    }
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
        () -> {
          entries.incrementAndGet();
          helper.complete(IdleClass.of(thread()));
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
        () -> {
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
