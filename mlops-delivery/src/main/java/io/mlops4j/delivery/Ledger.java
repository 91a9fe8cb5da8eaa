package io.mlops4j.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers that wait for labels, and labels that wait for answers, because listeners hear of an
 * answer after the caller does. Both are bounded; what is oldest is given up. The first label of an
 * answer wins. Tells what has changed since it was asked last, so that a store can follow. Not
 * thread-safe.
 */
final class Ledger {
  /** An answer as far as its label needs it; {@code segments} is a bit per watch. */
  record Entry(int step, Arm arm, int cluster, double score, long segments) {}

  /** An answer that waits; numbered in the order in which answers came here. */
  record Answer(long number, String id, @Nullable String key, Entry entry) {}

  /** A label as it was reported. */
  record Label(boolean byKey, String name, double value) {}

  /** What has changed: answers that wait now, and the numbers of earlier ones that do no more. */
  record Change(List<Answer> added, List<Long> gone) {
    boolean isEmpty() {
      return added.isEmpty() && gone.isEmpty();
    }
  }

  private final int most;
  private final boolean followed;
  private final LinkedHashMap<String, Answer> byId = new LinkedHashMap<>();
  private final Map<String, String> idOfKey = new HashMap<>();
  private final LinkedHashMap<String, Double> early = new LinkedHashMap<>();
  private final List<Label> outbox = new ArrayList<>();
  private List<Answer> added = new ArrayList<>(); // since change(); some may be gone again
  private List<Long> gone = new ArrayList<>(); // of those that change() has told
  private long numbers;
  private long told; // the last number that change() has told
  private long givenUp;

  /**
   * Creates an empty ledger.
   *
   * @param most answers and labels that wait
   * @param followed whether {@link #change} will be asked
   */
  Ledger(int most, boolean followed) {
    this.most = most;
    this.followed = followed;
  }

  /** Adds an answer; returns its label if that has come already. */
  @Nullable Double await(String id, @Nullable String key, Entry entry) {
    Double label = early.remove("i" + id);
    if (label == null && key != null) {
      label = early.remove("k" + key);
    }
    if (label == null) {
      Answer before = byId.remove(id);
      if (before != null) {
        forget(before);
      }
      add(id, key, entry);
      if (key != null) {
        idOfKey.put(key, id);
      }
    }
    return label;
  }

  /** Adds an answer that another run gave; returns its label if that has come already. */
  @Nullable Double adopt(Answer answer) {
    String id = answer.id();
    String key = answer.key();
    if (byId.containsKey(id)) {
      return null;
    }
    Double label = early.remove("i" + id);
    if (label == null && key != null && !idOfKey.containsKey(key)) {
      label = early.remove("k" + key);
    }
    if (label == null) {
      add(id, key, answer.entry());
      if (key != null) {
        idOfKey.putIfAbsent(key, id); // of answers with the same key the newest gets the label
      }
    }
    return label;
  }

  private void add(String id, @Nullable String key, Entry entry) {
    Answer answer = new Answer(++numbers, id, key, entry);
    byId.put(id, answer);
    if (followed) {
      added.add(answer);
      if (added.size() > 2L * most) {
        added.removeIf(a -> !a.equals(byId.get(a.id())));
      }
    }
    if (byId.size() > most) {
      Iterator<Answer> oldest = byId.values().iterator();
      Answer first = oldest.next();
      oldest.remove();
      forget(first);
      givenUp++;
    }
  }

  /**
   * Returns the answer a label belongs to, or keeps the label for a while.
   *
   * @param told whether another instance told it; what is reported here and matches nothing is told
   *     to the others
   */
  @Nullable Entry label(boolean byKey, String name, double label, boolean told) {
    Entry entry = join(byKey, name, 0);
    if (entry == null) {
      early.putIfAbsent((byKey ? "k" : "i") + name, label);
      if (!told && outbox.size() < most) {
        outbox.add(new Label(byKey, name, label));
      }
      if (early.size() > most) {
        Iterator<String> oldest = early.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    }
    return entry;
  }

  /** Returns the answer after a number that a label belongs to, which waits no more, or null. */
  @Nullable Entry join(boolean byKey, String name, long after) {
    String id = byKey ? idOfKey.get(name) : name;
    Answer answer = id == null ? null : byId.get(id);
    if (answer == null || answer.number() <= after) {
      return null;
    }
    byId.remove(answer.id());
    forget(answer);
    return answer.entry();
  }

  private void forget(Answer answer) {
    if (answer.key() != null) {
      idOfKey.remove(answer.key(), answer.id());
    }
    if (followed && answer.number() <= told) {
      gone.add(answer.number());
    }
  }

  /**
   * Returns what has changed since the last call.
   *
   * @param whole everything that waits, as if there had been no call before
   */
  Change change(boolean whole) {
    List<Answer> now = added;
    if (whole) {
      now = new ArrayList<>(byId.values());
    } else {
      now.removeIf(a -> !a.equals(byId.get(a.id())));
    }
    Change change = new Change(now, whole ? List.of() : gone);
    added = new ArrayList<>();
    gone = new ArrayList<>();
    told = numbers;
    return change;
  }

  /** Returns the number of the newest answer. */
  long newest() {
    return numbers;
  }

  int waiting() {
    return byId.size();
  }

  long givenUp() {
    return givenUp;
  }

  /** Returns the labels that matched nothing here and are not told yet. */
  List<Label> outbox() {
    return List.copyOf(outbox);
  }

  /** Says that the first so many of the outbox have been told. */
  void told(int labels) {
    outbox.subList(0, labels).clear();
  }
}
