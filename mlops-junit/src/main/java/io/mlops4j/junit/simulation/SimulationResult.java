package io.mlops4j.junit.simulation;

import io.mlops4j.report.Report;
import java.time.Duration;
import java.util.List;

/**
 * What a simulation showed.
 *
 * @param traffic what arrived
 * @param warmUp before the regressions
 * @param lasting after it
 * @param seed what chance came from
 * @param calm without a regression
 * @param detections one per regression, in the order they were given
 */
public record SimulationResult(
    String traffic,
    Duration warmUp,
    Duration lasting,
    long seed,
    FalseAlarms calm,
    List<Detection> detections) {

  /** Copies the list. */
  public SimulationResult {
    detections = List.copyOf(detections);
  }

  /**
   * Returns what happened under one regression.
   *
   * @param regression its name
   * @return how soon it was seen
   * @throws IllegalArgumentException if there is none of that name; lists those there are
   */
  public Detection detection(String regression) {
    return detections.stream()
        .filter(one -> one.regression().equals(regression))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no regression '%s' (known: %s)"
                        .formatted(
                            regression, detections.stream().map(Detection::regression).toList())));
  }

  /**
   * Returns a page: false alarms, delays as a table and as curves, outcomes.
   *
   * @param title what was simulated
   * @return as text, JSON, Markdown or HTML
   */
  public Report report(String title) {
    return new SimulationPage(this).report(title);
  }

  /** Returns the page as text. */
  @Override
  public String toString() {
    return report("Simulation").toText();
  }
}
