package io.mlops4j.data.expect;

import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Marks rows that do not hold after they were answered: a listener that never slows a request, for
 * rows that are worth knowing about but not worth refusing. Counts them, tells of each, and is a
 * {@link Check} of their share. Thread-safe.
 *
 * <p>A prediction's row has the features of the model's own schema. Rules of features that it does
 * not have, and rules in Java, are not asked.
 *
 * @param <I> the row type
 * @param <O> one answer
 */
public final class RowMarks<I, O> implements PredictionListener<I, O>, Check {
  private final List<Expectation> expectations;
  private final double atMost;
  private final BiConsumer<? super Prediction<I, O>, ? super List<String>> marked;
  private final Map<Expectation, Long> counts = new LinkedHashMap<>();
  private @Nullable Schema<I> schema;
  private @Nullable RowGuard<EncodedRow<I>> guard;
  private long rows;
  private long marks;

  RowMarks(
      List<Expectation> expectations,
      double atMost,
      BiConsumer<? super Prediction<I, O>, ? super List<String>> marked) {
    TableRules.requireShare("atMost", atMost);
    this.expectations = expectations;
    this.atMost = atMost;
    this.marked = Objects.requireNonNull(marked, "marked");
    expectations.forEach(expectation -> counts.put(expectation, 0L));
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    @Nullable EncodedRow<I> row = prediction.row();
    if (row == null) {
      return;
    }
    List<String> sentences = asked(row);
    if (!sentences.isEmpty()) {
      marked.accept(prediction, sentences);
    }
  }

  private synchronized List<String> asked(EncodedRow<I> row) {
    @Nullable RowGuard<EncodedRow<I>> current = guard;
    if (current == null || schema != row.schema()) {
      schema = row.schema();
      current = RowGuard.encoded(row.schema(), expectations);
      guard = current;
    }
    rows++;
    Map<Expectation, String> found = current.found(row);
    found.keySet().forEach(expectation -> counts.merge(expectation, 1L, Long::sum));
    marks += found.isEmpty() ? 0 : 1;
    return List.copyOf(found.values());
  }

  /**
   * Returns how many rows were looked at.
   *
   * @return 0 or more
   */
  public synchronized long rows() {
    return rows;
  }

  /**
   * Returns how many rows did not hold.
   *
   * @return 0 to {@link #rows()}
   */
  public synchronized long marked() {
    return marks;
  }

  /**
   * Returns how many rows did not hold, by expectation.
   *
   * @return a copy, in the order of the suite
   */
  public synchronized Map<Expectation, Long> counts() {
    return new LinkedHashMap<>(counts);
  }

  @Override
  public String name() {
    return "rows as expected";
  }

  @Override
  public synchronized Check.Outcome evaluate() {
    if (rows == 0) {
      return new Check.NoData("No row was looked at.");
    }
    double share = marks / (double) rows;
    String sentence =
        Shown.count(marks)
            + " of "
            + Shown.rows(rows)
            + " are not as expected ("
            + Shown.percent(share)
            + ", at most "
            + Shown.percent(atMost)
            + ").";
    return share <= atMost ? new Check.Pass(sentence) : new Check.Fail(sentence);
  }
}
