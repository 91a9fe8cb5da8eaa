package io.mlops4j.delivery;

import static io.mlops4j.delivery.AnsweringChild.CHUNK;
import static io.mlops4j.delivery.AnsweringChild.MODEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Instances in processes of their own that are killed while their answers wait for labels. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class KilledInstanceTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int KILLS = PROOF ? 200 : Boolean.getBoolean("mlops4j.ci") ? 24 : 2;

  /** One after another, each taking over what the one before left. */
  private static final int GENERATIONS = PROOF ? 5 : 2;

  /** What a killed instance had said was written, and what it had written. */
  private record Killed(int said, int written) {}

  @Test
  void labels_ofKilledProcesses_joinInAnother_andComeToTheSameEvidence(@TempDir Path root)
      throws Exception {
    Random random = new Random(20261126);
    int said = 0;
    for (int round = 0; round < KILLS / GENERATIONS; round++) {
      Path directory = root.resolve("equal" + round);
      List<Killed> killed = kill(directory, random, "equal", "sound", GENERATIONS);
      said += killed.stream().mapToInt(Killed::said).sum();
      assertThat(problems(directory, killed, false)).as("round %d, %s", round, killed).isEmpty();
    }
    assertThat(said).as("children that never got to work prove nothing").isGreaterThan(CHUNK);
  }

  @Test
  void labels_ofAKilledProcess_rollBackAsIfItHadLived(@TempDir Path root) throws Exception {
    Random random = new Random(9);
    for (int round = 0; round < Math.max(1, KILLS / 10); round++) {
      Path directory = root.resolve("worse" + round);
      List<Killed> killed = kill(directory, random, "worse", "sound", 1);
      assertThat(problems(directory, killed, true)).as("round %d, %s", round, killed).isEmpty();
    }
  }

  @Test
  void problems_storeThatLosesTheAnswers_areSeen(@TempDir Path root) throws Exception {
    List<Killed> killed = kill(root, new Random(7), "equal", "forgetful", 1);
    assertThat(killed.get(0).written()).isPositive();
    assertThat(problems(root, killed, false)).anyMatch(problem -> problem.contains("joined"));
  }

  private static List<Killed> kill(
      Path directory, Random random, String candidate, String store, int generations)
      throws IOException {
    ObjectStore shared = ObjectStores.directory(directory);
    var clock = new LateAnswers.Clock();
    LateAnswers.open(shared, MODEL, LateAnswers.LONG, clock).start(2, "weekly");
    List<Killed> killed = new ArrayList<>();
    long before = 0;
    for (int generation = 0; generation < generations; generation++) {
      int said = killOne(directory, random, generation, candidate, store);
      long all = LateAnswers.requests(shared, MODEL, LateAnswers.LONG);
      killed.add(new Killed(said, (int) (all - before)));
      before = all;
    }
    return killed;
  }

  /** Returns how many answers the child had said were written. */
  private static int killOne(
      Path directory, Random random, int generation, String candidate, String store)
      throws IOException {
    Process child =
        LateAnswers.start(
            AnsweringChild.class,
            directory.toString(),
            String.valueOf(generation),
            candidate,
            store);
    int said = 0;
    try (BufferedReader out = child.inputReader(UTF_8)) {
      // What must be rolled back needs some answers; anything else is killed anywhere.
      int lines = candidate.equals("worse") ? 22 + random.nextInt(8) : random.nextInt(16);
      if (store.equals("forgetful")) {
        lines = 6;
      }
      for (int i = 0; i <= lines; i++) {
        said = Math.max(said, said(out.readLine()));
      }
      LockSupport.parkNanos(random.nextInt(12_000_000));
      // The handle's SIGKILL leaves our end of the pipe open, so nothing it said is missed.
      child.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said = Math.max(said, said(line));
      }
    } finally {
      child.destroyForcibly();
    }
    return said;
  }

  private static int said(String line) {
    assertThat(line).as("the child ended by itself").isNotNull();
    // The last line may have been cut; what is left of it is less.
    return line.matches("\\d+") ? Integer.parseInt(line) : 0;
  }

  /** What another process that takes over finds, beside an instance that was never killed. */
  private static List<String> problems(Path directory, List<Killed> killed, boolean worse) {
    List<String> problems = new ArrayList<>();
    for (Killed one : killed) {
      if (one.written() < one.said()
          || one.written() > one.said() + CHUNK
          || one.written() % CHUNK != 0) {
        problems.add("written is not what was said, or one look more: " + one);
      }
    }
    ObjectStore store = ObjectStores.directory(directory);
    long written = killed.stream().mapToLong(Killed::written).sum();
    List<String> found = takeOver(store, killed, written, worse, problems);
    ObjectStore other = ObjectStore.inMemory();
    var clock = new LateAnswers.Clock();
    var never = LateAnswers.open(other, MODEL, LateAnswers.LONG, clock);
    never.start(2, "weekly");
    for (int generation = 0; generation < killed.size(); generation++) {
      String name = String.valueOf(generation);
      LateAnswers.answer(never, MODEL, name, worse, 0, killed.get(generation).written(), clock);
    }
    labelAll(never, killed, clock);
    List<String> expected = evidence(other, never, worse);
    if (!found.equals(expected)) {
      problems.add("evidence " + found + " where one that lived has " + expected);
    }
    return problems;
  }

  private static List<String> takeOver(
      ObjectStore store, List<Killed> killed, long written, boolean worse, List<String> problems) {
    Duration then = Duration.ofDays(killed.size());
    var clock = new LateAnswers.Clock().at(then);
    var last = LateAnswers.open(store, MODEL, LateAnswers.LONG, clock);
    // Who owes what it has closed is closed first: two lives after each other at most.
    for (int patience = 1; patience <= 3; patience++) {
      clock.at(then.plus(LateAnswers.PATIENCE.multipliedBy(patience)));
      last.look();
    }
    RolloutLabels labels = last.labels();
    if (labels.joined() + labels.waiting() != written) {
      problems.add(labels + ": joined and waiting of " + written + " written");
    }
    labelAll(last, killed, clock);
    if (worse) {
      return evidence(store, last, true);
    }
    last.look();
    labels = last.labels();
    if (labels.joined() != written || labels.givenUp() != 0) {
      problems.add(labels + ": joined of " + written + " written, and given up");
    }
    return evidence(store, last, false);
  }

  private static void labelAll(
      Rollout<Object, Double> rollout, List<Killed> killed, LateAnswers.Clock clock) {
    for (int generation = 0; generation < killed.size(); generation++) {
      LateAnswers.label(
          rollout, String.valueOf(generation), 0, killed.get(generation).written(), clock);
    }
  }

  /** Returns the verdict and what it is made of, as somebody new reads it. */
  private static List<String> evidence(
      ObjectStore store, Rollout<Object, Double> rollout, boolean worse) {
    List<String> lines = new ArrayList<>();
    List<WatchResult> results;
    if (worse) {
      lines.add(rollout.look().phase() + " " + rollout.status().reason());
      assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.ROLLED_BACK);
      List<RolloutEvent> events = rollout.history();
      results = events.get(events.size() - 1).evidence();
    } else {
      rollout.close();
      try (var fresh = LateAnswers.open(store, MODEL, LateAnswers.LONG, new LateAnswers.Clock())) {
        results = fresh.results();
        lines.add(String.valueOf(fresh.verdict()));
      }
    }
    results.forEach(result -> lines.add(String.valueOf(result)));
    return lines;
  }
}
