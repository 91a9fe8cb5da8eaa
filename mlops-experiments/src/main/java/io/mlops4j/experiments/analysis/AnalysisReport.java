package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Elements;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.IntervalChart;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Series;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes an analysis as a report: the decision first, then why. */
final class AnalysisReport {
  private final ExperimentAnalysis last;
  private final List<ExperimentAnalysis> history;

  AnalysisReport(ExperimentAnalysis last, List<ExperimentAnalysis> earlier) {
    this.last = last;
    this.history = new ArrayList<>(Elements.list("earlier", earlier));
    for (ExperimentAnalysis one : history) {
      if (!one.experiment().equals(last.experiment())) {
        throw new IllegalArgumentException(
            "an earlier analysis is of '%s' (expected: of '%s')"
                .formatted(one.experiment(), last.experiment()));
      }
    }
    history.add(last);
    history.sort(Comparator.comparing(ExperimentAnalysis::when));
  }

  Report report() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        new Callout(
            switch (last.recommendation().action()) {
              case SHIP -> Status.PASS;
              case STOP -> Status.FAIL;
              case CONTINUE -> Status.NO_DATA;
            },
            headline()));
    last.recommendation().reasons().forEach(reason -> blocks.add(Text.of(reason)));
    blocks.add(
        KeyValues.of("Units", last.traffic().total())
            .and("Planned", last.plannedUnits())
            .and("Looks", last.looks())
            .and("Level", Cell.percent(last.level()))
            .and("Correction", last.correction().label()));
    blocks.add(effects());
    if (!last.segments().isEmpty()) {
      blocks.add(segments());
    }
    if (!last.guardrails().isEmpty()) {
      blocks.add(guardrails());
    }
    blocks.add(traffic());
    return Report.titled("Experiment " + last.experiment())
        .subtitle(
            String.join(" and ", last.traffic().arms().subList(1, last.traffic().arms().size()))
                + " against "
                + last.traffic().arms().get(0))
        .at(last.when())
        .add(blocks.toArray(Block[]::new));
  }

  private String headline() {
    return switch (last.recommendation().action()) {
      case SHIP -> "Ship " + last.recommendation().treatment().orElse("?") + ".";
      case STOP -> "Stop.";
      case CONTINUE -> "Continue: there is no answer yet.";
    };
  }

  private Section effects() {
    Section section = Section.titled("Effects").add(table(last.overall()));
    if (history.size() > 1) {
      for (Comparison comparison : last.overall()) {
        section = section.add(overTime(comparison));
      }
    }
    return section.add(differences(last.overall()), beliefs());
  }

  private static Table table(List<Comparison> comparisons) {
    Table table =
        Table.of("Metric", "Arm", "Control", "Treatment", "Relative change", "p", "Says")
            .caption("Corrected intervals and p-values; better and worse as the metric means it");
    for (Comparison one : comparisons) {
      table =
          table.row(
              one.metric().name(),
              one.treatment(),
              one.controlValue().orElse(null),
              one.treatmentValue().orElse(null),
              relative(one.relative()),
              one.absolute() instanceof Effect.Measured effect ? p(effect.correctedPValue()) : null,
              says(one));
    }
    return table;
  }

  private static Table differences(List<Comparison> comparisons) {
    Table table =
        Table.of("Metric", "Arm", "Difference", "Standard error", "Level", "Units")
            .caption("The same in the metrics' own units");
    for (Comparison one : comparisons) {
      if (one.absolute() instanceof Effect.Measured effect) {
        table =
            table.row(
                one.metric().name(),
                one.treatment(),
                absolute(effect),
                effect.standardError(),
                Cell.percent(effect.interval().level()),
                effect.units());
      }
    }
    return table;
  }

  private static Cell p(double pValue) {
    return pValue < 1e-4 ? Cell.of("<0.0001") : Cell.number(pValue, 4);
  }

  private static Cell absolute(Effect.Measured effect) {
    return Cell.interval(effect.value(), effect.interval().low(), effect.interval().high());
  }

  private static Cell relative(Effect effect) {
    return effect instanceof Effect.Measured measured
        ? Cell.of(
            "%s (%s to %s)"
                .formatted(
                    Words.percent(measured.value()),
                    Words.percent(measured.interval().low()),
                    Words.percent(measured.interval().high())))
        : Cell.of(null);
  }

  private static Cell says(Comparison one) {
    if (one.absolute() instanceof Effect.NotEnoughData) {
      return Cell.badge(Status.NO_DATA, "no data");
    }
    return one.isBetter()
        ? Cell.badge(Status.PASS, "better")
        : one.isWorse() ? Cell.badge(Status.FAIL, "worse") : Cell.badge(Status.INFO, "open");
  }

  private Block overTime(Comparison comparison) {
    List<Instant> times = new ArrayList<>();
    List<double[]> points = new ArrayList<>();
    boolean relative = comparison.relative() instanceof Effect.Measured;
    for (ExperimentAnalysis one : history) {
      Comparison then = one.of(comparison.metric().name(), comparison.treatment());
      times.add(one.when());
      points.add(point(relative ? then.relative() : then.absolute(), relative ? 100 : 1));
    }
    String name = comparison.metric().name();
    return LineChart.titled(
            "%s, %s against control: %s intervals over time"
                .formatted(name, comparison.treatment(), last.looks()))
        .yLabel(relative ? "relative change, %" : "change")
        .series(
            Series.of(comparison.treatment(), times, column(points, 0))
                .interval(column(points, 1), column(points, 2)))
        .threshold("no effect", 0);
  }

  private static double[] point(Effect effect, double scale) {
    return effect instanceof Effect.Measured measured
        ? new double[] {
          measured.value() * scale,
          measured.interval().low() * scale,
          measured.interval().high() * scale
        }
        : new double[] {Double.NaN, Double.NaN, Double.NaN};
  }

  private static double[] column(List<double[]> points, int c) {
    return points.stream().mapToDouble(point -> point[c]).toArray();
  }

  private Table beliefs() {
    Table table =
        Table.of("Metric", "Arm", "P(better)", "Risk of shipping", "Risk of staying", "Model")
            .caption("What to believe; not corrected for looking or for the number of questions");
    for (Comparison one : last.overall()) {
      if (one.posterior().isPresent()) {
        Posterior posterior = one.posterior().get();
        table =
            table.row(
                one.metric().name(),
                one.treatment(),
                Cell.percent(posterior.probabilityBetter()),
                posterior.riskOfShipping(),
                posterior.riskOfStaying(),
                posterior.method());
      }
    }
    return table;
  }

  private Section segments() {
    Section section = Section.titled("Segments");
    Set<String> dimensions = new LinkedHashSet<>();
    last.segments().forEach(one -> dimensions.add(one.segment().dimension()));
    for (Comparison overall : last.overall()) {
      for (String dimension : dimensions) {
        section = section.add(forest(overall, dimension));
      }
    }
    Table table = Table.of("Metric", "Arm", "Dimension", "Segments", "p", "I²", "Effect");
    for (Heterogeneity one : last.differing()) {
      boolean clear = one.pValue().orElse(1.0) <= 1 - last.level();
      table =
          table.row(
              one.metric().name(),
              one.treatment(),
              one.dimension(),
              one.segments(),
              one.pValue().isPresent() ? p(one.pValue().get()) : null,
              Cell.percent(one.inconsistency()),
              one.pValue().isEmpty()
                  ? Cell.badge(Status.NO_DATA, "no data")
                  : clear
                      ? Cell.badge(Status.WARNING, "differs")
                      : Cell.badge(Status.INFO, "alike"));
    }
    return section.add(table.caption("Is the effect the same in every segment?"));
  }

  private IntervalChart forest(Comparison overall, String dimension) {
    Map<String, double[]> rows = new LinkedHashMap<>();
    boolean relative = overall.relative() instanceof Effect.Measured;
    rows.put(
        "all (" + Words.count(overall.controlUnits() + overall.treatmentUnits()) + ")",
        point(relative ? overall.relative() : overall.absolute(), relative ? 100 : 1));
    for (Comparison one : last.segments()) {
      if (one.segment().dimension().equals(dimension)
          && one.metric().equals(overall.metric())
          && one.treatment().equals(overall.treatment())) {
        rows.put(
            "%s (%s)"
                .formatted(
                    one.segment().value(), Words.count(one.controlUnits() + one.treatmentUnits())),
            point(relative ? one.relative() : one.absolute(), relative ? 100 : 1));
      }
    }
    List<double[]> points = List.copyOf(rows.values());
    return IntervalChart.titled(
            "%s by %s, %s (units in parentheses)"
                .formatted(overall.metric().name(), dimension, overall.treatment()),
            List.copyOf(rows.keySet()))
        .valueLabel(relative ? "relative change, %" : "change")
        .estimates("", column(points, 0), column(points, 1), column(points, 2))
        .reference("no effect", 0);
  }

  private Section guardrails() {
    Table table = Table.of("Guardrail", "Arm", "Units", "Verdict", "Why");
    for (GuardrailResult one : last.guardrails()) {
      Status status =
          switch (one.verdict()) {
            case SAFE -> Status.PASS;
            case HARMED -> Status.FAIL;
            case UNCERTAIN -> Status.NO_DATA;
          };
      table =
          table.row(
              one.metric().name(),
              one.treatment(),
              one.segment().toString(),
              Cell.badge(status, one.verdict().name().toLowerCase(Locale.ROOT)),
              one.sentence());
    }
    return Section.titled("Guardrails").add(table);
  }

  private Section traffic() {
    Traffic traffic = last.traffic();
    Section section =
        Section.titled("Traffic")
            .add(
                traffic.mismatch()
                    ? Callout.fail(
                        "Units do not arrive in the intended shares. No result can be trusted.")
                    : Callout.pass("Units arrive in the intended shares."));
    Table table = Table.of("Arm", "Units", "Expected", "Share");
    for (int arm = 0; arm < traffic.arms().size(); arm++) {
      table =
          table.row(
              traffic.arms().get(arm),
              traffic.units().get(arm),
              Cell.number(traffic.expected().get(arm), 1),
              Cell.percent(
                  traffic.total() == 0 ? 0 : (double) traffic.units().get(arm) / traffic.total()));
    }
    section =
        section.add(
            table,
            KeyValues.of("p, one look", traffic.pValue())
                .and("Log evidence of a mismatch, any look", traffic.logEvidence())
                .and("Units in two arms", traffic.contaminated())
                .and("Without exposure", traffic.unexposed())
                .and("Late", traffic.late())
                .and("Maturing units", traffic.maturing()));
    return history.size() > 1 ? section.add(unitsOverTime(), mismatchOverTime()) : section;
  }

  private LineChart unitsOverTime() {
    LineChart chart = LineChart.titled("Units per arm").yLabel("units");
    List<Instant> times = history.stream().map(ExperimentAnalysis::when).toList();
    for (int arm = 0; arm < last.traffic().arms().size(); arm++) {
      int index = arm;
      double[] units =
          history.stream().mapToDouble(one -> one.traffic().units().get(index)).toArray();
      chart = chart.series(last.traffic().arms().get(arm), times, units);
    }
    return chart;
  }

  private LineChart mismatchOverTime() {
    List<Instant> times = history.stream().map(ExperimentAnalysis::when).toList();
    double[] evidence = history.stream().mapToDouble(one -> one.traffic().logEvidence()).toArray();
    return LineChart.titled("Evidence of a sample-ratio mismatch")
        .yLabel("natural logarithm of the evidence")
        .series("evidence", times, evidence)
        .threshold("alarm", -Math.log(Judge.MISMATCH_ALPHA));
  }
}
