package io.mlops4j.drift;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.QualityMonitor.Joins;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings labels and predictions together in bounded memory, whichever comes first. Not thread-safe:
 * guarded by its monitor's lock.
 *
 * <p>A labelled prediction stays in the map until its horizon, so that a second label is recognised
 * as one. Time is the latest time of any prediction: a replay of old data behaves as it did live.
 */
final class LabelJoin {
  private static final int MAX_EARLY = 10_000;
  private static final int MAX_ID = 1_024;

  /** A prediction that can still be labelled. */
  static final class Pending {
    final ModelVersion version;
    final double score;
    final Instant at;
    private final @Nullable String key;
    private double label = Double.NaN;

    Pending(ModelVersion version, double score, Instant at, @Nullable String key) {
      this.version = version;
      this.score = score;
      this.at = at;
      this.key = key;
    }
  }

  private record Early(double label, Instant at) {}

  /** Where a joined pair goes; says whether its window is still kept. */
  interface Joined {
    boolean accept(Pending prediction, double label);
  }

  private final int capacity;
  private final Duration horizon;
  private final Joined target;
  private final Map<String, Pending> byId = new LinkedHashMap<>();
  private final Map<String, Pending> byKey = new HashMap<>();
  private final Map<String, Early> early = new LinkedHashMap<>();
  private Instant latest = Instant.MIN;
  private long predictions;
  private long joined;
  private long duplicate;
  private long conflicting;
  private long late;
  private long orphaned;
  private long unlabelled;
  private long evicted;
  private long unusable;

  LabelJoin(int capacity, Duration horizon, Joined target) {
    this.capacity = capacity;
    this.horizon = horizon;
    this.target = target;
  }

  /** Takes a prediction; says whether it can be labelled. */
  boolean predicted(
      String id, @Nullable String key, ModelVersion version, double score, Instant at) {
    boolean tooLong = id.length() > MAX_ID || (key != null && key.length() > MAX_ID);
    if (!(score >= 0 && score <= 1) || tooLong || byId.containsKey(id)) {
      unusable++;
      return false;
    }
    predictions++;
    latest = at.isAfter(latest) ? at : latest;
    Pending pending = new Pending(version, score, at, key);
    byId.put(id, pending);
    if (key != null) {
      byKey.put(key, pending);
    }
    expire();
    return true;
  }

  /** Gives a prediction the label that was there before it. After its window knows it. */
  void catchUp(String id) {
    Pending pending = byId.get(id);
    if (pending == null || early.isEmpty()) {
      return;
    }
    Early byItsId = early.remove("i" + id);
    Early byItsKey = pending.key == null ? null : early.remove("k" + pending.key);
    if (byItsId != null) {
      join(pending, byItsId.label(), byItsId.at());
    }
    if (byItsKey != null) {
      join(pending, byItsKey.label(), byItsKey.at());
    }
  }

  void labelledById(String id, double label, Instant at) {
    labelled("i" + id, byId.get(id), label, at);
  }

  void labelledByKey(String key, double label, Instant at) {
    labelled("k" + key, byKey.get(key), label, at);
  }

  private void labelled(String name, @Nullable Pending pending, double label, Instant at) {
    if (pending != null) {
      join(pending, label, at);
    } else if (name.length() > MAX_ID + 1) {
      orphaned++;
    } else {
      Early first = early.putIfAbsent(name, new Early(label, at));
      if (first != null) {
        if (first.label() == label) {
          duplicate++;
        } else {
          conflicting++;
        }
      } else if (early.size() > MAX_EARLY) {
        removeFirst(early);
        orphaned++;
      }
    }
  }

  private void join(Pending pending, double label, Instant at) {
    if (!Double.isNaN(pending.label)) {
      if (pending.label == label) {
        duplicate++;
      } else {
        conflicting++;
      }
    } else if (isAfterHorizon(pending.at, at) || !target.accept(pending, label)) {
      late++;
    } else {
      pending.label = label;
      joined++;
    }
  }

  private boolean isAfterHorizon(Instant prediction, Instant moment) {
    return moment.isAfter(prediction)
        && Duration.between(prediction, moment).compareTo(horizon) > 0;
  }

  private void expire() {
    while (!byId.isEmpty()) {
      Map.Entry<String, Pending> oldest = byId.entrySet().iterator().next();
      boolean old = isAfterHorizon(oldest.getValue().at, latest);
      if (!old && byId.size() <= capacity) {
        break;
      }
      removeFirst(byId);
      Pending gone = oldest.getValue();
      if (gone.key != null) {
        byKey.remove(gone.key, gone);
      }
      if (Double.isNaN(gone.label)) {
        unlabelled += old ? 1 : 0;
        evicted += old ? 0 : 1;
      }
    }
    while (!early.isEmpty() && isAfterHorizon(early.values().iterator().next().at(), latest)) {
      removeFirst(early);
      orphaned++;
    }
  }

  private static void removeFirst(Map<String, ?> map) {
    Iterator<String> first = map.keySet().iterator();
    first.next();
    first.remove();
  }

  Joins joins() {
    return new Joins(
        predictions,
        joined,
        early.size(),
        duplicate,
        conflicting,
        late,
        orphaned,
        unlabelled,
        evicted,
        unusable);
  }
}
