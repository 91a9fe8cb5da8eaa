package io.mlops4j.drift;

import io.mlops4j.core.Time;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The log of a monitor that was given none: bounded memory, gone after a restart. Predictions are
 * given up after the label horizon, or when there are too many, oldest first.
 *
 * <p>Time is the latest time of any prediction: a replay of old data behaves as it did live. Not
 * thread-safe: guarded by its monitor's lock.
 */
final class MemoryLog implements PredictionLog {
  private static final int MAX_EARLY = 10_000;

  private static final class Entry {
    final LoggedPrediction prediction;
    final List<ReportedLabel> labels = new ArrayList<>(1);

    Entry(LoggedPrediction prediction) {
      this.prediction = prediction;
    }
  }

  private final int capacity;
  private final Duration horizon;
  private final Map<String, Entry> byId = new LinkedHashMap<>();
  private final Map<String, List<Entry>> byKey = new HashMap<>();
  private final Map<String, List<ReportedLabel>> early = new LinkedHashMap<>();
  private final Map<String, List<ReportedLabel>> keyLabels = new HashMap<>();
  private Instant latest = Instant.MIN;
  private long orphaned;
  private long unlabelled;
  private long evicted;

  MemoryLog(int capacity, Duration horizon) {
    this.capacity = capacity;
    this.horizon = horizon;
  }

  @Override
  public void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    for (LoggedPrediction p : predictions) {
      latest = p.at().isAfter(latest) ? p.at() : latest;
      Entry entry = new Entry(p);
      byId.put(p.id(), entry);
      adopt("i" + p.id(), entry.labels);
      String key = p.key();
      if (key != null) {
        byKey.computeIfAbsent(key, k -> new ArrayList<>(1)).add(entry);
        adopt("k" + key, keyLabels.computeIfAbsent(key, k -> new ArrayList<>(1)));
      }
    }
    labels.forEach(this::keep);
    expire();
  }

  private void adopt(String name, List<ReportedLabel> target) {
    List<ReportedLabel> waiting = early.isEmpty() ? null : early.remove(name);
    if (waiting != null) {
      target.addAll(waiting);
    }
  }

  private void keep(ReportedLabel label) {
    List<ReportedLabel> target;
    Entry entry = label.byKey() ? null : byId.get(label.name());
    if (entry != null) {
      target = entry.labels;
    } else if (label.byKey() && byKey.containsKey(label.name())) {
      target = keyLabels.computeIfAbsent(label.name(), k -> new ArrayList<>(1));
    } else {
      target = early.computeIfAbsent(name(label), n -> new ArrayList<>(1));
    }
    target.add(label);
    if (early.size() > MAX_EARLY) {
      removeFirst(early);
      orphaned++;
    }
  }

  private static String name(ReportedLabel label) {
    return (label.byKey() ? "k" : "i") + label.name();
  }

  private void expire() {
    while (!byId.isEmpty()) {
      Entry oldest = byId.values().iterator().next();
      boolean old = isPast(oldest.prediction.at());
      if (!old && byId.size() <= capacity) {
        break;
      }
      removeFirst(byId);
      boolean labelled = isLabelled(oldest);
      unlabelled += old && !labelled ? 1 : 0;
      evicted += !old && !labelled ? 1 : 0;
      remove(oldest);
    }
    while (!early.isEmpty() && isPast(early.values().iterator().next().get(0).at())) {
      removeFirst(early);
      orphaned++;
    }
  }

  private boolean isPast(Instant moment) {
    return latest.isAfter(moment) && Duration.between(moment, latest).compareTo(horizon) > 0;
  }

  private boolean isLabelled(Entry entry) {
    String key = entry.prediction.key();
    Instant latestLabel = Time.after(entry.prediction.at(), horizon);
    List<ReportedLabel> byItsKey = key == null ? List.of() : keyLabels.getOrDefault(key, List.of());
    return Stream.concat(entry.labels.stream(), byItsKey.stream())
        .anyMatch(label -> !label.at().isAfter(latestLabel));
  }

  private void remove(Entry gone) {
    String key = gone.prediction.key();
    List<Entry> named = key == null ? null : byKey.get(key);
    if (key != null && named != null) {
      named.remove(gone);
      if (named.isEmpty()) {
        byKey.remove(key);
        keyLabels.remove(key);
      }
    }
  }

  private static void removeFirst(Map<String, ?> map) {
    Iterator<String> first = map.keySet().iterator();
    first.next();
    first.remove();
  }

  @Override
  public List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys) {
    Map<String, LoggedPrediction> found = new LinkedHashMap<>();
    for (String id : ids) {
      Entry entry = byId.get(id);
      if (entry != null) {
        found.put(id, entry.prediction);
      }
    }
    for (String key : keys) {
      List<Entry> named = byKey.getOrDefault(key, List.of());
      for (Entry entry : named.subList(Math.max(0, named.size() - MAX_PER_KEY), named.size())) {
        found.put(entry.prediction.id(), entry.prediction);
      }
    }
    return List.copyOf(found.values());
  }

  @Override
  public List<ReportedLabel> labels(Set<String> ids, Set<String> keys) {
    List<ReportedLabel> found = new ArrayList<>();
    for (String id : ids) {
      Entry entry = byId.get(id);
      found.addAll(entry == null ? early.getOrDefault("i" + id, List.of()) : entry.labels);
    }
    for (String key : keys) {
      found.addAll(keyLabels.getOrDefault(key, early.getOrDefault("k" + key, List.of())));
    }
    return found;
  }

  @Override
  public void scan(Instant from, Consumer<List<LoggedPrediction>> page) {
    page.accept(
        byId.values().stream()
            .map(entry -> entry.prediction)
            .filter(p -> !p.at().isBefore(from))
            .toList());
  }

  @Override
  public long forget(String unit) {
    return removeIf(entry -> unit.equals(entry.prediction.unit()));
  }

  @Override
  public long dropBefore(Instant time) {
    return removeIf(entry -> entry.prediction.at().isBefore(time));
  }

  private long removeIf(Predicate<Entry> condition) {
    List<Entry> gone = byId.values().stream().filter(condition).toList();
    for (Entry entry : gone) {
      byId.remove(entry.prediction.id());
      remove(entry);
    }
    return gone.size();
  }

  long waiting() {
    return early.size();
  }

  long orphaned() {
    return orphaned;
  }

  long unlabelled() {
    return unlabelled;
  }

  long evicted() {
    return evicted;
  }

  @Override
  public void close() {}
}
