package io.mlops4j.drift.log;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One object per append. Objects are never changed: what has to go is left out of a copy, whose key
 * has the next revision ({@code -r1} after {@code -r0}), and the old one is removed. A crash in
 * between leaves both; the old one is then removed at the next opening.
 */
final class ObjectPredictionLog implements PredictionLog {
  private static final String REVISION = "-r";
  private static final int PAGE = 1_000;

  /** Labels come for predictions of about the same time: a few objects at once. */
  private static final int READ_OBJECTS = 16;

  private final ObjectStore store;
  private final String prefix;
  private final String writer = UUID.randomUUID().toString().substring(0, 8);
  private final TreeMap<String, LogObject.Index> index = new TreeMap<>();
  private final Map<String, LogObject> recent = new LinkedHashMap<>(32, 0.75f, true);
  private long sequence;
  private boolean closed;

  ObjectPredictionLog(ObjectStore store, String name) {
    this.store = Objects.requireNonNull(store, "store");
    this.prefix = ObjectStore.EPHEMERAL + "/predictions/" + ModelVersion.requireName(name);
    synchronized (this) {
      refresh();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw SqlRunner.closed(prefix.substring(prefix.lastIndexOf('/') + 1));
    }
  }

  /** Learns of objects that others wrote or removed. */
  private synchronized void refresh() {
    Set<String> there = new LinkedHashSet<>(store.list(prefix));
    for (String key : List.copyOf(there)) {
      if (there.contains(rewritten(key))) {
        store.remove(key);
        there.remove(key);
      }
    }
    index.keySet().retainAll(there);
    for (String key : there) {
      if (!index.containsKey(key)) {
        LogObject content = read(key);
        index.put(key, LogObject.Index.of(content));
      }
    }
  }

  /** The key of the next copy: revisions are counted behind the last "-r". */
  private static String rewritten(String key) {
    int at = key.lastIndexOf(REVISION) + REVISION.length();
    return key.substring(0, at) + (Long.parseLong(key.substring(at)) + 1);
  }

  private LogObject read(String key) {
    LogObject known = recent.get(key);
    if (known != null) {
      return known;
    }
    // Another process may have removed it just now: then there is nothing in it any more.
    LogObject content =
        store
            .get(key)
            .map(bytes -> LogObject.of(bytes, key))
            .orElseGet(() -> new LogObject(List.of(), List.of()));
    remember(key, content);
    return content;
  }

  private void remember(String key, LogObject content) {
    recent.put(key, content);
    if (recent.size() > READ_OBJECTS) {
      recent.remove(recent.keySet().iterator().next());
    }
  }

  @Override
  public synchronized void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    Elements.requireNoNulls("predictions", predictions);
    Elements.requireNoNulls("labels", labels);
    requireOpen();
    Map<String, LoggedPrediction> fresh = new LinkedHashMap<>();
    predictions.forEach(p -> fresh.putIfAbsent(p.id(), p));
    predictions(fresh.keySet(), Set.of()).forEach(known -> fresh.remove(known.id()));
    if (fresh.isEmpty() && labels.isEmpty()) {
      return;
    }
    Instant first =
        fresh.values().stream()
            .map(LoggedPrediction::at)
            .min(Comparator.naturalOrder())
            .orElseGet(() -> labels.get(0).at());
    // Keys sort by time, so that a scan goes from old to new, roughly.
    long order = Micros.of(first) / 1_000 + 9_000_000_000_000_000L;
    LogObject content = new LogObject(List.copyOf(fresh.values()), List.copyOf(labels));
    String key = String.format(Locale.ROOT, "%s/%017d-%s-%d-r0", prefix, order, writer, sequence++);
    put(key, content);
  }

  private void put(String key, LogObject content) {
    if (!store.putIfAbsent(key, content.toBytes())) {
      throw new MlopsException(
          "Prediction log object " + key + " exists already. Open the log again.");
    }
    index.put(key, LogObject.Index.of(content));
    remember(key, content);
  }

  @Override
  public synchronized List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys) {
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(keys, "keys");
    requireOpen();
    Map<String, LoggedPrediction> found = new LinkedHashMap<>();
    Map<String, List<LoggedPrediction>> byKey = new HashMap<>();
    index.forEach(
        (object, names) -> {
          if (names.mayHavePrediction(ids, keys)) {
            for (LoggedPrediction p : read(object).predictions()) {
              if (ids.contains(p.id())) {
                found.putIfAbsent(p.id(), p);
              }
              String key = p.key();
              if (key != null && keys.contains(key)) {
                byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(p);
              }
            }
          }
        });
    for (List<LoggedPrediction> named : byKey.values()) {
      named.stream()
          .sorted(
              Comparator.comparing(LoggedPrediction::at)
                  .thenComparing(LoggedPrediction::id)
                  .reversed())
          .limit(MAX_PER_KEY)
          .forEach(p -> found.putIfAbsent(p.id(), p));
    }
    return List.copyOf(found.values());
  }

  @Override
  public synchronized List<ReportedLabel> labels(Set<String> ids, Set<String> keys) {
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(keys, "keys");
    requireOpen();
    Set<ReportedLabel> found = new LinkedHashSet<>();
    index.forEach(
        (object, names) -> {
          if (names.mayHaveLabel(ids, keys)) {
            for (ReportedLabel label : read(object).labels()) {
              if ((label.byKey() ? keys : ids).contains(label.name())) {
                found.add(label);
              }
            }
          }
        });
    return List.copyOf(found);
  }

  @Override
  public void scan(Instant from, Consumer<List<LoggedPrediction>> page) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(page, "page");
    List<String> objects;
    synchronized (this) {
      requireOpen();
      refresh();
      objects = List.copyOf(index.keySet());
    }
    List<LoggedPrediction> next = new ArrayList<>();
    for (String object : objects) {
      LogObject content;
      synchronized (this) {
        content = read(object);
      }
      for (LoggedPrediction p : content.predictions()) {
        if (!p.at().isBefore(from)) {
          next.add(p);
        }
        if (next.size() == PAGE) {
          page.accept(List.copyOf(next));
          next.clear();
        }
      }
    }
    if (!next.isEmpty()) {
      page.accept(List.copyOf(next));
    }
  }

  @Override
  public synchronized long forget(String unit) {
    Objects.requireNonNull(unit, "unit");
    requireOpen();
    refresh();
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (String object : index.keySet()) {
      for (LoggedPrediction p : read(object).predictions()) {
        if (unit.equals(p.unit())) {
          ids.add(p.id());
          String key = p.key();
          if (key != null) {
            keys.add(key);
          }
        }
      }
    }
    return rewrite(p -> !unit.equals(p.unit()), l -> !(l.byKey() ? keys : ids).contains(l.name()));
  }

  @Override
  public synchronized long dropBefore(Instant time) {
    Objects.requireNonNull(time, "time");
    requireOpen();
    refresh();
    return rewrite(p -> !p.at().isBefore(time), l -> !l.at().isBefore(time));
  }

  private long rewrite(
      Predicate<LoggedPrediction> keepPrediction, Predicate<ReportedLabel> keepLabel) {
    long removed = 0;
    for (String object : List.copyOf(index.keySet())) {
      LogObject old = read(object);
      LogObject rest =
          new LogObject(
              old.predictions().stream().filter(keepPrediction).toList(),
              old.labels().stream().filter(keepLabel).toList());
      if (!rest.equals(old)) {
        removed += old.predictions().size() - rest.predictions().size();
        if (!rest.predictions().isEmpty() || !rest.labels().isEmpty()) {
          put(rewritten(object), rest);
        }
        store.remove(object);
        index.remove(object);
        recent.remove(object);
      }
    }
    return removed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    index.clear();
    recent.clear();
  }
}
