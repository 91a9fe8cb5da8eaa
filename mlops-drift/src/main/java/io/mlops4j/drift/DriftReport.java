package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one version's predictions of one stretch of time look like against its baseline.
 *
 * @param version who answered
 * @param from start of the stretch
 * @param to end of the stretch, exclusive
 * @param complete whether the stretch is over
 * @param predictions how many were counted
 * @param late how many of them carried an earlier time than {@code from}
 * @param features one entry per feature with cells, scores last
 * @param note what stands in the way of a verdict for the version as a whole, or empty
 */
public record DriftReport(
    ModelVersion version,
    Instant from,
    Instant to,
    boolean complete,
    long predictions,
    long late,
    List<FeatureDrift> features,
    String note) {
  /** Copies the list. */
  public DriftReport {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(note, "note");
    features = Elements.list("features", features);
  }

  /**
   * Returns the verdict of each feature from counts alone, for example merged from many instances.
   *
   * @param baseline what the counts are over
   * @param counts the counts
   * @param rule effect and budget
   * @param window how long the counts were collected: the budget is shared among windows
   * @param ignored features that get no verdict and no share of the budget
   * @return one entry per feature, scores last
   * @throws MlopsException if the counts are over another baseline; names both
   */
  public static List<FeatureDrift> judge(
      Baseline baseline, DriftCounts counts, DriftRule rule, Duration window, Set<String> ignored) {
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(counts, "counts");
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(ignored, "ignored");
    return new FamilyJudge(rule, List.of(), new Windows(window).length(), false)
        .judge(new DriftQuestions(baseline, counts, null).asked(ignored));
  }

  DriftReport withNote(String other) {
    return other.isEmpty()
        ? this
        : new DriftReport(version, from, to, complete, predictions, late, features, other);
  }

  /**
   * Returns the answer for the version as a whole: it fails if any feature drifted, and passes only
   * if every feature is stable.
   *
   * @return fail, no data or pass, with the sentences of the features that decide
   */
  public Check.Outcome outcome() {
    String drifted = sentences(DriftVerdict.Drifted.class);
    if (!drifted.isEmpty()) {
      return new Check.Fail(version + " drifted. " + drifted);
    }
    if (!note.isEmpty()) {
      return new Check.NoData(version + ": " + note);
    }
    String insufficient = sentences(DriftVerdict.InsufficientData.class);
    if (!insufficient.isEmpty() || features.isEmpty()) {
      return new Check.NoData(
          version + ": " + (features.isEmpty() ? "no feature has cells." : insufficient));
    }
    return new Check.Pass(
        String.format(
            Locale.ROOT,
            "%s: %d features are stable over %,d predictions.",
            version,
            features.size(),
            predictions));
  }

  private String sentences(Class<? extends DriftVerdict> kind) {
    return features.stream()
        .map(FeatureDrift::verdict)
        .filter(kind::isInstance)
        .map(DriftVerdict::sentence)
        .collect(Collectors.joining(" "));
  }

  /**
   * Returns a table for people: one line per feature.
   *
   * @return plain text that ends with a line break
   */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s  %s to %s%s, %,d predictions%s%n",
            version,
            from,
            to,
            complete ? "" : " (running)",
            predictions,
            note.isEmpty() ? "" : ". " + note));
    text.append(
        String.format(
            Locale.ROOT,
            "%-20s %-12s %8s %17s %9s %9s  %s%n",
            "feature",
            "verdict",
            "PSI",
            "KS",
            "missing",
            "unseen",
            "why"));
    features.forEach(feature -> text.append(line(feature)));
    return text.toString();
  }

  private static String line(FeatureDrift feature) {
    String verdict =
        feature.verdict() instanceof DriftVerdict.InsufficientData
            ? "not enough"
            : feature.verdict().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    String of = feature.segment().isEmpty() ? "" : " of " + feature.segment();
    String name = String.format(Locale.ROOT, "%-20s %-12s ", feature.feature() + of, verdict);
    return feature
        .measures()
        .map(
            m ->
                name
                    + String.format(
                        Locale.ROOT,
                        "%8.3f %17s %8.2f%% %8.2f%%  %s%n",
                        m.psi(),
                        m.ks()
                            .map(d -> String.format(Locale.ROOT, "[%.3f, %.3f]", d.low(), d.high()))
                            .orElse("-"),
                        100 * m.missingLive(),
                        100 * m.unseenLive(),
                        VerdictWriter.sentence(m.why().get(0))))
        .orElseGet(() -> name + feature.verdict().sentence() + System.lineSeparator());
  }
}
