package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/*
 * Protocol. Under <prefix>/<instance>:
 *   <n>              opened decisions, rewards, and at most one settled batch; written once, n from 0 without gaps
 *   checkpoint-<n>   what waited after object n - 1
 * A settled batch is written before it is credited, with its sums; the bandit takes batch n of an instance at most once.
 * So a crash between the two is repaired by crediting the last batch again, whoever it is that continues.
 */

/** Where a ledger notes what it must not forget. Used under the ledger's lock. */
final class PendingJournal {
  private static final String FORMAT = "mlops4j-ledger/1";
  private static final String CHECKPOINT = "checkpoint-";
  private static final int OBJECTS_PER_CHECKPOINT = 64;

  /** A decision that waits. */
  static final class Waiting {
    final String decision;
    final String arm;
    final Instant deadline;
    double earned;

    Waiting(String decision, String arm, Instant deadline, double earned) {
      this.decision = decision;
      this.arm = arm;
      this.deadline = deadline;
      this.earned = earned;
    }
  }

  /** Settled and perhaps not credited: its number and sums. */
  record Batch(long number, Map<String, ArmMoments> sums) {}

  private final ObjectStore store;
  private final String folder;
  private final Map<String, Waiting> opened = new LinkedHashMap<>();
  private final Map<String, Double> earned = new LinkedHashMap<>();
  private long next;
  private long checkpointed;
  private Optional<Batch> uncredited = Optional.empty();

  PendingJournal(ObjectStore store, String prefix, String instance) {
    this.store = Objects.requireNonNull(store, "store");
    this.folder = ObjectStore.requireKey(prefix + "/" + instance);
  }

  void opened(Waiting waiting) {
    opened.put(waiting.decision, waiting);
  }

  void earned(String decision, double reward) {
    if (!opened.containsKey(decision)) { // else it is written with what it has earned
      earned.merge(decision, reward, Double::sum);
    }
  }

  Optional<Batch> uncredited() {
    return uncredited;
  }

  /** Writes what was noted since the last time, and what is settled now. */
  void write(Collection<Waiting> settled, Map<String, ArmMoments> sums) {
    if (opened.isEmpty() && earned.isEmpty() && settled.isEmpty()) {
      return;
    }
    ObjectNode root = Json.object().put("format", FORMAT);
    root.set("opened", decisions(opened.values()));
    ObjectNode rewards = root.putObject("earned");
    earned.forEach(rewards::put);
    var ids = root.putArray("settled");
    settled.forEach(waiting -> ids.add(waiting.decision));
    ObjectNode arms = root.putObject("sums");
    sums.forEach(
        (arm, moments) ->
            arms.putObject(arm)
                .put("count", moments.count())
                .put("sum", moments.sum())
                .put("squares", moments.squares()));
    if (!store.putIfAbsent(key(next), Json.canonical(root))) {
      throw new MlopsException(
          "Ledger '"
              + folder
              + "': object "
              + next
              + " is there already. Another process writes under this instance name; give each its"
              + " own.");
    }
    if (!settled.isEmpty()) {
      uncredited = Optional.of(new Batch(next, sums));
    }
    next++;
    opened.clear();
    earned.clear();
  }

  /** The batch has arrived: nothing before it is needed once a checkpoint is written. */
  void credited(Collection<Waiting> waiting) {
    uncredited = Optional.empty();
    if (next - checkpointed >= OBJECTS_PER_CHECKPOINT) {
      ObjectNode root = Json.object().put("format", FORMAT);
      root.set("opened", decisions(waiting));
      store.putIfAbsent(folder + "/" + CHECKPOINT + number(next), Json.canonical(root));
      checkpointed = next;
    }
  }

  static ObjectNode decisions(Collection<Waiting> waiting) {
    ObjectNode result = Json.object();
    for (Waiting one : waiting) {
      result
          .putObject(one.decision)
          .put("arm", one.arm)
          .put("deadline", one.deadline.toString())
          .put("earned", one.earned);
    }
    return result;
  }

  static List<Waiting> decisions(JsonFields root) {
    List<Waiting> result = new ArrayList<>();
    for (String id : root.names()) {
      JsonFields one = root.object(id).only(Set.of("arm", "deadline", "earned"));
      String deadline = one.text("deadline");
      try {
        result.add(new Waiting(id, one.text("arm"), Instant.parse(deadline), one.number("earned")));
      } catch (DateTimeException e) {
        throw new MlopsException(
            root.what() + ": " + one.path() + ".deadline is not an instant", e);
      }
    }
    return result;
  }

  /** Returns what waits after everything that was written, and continues behind it. */
  Map<String, Waiting> replay() {
    Map<String, Waiting> waiting = new LinkedHashMap<>();
    OptionalLong checkpoint =
        store.list(folder).stream()
            .map(key -> key.substring(folder.length() + 1))
            .filter(name -> name.startsWith(CHECKPOINT))
            .mapToLong(name -> Long.parseLong(name.substring(CHECKPOINT.length())))
            .max();
    if (checkpoint.isPresent()) {
      next = checkpoint.getAsLong();
      checkpointed = next;
      apply(read(folder + "/" + CHECKPOINT + number(next)).orElseThrow(), waiting);
    }
    for (Optional<JsonFields> one = read(key(next)); one.isPresent(); one = read(key(next))) {
      apply(one.get(), waiting);
      next++;
    }
    return waiting;
  }

  private void apply(JsonFields root, Map<String, Waiting> waiting) {
    root.only(Set.of("format", "opened", "earned", "settled", "sums"));
    for (Waiting one : decisions(root.object("opened"))) {
      waiting.put(one.decision, one);
    }
    if (root.has("earned")) {
      JsonFields rewards = root.object("earned");
      for (String id : rewards.names()) {
        Waiting one = waiting.get(id);
        if (one == null) {
          throw JsonFields.error(root.what(), rewards.path(), "rewards an unknown decision");
        }
        one.earned += rewards.number(id);
      }
    }
    if (root.has("settled") && !root.texts("settled").isEmpty()) {
      waiting.keySet().removeAll(Set.copyOf(root.texts("settled")));
      uncredited = Optional.of(new Batch(next, sums(root.object("sums"))));
    }
  }

  private static Map<String, ArmMoments> sums(JsonFields arms) {
    Map<String, ArmMoments> result = new TreeMap<>();
    for (String arm : arms.names()) {
      JsonFields one = arms.object(arm).only(Set.of("count", "sum", "squares"));
      result.put(
          arm,
          arms.at(
              arm,
              () -> new ArmMoments(one.number("count"), one.number("sum"), one.number("squares"))));
    }
    return result;
  }

  private Optional<JsonFields> read(String key) {
    return store
        .get(key)
        .map(
            bytes -> {
              JsonNode node = Json.parse(bytes, key);
              JsonFields root = new JsonFields(node, "$", key);
              if (!root.text("format").equals(FORMAT)) {
                throw JsonFields.error(
                    key, "$.format", "is not " + FORMAT + ". Use a newer version.");
              }
              return root;
            });
  }

  private String key(long n) {
    return folder + "/" + number(n);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%012d", value);
  }
}
