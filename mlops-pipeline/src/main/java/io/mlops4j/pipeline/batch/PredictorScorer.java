package io.mlops4j.pipeline.batch;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.Scored;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A predictor that also answers requests: runs are short and give way to them. */
final class PredictorScorer<T, O> implements Scorer<T, O> {
  private static final int MAX_REASON = 300;

  private final Predictor<T, O> predictor;
  private final ModelVersion version;
  private final String digest;
  private final boolean shown;

  PredictorScorer(Predictor<T, O> predictor, ModelVersion version, String digest, boolean shown) {
    this.predictor = predictor;
    this.version = version;
    this.digest = digest;
    this.shown = shown;
  }

  @Override
  public ModelVersion version() {
    return version;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public List<Answer<O>> score(List<T> rows) {
    List<Answer<O>> answers = new ArrayList<>(rows.size());
    try (Stream<Scored<T, O>> scored = predictor.scoreAll(rows.stream())) {
      scored.forEachOrdered(row -> answers.add(answer(row)));
    }
    return answers;
  }

  private Answer<O> answer(Scored<T, O> row) {
    if (!row.version().equals(version)) {
      throw new SwappedException(version, row.version());
    }
    MlopsException failure = row.failure();
    if (failure != null) {
      return Answer.bad(
          shown ? Text.printable(String.valueOf(failure.getMessage()), MAX_REASON) : "it failed");
    }
    return Answer.of(row.answer());
  }

  @Override
  public void close() {
    // The predictor goes on serving.
  }
}
