package io.mlops4j.registry;

import io.mlops4j.core.Text;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verdict of a policy: a pure function of the policy and the evidence. */
final class GateEvaluation {
  /** Six digits tell models apart and can be read. */
  private static final MathContext SHOWN = new MathContext(6);

  private final GatePolicy policy;
  private final Evidence candidate;
  private final @Nullable Evidence champion;
  private final @Nullable FleetEvidence fleet;
  private final Set<String> used = new LinkedHashSet<>();

  /** Where there is no fleet to ask: a gate that would is inconclusive. */
  GateEvaluation(GatePolicy policy, Evidence candidate, @Nullable Evidence champion) {
    this(policy, candidate, champion, null);
  }

  GateEvaluation(
      GatePolicy policy,
      Evidence candidate,
      @Nullable Evidence champion,
      @Nullable FleetEvidence fleet) {
    this.policy = policy;
    this.candidate = candidate;
    this.champion = champion;
    this.fleet = fleet;
  }

  List<GateResult> run() {
    return policy.gates().stream().map(this::guarded).toList();
  }

  /** A gate that throws is a defect of ours; it must neither pass nor hide what the others say. */
  private GateResult guarded(Gate gate) {
    try {
      return evaluate(gate);
    } catch (RuntimeException e) {
      return error(gate, "The gate could not be asked: " + Text.printable(e.toString(), 500) + ".");
    }
  }

  /** Digests of what was looked at. */
  List<String> used() {
    return List.copyOf(used);
  }

  /** FAIL beats ERROR beats INCONCLUSIVE beats PASS, and without a PASS there is none. */
  static Verdict overall(List<GateResult> results) {
    Set<Verdict> seen = new HashSet<>();
    results.forEach(result -> seen.add(result.verdict()));
    if (seen.contains(Verdict.FAIL)) {
      return Verdict.FAIL;
    }
    if (seen.contains(Verdict.ERROR)) {
      return Verdict.ERROR;
    }
    return seen.contains(Verdict.INCONCLUSIVE) || !seen.contains(Verdict.PASS)
        ? Verdict.INCONCLUSIVE
        : Verdict.PASS;
  }

  private GateResult evaluate(Gate gate) {
    if (gate instanceof FleetGate) {
      if (fleet == null) {
        return inconclusive(
            gate, "A dry run of evaluations has no fleet to ask. Decide on a registered version.");
      }
      used.add(fleet.digest());
      return fleet.judge(gate);
    }
    if (gate instanceof EvidenceGate evidence) {
      return evidence.judge(new Bench(policy, candidate, champion, used));
    }
    if (gate instanceof MarginGate && champion == null) {
      return withoutChampion(policy, gate);
    }
    return evaluate((MetricGate) gate);
  }

  private GateResult evaluate(MetricGate gate) {
    Metric metric = gate.of();
    Optional<EvaluationReport> found = candidate.newest(metric, policy.datasetDigest());
    if (found.isEmpty()) {
      return inconclusive(
          gate,
          metric.id()
              + " was not measured for "
              + candidate.version()
              + policy.datasetDigest().map(d -> " on data set " + d).orElse("")
              + ". Record an evaluation of it.");
    }
    EvaluationReport report = found.get();
    used.add(report.digest());
    Optional<String> gap = gap(candidate, report, metric);
    if (gap.isPresent()) {
      return inconclusive(gate, gap.get());
    }
    double value = report.value(metric).number().orElseThrow();
    return gate instanceof MarginGate margin
        ? margin(margin, report, value)
        : value((ValueGate) gate, report, value);
  }

  /** Why a report's value proves nothing, or empty. */
  private Optional<String> gap(Evidence of, EvaluationReport report, Metric metric) {
    Optional<String> learned = of.learnedFrom(report, policy);
    if (learned.isPresent()) {
      return learned;
    }
    if (report.value(metric) instanceof MetricValue.Defined defined) {
      return defined.n() < policy.minRows() || report.rows() < policy.minRows()
          ? Optional.of(
              metric.id()
                  + " of "
                  + report.modelVersion()
                  + " rests on "
                  + Math.min(defined.n(), report.rows())
                  + " rows; the policy asks for "
                  + policy.minRows()
                  + ".")
          : Optional.empty();
    }
    String reason = ((MetricValue.Undefined) report.value(metric)).reason();
    return Optional.of(metric.id() + " of " + report.modelVersion() + " is undefined: " + reason);
  }

  private GateResult value(ValueGate gate, EvaluationReport report, double value) {
    boolean holds = gate.holds(value);
    return new GateResult(
        gate.of().id(),
        holds ? Verdict.PASS : Verdict.FAIL,
        OptionalDouble.of(value),
        OptionalDouble.empty(),
        gate.shown(value),
        gate.requirement(),
        report.modelVersion()
            + " has "
            + gate.of().id()
            + " "
            + gate.shown(value)
            + " on "
            + report.datasetName()
            + (holds ? "; required is " : ", not ")
            + gate.requirement()
            + ".");
  }

  private GateResult margin(MarginGate gate, EvaluationReport report, double value) {
    Evidence other = Objects.requireNonNull(champion);
    Optional<EvaluationReport> found = other.comparable(gate.of(), report);
    if (found.isEmpty()) {
      return inconclusive(gate, notComparable(gate.of(), report, other));
    }
    EvaluationReport opposite = found.get();
    used.add(opposite.digest());
    Optional<String> gap = gap(other, opposite, gate.of());
    if (gap.isPresent()) {
      return inconclusive(gate, gap.get());
    }
    double bar = opposite.value(gate.of()).number().orElseThrow();
    Optional<BigDecimal> required = gate.requiredGain(bar);
    if (required.isEmpty()) {
      return inconclusive(
          gate,
          "A part of the champion's "
              + gate.of().id()
              + " of "
              + plain(bar)
              + " means nothing. Use Margin.absolute.");
    }
    return compared(gate, report, value, opposite, bar, required.get());
  }

  private static GateResult compared(
      MarginGate gate,
      EvaluationReport report,
      double value,
      EvaluationReport opposite,
      double bar,
      BigDecimal required) {
    BigDecimal gain = gate.gain(value, bar);
    boolean holds = gain.compareTo(required) >= 0;
    String observed =
        plain(value)
            + " against "
            + plain(bar)
            + ": gain "
            + shortened(gain, required)
            + relative(gain, bar);
    return new GateResult(
        gate.of().id(),
        holds ? Verdict.PASS : Verdict.FAIL,
        OptionalDouble.of(value),
        OptionalDouble.of(bar),
        observed,
        gate.requirement(),
        report.modelVersion()
            + (holds ? " beats " : " does not beat ")
            + opposite.modelVersion()
            + " on "
            + report.datasetName()
            + ": "
            + gate.of().id()
            + " "
            + observed
            + ", required gain "
            + required.round(SHOWN).toPlainString()
            + (gate.margin() instanceof Margin.Relative ? " (" + gate.margin() + ")." : "."));
  }

  private static String relative(BigDecimal gain, double bar) {
    return Math.abs(bar) < MarginGate.SMALLEST_BASE
        ? ""
        : String.format(Locale.ROOT, " (%+.2f %%)", gain.doubleValue() / Math.abs(bar) * 100);
  }

  private String notComparable(Metric metric, EvaluationReport report, Evidence other) {
    String reason =
        other
            .newest(metric, Optional.empty())
            .flatMap(report::whyNotComparable)
            .orElse(metric.id() + " was not measured for the champion.");
    return "The champion "
        + other.version()
        + " has no comparable evidence: "
        + reason
        + " Evaluate both on "
        + report.datasetName()
        + " ("
        + report.datasetDigest()
        + ") with the same evaluator.";
  }

  static GateResult withoutChampion(GatePolicy policy, Gate gate) {
    boolean blocked = policy.withoutChampion() == GatePolicy.WithoutChampion.BLOCK;
    boolean anyValueGate = policy.gates().stream().anyMatch(ValueGate.class::isInstance);
    if (blocked || !anyValueGate) {
      return inconclusive(
          gate,
          "There is no champion to beat, and policy "
              + policy.name()
              + (blocked
                  ? " blocks in that case."
                  : " has no value gate that could decide alone. Add one, such as atLeast."));
    }
    return new GateResult(
        gate.subject(),
        Verdict.NOT_APPLICABLE,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        "no champion",
        gate.requirement(),
        "There is no champion to beat; the value gates decide.");
  }

  static GateResult inconclusive(Gate gate, String why) {
    return without(gate, Verdict.INCONCLUSIVE, why);
  }

  static GateResult error(Gate gate, String why) {
    return without(gate, Verdict.ERROR, why);
  }

  private static GateResult without(Gate gate, Verdict verdict, String why) {
    return new GateResult(
        gate.subject(),
        verdict,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        "no evidence",
        gate.requirement(),
        why);
  }

  static String plain(double value) {
    return BigDecimal.valueOf(value).round(SHOWN).stripTrailingZeros().toPlainString();
  }

  /** Rounded for people, unless rounding would hide on which side of the bound the value is. */
  static String shortened(BigDecimal value, BigDecimal bound) {
    BigDecimal rounded = value.round(SHOWN);
    boolean same =
        Integer.signum(rounded.compareTo(bound)) == Integer.signum(value.compareTo(bound));
    return (same ? rounded : value).stripTrailingZeros().toPlainString();
  }
}
