package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check.Fail;
import io.mlops4j.core.Check.NoData;
import io.mlops4j.core.Check.Outcome;
import io.mlops4j.core.Check.Pass;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * One thing a candidate must not do. Shares are judged by evidence that stays valid under
 * continuous looking; the other numbers are estimates, judged once there are enough rows.
 */
interface ShadowRule {
  /** Returns what is limited, unique in a shadow. */
  String name();

  Outcome judge(Context of);

  /** What there is to judge by. */
  record Context(PairCounts counts, Comparison<?> comparison, List<String> segments) {
    String field(int position) {
      return comparison.fields().get(position).name();
    }
  }

  /** Judges a share of rows. */
  record Share(String name, double limit) implements ShadowRule {
    @Override
    public Outcome judge(Context of) {
      PairCounts counts = of.counts();
      return switch (name) {
        case "errors" ->
            Shares.atMost("rows were not answered", counts.failed(), counts.rows, limit);
        case "disagreement" ->
            Shares.atMost(
                "answers differ by more than the tolerance",
                counts.disagreeing,
                counts.answered(),
                limit);
        default -> throw new IllegalStateException(name);
      };
    }
  }

  /** Judges the share of decisions that change, field by field; the worst field counts. */
  record Flips(double limit) implements ShadowRule {
    @Override
    public String name() {
      return "flips";
    }

    @Override
    public Outcome judge(Context of) {
      return worst(
          of,
          AnswerField::decides,
          (counts, field) ->
              Shares.atMost(
                  "decisions by " + field + " change", counts.flipped, counts.compared, limit));
    }
  }

  /** Judges a number that is estimated from the scores of each field; the worst field counts. */
  record Scores(String name, double limit) implements ShadowRule {
    @Override
    public Outcome judge(Context of) {
      return "psi".equals(name)
          ? worst(
              of,
              f -> f.kind().cells() != null || f.classes() > 0,
              (counts, field) -> judged("PSI of " + field, psi(counts), false))
          : worst(
              of,
              f -> f.kind().cells() != null,
              (counts, field) -> judged("rank agreement of " + field, ranks(counts), true));
    }

    private Outcome judged(String what, OptionalDouble value, boolean least) {
      if (value.isEmpty() || Double.isNaN(value.getAsDouble())) {
        return new NoData(what + " is not defined: all scores are alike, or there are none");
      }
      double found = value.getAsDouble();
      String sentence =
          what
              + " is "
              + Sentences.number(found)
              + (least ? " (at least " : " (at most ")
              + Sentences.number(limit)
              + ")";
      return (least ? found >= limit : found <= limit) ? new Pass(sentence) : new Fail(sentence);
    }
  }

  static OptionalDouble psi(FieldCounts counts) {
    if (counts.scores != null) {
      return counts.scores.psi();
    }
    return counts.classes == null ? OptionalDouble.empty() : counts.classes.psiOfCells();
  }

  static OptionalDouble ranks(FieldCounts counts) {
    return counts.scores == null ? OptionalDouble.empty() : counts.scores.rankAgreement();
  }

  /** Judges how much slower the candidate is. */
  record Slower(double factor) implements ShadowRule {
    private static final int LEAST = 1_000; // ten rows are then slower than the percentile

    @Override
    public String name() {
      return "latency";
    }

    @Override
    public Outcome judge(Context of) {
      long measured = of.counts().liveNanos.total();
      if (measured < LEAST) {
        return new NoData(
            "p99 needs " + LEAST + " rows that both versions ran, there are " + measured);
      }
      double live = of.counts().liveNanos.quantile(0.99);
      double candidate = of.counts().candidateNanos.quantile(0.99);
      String sentence =
          "p99 is "
              + Sentences.millis(candidate)
              + " where the live version takes "
              + Sentences.millis(live)
              + " (at most "
              + Sentences.number(factor)
              + " times)";
      return candidate <= factor * live ? new Pass(sentence) : new Fail(sentence);
    }
  }

  /** Judges the share of disagreeing rows segment by segment; one wrong segment is enough. */
  record Segments(double limit) implements ShadowRule {
    @Override
    public String name() {
      return "segments";
    }

    @Override
    public Outcome judge(Context of) {
      String unknown = "";
      List<SegmentCounts> all = of.counts().segments;
      for (int i = 0; i < all.size(); i++) {
        SegmentCounts segment = all.get(i);
        long answered = segment.rows - segment.failed;
        String found =
            of.segments().get(i)
                + ": "
                + Sentences.share(segment.disagreeing, answered)
                + " answers differ (limit "
                + Sentences.percent(limit)
                + ")";
        // A pass needs every segment, a fail is looked for in all of them: only that one is
        // corrected.
        if (Shares.side(segment.disagreeing, answered, limit, Shares.ALPHA / all.size())
            == Shares.Side.ABOVE) {
          return new Fail(found);
        }
        if (Shares.side(segment.disagreeing, answered, limit, Shares.ALPHA) != Shares.Side.BELOW) {
          unknown = unknown.isEmpty() ? found : unknown;
        }
      }
      return unknown.isEmpty()
          ? new Pass("every one of " + all.size() + " segments is below the limit")
          : new NoData(unknown + ": too close to tell with so many rows");
    }
  }

  /** Judges one field. */
  interface FieldJudge {
    Outcome judge(FieldCounts counts, String field);
  }

  private static Outcome worst(Context of, Predicate<AnswerField<?>> wanted, FieldJudge judge) {
    Outcome worst = new NoData("no field of the answers has any");
    boolean first = true;
    for (int i = 0; i < of.counts().fields.size(); i++) {
      if (wanted.test(of.comparison().fields().get(i))) {
        Outcome outcome = judge.judge(of.counts().fields.get(i), of.field(i));
        if (first || rank(outcome) > rank(worst)) {
          worst = outcome;
          first = false;
        }
      }
    }
    return worst;
  }

  /** Returns how bad an outcome is: a fail outweighs missing data, which outweighs a pass. */
  static int rank(Outcome outcome) {
    if (outcome instanceof Fail) {
      return 2;
    }
    return outcome instanceof NoData ? 1 : 0;
  }
}
