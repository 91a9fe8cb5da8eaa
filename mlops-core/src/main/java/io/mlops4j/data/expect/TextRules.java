package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.RowTest.Answer;
import java.time.DateTimeException;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Rules of one text. */
final class TextRules {
  private static final int MAX_NUMBER = 64;
  private static final int MAX_DATE = 256;

  private TextRules() {}

  private static <T> RowTest<T> ofText(Schema<T> schema, String feature, Predicate<String> holds) {
    int at = schema.indexOf(feature);
    return (values, row) -> {
      String text = values.text(at);
      return text == null ? Answer.MISSING : RowTest.answer(holds.test(text));
    };
  }

  /** The text is, or is not, one of some. */
  record Words(String feature, List<String> values, boolean in) implements RowRule, SingleFeature {
    Words {
      values = List.copyOf(new LinkedHashSet<>(values));
      if (values.isEmpty()) {
        throw new IllegalArgumentException("values of " + feature + " (expected: at least one)");
      }
    }

    @Override
    public String kind() {
      return in ? "in" : "notIn";
    }

    @Override
    public List<FeatureKind> kinds() {
      return TEXTS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return (in ? "is one of " : "is none of ")
          + values.stream().limit(10).map(Shown::text).collect(Collectors.joining(", "))
          + (values.size() > 10 ? ", … (" + values.size() + ")" : "");
    }

    @Override
    public String call() {
      return values.stream()
          .map(SuiteSource::text)
          .collect(Collectors.joining(", ", in ? ".isIn(" : ".isNotIn(", ")"));
    }

    @Override
    public void write(ObjectNode json) {
      values.forEach(json.withArray("values")::add);
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      Set<String> known = Set.copyOf(values);
      return ofText(schema, feature, text -> known.contains(text) == in);
    }
  }

  /** The text is one of the feature's domain. */
  record InDomain(String feature) implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return "inDomain";
    }

    @Override
    public List<FeatureKind> kinds() {
      return List.of(FeatureKind.CATEGORICAL);
    }

    @Override
    public void requireFits(Schema<?> schema) {
      SingleFeature.super.requireFits(schema);
      if (schema.feature(feature).domain().isEmpty()) {
        throw new IllegalArgumentException(
            "Expectation inDomain of feature "
                + schema.feature(feature)
                + " (expected: a domain, as Schema.withDomain gives it)");
      }
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is in the schema's domain of " + schema.feature(feature).domain().size();
    }

    @Override
    public String call() {
      return ".isInDomain()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      Set<String> known = Set.copyOf(schema.feature(feature).domain());
      return ofText(schema, feature, known::contains);
    }
  }

  /** The whole text is, or is not, of a pattern. */
  record Matches(String feature, SafePattern pattern, boolean wanted)
      implements RowRule, SingleFeature {
    @Override
    public String kind() {
      return wanted ? "matches" : "matchesNot";
    }

    @Override
    public List<FeatureKind> kinds() {
      return TEXTS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return (wanted ? "matches " : "does not match ") + pattern;
    }

    @Override
    public String call() {
      return (wanted ? ".matches(" : ".matchesNot(") + SuiteSource.text(pattern.text()) + ")";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("pattern", pattern.text());
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      return ofText(schema, feature, text -> pattern.matches(text) == wanted);
    }
  }

  /** The text has so many characters, or the vector so many floats. */
  record Length(String feature, int min, int max) implements RowRule, SingleFeature {
    Length {
      if (min < 0 || max < min) {
        throw new IllegalArgumentException(
            "length: " + min + " to " + max + " (expected: 0 or more, the larger one last)");
      }
    }

    @Override
    public String kind() {
      return "length";
    }

    @Override
    public List<FeatureKind> kinds() {
      return List.of(FeatureKind.CATEGORICAL, FeatureKind.TEXT, FeatureKind.VECTOR);
    }

    @Override
    public String predicate(Schema<?> schema) {
      String unit = schema.feature(feature).kind() == FeatureKind.VECTOR ? "floats" : "characters";
      return "has " + (min == max ? min + " " : min + " to " + max + " ") + unit;
    }

    @Override
    public String call() {
      return ".hasLength(" + min + ", " + max + ")";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("min", min).put("max", max);
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      int at = schema.indexOf(feature);
      if (schema.feature(feature).kind() == FeatureKind.VECTOR) {
        return (values, row) -> {
          float[] vector = values.vector(at);
          return vector == null
              ? Answer.MISSING
              : RowTest.answer(vector.length >= min && vector.length <= max);
        };
      }
      return ofText(schema, feature, this::fits);
    }

    /** Characters as people count them, at least as Unicode does: code points. */
    private boolean fits(String text) {
      int units = text.length();
      if (units < min || units > 2L * max) {
        return false;
      }
      int points = text.codePointCount(0, units);
      return points >= min && points <= max;
    }
  }

  /** The text is a date or time as a pattern says. */
  record DateText(String feature, String format) implements RowRule, SingleFeature {
    DateText {
      formatter(format);
    }

    private static DateTimeFormatter formatter(String format) {
      try {
        // A strict "yyyy" would ask for an era that nobody writes.
        String pattern = format.indexOf('G') < 0 ? format.replace('y', 'u') : format;
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)
            .withResolverStyle(ResolverStyle.STRICT);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("date format: " + e.getMessage(), e);
      }
    }

    @Override
    public String kind() {
      return "date";
    }

    @Override
    public List<FeatureKind> kinds() {
      return TEXTS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is a date as " + Shown.text(format);
    }

    @Override
    public String call() {
      return ".isDate(" + SuiteSource.text(format) + ")";
    }

    @Override
    public void write(ObjectNode json) {
      json.put("format", format);
    }

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      DateTimeFormatter formatter = formatter(format);
      return ofText(schema, feature, text -> is(formatter, text));
    }

    private static boolean is(DateTimeFormatter formatter, String text) {
      if (text.length() > MAX_DATE) {
        return false;
      }
      try {
        formatter.parse(text);
        return true;
      } catch (DateTimeException e) {
        return false;
      }
    }
  }

  /** The text is a decimal number. */
  record NumberText(String feature) implements RowRule, SingleFeature {
    private static final SafePattern DECIMAL =
        SafePattern.of("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");

    @Override
    public String kind() {
      return "number";
    }

    @Override
    public List<FeatureKind> kinds() {
      return TEXTS;
    }

    @Override
    public String predicate(Schema<?> schema) {
      return "is a number";
    }

    @Override
    public String call() {
      return ".isNumber()";
    }

    @Override
    public void write(ObjectNode json) {}

    @Override
    public <T> RowTest<T> test(Schema<T> schema) {
      return ofText(
          schema, feature, text -> text.length() <= MAX_NUMBER && DECIMAL.matches(text.strip()));
    }
  }
}
