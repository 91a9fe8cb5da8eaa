package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.stats.Interval;
import io.mlops4j.stats.TwoSample;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How far groups are apart. The interval of the widest gap comes from intervals of all pairs, each
 * at {@code 1 - alpha / pairs}: with that many at once holding, the largest lower and the largest
 * upper end hold the widest gap.
 */
final class GroupSpread {
  private final List<FairnessGroup> groups;
  private final Optional<String> reference;
  private final double level;

  GroupSpread(List<FairnessGroup> groups, Optional<String> reference, double level) {
    this.groups = groups;
    this.reference = reference;
    this.level = level;
  }

  MetricValue value(FairnessMeasure measure) {
    if (measure == FairnessMeasure.EQUALIZED_ODDS_DIFFERENCE) {
      MetricValue trues = difference(FairnessGroup::truePositiveRate);
      MetricValue falses = difference(FairnessGroup::falsePositiveRate);
      if (!(trues instanceof Defined t) || !(falses instanceof Defined f)) {
        return trues instanceof Defined ? falses : trues;
      }
      return new Defined(Math.max(t.value(), f.value()), Math.min(t.n(), f.n()));
    }
    return switch (measure) {
      case DEMOGRAPHIC_PARITY_RATIO -> ratio(Optional.empty());
      case DISPARATE_IMPACT -> ratio(reference);
      default -> difference(FairnessAudit.rate(measure));
    };
  }

  private MetricValue difference(Function<FairnessGroup, MetricValue> rate) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    long n = Long.MAX_VALUE;
    for (FairnessGroup group : groups) {
      if (!(rate.apply(group) instanceof Defined defined)) {
        return rate.apply(group);
      }
      low = Math.min(low, defined.value());
      high = Math.max(high, defined.value());
      n = Math.min(n, defined.n());
    }
    return new Defined(high - low, n);
  }

  private MetricValue ratio(Optional<String> base) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    long n = Long.MAX_VALUE;
    for (FairnessGroup group : groups) {
      double rate = group.selected() / (double) group.rows();
      boolean isBase = base.isPresent() && base.get().equals(group.name());
      low = isBase ? low : Math.min(low, rate);
      high = base.isEmpty() || isBase ? Math.max(high, rate) : high;
      n = Math.min(n, group.rows());
    }
    return high == 0
        ? new Undefined("The ratio of selection rates is 0/0: nobody is selected.")
        : new Defined(low / high, n);
  }

  Optional<MetricInterval> interval(FairnessMeasure measure) {
    double alpha = 1 - level;
    return switch (measure) {
      case DEMOGRAPHIC_PARITY_RATIO -> Optional.of(ratios(Optional.empty()));
      case DISPARATE_IMPACT -> Optional.of(ratios(reference));
      case DEMOGRAPHIC_PARITY_DIFFERENCE ->
          newcombe(differences(FairnessGroup::selected, FairnessGroup::rows, alpha));
      case EQUAL_OPPORTUNITY_DIFFERENCE ->
          newcombe(differences(FairnessGroup::truePositives, FairnessGroup::positives, alpha));
      case EQUALIZED_ODDS_DIFFERENCE -> {
        Interval t = differences(FairnessGroup::truePositives, FairnessGroup::positives, alpha / 2);
        Interval f =
            differences(FairnessGroup::falsePositives, g -> g.rows() - g.positives(), alpha / 2);
        yield newcombe(
            new Interval(Math.max(t.low(), f.low()), Math.max(t.high(), f.high()), level));
      }
      case CALIBRATION_DIFFERENCE -> gaps();
    };
  }

  private Optional<MetricInterval> newcombe(Interval range) {
    return Optional.of(
        new MetricInterval(
            new Interval(range.low(), range.high(), level), "Newcombe" + simultaneous()));
  }

  private String simultaneous() {
    return pairs() > 1 ? ", simultaneous over " + pairs() + " pairs" : "";
  }

  private int pairs() {
    return groups.size() * (groups.size() - 1) / 2;
  }

  private Interval differences(
      Function<FairnessGroup, Long> part, Function<FairnessGroup, Long> whole, double alpha) {
    double low = 0;
    double high = 0;
    double each = 1 - alpha / pairs();
    for (int i = 0; i < groups.size(); i++) {
      for (int j = 0; j < i; j++) {
        FairnessGroup a = groups.get(i);
        FairnessGroup b = groups.get(j);
        Interval d = difference(part.apply(a), whole.apply(a), part.apply(b), whole.apply(b), each);
        low = Math.max(low, Math.max(d.low(), -d.high()));
        high = Math.max(high, Math.max(d.high(), -d.low()));
      }
    }
    return new Interval(low, high, level);
  }

  /** Newcombe's hybrid score interval, method 10 (doi 10.1002/(SICI)1097-0258(19980430)17:8). */
  static Interval difference(long k1, long n1, long k2, long n2, double level) {
    double p1 = k1 / (double) n1;
    double p2 = k2 / (double) n2;
    Interval a = Formulas.wilson(k1, n1, level);
    Interval b = Formulas.wilson(k2, n2, level);
    double d = p1 - p2;
    return new Interval(
        d - Math.hypot(p1 - a.low(), b.high() - p2),
        d + Math.hypot(a.high() - p1, p2 - b.low()),
        level);
  }

  private MetricInterval ratios(Optional<String> base) {
    int count = base.isPresent() ? groups.size() - 1 : pairs();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    double each = 1 - (1 - level) / count;
    for (FairnessGroup a : groups) {
      for (FairnessGroup b : groups) {
        boolean asked = base.map(name -> name.equals(b.name())).orElse(true);
        if (a.name().equals(b.name()) || !asked) {
          continue;
        }
        Interval r = ratio(a.selected(), a.rows(), b.selected(), b.rows(), each);
        low = Math.min(low, r.low());
        high = Math.min(high, r.high());
      }
    }
    return new MetricInterval(
        new Interval(
            base.isPresent() ? low : Math.min(1, low),
            base.isPresent() ? high : Math.min(1, high),
            level),
        "log ratio, half a row added" + simultaneous());
  }

  /** The adjusted log interval of a risk ratio, as statsmodels' "log-adjusted". */
  static Interval ratio(long k1, long n1, long k2, long n2, double level) {
    double a = k1 + 0.5;
    double b = k2 + 0.5;
    double log = Math.log(a / (n1 + 0.5)) - Math.log(b / (n2 + 0.5));
    double variance = 1 / a - 1 / (n1 + 0.5) + 1 / b - 1 / (n2 + 0.5);
    double half =
        TwoSample.critical(1 - level, Double.POSITIVE_INFINITY) * Math.sqrt(Math.max(0, variance));
    return new Interval(Math.exp(log - half), Math.exp(log + half), level);
  }

  /** Gaps are means, so their differences are nearly normal. */
  private Optional<MetricInterval> gaps() {
    double z = TwoSample.critical(1 - level, Double.POSITIVE_INFINITY);
    double each = TwoSample.critical((1 - level) / pairs(), Double.POSITIVE_INFINITY);
    double low = 0;
    double high = 0;
    for (int i = 0; i < groups.size(); i++) {
      for (int j = 0; j < i; j++) {
        Optional<MetricInterval> a = groups.get(i).calibrationInterval();
        Optional<MetricInterval> b = groups.get(j).calibrationInterval();
        if (a.isEmpty() || b.isEmpty()) {
          return Optional.empty();
        }
        double d =
            groups.get(i).calibrationGap().number().orElseThrow()
                - groups.get(j).calibrationGap().number().orElseThrow();
        double half = each / z * Math.hypot(half(a.get()), half(b.get()));
        low = Math.max(low, Math.abs(d) - half);
        high = Math.max(high, Math.abs(d) + half);
      }
    }
    return Optional.of(
        new MetricInterval(new Interval(low, high, level), "normal" + simultaneous()));
  }

  private static double half(MetricInterval interval) {
    return interval.range().width() / 2;
  }
}
