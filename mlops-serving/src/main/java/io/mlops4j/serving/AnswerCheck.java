package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an answer must be: not null, not NaN unless that is allowed, of as many numbers as the
 * version's first answer had, and what the user asks of it.
 */
final class AnswerCheck<O> {
  private final ModelVersion version;
  private final boolean nanAllowed;
  private final @Nullable Predicate<? super O> valid;

  /** Numbers per answer, by the first one; -1 before it. Answers that are no arrays have none. */
  private volatile int length = -1;

  AnswerCheck(ModelVersion version, boolean nanAllowed, @Nullable Predicate<? super O> valid) {
    this.version = version;
    this.nanAllowed = nanAllowed;
    this.valid = valid;
  }

  boolean isNanAllowed() {
    return nanAllowed;
  }

  /** Returns the answers of a whole run. */
  List<O> counted(@Nullable List<O> answers, int rows) {
    int count = answers == null ? 0 : answers.size();
    if (answers == null || count != rows) {
      throw new PredictionFailedException(
          "Model '"
              + version
              + "' answered "
              + count
              + " rows, asked "
              + rows
              + ". A model returns exactly one answer per input, in order.");
    }
    return answers;
  }

  O checked(@Nullable O answer) {
    if (answer == null) {
      throw wrong("null");
    }
    if (answer instanceof Double number) {
      requireNumber(number);
    } else if (answer instanceof Float number) {
      requireNumber(number);
    } else if (answer instanceof double[] numbers) {
      for (double number : numbers) {
        requireNumber(number);
      }
      requireLength(numbers.length);
    } else if (answer instanceof float[] numbers) {
      for (float number : numbers) {
        requireNumber(number);
      }
      requireLength(numbers.length);
    }
    return accepted(answer);
  }

  /** Returns an answer a kernel has checked already, if the user accepts it, too. */
  O accepted(O answer) {
    if (valid != null && !valid.test(answer)) {
      throw new PredictionFailedException(
          "Model '"
              + version
              + "' gave an answer that the predictor's outputCheck refuses. Check the row and the"
              + " model's export.");
    }
    return answer;
  }

  private void requireNumber(double number) {
    if (Double.isNaN(number) && !nanAllowed) {
      throw wrong("NaN");
    }
  }

  private void requireLength(int numbers) {
    int first = length;
    if (first < 0) {
      length = numbers;
    } else if (first != numbers) {
      throw new PredictionFailedException(
          "Model '"
              + version
              + "' answered "
              + numbers
              + " numbers for a row, and "
              + first
              + " for an earlier one. All answers of a version have one shape.");
    }
  }

  private PredictionFailedException wrong(String what) {
    return new PredictionFailedException(
        "Model '" + version + "' answered " + what + " for a row (expected: a value).");
  }
}
