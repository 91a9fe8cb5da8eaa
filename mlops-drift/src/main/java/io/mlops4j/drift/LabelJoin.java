package io.mlops4j.drift;

import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Design note. Which label a prediction has is a function of what is known of it, and of nothing
 * else: not of the order of arrival, of repetitions, of restarts. The rules:
 *
 *   - A label by id is its prediction's. A label by key is that of the last prediction with this key
 *     made up to the label's time, or of the first one if all were made later.
 *   - One that became known after the horizon is not looked at.
 *   - Of the others the one that beats the rest counts (ReportedLabel.beats, a total order). One
 *     whose value is NaN leaves the prediction without a label.
 *
 * So an event is handled by computing the outcome of the few predictions it touches before and after
 * it, and moving the difference into the windows. Counts there can be taken back exactly. A batch
 * join over all events computes the same function: QualityJoinTest compares the two.
 */

/**
 * Brings labels and predictions together. One thread at a time reads and writes the log; only what
 * follows, the counting, happens under the lock that readers take too.
 */
final class LabelJoin {
  /** Where predictions and labels are counted. */
  interface Target {
    void predicted(LoggedPrediction prediction);

    /** Adds a label, or takes it back; says whether its window is still kept. */
    boolean labelled(LoggedPrediction prediction, double label, int sign);
  }

  private static final Comparator<LoggedPrediction> BY_TIME =
      Comparator.comparing(LoggedPrediction::at).thenComparing(LoggedPrediction::id);

  private final PredictionLog log;
  private final Duration horizon;
  private final Target target;
  private final JoinCounts counts = new JoinCounts();

  private final Object lock;

  LabelJoin(PredictionLog log, Duration horizon, Target target, Object lock) {
    this.log = log;
    this.horizon = horizon;
    this.target = target;
    this.lock = lock;
  }

  /** Read and changed under the lock. */
  JoinCounts counts() {
    return counts;
  }

  /** Everything known about the names that some events touch. */
  private static final class Known {
    final Map<String, LoggedPrediction> byId = new LinkedHashMap<>();
    final Map<String, List<LoggedPrediction>> byKey = new HashMap<>();
    final Map<String, List<ReportedLabel>> idLabels = new HashMap<>();
    final Map<String, List<ReportedLabel>> keyLabels = new HashMap<>();

    void add(LoggedPrediction p) {
      if (byId.putIfAbsent(p.id(), p) == null && p.key() != null) {
        byKey.computeIfAbsent(p.key(), k -> new ArrayList<>()).add(p);
      }
    }

    List<ReportedLabel> labels(ReportedLabel like) {
      return (like.byKey() ? keyLabels : idLabels)
          .computeIfAbsent(like.name(), n -> new ArrayList<>());
    }

    boolean add(ReportedLabel label) {
      List<ReportedLabel> known = labels(label);
      return !known.contains(label) && known.add(label);
    }

    List<LoggedPrediction> named(@Nullable String key) {
      return key == null ? List.of() : byKey.getOrDefault(key, List.of());
    }
  }

  /**
   * Takes events in any order. What the log cannot keep is not counted either.
   *
   * @throws io.mlops4j.core.MlopsException if the log fails; nothing has changed then
   */
  void apply(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    Known known = known(predictions, labels);
    JoinCounts.Change change = new JoinCounts.Change();
    Map<String, Double> before = outcomes(known);
    List<LoggedPrediction> fresh = new ArrayList<>();
    List<ReportedLabel> kept = new ArrayList<>();
    for (LoggedPrediction p : predictions) {
      if (known.byId.containsKey(p.id())) {
        change.repeated++;
      } else {
        known.add(p);
        fresh.add(p);
      }
    }
    for (ReportedLabel label : labels) {
      if (keep(known, label, change)) {
        kept.add(label);
      }
    }
    log.append(fresh, kept);
    Map<String, Double> after = outcomes(known);
    synchronized (lock) {
      fresh.forEach(target::predicted);
      counts.add(change, fresh.size());
      move(known, before, after);
    }
  }

  private Known known(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (LoggedPrediction p : predictions) {
      ids.add(p.id());
      addKey(keys, p);
    }
    labels.forEach(label -> (label.byKey() ? keys : ids).add(label.name()));
    return known(ids, keys);
  }

  private Known known(Set<String> ids, Set<String> keys) {
    Known known = new Known();
    log.predictions(ids, keys).forEach(known::add);
    Set<String> more = new HashSet<>();
    known.byId.values().forEach(p -> addKey(more, p));
    more.removeAll(keys);
    if (!more.isEmpty()) {
      log.predictions(Set.of(), more).forEach(known::add);
      keys.addAll(more);
    }
    ids.addAll(known.byId.keySet());
    log.labels(ids, keys).forEach(known::add);
    return known;
  }

  private static void addKey(Set<String> keys, LoggedPrediction p) {
    String key = p.key();
    if (key != null) {
      keys.add(key);
    }
  }

  /** Says whether a label is news, and counts what it is. */
  private boolean keep(Known known, ReportedLabel label, JoinCounts.Change change) {
    List<ReportedLabel> same = known.labels(label);
    LoggedPrediction owner = owner(known, label);
    ReportedLabel winner = owner == null ? null : winner(known, owner);
    if (owner == null) {
      change.duplicate += same.contains(label) ? 1 : 0;
      if (!same.contains(label) && !same.isEmpty()) {
        boolean equal = same.get(0).value() == label.value();
        change.duplicate += equal ? 1 : 0;
        change.conflicting += equal ? 0 : 1;
      }
    } else if (isLate(owner, label)) {
      change.late++;
    } else if (same.contains(label) || (winner != null && winner.value() == label.value())) {
      change.duplicate++;
    } else if (winner != null) {
      boolean corrects = label.correction() && label.beats(winner);
      change.corrected += corrects ? 1 : 0;
      change.conflicting += corrects ? 0 : 1;
    }
    return same.size() < PredictionLog.MAX_LABELS && known.add(label);
  }

  private @Nullable LoggedPrediction owner(Known known, ReportedLabel label) {
    return label.byKey() ? named(known, label) : known.byId.get(label.name());
  }

  private static @Nullable LoggedPrediction named(Known known, ReportedLabel label) {
    LoggedPrediction last = null;
    LoggedPrediction first = null;
    for (LoggedPrediction p : known.named(label.name())) {
      if (first == null || BY_TIME.compare(p, first) < 0) {
        first = p;
      }
      if (!p.at().isAfter(label.at()) && (last == null || BY_TIME.compare(p, last) > 0)) {
        last = p;
      }
    }
    return last == null ? first : last;
  }

  private @Nullable ReportedLabel winner(Known known, LoggedPrediction p) {
    ReportedLabel best = null;
    for (ReportedLabel label : known.idLabels.getOrDefault(p.id(), List.of())) {
      best = better(p, best, label);
    }
    String key = p.key();
    if (key != null) {
      for (ReportedLabel label : known.keyLabels.getOrDefault(key, List.of())) {
        LoggedPrediction owner = named(known, label);
        if (owner != null && owner.id().equals(p.id())) {
          best = better(p, best, label);
        }
      }
    }
    return best;
  }

  private @Nullable ReportedLabel better(
      LoggedPrediction p, @Nullable ReportedLabel best, ReportedLabel label) {
    return !isLate(p, label) && (best == null || label.beats(best)) ? label : best;
  }

  private boolean isLate(LoggedPrediction p, ReportedLabel label) {
    Instant made = p.at();
    return label.at().isAfter(made) && Duration.between(made, label.at()).compareTo(horizon) > 0;
  }

  /** The label of each prediction that has one. */
  private Map<String, Double> outcomes(Known known) {
    Map<String, Double> result = new HashMap<>();
    for (LoggedPrediction p : known.byId.values()) {
      ReportedLabel label = winner(known, p);
      if (label != null && !Double.isNaN(label.value())) {
        result.put(p.id(), label.value());
      }
    }
    return result;
  }

  private void move(Known known, Map<String, Double> before, Map<String, Double> after) {
    for (LoggedPrediction p : known.byId.values()) {
      Double old = before.get(p.id());
      Double now = after.get(p.id());
      if (old == null ? now == null : old.equals(now)) {
        continue;
      }
      if (old != null && target.labelled(p, old, -1)) {
        counts.joined--;
      }
      if (now != null) {
        if (target.labelled(p, now, 1)) {
          counts.joined++;
        } else {
          counts.late++;
        }
      }
    }
  }

  /** Counts what the log holds already: after a restart. */
  void replay(List<LoggedPrediction> page) {
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (LoggedPrediction p : page) {
      ids.add(p.id());
      addKey(keys, p);
    }
    Known known = known(ids, keys);
    synchronized (lock) {
      for (LoggedPrediction p : page) {
        target.predicted(p);
        ReportedLabel label = winner(known, p);
        if (label != null && !Double.isNaN(label.value()) && target.labelled(p, label.value(), 1)) {
          counts.joined++;
        }
      }
      counts.predictions += page.size();
    }
  }
}
