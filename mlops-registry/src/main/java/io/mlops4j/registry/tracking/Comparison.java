package io.mlops4j.registry.tracking;

import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.CurveChart;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.ParallelChart;
import io.mlops4j.report.Report;
import io.mlops4j.report.ScatterChart;
import io.mlops4j.report.Section;
import io.mlops4j.report.Series;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** Makes the report that shows runs beside each other, the best first. */
final class Comparison {
  private static final int TABLE_PARAMS = 6;
  private static final int TABLE_METRICS = 4;
  private static final int AXES = 5;
  private static final int CATEGORIES = 12;
  private static final int CURVES = 4;
  private static final int NAMED_CURVES = 5;
  private static final int READ_CURVES = 60;
  private static final int SCATTERS = 4;
  private static final double LOGARITHMIC = 1_000;

  private final TrackedExperiment experiment;
  private final String target;
  private final List<RunRecord> runs;
  private final List<String> labels;
  private final List<String> varying = new ArrayList<>();
  private final Set<String> metrics = new TreeSet<>();

  Comparison(TrackedExperiment experiment, List<RunRecord> runs, Query.Order best) {
    this.experiment = experiment;
    this.target = best.field().name();
    Selection<RunRecord> sorted =
        new Selection<>(
            new Query(Optional.empty(), List.of(best), OptionalInt.of(Query.MAX_LIMIT)),
            RunRow::new);
    runs.forEach(sorted);
    this.runs = sorted.result();
    this.labels = labels(this.runs);
    Set<String> params = new TreeSet<>();
    for (RunRecord run : this.runs) {
      params.addAll(run.params().keySet());
      metrics.addAll(run.metrics().keySet());
    }
    params.stream().filter(name -> distinct(name).size() > 1).forEach(varying::add);
    metrics.remove(target);
    metrics.removeIf(name -> name.startsWith("progress."));
  }

  /** Names, with the end of the id where several runs share one. */
  private static List<String> labels(List<RunRecord> runs) {
    Map<String, Integer> counts = new HashMap<>();
    runs.forEach(run -> counts.merge(run.name(), 1, Integer::sum));
    return runs.stream()
        .map(
            run ->
                counts.getOrDefault(run.name(), 0) > 1
                    ? run.name() + " " + run.id().substring(run.id().length() - 6)
                    : run.name())
        .toList();
  }

  Report report() {
    Report report =
        Report.titled("Runs of " + experiment.name())
            .subtitle(runs.size() + (runs.size() == 1 ? " run" : " runs") + ", best by " + target);
    if (runs.isEmpty()) {
      return report.add(Callout.info("No runs were selected."));
    }
    report = report.add(facts());
    report = report.add(Section.titled("What differs").add(parallel()));
    if (varying.isEmpty()) {
      report = report.add(new Text("No parameter differs between these runs."));
    }
    Optional<Section> curves = curves();
    if (curves.isPresent()) {
      report = report.add(curves.get());
    }
    Optional<Section> scatters = scatters();
    if (scatters.isPresent()) {
      report = report.add(scatters.get());
    }
    return report.add(Section.titled("Runs").add(table())).add(same());
  }

  private KeyValues facts() {
    RunRecord best = runs.get(0);
    Map<RunStatus, Long> counts = new java.util.EnumMap<>(RunStatus.class);
    runs.forEach(run -> counts.merge(run.status(), 1L, Long::sum));
    KeyValues facts =
        KeyValues.of("Best run", labels.get(0))
            .and("Its " + target, number(best, target))
            .and("Id of the best", best.id());
    for (Map.Entry<RunStatus, Long> entry : counts.entrySet()) {
      String status = entry.getKey().name();
      String word = status.charAt(0) + status.substring(1).toLowerCase(Locale.ROOT);
      facts = facts.and(word, entry.getValue());
    }
    return facts;
  }

  private ParallelChart parallel() {
    List<ParallelChart.Axis> axes = new ArrayList<>();
    List<ToDoubleFunction<RunRecord>> values = new ArrayList<>();
    for (String name : varying) {
      List<String> categories = new ArrayList<>(distinct(name));
      boolean numeric = isNumeric(name);
      if (axes.size() < AXES && (numeric || categories.size() <= CATEGORIES)) {
        axes.add(new ParallelChart.Axis(name, numeric ? List.of() : categories));
        values.add(numeric ? run -> param(run, name) : run -> category(run, name, categories));
      }
    }
    for (String name : metrics.stream().limit(axes.size() < AXES ? 2 : 1).toList()) {
      axes.add(new ParallelChart.Axis(name, List.of()));
      values.add(run -> number(run, name));
    }
    axes.add(new ParallelChart.Axis(target, List.of()));
    values.add(run -> number(run, target));
    List<ParallelChart.Line> lines = new ArrayList<>();
    for (int r = 0; r < runs.size(); r++) {
      RunRecord run = runs.get(r);
      lines.add(
          new ParallelChart.Line(
              labels.get(r), values.stream().map(value -> value.applyAsDouble(run)).toList()));
    }
    return new ParallelChart("Parameters and results", axes, lines);
  }

  private Optional<Section> curves() {
    List<String> drawn = new ArrayList<>();
    for (String name : withTarget()) {
      boolean curve = runs.stream().anyMatch(run -> points(run, name) > 1);
      if (curve && drawn.size() < CURVES) {
        drawn.add(name);
      }
    }
    if (drawn.isEmpty()) {
      return Optional.empty();
    }
    Section section = Section.titled("Learning curves");
    for (String name : drawn) {
      section = section.add(curve(name));
    }
    if (runs.size() > READ_CURVES) {
      section = section.add(new Text("Drawn are the best " + READ_CURVES + " runs."));
    }
    return Optional.of(section);
  }

  private CurveChart curve(String metric) {
    List<Series> named = new ArrayList<>();
    List<Series> others = new ArrayList<>();
    for (int r = 0; r < Math.min(READ_CURVES, runs.size()); r++) {
      if (points(runs.get(r), metric) > 1) {
        MetricSeries series = experiment.series(runs.get(r).id(), metric);
        double[] steps = java.util.Arrays.stream(series.steps()).asDoubleStream().toArray();
        (named.size() < NAMED_CURVES ? named : others)
            .add(Series.of(labels.get(r), steps, series.values()));
      }
    }
    return new CurveChart(metric, "step", metric, named, others);
  }

  private Optional<Section> scatters() {
    Section section = Section.titled(target + " against each parameter");
    int drawn = 0;
    for (String name : varying) {
      if (drawn < SCATTERS && isNumeric(name)) {
        section = section.add(scatter(name));
        drawn++;
      }
    }
    return drawn == 0 ? Optional.empty() : Optional.of(section);
  }

  private ScatterChart scatter(String param) {
    double[] x = runs.stream().mapToDouble(run -> param(run, param)).toArray();
    double[] y = runs.stream().mapToDouble(run -> number(run, target)).toArray();
    double min = java.util.Arrays.stream(x).filter(Double::isFinite).min().orElse(0);
    double max = java.util.Arrays.stream(x).filter(Double::isFinite).max().orElse(0);
    boolean log = min > 0 && max / min >= LOGARITHMIC;
    double[] shown = log ? java.util.Arrays.stream(x).map(Math::log10).toArray() : x;
    return ScatterChart.titled(param)
        .xLabel(log ? "log10 of " + param : param)
        .yLabel(target)
        .points("other runs", tail(shown), tail(y))
        .points("best", new double[] {shown[0]}, new double[] {y[0]});
  }

  private static double[] tail(double[] values) {
    return java.util.Arrays.copyOfRange(values, 1, values.length);
  }

  private Table table() {
    List<String> params = varying.stream().limit(TABLE_PARAMS).toList();
    List<String> numbers = withTarget().stream().limit(TABLE_METRICS).toList();
    List<String> columns = new ArrayList<>(List.of("Run", "Status"));
    columns.addAll(numbers);
    columns.addAll(params);
    columns.addAll(List.of("Took", "Started"));
    List<List<Cell>> rows = new ArrayList<>();
    for (int r = 0; r < runs.size(); r++) {
      RunRecord run = runs.get(r);
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(labels.get(r)));
      row.add(Cell.badge(tone(run.status()), run.status().name()));
      numbers.forEach(name -> row.add(metricCell(run, name)));
      params.forEach(name -> row.add(paramCell(run, name)));
      row.add(Cell.of(run.took()));
      row.add(Cell.of(run.startedAt()));
      rows.add(row);
    }
    int hidden = varying.size() - params.size();
    String caption = hidden > 0 ? hidden + " more parameters differ." : "";
    return new Table(caption, columns, rows);
  }

  private Section same() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Map.Entry<String, String> entry : runs.get(0).params().entrySet()) {
      if (!varying.contains(entry.getKey())) {
        rows.add(List.of(Cell.of(entry.getKey()), Cell.of(entry.getValue())));
      }
    }
    Section section = Section.titled("The same in all runs");
    return rows.isEmpty()
        ? section.add(Text.of("No parameter."))
        : section.add(new Table("", List.of("Parameter", "Value"), rows));
  }

  private List<String> withTarget() {
    List<String> names = new ArrayList<>(List.of(target));
    names.addAll(metrics);
    return names;
  }

  private static Status tone(RunStatus status) {
    return switch (status) {
      case RUNNING -> Status.INFO;
      case FINISHED -> Status.PASS;
      case FAILED -> Status.FAIL;
      case KILLED -> Status.WARNING;
    };
  }

  private static Cell metricCell(RunRecord run, String name) {
    return run.metrics().containsKey(name) ? Cell.of(number(run, name)) : Cell.of(null);
  }

  private Cell paramCell(RunRecord run, String name) {
    String text = run.params().get(name);
    return text != null && isNumeric(name) ? Cell.of(Conditions.number(text)) : Cell.of(text);
  }

  /** The values of a parameter, "-" for none, in the order of their texts. */
  private Set<String> distinct(String param) {
    Set<String> values = new TreeSet<>();
    runs.forEach(run -> values.add(run.params().getOrDefault(param, "-")));
    return values;
  }

  private boolean isNumeric(String param) {
    return runs.stream()
        .map(run -> run.params().get(param))
        .allMatch(text -> text == null || !Double.isNaN(Conditions.number(text)));
  }

  private static double param(RunRecord run, String name) {
    String text = run.params().get(name);
    return text == null ? Double.NaN : Conditions.number(text);
  }

  private static double category(RunRecord run, String name, List<String> categories) {
    return categories.indexOf(run.params().getOrDefault(name, "-"));
  }

  private static double number(RunRecord run, String metric) {
    MetricSummary summary = run.metrics().get(metric);
    return summary == null ? Double.NaN : summary.last();
  }

  private static long points(RunRecord run, String metric) {
    MetricSummary summary = run.metrics().get(metric);
    return summary == null ? 0 : summary.points();
  }
}
