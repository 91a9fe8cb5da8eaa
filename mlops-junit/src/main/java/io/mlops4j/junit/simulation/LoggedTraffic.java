package io.mlops4j.junit.simulation;

import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A team's own traffic, as a {@link PredictionLog} kept it: who was answered what and when, and the
 * labels when they came. Needs {@code mlops-drift}, which whoever has such a log has.
 */
public final class LoggedTraffic {
  private LoggedTraffic() {}

  /**
   * Returns the predictions of a time, with their answers and labels, to be replayed. Of several
   * labels of one prediction the one counts that would in a quality monitor; a label by key goes to
   * the last prediction with that key made up to the label's time.
   *
   * @param log what was kept; read once
   * @param from the first whole day (UTC)
   * @param to the end, exclusive
   * @return traffic without rows: monitors of answers and labels see all they need
   * @throws IllegalArgumentException if there is no prediction
   */
  public static Traffic<Object> of(PredictionLog log, Instant from, Instant to) {
    return of(log, from, to, prediction -> null);
  }

  /**
   * Returns the predictions of a time with their rows.
   *
   * @param log what was kept; read once
   * @param from the first whole day (UTC)
   * @param to the end, exclusive
   * @param row makes a row of what was logged ({@link LoggedPrediction#features()}), or null
   * @param <I> one input row
   * @return traffic; give it a schema with {@link Traffic#rows} for monitors of features
   * @throws IllegalArgumentException if there is no prediction
   */
  public static <I> Traffic<I> of(
      PredictionLog log, Instant from, Instant to, Function<LoggedPrediction, @Nullable I> row) {
    Objects.requireNonNull(row, "row");
    List<LoggedPrediction> predictions = new ArrayList<>();
    Map<String, ReportedLabel> labels = new HashMap<>();
    Map<String, List<ReportedLabel>> byKey = new HashMap<>();
    log.scan(
        from,
        page -> {
          List<LoggedPrediction> wanted =
              page.stream().filter(one -> one.at().isBefore(to)).toList();
          predictions.addAll(wanted);
          for (ReportedLabel label : log.labels(ids(wanted), keys(wanted))) {
            if (label.byKey()) {
              byKey.computeIfAbsent(label.name(), key -> new ArrayList<>()).add(label);
            } else {
              labels.merge(label.name(), label, LoggedTraffic::better);
            }
          }
        });
    join(predictions, byKey, labels);
    List<SimulatedRequest<I>> requests = new ArrayList<>(predictions.size());
    for (LoggedPrediction one : predictions) {
      requests.add(request(one, labels.get(one.id()), row.apply(one)));
    }
    return Traffic.recorded(requests);
  }

  private static Set<String> ids(List<LoggedPrediction> page) {
    return page.stream().map(LoggedPrediction::id).collect(Collectors.toSet());
  }

  private static Set<String> keys(List<LoggedPrediction> page) {
    return page.stream()
        .flatMap(one -> one.key() == null ? null : java.util.stream.Stream.of(one.key()))
        .collect(Collectors.toSet());
  }

  private static ReportedLabel better(ReportedLabel one, ReportedLabel other) {
    return other.beats(one) ? other : one;
  }

  private static void join(
      List<LoggedPrediction> predictions,
      Map<String, List<ReportedLabel>> byKey,
      Map<String, ReportedLabel> labels) {
    Map<String, TreeMap<Instant, String>> made = new HashMap<>();
    for (LoggedPrediction one : predictions) {
      String key = one.key();
      if (key != null) {
        made.computeIfAbsent(key, k -> new TreeMap<>()).put(one.at(), one.id());
      }
    }
    byKey.forEach(
        (key, reported) -> {
          TreeMap<Instant, String> times = Objects.requireNonNull(made.get(key));
          for (ReportedLabel label : reported) {
            Map.Entry<Instant, String> last = times.floorEntry(label.at());
            String id = (last == null ? times.firstEntry() : last).getValue();
            labels.merge(id, label, LoggedTraffic::better);
          }
        });
  }

  private static <I> SimulatedRequest<I> request(
      LoggedPrediction one, @Nullable ReportedLabel label, @Nullable I row) {
    String unit = one.unit();
    boolean known = label != null && Double.isFinite(label.value());
    Duration after = null;
    if (known && label != null) {
      after = Duration.between(one.at(), label.at());
      after = after.isNegative() ? Duration.ZERO : after;
    }
    return new SimulatedRequest<>(
        one.at(),
        unit == null ? one.id() : unit,
        row,
        one.output(),
        known && label != null ? label.value() : Double.NaN,
        after,
        Duration.ZERO,
        false);
  }
}
