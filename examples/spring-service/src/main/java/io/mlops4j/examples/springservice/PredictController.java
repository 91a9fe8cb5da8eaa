package io.mlops4j.examples.springservice;

import io.mlops4j.core.Prediction;
import io.mlops4j.serving.Predictor;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The probability that flights arrive more than 15 minutes late. */
@RestController
class PredictController {
  private final Predictor<Flight, Double> flightDelay;

  PredictController(Predictor<Flight, Double> flightDelay) {
    this.flightDelay = flightDelay;
  }

  /**
   * The answer for one flight.
   *
   * @param id by which the truth can be reported later
   * @param version who answered
   * @param source {@code MODEL}, {@code PREVIOUS_VERSION} or {@code FALLBACK}
   * @param risk of arriving late, 0 to 1
   */
  record Answer(String id, String version, String source, double risk) {}

  @PostMapping("/predict")
  Answer predict(@RequestBody Flight flight) {
    Prediction<Flight, Double> prediction = flightDelay.predictDetailed(flight);
    return new Answer(
        prediction.id(),
        prediction.version().toString(),
        prediction.source().name(),
        prediction.output());
  }

  /** All answers are of one version. */
  @PostMapping("/predict/batch")
  List<Double> predictAll(@RequestBody List<Flight> flights) {
    return flightDelay.predictAll(flights);
  }
}
