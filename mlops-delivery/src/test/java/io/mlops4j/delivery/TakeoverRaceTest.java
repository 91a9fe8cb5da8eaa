package io.mlops4j.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.delivery.RolloutEvent.Kind;
import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several instances find at the same moment that one is gone, and that a step is passed. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class TakeoverRaceTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final boolean CI = Boolean.getBoolean("mlops4j.ci");
  private static final int THREAD_ROUNDS = PROOF ? 6_000 : CI ? 600 : 90;
  private static final int PROCESS_ROUNDS = PROOF ? 300 : CI ? 30 : 4;
  private static final int TAKERS = 3;
  private static final int ANSWERS = 200;
  private static final int LATER = 10;
  private static final Duration GONE = LateAnswers.PATIENCE;

  /** What becomes of the instance that gave the answers. */
  private enum Ending {
    CLOSED,
    KILLED,
    /** It is taken for gone, and looks at the same moment, with answers it has not written yet. */
    ALIVE
  }

  @Test
  void look_manyThreadsFindOneGone_countEachSampleOnceAndDecideOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(TAKERS + 1);
    for (int round = 0; round < THREAD_ROUNDS; round++) {
      Ending ending = Ending.values()[round % 3];
      assertThat(race(ObjectStore.inMemory(), ending, threads, () -> {}))
          .as("round %d, %s", round, ending)
          .isEmpty();
    }
    threads.shutdown();
  }

  @Test
  void problems_storeThatTellsTwoThatTheyWereFirst_areSeen() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(TAKERS + 1);
    TwoFirsts store = new TwoFirsts(ObjectStore.inMemory());
    List<String> problems = race(store, Ending.KILLED, threads, store::arm);
    threads.shutdown();
    assertThat(problems).as("the test lets a broken store pass").isNotEmpty();
  }

  /**
   * Three instances start, take over and go on at once; returns what is wrong afterwards.
   *
   * @param before what to do before they take over
   */
  private static List<String> race(
      ObjectStore store, Ending ending, ExecutorService threads, Runnable before) throws Exception {
    List<LateAnswers.Clock> clocks = new ArrayList<>();
    List<Rollout<Object, Double>> all = new ArrayList<>();
    for (int i = 0; i <= TAKERS; i++) {
      clocks.add(new LateAnswers.Clock());
      all.add(LateAnswers.open(store, "m", LateAnswers.PLAN, clocks.get(i)));
    }
    RolloutLog.of(store, "m").request(new ModelVersion("m", 2), "weekly", "ann", Traffic.START);
    together(all, threads, Rollout::look);
    Rollout<Object, Double> first = all.get(0);
    LateAnswers.answer(first, "m", "a", false, 0, ANSWERS, clocks.get(0));
    all.forEach(Rollout::look);
    if (ending == Ending.CLOSED) {
      first.close();
    }
    List<Rollout<Object, Double>> racing =
        ending == Ending.ALIVE ? all : all.subList(1, TAKERS + 1);
    if (ending == Ending.ALIVE) {
      LateAnswers.answer(first, "m", "a", false, ANSWERS, ANSWERS + LATER, clocks.get(0));
    }
    clocks.forEach(clock -> clock.at(GONE));
    before.run();
    together(racing, threads, Rollout::look);
    // Whoever hears a label first: each is told to all of them at once.
    together(
        racing,
        threads,
        rollout -> LateAnswers.label(rollout, "a", 0, ANSWERS + LATER, clocks.get(0)));
    for (int look = 0; look < 3; look++) {
      together(racing, threads, Rollout::look);
    }
    return problems(store, "m", ending == Ending.ALIVE);
  }

  private interface Act {
    void on(Rollout<Object, Double> rollout);
  }

  private static void together(
      List<Rollout<Object, Double>> instances, ExecutorService threads, Act act) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(instances.size());
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Rollout<Object, Double> instance : instances) {
      tasks.add(
          () -> {
            barrier.await(1, TimeUnit.MINUTES);
            act.on(instance);
            return null;
          });
    }
    for (Future<Void> done : threads.invokeAll(tasks)) {
      done.get();
    }
  }

  /** What somebody new finds: each sample once, and each decision once. */
  private static List<String> problems(ObjectStore store, String model, boolean orLater) {
    List<String> problems = new ArrayList<>();
    List<Kind> kinds =
        RolloutLog.of(store, model).events().stream().map(RolloutEvent::kind).toList();
    if (!kinds.equals(List.of(Kind.REQUESTED, Kind.STARTED, Kind.ADVANCED))) {
      problems.add("decided: " + kinds);
    }
    long requests = LateAnswers.requests(store, model, LateAnswers.PLAN);
    if (requests != ANSWERS && !(orLater && requests == ANSWERS + LATER)) {
      problems.add("requests: " + requests);
    }
    try (var fresh =
        LateAnswers.open(store, model, LateAnswers.PLAN, new LateAnswers.Clock().at(GONE))) {
      RolloutLabels labels = fresh.labels();
      if (labels.joined() != requests || labels.givenUp() != 0) {
        problems.add(labels + " of requests " + requests);
      }
      long outcomes =
          fresh.results().stream()
              .filter(result -> result.watch().equals("squared error") && result.step() == 0)
              .mapToLong(result -> result.championSamples() + result.candidateSamples())
              .sum();
      if (outcomes != requests) {
        problems.add("outcomes: " + outcomes + " of requests " + requests);
      }
    }
    return problems;
  }

  /** Two processes look at the same moment of a clock that both have. */
  @Test
  void look_twoProcessesFindOneGone_countEachSampleOnceAndDecideOnce(@TempDir Path root)
      throws Exception {
    ObjectStore store = ObjectStores.directory(root);
    List<Process> children = new ArrayList<>();
    List<PrintStream> to = new ArrayList<>();
    List<BufferedReader> from = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Process child = LateAnswers.start(TakeoverChild.class, root.toString());
        children.add(child);
        to.add(new PrintStream(child.getOutputStream(), true, UTF_8));
        from.add(child.inputReader(UTF_8));
      }
      for (int round = 0; round < PROCESS_ROUNDS; round++) {
        String model = "m" + round;
        var clock = new LateAnswers.Clock();
        var first = LateAnswers.open(store, model, LateAnswers.PLAN, clock);
        first.start(2, "weekly");
        LateAnswers.answer(first, model, "a", false, 0, ANSWERS, clock);
        first.look();
        say(to, from, "open " + model);
        if (round % 2 == 0) {
          first.close();
        }
        say(to, from, "look " + (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2)));
        say(to, from, "label " + ANSWERS);
        for (int look = 0; look < 3; look++) {
          say(to, from, "look " + System.nanoTime());
        }
        assertThat(problems(store, model, false)).as("round %d", round).isEmpty();
      }
      say(to, from, "end");
      for (Process child : children) {
        assertThat(child.waitFor()).isZero();
      }
    } finally {
      children.forEach(Process::destroyForcibly);
    }
  }

  /** Says something to both, and hears that both have done it. */
  private static void say(List<PrintStream> to, List<BufferedReader> from, String what)
      throws IOException {
    to.forEach(child -> child.println(what));
    for (BufferedReader child : from) {
      assertThat(child.readLine()).isEqualTo("done " + what);
    }
  }

  /**
   * Tells everybody who closes a run that he was the first; once armed, lets nobody go on from the
   * next listing before all have it.
   */
  private static final class TwoFirsts implements ObjectStore {
    private final ObjectStore below;
    private final CyclicBarrier listed = new CyclicBarrier(TAKERS);
    private final AtomicInteger waits = new AtomicInteger();

    TwoFirsts(ObjectStore below) {
      this.below = below;
    }

    void arm() {
      waits.set(TAKERS);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return below.putIfAbsent(key, value) || new String(value, UTF_8).contains("\"closedBy\"");
    }

    @Override
    public Optional<byte[]> get(String key) {
      return below.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      List<String> keys = below.list(prefix);
      if (waits.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        try {
          listed.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
          throw new IllegalStateException(e);
        }
      }
      return keys;
    }

    @Override
    public boolean remove(String key) {
      return below.remove(key);
    }
  }
}
