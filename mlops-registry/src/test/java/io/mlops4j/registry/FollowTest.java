package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.validated;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FollowTest {
  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final RegistryOptions options = RegistryOptions.withDefaults().withTime(time);
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegisteredModel<String, String> model = elsewhere();

  private RegisteredModel<String, String> elsewhere() {
    return ModelRegistry.on(store, options).model("delay", LOADER);
  }

  @Test
  void follow_pastAndFuture_eachOnceAndInOrder() {
    champion(model, "a", 0.7);
    List<HistoryEntry> seen = new ArrayList<>();
    Subscription following = model.follow(0, Runnable::run, seen::add);
    assertThat(seen).isEqualTo(model.history());
    champion(model, "b", 0.8);
    model.rollback("slow");
    assertThat(seen).isEqualTo(model.history());
    following.close();
    validated(model, "c", 0.9);
    assertThat(seen.get(seen.size() - 1).kind()).isEqualTo(Kind.ROLLBACK);
  }

  /** The cursor is a number: whoever keeps it goes on where the process before it ended. */
  @Test
  void follow_fromACursor_afterARestart_goesOnWhereItWas() {
    champion(model, "a", 0.7);
    List<HistoryEntry> seen = new ArrayList<>();
    model.follow(0, Runnable::run, seen::add).close();
    long cursor = seen.get(seen.size() - 1).sequence();
    champion(elsewhere(), "b", 0.8);
    try (Subscription following = elsewhere().follow(cursor, Runnable::run, seen::add)) {
      assertThat(following).isNotNull();
      assertThat(seen).isEqualTo(model.history());
    }
    assertThat(seen).extracting(HistoryEntry::sequence).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void follow_transitionsOfOthers_arriveWithinAPoll() {
    List<HistoryEntry> seen = new ArrayList<>();
    try (Subscription following = model.follow(0, Runnable::run, seen::add)) {
      assertThat(following).isNotNull();
      champion(elsewhere(), "a", 0.7);
      assertThat(seen).isEmpty();
      time.advance(options.pollInterval());
      assertThat(seen).isEqualTo(elsewhere().history());
    }
  }

  @Test
  void follow_listenerThatThrows_harmsNobodyAndGoesOn() {
    List<HistoryEntry> seen = new ArrayList<>();
    List<HistoryEntry> other = new ArrayList<>();
    try (Subscription bad =
            model.follow(
                0,
                Runnable::run,
                entry -> {
                  seen.add(entry);
                  throw new IllegalStateException("broken");
                });
        Subscription good = model.follow(0, Runnable::run, other::add)) {
      assertThat(bad).isNotEqualTo(good);
      champion(model, "a", 0.7);
    }
    assertThat(seen).isEqualTo(model.history());
    assertThat(other).isEqualTo(model.history());
  }

  @Test
  void follow_slowListener_holdsUpNobody() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<HistoryEntry> slow = new LinkedBlockingQueue<>();
    List<HistoryEntry> quick = new ArrayList<>();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Subscription first =
            model.follow(
                0,
                thread,
                entry -> {
                  try {
                    assertThat(release.await(5, TimeUnit.MINUTES)).isTrue();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  slow.add(entry);
                });
        Subscription second = model.follow(0, Runnable::run, quick::add)) {
      assertThat(first).isNotEqualTo(second);
      champion(model, "a", 0.7);
      champion(model, "b", 0.8);
      assertThat(quick).isEqualTo(model.history());
      assertThat(slow).isEmpty();
      release.countDown();
      for (HistoryEntry expected : model.history()) {
        assertThat(slow.poll(5, TimeUnit.MINUTES)).isEqualTo(expected);
      }
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void follow_executorThatRefuses_isTriedAgain() {
    AtomicBoolean full = new AtomicBoolean(true);
    List<HistoryEntry> seen = new ArrayList<>();
    try (Subscription following =
        model.follow(
            0,
            task -> {
              if (full.get()) {
                throw new RejectedExecutionException("full");
              }
              task.run();
            },
            seen::add)) {
      assertThat(following).isNotNull();
      champion(model, "a", 0.7);
      assertThat(seen).isEmpty();
      full.set(false);
      time.advance(options.pollInterval());
      assertThat(seen).isEqualTo(model.history());
    }
  }

  /** Tasks that run late and between appends: nothing is lost and nothing comes twice. */
  @Test
  void follow_tasksRunLate_nothingIsLost() {
    Deque<Runnable> tasks = new ArrayDeque<>();
    List<HistoryEntry> seen = new ArrayList<>();
    try (Subscription following = model.follow(0, tasks::add, seen::add)) {
      assertThat(following).isNotNull();
      for (int i = 0; i < 5; i++) {
        validated(model, "v" + i, 0.7);
        assertThat(tasks).as("at most one task at a time").hasSizeLessThanOrEqualTo(1);
        if (i % 2 == 0) {
          tasks.remove().run();
        }
      }
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
      assertThat(seen).isEqualTo(model.history());
    }
  }

  @Test
  void follow_manyWriters_everyFollowerSeesTheSameOrder() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    BlockingQueue<HistoryEntry> one = new LinkedBlockingQueue<>();
    BlockingQueue<HistoryEntry> two = new LinkedBlockingQueue<>();
    try (Subscription first = model.follow(0, threads, one::add);
        Subscription second = model.follow(0, threads, two::add)) {
      assertThat(first).isNotEqualTo(second);
      CountDownLatch done = new CountDownLatch(4);
      for (int t = 0; t < 4; t++) {
        int writer = t;
        threads.execute(
            () -> {
              for (int i = 0; i < 10; i++) {
                validated(model, writer + "-" + i, 0.7);
              }
              done.countDown();
            });
      }
      assertThat(done.await(5, TimeUnit.MINUTES)).isTrue();
      for (HistoryEntry expected : model.history()) {
        assertThat(one.poll(5, TimeUnit.MINUTES)).isEqualTo(expected);
        assertThat(two.poll(5, TimeUnit.MINUTES)).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
