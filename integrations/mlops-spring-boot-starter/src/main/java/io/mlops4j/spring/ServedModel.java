package io.mlops4j.spring;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.PinnableSource;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.Predictor;
import java.util.List;
import java.util.Optional;

/**
 * A predictor bean with what belongs to it.
 *
 * @param name the bean's name
 * @param types such as {@code Predictor<Flight, Double>}
 * @param predictor the predictor
 * @param handle its model and what it follows; empty for a predictor that the application built
 * @param monitors the drift monitors of the same types
 * @param answersWithoutVersion whether it has a fallback
 */
record ServedModel(
    String name,
    String types,
    Predictor<?, ?> predictor,
    Optional<Handle<?, ?>> handle,
    List<DriftMonitor<?, ?>> monitors,
    boolean answersWithoutVersion) {

  /**
   * What a predictor made from properties follows.
   *
   * @param model in the registry
   * @param source of the predictor
   */
  record Handle<I, O>(RegisteredModel<I, O> model, PinnableSource<I, O> source) {

    /** Keeps this instance on a version, whatever is promoted. */
    void pin(int number) {
      ModelRelease<I, O> release = model.version(number).release();
      source.pin(release);
    }
  }

  /** Returns whether it can answer: with a version or by its fallback. */
  boolean ready() {
    return answersWithoutVersion || predictor.version().isPresent();
  }
}
