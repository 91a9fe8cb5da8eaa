package io.mlops4j.registry.lineage;

import io.mlops4j.core.ClassProbabilities;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far two answers are apart: 0 if they are equal, infinity if there is no telling. */
final class AnswerDistance {
  private AnswerDistance() {}

  static double of(@Nullable Object first, @Nullable Object second) {
    if (first instanceof Number a && second instanceof Number b) {
      return of(a.doubleValue(), b.doubleValue());
    }
    if (first instanceof ClassProbabilities a && second instanceof ClassProbabilities b) {
      return a.labels().equals(b.labels())
          ? of(a.toArray(), b.toArray())
          : Double.POSITIVE_INFINITY;
    }
    if (first instanceof double[] a && second instanceof double[] b) {
      return of(a, b);
    }
    if (first instanceof float[] a && second instanceof float[] b && a.length == b.length) {
      double largest = 0;
      for (int i = 0; i < a.length; i++) {
        largest = Math.max(largest, of((double) a[i], b[i]));
      }
      return largest;
    }
    return Objects.equals(first, second) ? 0 : Double.POSITIVE_INFINITY;
  }

  private static double of(double[] a, double[] b) {
    double largest = a.length == b.length ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      largest = Math.max(largest, of(a[i], b[i]));
    }
    return largest;
  }

  /** NaN is as far from NaN as 1 from 1, and infinitely far from any number. */
  private static double of(double a, double b) {
    if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
      return 0;
    }
    double difference = Math.abs(a - b);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
