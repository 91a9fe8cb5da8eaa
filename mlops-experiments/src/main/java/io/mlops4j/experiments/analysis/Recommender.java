package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.analysis.Recommendation.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/*
 * Design note: the rule, in order.
 *   1. Traffic does not match its shares: STOP. Nothing else can be trusted.
 *   2. One look and the planned units are not in: CONTINUE, whatever the numbers say.
 *   3. Per treatment: a guardrail harmed, the first metric or another one clearly worse over all units
 *      or in a segment: rejected. First metric clearly better and every guardrail safe: to ship.
 *      Otherwise open.
 *   4. Something to ship: SHIP the one with the largest gain. All rejected: STOP. Planned units are
 *      in: STOP as undecided. Else CONTINUE.
 */

/** Ship, stop or continue, with reasons. */
final class Recommender {
  private final Plan plan;
  private final Traffic traffic;
  private final List<Comparison> overall;
  private final List<Comparison> parts;
  private final List<Heterogeneity> differing;
  private final List<GuardrailResult> guardrails;

  Recommender(
      Plan plan,
      Traffic traffic,
      List<Comparison> overall,
      List<Comparison> parts,
      List<Heterogeneity> differing,
      List<GuardrailResult> guardrails) {
    this.plan = plan;
    this.traffic = traffic;
    this.overall = overall;
    this.parts = parts;
    this.differing = differing;
    this.guardrails = guardrails;
  }

  private enum State {
    SHIPPABLE,
    REJECTED,
    OPEN
  }

  Recommendation recommend() {
    if (traffic.mismatch()) {
      return of(
          Action.STOP,
          List.of(
              "Traffic does not match its shares (%s units, expected %s; %s): assignment or logging is broken, no result can be trusted."
                  .formatted(traffic.units(), rounded(traffic.expected()), mismatch())));
    }
    long total = traffic.total();
    long planned = plan.looks().plannedUnits();
    if (plan.looks() instanceof Looks.Once && total < planned) {
      return of(
          Action.CONTINUE,
          List.of(
              "%s of %s planned units are in; this analysis looks once, when all are."
                  .formatted(Words.count(total), Words.count(planned))));
    }
    List<String> reasons = new ArrayList<>();
    Optional<String> best = Optional.empty();
    double bestGain = Double.NEGATIVE_INFINITY;
    boolean allRejected = true;
    for (int arm = 1; arm < plan.arms().size(); arm++) {
      String treatment = plan.arms().get(arm);
      State state = state(treatment, reasons);
      allRejected &= state == State.REJECTED;
      double gain = gain(treatment);
      if (state == State.SHIPPABLE && gain > bestGain) {
        best = Optional.of(treatment);
        bestGain = gain;
      }
    }
    if (best.isPresent()) {
      return new Recommendation(Action.SHIP, best, reasons);
    }
    if (allRejected) {
      return of(Action.STOP, reasons);
    }
    if (total >= planned) {
      reasons.add(
          "All %s planned units are in and no treatment can be shipped: keep control."
              .formatted(Words.count(planned)));
      return of(Action.STOP, reasons);
    }
    reasons.add("%s of %s units are in.".formatted(Words.count(total), Words.count(planned)));
    return of(Action.CONTINUE, reasons);
  }

  private State state(String treatment, List<String> reasons) {
    List<String> against = new ArrayList<>();
    List<String> open = new ArrayList<>();
    for (Comparison one : overall) {
      if (one.treatment().equals(treatment) && one.isWorse()) {
        against.add("%s is worse: %s".formatted(one.metric().name(), Words.effect(one)));
      }
    }
    for (Comparison one : parts) {
      if (one.treatment().equals(treatment) && one.isWorse()) {
        against.add(
            "%s is worse where %s, whatever it is over all units: %s"
                .formatted(one.metric().name(), one.segment(), Words.effect(one)));
      }
    }
    for (GuardrailResult one : guardrails) {
      if (one.treatment().equals(treatment) && one.verdict() != GuardrailResult.Verdict.SAFE) {
        String sentence =
            "guardrail %s, %s, is %s: %s"
                .formatted(
                    one.metric().name(),
                    one.segment(),
                    one.verdict().name().toLowerCase(Locale.ROOT),
                    one.sentence());
        (one.verdict() == GuardrailResult.Verdict.HARMED ? against : open).add(sentence);
      }
    }
    Comparison first = first(treatment);
    if (!first.isBetter()) {
      open.add(0, "%s: %s".formatted(first.metric().name(), undecided(first)));
    }
    if (!against.isEmpty()) {
      against.forEach(reason -> reasons.add(treatment + ": " + reason + "."));
      return State.REJECTED;
    }
    if (!open.isEmpty()) {
      open.forEach(reason -> reasons.add(treatment + ": " + reason + "."));
      return State.OPEN;
    }
    reasons.add(
        "%s: %s is better: %s; every guardrail is safe."
            .formatted(treatment, first.metric().name(), Words.effect(first)));
    for (Heterogeneity one : differing) {
      if (one.treatment().equals(treatment) && one.pValue().orElse(1.0) <= plan.alpha()) {
        reasons.add(
            "%s: the effect on %s differs by %s (%s): look at the segments."
                .formatted(
                    treatment,
                    one.metric().name(),
                    one.dimension(),
                    Words.p(one.pValue().orElse(1.0))));
      }
    }
    return State.SHIPPABLE;
  }

  private static String undecided(Comparison first) {
    return first.absolute() instanceof Effect.NotEnoughData missing
        ? "not enough data: " + missing.reason()
        : "no clear gain yet, " + Words.effect(first);
  }

  private Comparison first(String treatment) {
    return overall.stream()
        .filter(one -> one.treatment().equals(treatment))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no comparison of " + treatment));
  }

  private double gain(String treatment) {
    Comparison first = first(treatment);
    return first.absolute() instanceof Effect.Measured effect
        ? effect.value() * first.metric().direction()
        : Double.NEGATIVE_INFINITY;
  }

  private String mismatch() {
    return plan.looks() instanceof Looks.Once
        ? Words.p(traffic.pValue())
        : "evidence e^" + Words.number(traffic.logEvidence());
  }

  private static List<Long> rounded(List<Double> expected) {
    return expected.stream().map(Math::round).toList();
  }

  private static Recommendation of(Action action, List<String> reasons) {
    return new Recommendation(action, Optional.empty(), reasons);
  }
}
