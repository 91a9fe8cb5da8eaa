package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.RowTest.Answer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules of one value: whether it is there, and which number it is. */
final class CellRules {
  private CellRules() {}

  /** Whether a value is there. */
  static <T> boolean present(FeatureKind kind, RowBuffer<T> values, int at) {
    return switch (kind) {
      case NUMERIC, TIME -> !Double.isNaN(values.number(at));
      case CATEGORICAL, TEXT -> values.text(at) != null;
      case VECTOR -> values.vector(at) != null;
    };
  }

  /** The value is there. */
  record Present(String feature) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "present";
    }

    @Override
    public List<FeatureKind> kinds() {
      return SingleFeature.all();
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is present";
    }

    @Override
    public String call() {
      return ".isPresent()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      FeatureKind kind = schema.feature(feature).kind();
      return (values, row) -> RowTest.answer(present(kind, values, at));
    }
  }

  /** The value is not there. */
  record Missing(String feature) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "missing";
    }

    @Override
    public List<FeatureKind> kinds() {
      return SingleFeature.all();
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is missing";
    }

    @Override
    public String call() {
      return ".isMissing()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      FeatureKind kind = schema.feature(feature).kind();
      return (values, row) -> RowTest.answer(!present(kind, values, at));
    }
  }

  /** The number lies in bounds. */
  record Within(String feature, Bounds bounds) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "between";
    }

    @Override
    public List<FeatureKind> kinds() {
      return NUMBERS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is " + bounds.sentence(schema.feature(feature).kind());
    }

    @Override
    public String call() {
      return ".is" + bounds.call();
    }

    @Override
    public void write(ObjectNode json) {
      bounds.write(json);
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      return (values, row) -> {
        double value = values.number(at);
        return Double.isNaN(value) ? Answer.MISSING : RowTest.answer(bounds.holds(value));
      };
    }
  }

  /** The number is none of the infinities; no float of a vector is NaN or infinite. */
  record Finite(String feature) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "finite";
    }

    @Override
    public List<FeatureKind> kinds() {
      return List.of(FeatureKind.NUMERIC, FeatureKind.VECTOR, FeatureKind.TIME);
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is finite";
    }

    @Override
    public String call() {
      return ".isFinite()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      if (schema.feature(feature).kind() == FeatureKind.VECTOR) {
        return (values, row) -> {
          float[] vector = values.vector(at);
          return vector == null ? Answer.MISSING : RowTest.answer(finite(vector));
        };
      }
      return (values, row) -> {
        double value = values.number(at);
        return Double.isNaN(value) ? Answer.MISSING : RowTest.answer(!Double.isInfinite(value));
      };
    }

    private static boolean finite(float[] vector) {
      for (float value : vector) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
      return true;
    }
  }

  /** The number has no fraction. */
  record Whole(String feature) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "whole";
    }

    @Override
    public List<FeatureKind> kinds() {
      return NUMBERS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is a whole number";
    }

    @Override
    public String call() {
      return ".isWhole()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      return (values, row) -> {
        double value = values.number(at);
        return Double.isNaN(value)
            ? Answer.MISSING
            : RowTest.answer(value == Math.rint(value) && !Double.isInfinite(value));
      };
    }
  }

  /** The number is, or is not, one of a few. */
  record Numbers(String feature, List<Double> values, boolean in)
      implements RowRule, SingleFeature {
    Numbers {
      values = values.stream().map(v -> v + 0.0).toList();
      if (values.isEmpty() || values.stream().anyMatch(v -> !Double.isFinite(v))) {
        throw new IllegalArgumentException(
            "numbers of " + feature + " (expected: at least one, all finite)");
      }
    }

    @Override
    public String kind() {
      return in ? "in" : "notIn";
    }

    @Override
    public List<FeatureKind> kinds() {
      return NUMBERS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      FeatureKind kind = schema.feature(feature).kind();
      return (in ? "is one of " : "is none of ")
          + values.stream()
              .limit(10)
              .map(v -> Shown.number(kind, v))
              .collect(Collectors.joining(", "))
          + (values.size() > 10 ? ", …" : "");
    }

    @Override
    public String call() {
      return values.stream()
          .map(SuiteSource::number)
          .collect(Collectors.joining(", ", in ? ".isIn(" : ".isNotIn(", ")"));
    }

    @Override
    public void write(ObjectNode json) {
      values.forEach(json.withArray("numbers")::add);
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      Set<Double> known = new HashSet<>(values);
      double[] few = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return (row, object) -> {
        double value = row.number(at);
        if (Double.isNaN(value)) {
          return Answer.MISSING;
        }
        boolean found =
            few.length <= 64
                ? Arrays.binarySearch(few, value + 0.0) >= 0
                : known.contains(value + 0.0);
        return RowTest.answer(found == in);
      };
    }
  }
}
