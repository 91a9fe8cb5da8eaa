package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An experiment whose definition can change while it runs. Every change is an epoch: weights move
 * the fewest units, a larger traffic share or slice moves none that is in, and exposures carry the
 * epoch. Thread-safe: {@link #current} is a volatile read, changes are serial.
 *
 * @param <T> what the arms carry
 */
public final class LiveExperiment<T> {
  private final Time time;
  private final Map<String, T> payloads;
  private final ExposureListener listener;
  private volatile ExperimentDefinition definition;
  private volatile Experiment<T> current;

  private LiveExperiment(
      ExperimentDefinition definition,
      Map<String, ? extends T> payloads,
      Time time,
      ExposureListener listener) {
    this.definition = definition;
    this.payloads = Elements.map("payloads", payloads);
    this.time = time;
    this.listener = listener;
    this.current = definition.experiment(this.payloads, time, listener);
  }

  /**
   * Returns an experiment that starts from a definition.
   *
   * @param definition epoch 0
   * @param payloads one per arm, by name
   * @param time the clock of start and end
   * @param listener told of exposures
   * @param <T> what the arms carry
   * @return the experiment
   */
  public static <T> LiveExperiment<T> of(
      ExperimentDefinition definition,
      Map<String, ? extends T> payloads,
      Time time,
      ExposureListener listener) {
    Objects.requireNonNull(definition, "definition");
    Objects.requireNonNull(payloads, "payloads");
    Objects.requireNonNull(time, "time");
    return new LiveExperiment<>(definition, payloads, time, listener);
  }

  /**
   * Returns the experiment as it is now: take it once per request.
   *
   * @return the experiment
   */
  public Experiment<T> current() {
    return current;
  }

  /**
   * Applies the next definition as the next epoch. The same definition again changes nothing.
   *
   * @param next of the same experiment: same name, salt, unit and arms
   * @return the experiment in force
   * @throws MlopsException if it is another experiment; the one in force stays
   */
  public synchronized Experiment<T> reload(ExperimentDefinition next) {
    Objects.requireNonNull(next, "next");
    return next.equals(definition) ? current : apply(next);
  }

  /**
   * Applies all revisions that are stored and not yet applied: revision n is epoch n. A revision
   * that cannot be read leaves the one before in force.
   *
   * @param history whose revision 0 this experiment started from
   * @return the experiment in force
   * @throws MlopsException if a revision cannot be read or is another experiment
   */
  public synchronized Experiment<T> refresh(DefinitionHistory history) {
    Objects.requireNonNull(history, "history");
    while (true) {
      Optional<ExperimentDefinition> next = history.read(current.epoch() + 1);
      if (next.isEmpty()) {
        return current;
      }
      apply(next.get());
    }
  }

  private Experiment<T> apply(ExperimentDefinition next) {
    DefinitionHistory.requireSame(definition, next);
    Experiment<T> built = next.experiment(payloads, time, listener);
    current = current.redefined(built.rules(), next.traffic(), next.weights(current.epoch() + 1));
    definition = next;
    return current;
  }
}
