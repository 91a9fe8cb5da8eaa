package io.mlops4j.pipeline.batch;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;

/** A model that is asked directly; a chunk that fails is halved until its bad rows are alone. */
final class ModelScorer<T, O> implements Scorer<T, O> {
  private static final int MAX_REASON = 300;

  private final ModelVersion version;
  private final String digest;
  private final Model<T, O> model;
  private final boolean owned;
  private final boolean shown;

  /**
   * Takes a model.
   *
   * @param owned whether closing this closes it
   * @param shown whether what it says of a bad row may be told
   */
  ModelScorer(
      ModelVersion version, String digest, Model<T, O> model, boolean owned, boolean shown) {
    this.version = version;
    this.digest = digest;
    this.model = model;
    this.owned = owned;
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
    score(rows, answers);
    return answers;
  }

  private void score(List<T> rows, List<Answer<O>> answers) {
    if (rows.isEmpty()) {
      return;
    }
    List<O> outputs;
    try {
      outputs = model.predict(rows);
    } catch (RuntimeException e) {
      if (rows.size() == 1) {
        answers.add(Answer.bad(reason(e)));
        return;
      }
      int half = rows.size() / 2;
      score(rows.subList(0, half), answers);
      score(rows.subList(half, rows.size()), answers);
      return;
    }
    if (outputs.size() != rows.size()) {
      throw new MlopsException(
          "Model '"
              + version
              + "' gave "
              + outputs.size()
              + " answers to "
              + rows.size()
              + " rows.");
    }
    outputs.forEach(output -> answers.add(Answer.of(output)));
  }

  private String reason(RuntimeException e) {
    return shown
        ? "the model failed: " + Text.printable(String.valueOf(e.getMessage()), MAX_REASON)
        : "the model failed (its message is withheld: rows have sensitive features)";
  }

  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
