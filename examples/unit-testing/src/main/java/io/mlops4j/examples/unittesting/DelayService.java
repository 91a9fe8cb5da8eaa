package io.mlops4j.examples.unittesting;

import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Prediction;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;

/** Says how likely a departure arrives late; the long-term average where no model answers. */
final class DelayService implements AutoCloseable {
  static final double USUALLY = 0.2;

  private final Predictor<Flight, Double> predictor;

  DelayService(ModelSource<Flight, Double> models) {
    predictor =
        Predictor.from(models)
            .microBatching(MicroBatching.withDefaults())
            .fallback(flight -> USUALLY)
            .build();
  }

  Prediction<Flight, Double> risk(Departure departure) {
    return predictor.predictDetailed(departure.toFlight());
  }

  Predictor<Flight, Double> predictor() {
    return predictor;
  }

  @Override
  public void close() {
    predictor.close();
  }
}
