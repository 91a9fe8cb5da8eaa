package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who does what a loader leaves to another thread. */
@Timeout(60)
class AsideTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicInteger entries = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private @Nullable Aside aside;

  /** A helper that says at each look that it ran and waited so much more. */
  private Aside helper(long ran, long waited) {
    Background fares =
        () -> {
          int look = looks.getAndIncrement();
          return new Background.Times(look * ran, look * waited);
        };
    Aside made =
        new Aside(
            "m",
            thread -> {
              entries.incrementAndGet();
              return fares;
            });
    aside = made;
    return made;
  }

  @AfterEach
  void end() {
    gate.countDown();
    if (aside != null) {
      aside.shutdown();
    }
  }

  private static boolean isHelper(Thread thread) {
    return thread.getName().equals("mlops4j-m-aside");
  }

  private static Thread who() {
    return Aside.call(Thread::currentThread, thread -> {});
  }

  @Test
  void call_outsideOfALoad_runsOnTheCaller() {
    helper(1, 0);
    assertThat(who()).isSameAs(Thread.currentThread());
    assertThat(entries).hasValue(0);
  }

  @Test
  void call_duringALoad_runsOnTheHelperAndAfterItNoMore() {
    Aside loads = helper(1, 0);
    Thread first = loads.during(AsideTest::who);
    assertThat(isHelper(first)).isTrue();
    assertThat(loads.during(AsideTest::who)).isSameAs(first);
    assertThat(entries).hasValue(1);
    assertThat(who()).isSameAs(Thread.currentThread());
  }

  @Test
  void call_taskThrows_theCallerGetsTheSame() {
    Aside loads = helper(1, 0);
    IOException checked = new IOException("torn");
    assertThatThrownBy(
            () ->
                loads.during(
                    () -> {
                      try {
                        return Aside.call(
                            () -> {
                              throw checked;
                            });
                      } catch (IOException e) {
                        throw new IllegalArgumentException(e);
                      }
                    }))
        .hasCause(checked);
    OutOfMemoryError error = new OutOfMemoryError("direct");
    assertThatThrownBy(
            () ->
                loads.during(
                    () ->
                        Aside.call(
                            () -> {
                              throw error;
                            })))
        .isSameAs(error);
    assertThat(isHelper(loads.during(AsideTest::who))).isTrue();
  }

  @Test
  void call_helperCannotStandBack_runsOnTheCaller() {
    Aside loads =
        new Aside(
            "m",
            thread -> {
              entries.incrementAndGet();
              return null;
            });
    aside = loads;
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
    assertThat(entries).hasValue(1);
  }

  /** Whatever goes wrong with the helper, the load is done. */
  @Test
  void call_entryThrows_runsOnTheCaller() {
    Aside loads =
        new Aside(
            "m",
            thread -> {
              entries.incrementAndGet();
              throw new IllegalStateException("a strange system");
            });
    aside = loads;
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
    assertThat(entries).hasValue(1);
  }

  @Test
  void call_helperStarves_isDoneByTheLoaderAndTheLateOneIsDropped() {
    Aside loads = helper(0, SECOND);
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Thread> dropped = new CompletableFuture<>();
    Aside.Task<Thread, RuntimeException> task =
        () -> {
          runs.incrementAndGet();
          if (isHelper(Thread.currentThread())) {
            GatedModel.await(gate);
          }
          return Thread.currentThread();
        };
    Thread loader = Thread.currentThread();
    assertThat(loads.<Thread>during(() -> Aside.call(task, dropped::complete))).isSameAs(loader);
    assertThat(runs).hasValue(2);
    assertThat(dropped).isNotDone();
    CountDownLatch over = new CountDownLatch(1);
    loads.whenNothingIsLeft(over::countDown);
    assertThat(over.getCount()).isOne();
    // The helper is still at it: the next load does not queue behind that.
    assertThat(loads.during(AsideTest::who)).isSameAs(loader);
    gate.countDown();
    assertThat(isHelper(dropped.join())).isTrue();
    GatedModel.await(over);
  }

  /** With a real session: the late one is closed, not leaked. */
  @Test
  void call_helperStarvesWithASession_closesTheLateOne() {
    int before = OnnxSession.OPEN.get();
    Aside loads = helper(0, SECOND);
    try (OnnxSession session =
        loads.<OnnxSession>during(
            () ->
                Aside.call(
                    () -> {
                      if (isHelper(Thread.currentThread())) {
                        GatedModel.await(gate);
                      }
                      byte[] bytes = Models.bytes("plus1.onnx");
                      return OnnxSession.open(
                          Models.version(1),
                          bytes,
                          OnnxBytes.read(Models.version(1), bytes),
                          null,
                          OnnxOptions.withDefaults());
                    },
                    OnnxSession::close))) {
      assertThat(session).isNotNull();
      assertThat(OnnxSession.OPEN).hasValue(before + 1);
      gate.countDown();
      loads.shutdown();
    }
    CountDownLatch over = new CountDownLatch(1);
    loads.whenNothingIsLeft(over::countDown);
    GatedModel.await(over);
    assertThat(OnnxSession.OPEN).hasValue(before);
  }

  @Test
  void call_helperStarvesAtWhatCannotBeBegunTwice_isWaitedForAndTheRestIsDoneByTheLoader() {
    Aside loads = helper(0, SECOND);
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<Thread> next = new AtomicReference<>();
    Thread first =
        loads.during(
            () -> {
              Thread by =
                  Aside.call(
                      () -> {
                        runs.incrementAndGet();
                        GatedModel.until(() -> looks.get() > 3);
                        return Thread.currentThread();
                      });
              next.set(who());
              return by;
            });
    assertThat(isHelper(first)).isTrue();
    assertThat(runs).hasValue(1);
    assertThat(next.get()).isSameAs(Thread.currentThread());
  }

  /** The negative control: a helper that runs is given its time, and so is one that waits less. */
  @Test
  void call_helperWaitsLessThanItRuns_isNotGivenUp() {
    Aside loads = helper(2 * SECOND, SECOND);
    Thread by =
        loads.during(
            () ->
                Aside.call(
                    () -> {
                      GatedModel.until(() -> looks.get() > 4);
                      return Thread.currentThread();
                    },
                    thread -> {}));
    assertThat(isHelper(by)).isTrue();
  }

  @Test
  void call_loaderIsInterrupted_getsTheAnswerAndStaysInterrupted() {
    Aside loads = helper(1, 0);
    Thread.currentThread().interrupt();
    Thread by = loads.during(AsideTest::who);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(isHelper(by)).isTrue();
  }

  @Test
  void call_shutDown_runsOnTheCaller() {
    Aside loads = helper(1, 0);
    loads.shutdown();
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
    assertThat(loads.during(AsideTest::who)).isSameAs(Thread.currentThread());
  }

  /** Works on this thread for longer than a stretch. */
  private static void toil() {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < 200_000) {
      Thread.onSpinWait();
    }
  }

  private List<Long> rests(Background fares, Consumer<Aside> what) {
    List<Long> rests = new ArrayList<>();
    Aside loads = new Aside("m", thread -> fares, rests::add);
    aside = loads;
    what.accept(loads);
    return rests;
  }

  private static Background.Times idle() {
    return new Background.Times(1, 0);
  }

  @Test
  void rest_afterAStretchOfWork_letsGoOfTheCoreForAsLong() {
    List<Long> rests =
        rests(
            AsideTest::idle,
            loads ->
                loads.during(
                    () -> {
                      toil();
                      Aside.rest();
                      loads.during(
                          () -> {
                            toil();
                            Aside.rest();
                          });
                      // A load within a load is part of it, and does not end it.
                      toil();
                      Aside.rest();
                    }));
    assertThat(rests).hasSize(3).allMatch(nanos -> nanos >= 200_000 && nanos <= 1_000_000);
  }

  @Test
  void rest_ofAThreadThatLeavesNothingToAHelper_doesNothing() {
    List<Long> rests =
        rests(
            AsideTest::idle,
            loads -> {
              toil();
              Aside.rest();
              loads.during(() -> {});
              toil();
              Aside.rest();
            });
    assertThat(rests).isEmpty();
  }

  /** A rollback out of an overload must not be held up. */
  @Test
  void rest_inAHurry_doesNothing() {
    List<Long> rests =
        rests(
            () -> {
              int look = looks.getAndIncrement();
              return new Background.Times(0, look * SECOND);
            },
            loads ->
                loads.during(
                    () -> {
                      Thread unused =
                          Aside.call(
                              () -> {
                                GatedModel.until(() -> looks.get() > 3);
                                return Thread.currentThread();
                              });
                      toil();
                      Aside.rest();
                    }));
    assertThat(rests).isEmpty();
  }

  /** What is called between two rows: the rows are read by code of users, so on the loader. */
  @Test
  void goldenRows_duringALoad_restBetweenRows() {
    Model<Integer, Double> slow =
        rows -> {
          toil();
          return rows.stream().map(Integer::doubleValue).toList();
        };
    List<Long> rests =
        rests(
            AsideTest::idle,
            loads ->
                loads.during(
                    () -> GoldenReplay.require("m 1", slow, 0, 5, row -> row, row -> row)));
    assertThat(rests).hasSizeGreaterThanOrEqualTo(4);
  }
}
