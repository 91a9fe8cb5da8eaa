package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes reports of what a monitor has counted, and of what its whole fleet has. Thread-safe. */
final class DriftReports {
  private final Epochs<?, ?> epochs;
  private final Windows intervals;
  private final int perWindow;
  private final DriftRule rule;
  private final List<DataRule> dataRules;
  private final Set<String> ignored;
  private final Comparison comparison;

  DriftReports(
      Epochs<?, ?> epochs,
      Windows intervals,
      int perWindow,
      DriftRule rule,
      List<DataRule> dataRules,
      Set<String> ignored,
      Comparison comparison) {
    this.epochs = epochs;
    this.intervals = intervals;
    this.perWindow = perWindow;
    this.rule = rule;
    this.dataRules = dataRules;
    this.ignored = ignored;
    this.comparison = comparison;
  }

  /** A window, and the one before it. */
  private record Judged(
      VersionDrift.Counted window, VersionDrift.@Nullable Counted previous, boolean complete) {}

  Optional<DriftReport> open(ModelVersion version) {
    return report(
        version,
        epoch ->
            new Judged(epoch.open(), previous(epoch.finished(), epoch.open().first() - 1), false));
  }

  Optional<DriftReport> sinceStart(ModelVersion version) {
    return report(version, epoch -> new Judged(epoch.sinceStart(), null, false));
  }

  private Optional<DriftReport> report(
      ModelVersion version, java.util.function.Function<VersionDrift, Judged> which) {
    Judged judged;
    Baseline baseline;
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      if (epoch == null || !epoch.started()) {
        return Optional.empty();
      }
      baseline = epoch.baseline();
      judged = which.apply(epoch);
    }
    // Judging needs no lock: the counts are copies.
    return Optional.of(judge(version, baseline, judged));
  }

  List<DriftReport> history(ModelVersion version) {
    List<VersionDrift.Counted> finished;
    Baseline baseline;
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      if (epoch == null) {
        return List.of();
      }
      baseline = epoch.baseline();
      finished = epoch.finished();
    }
    return finished.stream()
        .map(
            window ->
                judge(
                    version,
                    baseline,
                    new Judged(window, previous(finished, window.first() - 1), true)))
        .toList();
  }

  /** The finished window that ends with an interval. */
  private static VersionDrift.@Nullable Counted previous(
      List<VersionDrift.Counted> finished, long last) {
    return finished.stream().filter(window -> window.last() == last).findFirst().orElse(null);
  }

  /**
   * Returns the open window of all instances together: the newest interval anybody has counted in,
   * and those before it that belong to its window.
   */
  Optional<DriftReport> fleet(ModelVersion version, FleetProfiles profiles) {
    NavigableMap<Long, DriftCounts> parts = new TreeMap<>();
    Baseline baseline;
    synchronized (epochs) {
      VersionDrift epoch = epochs.find(version);
      if (epoch == null) {
        return Optional.empty();
      }
      baseline = epoch.baseline();
      parts.putAll(epoch.ownIntervals());
    }
    profiles
        .others(version, baseline)
        .forEach((index, counts) -> parts.merge(index, counts, DriftCounts::plus));
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    long last = parts.lastKey();
    long first = last - perWindow + 1;
    DriftCounts window = sum(parts, first, last);
    VersionDrift.Counted counted = new VersionDrift.Counted(first, last, window, 0);
    VersionDrift.Counted before = null;
    if (parts.firstKey() < first) {
      before =
          new VersionDrift.Counted(
              first - perWindow, first - 1, sum(parts, first - perWindow, first - 1), 0);
    }
    long others = profiles.otherBaselines(version, baseline);
    String note =
        others == 0
            ? ""
            : "other instances count it over "
                + others
                + " other baselines; those counts do not merge. Deploy one version of the model.";
    return Optional.of(judge(version, baseline, new Judged(counted, before, false)).withNote(note));
  }

  private static DriftCounts sum(NavigableMap<Long, DriftCounts> parts, long first, long last) {
    return parts.subMap(first, true, last, true).values().stream()
        .reduce(DriftCounts::plus)
        .orElseThrow(() -> new MlopsException("No counts between " + first + " and " + last + "."));
  }

  private DriftReport judge(ModelVersion version, Baseline baseline, Judged judged) {
    VersionDrift.Counted window = judged.window();
    List<FeatureDrift> features = new ArrayList<>();
    String note = "";
    if (comparison == Comparison.PREVIOUS_WINDOW && judged.previous() == null) {
      note = "there is no finished window to compare this one with yet.";
    } else {
      DriftCounts previous =
          comparison == Comparison.PREVIOUS_WINDOW && judged.previous() != null
              ? judged.previous().counts()
              : null;
      Duration step = intervals.length();
      features.addAll(
          new FamilyJudge(rule, dataRules, step, judged.complete())
              .judge(new DriftQuestions(baseline, window.counts(), previous).asked(ignored)));
    }
    return new DriftReport(
        version,
        intervals.start(window.first()),
        intervals.start(window.last() + 1),
        judged.complete(),
        window.counts().predictions(),
        window.late(),
        features,
        note);
  }
}
