package io.mlops4j.junit;

import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.junit.simulation.Simulation;
import io.mlops4j.junit.simulation.SimulationAssert;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.Predictor;
import java.util.List;

/**
 * Where assertions about models begin. Import {@code assertThat} from here and from AssertJ side by
 * side: the types differ.
 *
 * <pre>{@code
 * assertThat(candidate).beats(champion).on(AUC).by(0.005);
 * assertThat(version).passes(policy);
 * assertThat(model).reproduces(goldenRows);
 * assertThatRows(SCHEMA, rows).coverEveryFeature().coverVocabularyOf(encoding);
 * }</pre>
 *
 * <p>A number that is missing or undefined never passes. Values of sensitive features appear in no
 * message.
 */
public final class MlopsAssertions {
  private MlopsAssertions() {}

  /**
   * Starts an assertion about an evaluation.
   *
   * @param actual the report
   * @return what can be asserted
   */
  public static EvaluationAssert assertThat(EvaluationReport actual) {
    return new EvaluationAssert(actual);
  }

  /**
   * Starts an assertion about a version in a registry.
   *
   * @param actual the version
   * @return what can be asserted
   */
  public static VersionAssert assertThat(RegisteredVersion<?, ?> actual) {
    return new VersionAssert(actual);
  }

  /**
   * Starts an assertion about a decision.
   *
   * @param actual the decision
   * @return what can be asserted
   */
  public static DecisionAssert assertThat(GateDecision actual) {
    return new DecisionAssert(actual);
  }

  /**
   * Starts an assertion about a check, such as a drift or quality monitor.
   *
   * @param actual the check; evaluated by each assertion
   * @return what can be asserted
   */
  public static CheckAssert assertThat(Check actual) {
    return new CheckAssert(actual);
  }

  /**
   * Starts an assertion about an answer that was given.
   *
   * @param actual what {@code predictDetailed} returned, or a listener saw
   * @param <O> one answer
   * @return what can be asserted
   */
  public static <O> PredictionAssert<O> assertThat(Prediction<?, O> actual) {
    return new PredictionAssert<>(actual);
  }

  /**
   * Starts an assertion about a predictor.
   *
   * @param actual the predictor, which stays open
   * @return what can be asserted
   */
  public static PredictorAssert assertThat(Predictor<?, ?> actual) {
    return new PredictorAssert(actual);
  }

  /**
   * Starts an assertion about a model.
   *
   * @param actual the model, which stays open
   * @param <I> one input row
   * @param <O> one answer
   * @return what can be asserted
   */
  public static <I, O> ModelAssert<I, O> assertThat(Model<I, O> actual) {
    return new ModelAssert<>(actual);
  }

  /**
   * Starts an assertion about a policy in simulated traffic.
   *
   * @param actual the simulation; run by each assertion
   * @param <I> one input row
   * @return what can be asserted
   */
  public static <I> SimulationAssert<I> assertThat(Simulation<I> actual) {
    return new SimulationAssert<>(actual);
  }

  /**
   * Starts an assertion about rows that a team's own preprocessing made.
   *
   * @param actual the rows
   * @param <T> the row type
   * @return what can be asserted
   */
  public static <T> RowsAssert<T> assertThat(Dataset<T> actual) {
    try (var rows = actual.stream()) {
      return new RowsAssert<>(actual.schema(), rows.toList());
    }
  }

  /**
   * Starts an assertion about rows that a team's own preprocessing made.
   *
   * @param schema what a row is
   * @param actual the rows
   * @param <T> the row type
   * @return what can be asserted
   */
  public static <T> RowsAssert<T> assertThatRows(Schema<T> schema, List<? extends T> actual) {
    return new RowsAssert<>(schema, List.copyOf(actual));
  }
}
