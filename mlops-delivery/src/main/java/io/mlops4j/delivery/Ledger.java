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
 * answer wins. Not thread-safe.
 */
final class Ledger {
  /** An answer as far as its label needs it; {@code segments} is a bit per watch. */
  record Entry(int step, Arm arm, int cluster, double score, long segments) {}

  private record Waiting(Entry entry, @Nullable String key) {}

  private final int most;
  private final LinkedHashMap<String, Waiting> byId = new LinkedHashMap<>();
  private final Map<String, String> idOfKey = new HashMap<>();
  private final LinkedHashMap<String, Double> early = new LinkedHashMap<>();
  private final List<Label> outbox = new ArrayList<>();

  /** A label as it was reported. */
  record Label(boolean byKey, String name, double value) {}

  Ledger(int most) {
    this.most = most;
  }

  /** Adds an answer; returns its label if that has come already. */
  @Nullable Double await(String id, @Nullable String key, Entry entry) {
    Double label = early.remove("i" + id);
    if (label == null && key != null) {
      label = early.remove("k" + key);
    }
    if (label != null) {
      return label;
    }
    byId.put(id, new Waiting(entry, key));
    if (key != null) {
      idOfKey.put(key, id);
    }
    if (byId.size() > most) {
      Iterator<Map.Entry<String, Waiting>> oldest = byId.entrySet().iterator();
      Map.Entry<String, Waiting> first = oldest.next();
      oldest.remove();
      forgetKey(first.getKey(), first.getValue());
    }
    return null;
  }

  /**
   * Returns the answer a label belongs to, or keeps the label for a while.
   *
   * @param told whether another instance told it; what is reported here and matches nothing is told
   *     to the others
   */
  @Nullable Entry label(boolean byKey, String name, double label, boolean told) {
    String id = byKey ? idOfKey.get(name) : name;
    Waiting waiting = id == null ? null : byId.remove(id);
    if (id == null || waiting == null) {
      early.putIfAbsent((byKey ? "k" : "i") + name, label);
      if (!told && outbox.size() < most) {
        outbox.add(new Label(byKey, name, label));
      }
      if (early.size() > most) {
        Iterator<String> oldest = early.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
      return null;
    }
    forgetKey(id, waiting);
    return waiting.entry;
  }

  private void forgetKey(String id, Waiting waiting) {
    if (waiting.key != null) {
      idOfKey.remove(waiting.key, id);
    }
  }

  /** Returns the labels that matched nothing here since the last call. */
  List<Label> outbox() {
    List<Label> all = List.copyOf(outbox);
    outbox.clear();
    return all;
  }
}
