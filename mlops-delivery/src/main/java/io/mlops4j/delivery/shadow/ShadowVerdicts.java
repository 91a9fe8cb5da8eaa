package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check.Fail;
import io.mlops4j.core.Check.NoData;
import io.mlops4j.core.Check.Outcome;
import io.mlops4j.core.Check.Pass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the limits say of some counts. */
record ShadowVerdicts(
    Comparison<?> comparison, List<String> segments, List<ShadowRule> rules, long minimum) {

  ShadowReport report(Pair pair, PairCounts counts, int instances, Instant at) {
    Map<String, Outcome> verdicts = new LinkedHashMap<>();
    for (ShadowRule rule : rules) {
      verdicts.put(rule.name(), judge(rule, counts));
    }
    return new ShadowReport(
        pair.live(),
        pair.candidate(),
        at,
        instances,
        counts.rows,
        counts.disagreeing,
        counts.errors,
        counts.timeouts,
        counts.rejections,
        counts.liveFailures,
        latency(counts),
        fields(counts),
        segments(counts),
        counts.largest(),
        verdicts,
        outcome(pair, counts, verdicts));
  }

  private Outcome judge(ShadowRule rule, PairCounts counts) {
    return counts.rows < minimum
        ? new NoData(Sentences.share(counts.rows, minimum) + " rows needed so far")
        : rule.judge(new ShadowRule.Context(counts, comparison, segments));
  }

  private Outcome outcome(Pair pair, PairCounts counts, Map<String, Outcome> verdicts) {
    if (verdicts.isEmpty()) {
      return new NoData(pair + ": no limits are set, so there is nothing to judge.");
    }
    int worst = verdicts.values().stream().mapToInt(ShadowRule::rank).max().orElseThrow();
    List<String> reasons = new ArrayList<>();
    verdicts.forEach(
        (rule, outcome) -> {
          if (ShadowRule.rank(outcome) == worst) {
            reasons.add(rule + ": " + outcome.sentence());
          }
        });
    String sentence = pair + ", " + Sentences.count(counts.rows) + " rows: ";
    String why = String.join("; ", reasons) + ".";
    return switch (worst) {
      case 0 -> new Pass(sentence + why);
      case 1 -> new NoData(sentence + why);
      default -> new Fail(sentence + why);
    };
  }

  private static List<ShadowReport.Latency> latency(PairCounts counts) {
    return counts.liveNanos.total() == 0
        ? List.of()
        : List.of(latency("live", counts.liveNanos), latency("candidate", counts.candidateNanos));
  }

  private static ShadowReport.Latency latency(String side, Magnitudes nanos) {
    return new ShadowReport.Latency(
        side,
        Duration.ofNanos((long) nanos.quantile(0.5)),
        Duration.ofNanos((long) nanos.quantile(0.95)),
        Duration.ofNanos((long) nanos.quantile(0.99)));
  }

  private List<ShadowReport.Field> fields(PairCounts counts) {
    List<ShadowReport.Field> result = new ArrayList<>();
    for (int i = 0; i < counts.fields.size(); i++) {
      FieldCounts field = counts.fields.get(i);
      result.add(
          new ShadowReport.Field(
              comparison.fields().get(i).name(),
              field.compared,
              field.outside,
              field.incomparable,
              field.flipped,
              field.differences.quantile(0.5),
              field.differences.quantile(0.99),
              field.largest,
              ShadowRule.ranks(field),
              ShadowRule.psi(field)));
    }
    return result;
  }

  private List<ShadowReport.SegmentShare> segments(PairCounts counts) {
    List<ShadowReport.SegmentShare> result = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      SegmentCounts segment = counts.segments.get(i);
      result.add(
          new ShadowReport.SegmentShare(
              segments.get(i), segment.rows, segment.disagreeing, segment.failed));
    }
    return result;
  }
}
