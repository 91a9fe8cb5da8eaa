package io.mlops4j.data.expect;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What came of one expectation.
 *
 * @param expectation what was expected
 * @param outcome whether it holds
 * @param considered the rows it was about: those its filter keeps, without missing values
 * @param failed how many of them do not hold; 0 for expectations of all rows together
 * @param sentence what was expected and what was found, with the numbers
 * @param examples a few of the rows that do not hold, the first ones
 */
public record ExpectationResult(
    Expectation expectation,
    Outcome outcome,
    long considered,
    long failed,
    String sentence,
    List<Example> examples) {

  /** What an expectation can come to. Only PASS is a pass. */
  public enum Outcome {
    /** It holds. */
    PASS,
    /** It does not hold. */
    FAIL,
    /** Too few rows, or nothing to compare with: it cannot be said. */
    NO_DATA
  }

  /** Checks for nulls, copies the list. */
  public ExpectationResult {
    Objects.requireNonNull(expectation, "expectation");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(sentence, "sentence");
    examples = List.copyOf(examples);
  }

  /**
   * A row that does not hold.
   *
   * @param line the line it begins on, of a CSV file; elsewhere its number, from 1
   * @param values the features that the expectation reads, as text; {@code (withheld)} for
   *     sensitive ones
   * @param note what else there is to say, or empty
   */
  public record Example(long line, Map<String, String> values, String note) {
    /** Copies the map in its order. */
    public Example {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
      Objects.requireNonNull(note, "note");
    }

    /** Returns it in one line. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("line ").append(line);
      String separator = ": ";
      for (Map.Entry<String, String> value : values.entrySet()) {
        text.append(separator).append(value.getKey()).append(" = ").append(value.getValue());
        separator = ", ";
      }
      return note.isEmpty() ? text.toString() : text + separator + note;
    }
  }
}
