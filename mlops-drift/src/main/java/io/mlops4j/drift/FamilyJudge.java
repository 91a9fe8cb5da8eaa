package io.mlops4j.drift;

import io.mlops4j.stats.Correction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From counts to verdicts on all features and segments of one window, which share one false-alarm
 * budget. A pure function.
 *
 * <p>Drifted needs all of: an effect above the threshold; an effect above what chance gives at
 * these sizes; evidence above what the correction asks for. Stable needs sizes at which chance
 * alone would stay below the threshold. Anything else is not enough data.
 */
final class FamilyJudge {
  private final DriftRule rule;
  private final List<DataRule> dataRules;
  private final Duration step;
  private final boolean complete;

  /**
   * Takes how often a window begins: the budget is shared among windows.
   *
   * @param complete whether the window is over, so that it may be looked at by a one-look test
   */
  FamilyJudge(DriftRule rule, List<DataRule> dataRules, Duration step, boolean complete) {
    this.rule = rule;
    this.dataRules = dataRules;
    this.step = step;
    this.complete = complete;
  }

  /** One thing that may raise an alarm, and what speaks for it. */
  private record Claim(double logEvidence, double pValue) {}

  /** A rule about data, and the claim it makes; not enough data makes none. */
  private record DataClaim(DataRule rule, Question question, int position) {}

  List<FeatureDrift> judge(List<Question> questions) {
    List<Claim> claims = new ArrayList<>();
    List<@Nullable FeatureMeasurement> measured = new ArrayList<>();
    List<@Nullable DriftMeasures> measures = new ArrayList<>();
    for (Question question : questions) {
      FeatureMeasurement measurement =
          question.empty()
              ? null
              : new FeatureMeasurement(question.cells(), question.reference(), question.live());
      DriftMeasures numbers = measurement == null ? null : measurement.measures();
      measured.add(measurement);
      measures.add(numbers);
      claims.add(
          numbers == null
              ? new Claim(Double.NEGATIVE_INFINITY, 1)
              : new Claim(numbers.logBayesFactor(), numbers.distances().chiSquareP()));
    }
    List<List<DataClaim>> data = new ArrayList<>();
    for (Question question : questions) {
      data.add(claimsAbout(question, claims));
    }
    double[] needed = needed(claims);
    List<FeatureDrift> result = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      DriftMeasures numbers = measures.get(i);
      FeatureMeasurement measurement = measured.get(i);
      Question question = questions.get(i);
      DriftMeasures full = numbers == null ? null : with(numbers, needed[i]);
      DriftVerdict drift =
          full == null || measurement == null
              ? nothing(question)
              : new VerdictWriter(rule, question, full, measurement.usedCells()).verdict();
      result.add(
          new FeatureDrift(
              question.segment(),
              question.cells().feature(),
              question.n(),
              worst(drift, data.get(i), claims, needed),
              Optional.ofNullable(full),
              question.quality()));
    }
    return result;
  }

  private static DriftVerdict nothing(Question question) {
    String what = question.n() == 0 ? "no value has arrived" : "its baseline is empty";
    return new DriftVerdict.InsufficientData(question.name() + ": " + what + ".");
  }

  private List<DataClaim> claimsAbout(Question question, List<Claim> claims) {
    List<DataClaim> result = new ArrayList<>();
    for (DataRule data : dataRules) {
      if (data.appliesTo(question.cells().feature())
          && data.measure() != DataQuality.Measure.DISTINCT) {
        long n = question.trials(data.measure());
        double evidence =
            n == 0 ? 0 : Rates.logEvidence(question.events(data.measure()), n, data.limit());
        result.add(new DataClaim(data, question, claims.size()));
        claims.add(new Claim(evidence, Math.min(1, Math.exp(-evidence))));
      } else if (data.appliesTo(question.cells().feature())) {
        result.add(new DataClaim(data, question, -1));
      }
    }
    return result;
  }

  /** The evidence in nats that each claim needs. */
  private double[] needed(List<Claim> claims) {
    double[] needed = new double[claims.size()];
    double alpha = rule.falseAlarms().perLook(step, 1);
    switch (rule.correction()) {
      case BONFERRONI ->
          Arrays.fill(needed, -Math.log(rule.falseAlarms().perLook(step, claims.size())));
      case E_BENJAMINI_HOCHBERG -> {
        double[] sorted = claims.stream().mapToDouble(c -> -c.logEvidence()).sorted().toArray();
        int named = 1;
        for (int k = 1; k <= sorted.length; k++) {
          if (-sorted[k - 1] >= Math.log(claims.size() / (k * alpha))) {
            named = k;
          }
        }
        Arrays.fill(needed, Math.log(claims.size() / (named * alpha)));
      }
      case BENJAMINI_HOCHBERG -> {
        double[] adjusted =
            Correction.BENJAMINI_HOCHBERG.adjust(
                claims.stream().mapToDouble(Claim::pValue).toArray());
        for (int i = 0; i < needed.length; i++) {
          boolean named = complete && adjusted[i] <= alpha;
          needed[i] = named ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
      }
    }
    return needed;
  }

  private static DriftMeasures with(DriftMeasures m, double needed) {
    return new DriftMeasures(
        m.psi(),
        m.psiCritical(),
        m.logBayesFactor(),
        needed,
        m.ks(),
        m.ksPValue(),
        m.missingReference(),
        m.missingLive(),
        m.unseenReference(),
        m.unseenLive(),
        m.distances(),
        m.why());
  }

  private static DriftVerdict worst(
      DriftVerdict drift, List<DataClaim> data, List<Claim> claims, double[] needed) {
    List<String> broken = new ArrayList<>();
    if (drift instanceof DriftVerdict.Drifted) {
      broken.add(drift.sentence());
    }
    for (DataClaim claim : data) {
      boolean alarm =
          claim.position() < 0
              ? VerdictWriter.tooManyDistinct(claim.rule(), claim.question())
              : claim.question().n() + claim.question().predictions() > 0
                  && VerdictWriter.above(claim.rule(), claim.question())
                  && claims.get(claim.position()).logEvidence() >= needed[claim.position()];
      if (alarm) {
        broken.add(VerdictWriter.sentence(claim.rule(), claim.question()));
      }
    }
    return broken.isEmpty() ? drift : new DriftVerdict.Drifted(String.join(" ", broken));
  }
}
