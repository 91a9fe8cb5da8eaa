package io.mlops4j.pipeline.search;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.tracking.Field;
import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a search found. Equal searches have equal trials and values, whatever the number of threads.
 *
 * @param objective what was made small or large
 * @param minimised whether small is better
 * @param seed where random numbers started
 * @param trials in the order of rounds and numbers
 * @param best the best of the last round, the first of equals
 * @param run the id of the run that is the parent of the trials'
 */
public record SearchResult(
    String objective,
    boolean minimised,
    long seed,
    List<TrialResult> trials,
    TrialResult best,
    Optional<String> run) {
  private static final int SHOWN = 100;

  /** Copies the list. */
  public SearchResult {
    Objects.requireNonNull(objective, "objective");
    trials = Elements.list("trials", trials);
    Objects.requireNonNull(best, "best");
    Objects.requireNonNull(run, "run");
  }

  /**
   * Returns the trials from best to worst, those of later rounds first.
   *
   * @return all of them
   */
  public List<TrialResult> ranked() {
    Direction direction = minimised ? Direction.MINIMISE : Direction.MAXIMISE;
    List<TrialResult> ranked = new ArrayList<>(trials);
    ranked.sort(
        (a, b) ->
            a.round() != b.round()
                ? Integer.compare(b.round(), a.round())
                : direction.compare(a.value(), b.value()));
    return ranked;
  }

  /**
   * Returns the search as a table.
   *
   * @return a report with the best 100 trials
   */
  public Report report() {
    Set<String> names = new LinkedHashSet<>();
    trials.forEach(trial -> names.addAll(trial.candidate().values().keySet()));
    List<String> columns = new ArrayList<>(List.of("Trial", objective));
    boolean rounds = trials.stream().anyMatch(trial -> trial.budget() > 0);
    if (rounds) {
      columns.addAll(List.of("Round", "Budget"));
    }
    columns.addAll(names);
    columns.addAll(List.of("Took", "Failed"));
    List<List<Cell>> rows = new ArrayList<>();
    for (TrialResult trial : ranked().stream().limit(SHOWN).toList()) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(trial.number()));
      row.add(Cell.of(trial.value()));
      if (rounds) {
        row.add(Cell.of(trial.round()));
        row.add(Cell.of(trial.budget()));
      }
      names.forEach(name -> row.add(Cell.of(trial.candidate().values().get(name))));
      row.add(Cell.of(trial.took()));
      row.add(Cell.of(trial.failure().orElse("")));
      rows.add(row);
    }
    return Report.titled("Search for the " + (minimised ? "smallest " : "largest ") + objective)
        .add(
            KeyValues.of("Best " + objective, best.value())
                .and("Of trial", best.number())
                .and("Trials", trials.size())
                .and("Failed", trials.stream().filter(t -> t.failure().isPresent()).count())
                .and("Seed", seed))
        .add(new Table(trials.size() > SHOWN ? "The best " + SHOWN + "." : "", columns, rows));
  }

  /**
   * Returns the tracked runs of the trials beside each other: parallel coordinates, curves, each
   * parameter against the result.
   *
   * @param experiment in which the search was tracked
   * @return the comparison page
   * @throws MlopsException if the search was not tracked there
   */
  public Report compare(TrackedExperiment experiment) {
    Objects.requireNonNull(experiment, "experiment");
    List<RunRecord> records = new ArrayList<>();
    for (TrialResult trial : trials) {
      trial.run().flatMap(experiment::find).ifPresent(records::add);
    }
    if (records.isEmpty()) {
      throw new MlopsException(
          "No trial of this search is in experiment "
              + experiment
              + ". Track the search: trackedIn(experiment, name).");
    }
    Field metric = Field.metric(objective);
    return experiment.compare(records, minimised ? metric.ascending() : metric.descending());
  }
}
