package io.mlops4j.delivery;

import io.mlops4j.core.Check;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns counts and checks into results. Looks again at a watch only when its counts have grown by
 * one in twenty: the tests are valid at any looks, so fewer are valid, too. Not thread-safe.
 */
final class Judge {
  /** Before this many observations not even a rollback is considered. */
  private static final double LEAST = 50;

  private static final double BETA = 0.05;
  private static final double GROWTH = 1.05;
  private static final int EXPECTED_FACTOR = 4;

  private record Place(int step, int watch) {}

  private record Seen(double champion, double candidate, WatchResult result) {}

  private final RolloutPlan plan;
  private final double alpha;
  private final Map<Place, Seen> seen = new HashMap<>();

  Judge(RolloutPlan plan) {
    this.plan = plan;
    this.alpha = plan.alpha();
  }

  /** Returns what every watch says about the present step, and about earlier ones if there is. */
  List<WatchResult> judge(Counts counts, int step) {
    List<WatchResult> results = new ArrayList<>();
    results.add(traffic(counts, step));
    for (int at = step; at >= 0; at--) {
      for (int i = 0; i < plan.watches().size(); i++) {
        if (plan.asks(plan.watches().get(i), at)) {
          results.add(watch(counts, at, i));
        }
      }
    }
    return results;
  }

  private WatchResult traffic(Counts counts, int step) {
    long champion = counts.requests(step, Arm.CHAMPION);
    long candidate = counts.requests(step, Arm.CANDIDATE);
    boolean concurrent = plan.steps().get(step) < 1;
    boolean enough =
        candidate >= plan.minSamples() && (!concurrent || champion >= plan.minSamples());
    String sentence =
        "Requests in this step: candidate %s, champion %s (needed: %s%s)."
            .formatted(
                Words.count(candidate),
                Words.count(champion),
                Words.count(plan.minSamples()),
                concurrent ? " each" : " of the candidate");
    return WatchResult.without(
        "traffic",
        step,
        enough ? RolloutVerdict.PROMOTE : RolloutVerdict.NO_DATA,
        sentence,
        champion,
        candidate,
        true);
  }

  private WatchResult watch(Counts counts, int step, int index) {
    Watch watch = plan.watches().get(index);
    Question question = watch.question();
    double[] first = counts.of(step, Arm.CHAMPION, index);
    double[] second = counts.of(step, Arm.CANDIDATE, index);
    double champion = question.observations(first);
    double candidate = question.observations(second);
    Place place = new Place(step, index);
    Seen before = seen.get(place);
    if (before != null
        && champion <= before.champion * GROWTH
        && candidate <= before.candidate * GROWTH) {
      return before.result;
    }
    WatchResult result = fresh(watch, step, first, second, champion, candidate);
    seen.put(place, new Seen(champion, candidate, result));
    return result;
  }

  private WatchResult fresh(
      Watch watch, int step, double[] first, double[] second, double champion, double candidate) {
    Question question = watch.question();
    double fewest = question.comparative() ? Math.min(champion, candidate) : candidate;
    boolean enough = fewest >= plan.minSamples();
    if (fewest < LEAST || (!enough && !question.exact())) {
      return noData(watch, step, champion, candidate);
    }
    int spread =
        question.comparative()
            ? Math.min(question.spread(first), question.spread(second))
            : question.spread(second);
    if (spread < Clusters.LEAST) {
      return WatchResult.without(
          watch.name(),
          step,
          RolloutVerdict.NO_DATA,
          "The traffic comes from units in "
              + spread
              + " of "
              + Clusters.COUNT
              + " groups (needed: "
              + Clusters.LEAST
              + "): too few different units to tell.",
          (long) champion,
          (long) candidate,
          watch.required());
    }
    Question.Finding found =
        question.judge(
            first,
            second,
            new Question.Look(alpha, BETA, (double) EXPECTED_FACTOR * plan.minSamples()));
    if (!enough && found.verdict() != RolloutVerdict.ROLL_BACK) {
      return noData(watch, step, champion, candidate);
    }
    return new WatchResult(
        watch.name(),
        step,
        found.verdict(),
        found.sentence(),
        found.champion(),
        found.candidate(),
        found.low(),
        found.high(),
        (long) champion,
        (long) candidate,
        watch.required());
  }

  private WatchResult noData(Watch watch, int step, double champion, double candidate) {
    return WatchResult.without(
        watch.name(),
        step,
        RolloutVerdict.NO_DATA,
        "Seen: candidate %s, champion %s (needed: %s%s)."
            .formatted(
                Words.count(candidate),
                Words.count(champion),
                Words.count(plan.minSamples()),
                watch.question().labelled() ? " labels" : ""),
        (long) champion,
        (long) candidate,
        watch.required());
  }

  /** Asks a check from outside. One that throws has no data: it neither passes nor fails. */
  static WatchResult ask(Check check, boolean required) {
    RolloutVerdict verdict;
    String sentence;
    try {
      Check.Outcome outcome = check.evaluate();
      sentence = outcome.sentence();
      verdict =
          outcome instanceof Check.Pass
              ? RolloutVerdict.PROMOTE
              : outcome instanceof Check.Fail ? RolloutVerdict.ROLL_BACK : RolloutVerdict.NO_DATA;
    } catch (RuntimeException e) {
      verdict = RolloutVerdict.NO_DATA;
      sentence = "The check could not be made: " + e;
    }
    return WatchResult.without(
        check.name(),
        WatchResult.OUTSIDE,
        verdict,
        Text.printable(sentence, 2_000),
        0,
        0,
        required);
  }

  /** What results come to: earlier steps only ever roll back. */
  static RolloutVerdict verdict(List<WatchResult> results, int step) {
    RolloutVerdict verdict = RolloutVerdict.PROMOTE;
    for (WatchResult result : results) {
      boolean present = result.step() == step || result.step() == WatchResult.OUTSIDE;
      if (present || result.verdict() == RolloutVerdict.ROLL_BACK) {
        verdict = verdict.and(result.weighed());
      }
    }
    return verdict;
  }
}
