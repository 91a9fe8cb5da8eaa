package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;

import io.mlops4j.core.Feature;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What rows look like, in one pass, and which expectations that suggests. Follows the rules that
 * Deequ's authors found useful (complete if complete, few values, not negative, unique), and leaves
 * room where the next snapshot will differ: ranges are half as wide again on both sides.
 */
final class Profile<T> {
  private static final int ENOUGH_ROWS = 100;

  private final List<FeatureProfile<T>> features = new ArrayList<>();
  private long rows;

  private Profile(Dataset<T> data) {
    Settings settings =
        new Settings(
            Expectation.Environment.TRAINING,
            0,
            java.time.Instant.EPOCH,
            OptionalLong.empty(),
            true,
            null,
            Map.of(),
            null,
            Validation.KEYS_IN_MEMORY,
            new Salt(new byte[16]));
    for (Feature<T> feature : data.schema().features()) {
      features.add(new FeatureProfile<>(data.schema(), feature, settings));
    }
  }

  static <T> Profile<T> of(Dataset<T> data) {
    Profile<T> profile = new Profile<>(data);
    RowBuffer<T> buffer = data.schema().newBuffer();
    try (Stream<T> stream = data.stream()) {
      stream.forEachOrdered(
          row -> {
            profile.rows++;
            buffer.set(row);
            profile.features.forEach(feature -> feature.add(profile.rows, buffer, row));
          });
      profile.features.forEach(FeatureProfile::finish);
    } finally {
      profile.features.forEach(FeatureProfile::close);
    }
    return profile;
  }

  List<Expectation> suggestions() {
    List<Expectation> result = new ArrayList<>();
    if (rows == 0) {
      return result;
    }
    result.add(Expectation.rows().countAtLeast(Math.max(1, rows / 2)));
    for (FeatureProfile<T> of : features) {
      presence(of, result);
      if (of.rows() > of.missing()) {
        values(of, result);
      }
    }
    return result;
  }

  private static void presence(FeatureProfile<?> of, List<Expectation> result) {
    if (of.missing() == 0) {
      if (of.feature().nullable()) {
        result.add(feature(of.feature().name()).isPresent());
      }
    } else if (of.missing() < of.rows()) {
      double share = of.missing() / (double) of.rows();
      double room = Math.max(0.01, 3 * Math.sqrt(share * (1 - share) / of.rows()));
      double atMost = Math.ceil(100 * (share + room)) / 100;
      if (atMost < 1) {
        result.add(feature(of.feature().name()).missingAtMost(atMost));
      }
    }
  }

  private static void values(FeatureProfile<?> of, List<Expectation> result) {
    ExpectedFeature expected = feature(of.feature().name());
    switch (of.feature().kind()) {
      case NUMERIC -> {
        if (of.finite()) {
          result.add(expected.isFinite());
          numbers(of, expected, result);
        }
      }
      case TIME -> {
        if (of.rows() >= ENOUGH_ROWS && of.increasing()) {
          result.add(expected.isIncreasing());
        }
      }
      case CATEGORICAL, TEXT -> texts(of, expected, result);
      case VECTOR -> {
        if (of.finite()) {
          result.add(expected.isFinite());
        }
        if (of.minLength() == of.maxLength()) {
          result.add(expected.hasLength(of.minLength(), of.maxLength()));
        }
      }
    }
    if (of.unique() && of.missing() == 0 && of.rows() >= ENOUGH_ROWS) {
      result.add(expected.isUnique());
    }
  }

  private static void numbers(
      FeatureProfile<?> of, ExpectedFeature expected, List<Expectation> result) {
    if (of.whole()) {
      result.add(expected.isWhole());
    }
    if (of.feature().sensitive()) {
      return;
    }
    @Nullable List<Double> few = of.fewNumbers();
    if (of.whole() && few != null) {
      result.add(expected.isIn(few.stream().mapToDouble(Double::doubleValue).toArray()));
      return;
    }
    double room = (of.max() - of.min()) / 2;
    double low = Shown.down(of.min() - room);
    double high = Shown.up(of.max() + room);
    if (of.min() >= 0 && low < 0) {
      low = 0;
    }
    if (of.min() < of.max() && Double.isFinite(low) && Double.isFinite(high)) {
      result.add(expected.isBetween(low, high));
    } else if (of.min() >= 0) {
      result.add(expected.isAtLeast(0));
    }
  }

  private static void texts(
      FeatureProfile<?> of, ExpectedFeature expected, List<Expectation> result) {
    if (of.feature().sensitive()) {
      return;
    }
    @Nullable List<String> few = of.fewTexts();
    if (few != null) {
      result.add(expected.isIn(few.toArray(String[]::new)));
      return;
    }
    if (of.dates()) {
      result.add(expected.isDate(FeatureProfile.DATE));
    } else if (of.numbers()) {
      result.add(expected.isNumber());
    }
    long max = Math.min(Integer.MAX_VALUE, 2L * of.maxLength());
    result.add(expected.hasLength(of.minLength() / 2, (int) max));
  }
}
