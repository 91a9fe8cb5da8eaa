package io.mlops4j.junit;

import io.mlops4j.core.Model;
import io.mlops4j.junit.StressTally.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What each of two versions answers to each row when nobody else asks. */
final class AnswerKey<I, O> {
  private final SwapStressTarget<I, O> target;
  private final List<O> first;
  private final List<O> second;

  private AnswerKey(SwapStressTarget<I, O> target, List<O> first, List<O> second) {
    this.target = target;
    this.first = first;
    this.second = second;
  }

  /** Asks both versions; what is odd about one that is alone goes into the tally. */
  static <I, O> AnswerKey<I, O> record(SwapStressTarget<I, O> target, StressTally tally) {
    AnswerKey<I, O> key = new AnswerKey<>(target, alone(target, 1, tally), alone(target, 2, tally));
    if (!tally.failed()) {
      key.requireTelling();
    }
    return key;
  }

  private static <I, O> List<O> alone(
      SwapStressTarget<I, O> target, int number, StressTally tally) {
    String who = (number == 1 ? "The first" : "The second") + " version, asked alone, ";
    List<O> answers = new ArrayList<>();
    Model<I, O> model = target.release(number).load();
    try {
      for (I row : target.rows()) {
        answers.addAll(model.predict(List.of(row)));
      }
      List<O> together = model.predict(target.rows());
      for (int i = 0; i < target.rows().size(); i++) {
        if (answers.size() != target.rows().size() || together.size() != answers.size()) {
          tally.problem(
              Kind.WRONG,
              who
                  + ("gives " + answers.size() + " answers row by row and " + together.size())
                  + (" in one batch to " + target.rows().size() + " rows. One each, in order."));
          break;
        }
        if (!target.same(answers.get(i), together.get(i))) {
          tally.problem(
              Kind.WRONG,
              who
                  + ("answers " + answers.get(i) + " to row " + i + " alone and ")
                  + (together.get(i) + " in a batch of " + together.size())
                  + ". If that is rounding, say within(…).");
        }
      }
    } catch (RuntimeException e) {
      tally.problem(Kind.FAILED, who + "fails: " + StressTally.because(e));
    } finally {
      model.close();
    }
    return answers;
  }

  private void requireTelling() {
    boolean versions =
        IntStream.range(0, first.size()).anyMatch(i -> !target.same(first.get(i), second.get(i)));
    boolean rows =
        first.stream().anyMatch(answer -> !target.same(first.get(0), answer))
            && second.stream().anyMatch(answer -> !target.same(second.get(0), answer));
    if (!versions) {
      throw new AssertionError(
          "Both versions answer all "
              + first.size()
              + " rows alike, so an answer of the wrong one could not be seen. Give two versions"
              + " that differ, or a smaller tolerance.");
    }
    if (!rows) {
      throw new AssertionError(
          "A version answers all "
              + first.size()
              + " rows alike, so mixed-up rows could not be seen. Ask for rows whose answers"
              + " differ.");
    }
  }

  int rows() {
    return first.size();
  }

  I row(int row) {
    return target.rows().get(row);
  }

  /** Whether a version, odd or even, answers so. */
  boolean fits(long version, int row, O answer) {
    return target.same((version % 2 == 1 ? first : second).get(row), answer);
  }

  boolean fitsAny(int row, O answer) {
    return fits(1, row, answer) || fits(2, row, answer);
  }

  String expected(int row) {
    return "the two versions answer " + first.get(row) + " and " + second.get(row) + " to it alone";
  }
}
