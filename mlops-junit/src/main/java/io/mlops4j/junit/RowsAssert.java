package io.mlops4j.junit;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about the rows that a team's own preprocessing makes of a sample of raw data: is
 * everything there that the model needs, and is it what the model has seen in training? Each
 * reports all it finds at once, and never a value of a sensitive feature.
 *
 * @param <T> the row type
 */
public final class RowsAssert<T> extends AbstractAssert<RowsAssert<T>, List<T>> {
  private static final int MOST_SHOWN = 10;

  private final Schema<T> schema;
  private final Set<String> excepted = new HashSet<>();

  RowsAssert(Schema<T> schema, List<T> actual) {
    super(actual, RowsAssert.class);
    this.schema = schema;
  }

  /**
   * Leaves some features out of the assertions that follow, because the sample cannot show all of
   * them.
   *
   * @param features their names
   * @return this
   * @throws IllegalArgumentException if there is no such feature; lists those that exist
   */
  public RowsAssert<T> except(String... features) {
    for (String feature : features) {
      excepted.add(schema.feature(feature).name());
    }
    return this;
  }

  /**
   * Asserts that every feature has a value in some row, is not the same in all rows, and takes each
   * value of its domain where the schema declares one, and no other.
   *
   * @return this
   * @throws AssertionError with one line per feature that does not
   */
  public RowsAssert<T> coverEveryFeature() {
    List<String> gaps = new ArrayList<>();
    for (Feature<T> feature : checked()) {
      FeatureColumn column = FeatureColumn.of(feature, actual);
      if (column.missing() == actual.size()) {
        gaps.add(feature + ", is missing in all " + actual.size() + " rows.");
        continue;
      }
      if (column.distinct() == 1 && actual.size() > 1) {
        gaps.add(
            feature
                + ", is the same in all "
                + actual.size()
                + " rows"
                + shown(feature, column.words())
                + ".");
      }
      if (!feature.domain().isEmpty()) {
        vocabulary(feature, feature.domain(), "its domain", column, gaps);
      }
    }
    return require(gaps, "to cover " + schema.name());
  }

  /**
   * Asserts that the rows deliver what a version's encoding reads: each of its features is there,
   * of a fitting kind and not always missing; each word of a vocabulary occurs; no row has a word
   * that the vocabulary lacks.
   *
   * @param encoding the version's, frozen at training
   * @return this
   * @throws AssertionError with one line per feature that falls short, unseen values counted
   */
  public RowsAssert<T> coverVocabularyOf(InputEncoding encoding) {
    List<String> gaps = new ArrayList<>();
    for (EncodedColumn column : encoding.columns()) {
      String name = column.feature();
      if (!schema.has(name)) {
        gaps.add(
            Text.printable(name, 64) + ": the encoding reads it, " + schema + " does not have it.");
      } else if (!excepted.contains(name)) {
        encoded(schema.feature(name), column, gaps);
      }
    }
    return require(gaps, "to deliver what the encoding reads");
  }

  private void encoded(Feature<T> feature, EncodedColumn column, List<String> gaps) {
    boolean vector = feature.kind() == FeatureKind.VECTOR;
    boolean words = feature.kind() == FeatureKind.CATEGORICAL || feature.kind() == FeatureKind.TEXT;
    boolean plain =
        column instanceof EncodedColumn.Numeric || column instanceof EncodedColumn.Scaled;
    if (vector != column instanceof EncodedColumn.Vector || (words && plain)) {
      gaps.add(feature + ", but the encoding reads it as " + column.getClass().getSimpleName());
      return;
    }
    FeatureColumn values = FeatureColumn.of(feature, actual);
    if (values.missing() == actual.size()) {
      gaps.add(feature + ", is missing in all " + actual.size() + " rows; the encoding reads it.");
    } else if (column instanceof EncodedColumn.OneHot oneHot) {
      vocabulary(feature, oneHot.vocabulary(), "the encoding's vocabulary", values, gaps);
    } else if (column instanceof EncodedColumn.Ordinal ordinal) {
      vocabulary(feature, ordinal.vocabulary(), "the encoding's vocabulary", values, gaps);
    }
  }

  private void vocabulary(
      Feature<T> feature,
      List<String> known,
      String what,
      FeatureColumn column,
      List<String> gaps) {
    Set<String> absent = new LinkedHashSet<>(known);
    absent.removeAll(column.words());
    if (!absent.isEmpty()) {
      gaps.add(
          feature
              + ", "
              + absent.size()
              + " of the "
              + known.size()
              + " values of "
              + what
              + " occur in no row"
              + shown(feature, absent)
              + ".");
    }
    Set<String> unseen = new LinkedHashSet<>(column.words());
    known.forEach(unseen::remove);
    if (!unseen.isEmpty()) {
      gaps.add(
          feature
              + ", "
              + column.rowsWith(unseen)
              + " of "
              + actual.size()
              + " rows hold "
              + unseen.size()
              + " values that "
              + what
              + " lacks"
              + shown(feature, unseen)
              + ".");
    }
  }

  /**
   * Asserts that no row has a value that training did not show: a number outside the training
   * range, an unknown category, an infinity, or a missing value where none was missing.
   *
   * @param training what the training data looked like
   * @return this
   * @throws AssertionError with one line per feature and kind of value, rows counted
   */
  public RowsAssert<T> stayWithin(Baseline training) {
    List<String> gaps = new ArrayList<>();
    for (FeatureCells cells : training.features()) {
      if (cells.kind() == FeatureKind.VECTOR) {
        continue; // a direction that training did not reach is no mistake in a row
      }
      if (!schema.has(cells.feature())) {
        gaps.add(cells.feature() + ": was in the training data, " + schema + " does not have it.");
      } else if (!excepted.contains(cells.feature())) {
        outside(schema.feature(cells.feature()), cells, gaps);
      }
    }
    return require(gaps, "to stay within what training showed");
  }

  private void outside(Feature<T> feature, FeatureCells cells, List<String> gaps) {
    long[] reference = cells.reference();
    int[] counts = new int[cells.size()];
    for (T row : actual) {
      String text = feature.text(row);
      int cell = text != null ? cells.cellOf(text) : cells.cellOf(feature.number(row));
      counts[cell]++;
    }
    for (int cell = 0; cell < counts.length; cell++) {
      // A gap between training values is no news; only the ends of the range are.
      boolean inside = cell > 0 && cell < cells.ordered() - 1;
      if (counts[cell] > 0 && reference[cell] == 0 && !inside) {
        gaps.add(
            feature
                + ", "
                + counts[cell]
                + " of "
                + actual.size()
                + " rows are where training had none: "
                + (feature.sensitive() ? "cell " + cell : cells.label(cell))
                + ".");
      }
    }
  }

  private List<Feature<T>> checked() {
    return schema.features().stream().filter(f -> !excepted.contains(f.name())).toList();
  }

  private RowsAssert<T> require(List<String> gaps, String wanted) {
    if (actual.isEmpty()) {
      throw new AssertionError("Expected rows " + wanted + ", but there is no row.");
    }
    if (!gaps.isEmpty()) {
      throw new AssertionError(
          "Expected " + actual.size() + " rows " + wanted + ":\n  " + String.join("\n  ", gaps));
    }
    return this;
  }

  private static String shown(Feature<?> feature, Set<String> values) {
    if (feature.sensitive()) {
      return " (not shown: sensitive)";
    }
    if (values.isEmpty()) {
      return "";
    }
    List<String> some =
        values.stream().limit(MOST_SHOWN).map(value -> Text.printable(value, 64)).toList();
    return ": " + String.join(", ", some) + (values.size() > MOST_SHOWN ? ", …" : "");
  }
}
