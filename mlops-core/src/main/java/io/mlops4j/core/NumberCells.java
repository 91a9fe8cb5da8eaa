package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Intervals of the number line: cell {@code i} is {@code (edges[i-1], edges[i]]}, the first and the
 * last are open-ended. A single value {@code v} is a cell as {@code (nextDown(v), v]}.
 */
final class NumberCells implements FeatureCells {
  static final int MAX_EDGES = 10_000;

  private final String feature;
  private final FeatureKind kind;
  private final boolean sensitive;
  private final double[] edges;
  private final EdgeGuide guide;
  private final long[] reference;

  NumberCells(
      String feature, FeatureKind kind, boolean sensitive, double[] edges, long[] reference) {
    this(feature, kind, sensitive, edges, EdgeGuide.over(edges), reference);
  }

  private NumberCells(
      String feature,
      FeatureKind kind,
      boolean sensitive,
      double[] edges,
      EdgeGuide guide,
      long[] reference) {
    this.feature = feature;
    this.kind = kind;
    this.sensitive = sensitive;
    this.edges = edges;
    this.guide = guide;
    this.reference = reference;
  }

  @Override
  public String feature() {
    return feature;
  }

  @Override
  public FeatureKind kind() {
    return kind;
  }

  @Override
  public boolean sensitive() {
    return sensitive;
  }

  @Override
  public int size() {
    return edges.length + 3;
  }

  @Override
  public int ordered() {
    return edges.length + 1;
  }

  @Override
  public int missing() {
    return edges.length + 2;
  }

  @Override
  public int unseen() {
    return edges.length + 1;
  }

  @Override
  public int cellOf(double value) {
    // One test for the ordinary case: no comparison with NaN is true.
    if (!(Math.abs(value) <= Double.MAX_VALUE)) {
      return Double.isNaN(value) ? missing() : unseen();
    }
    return guide.cellOf(value);
  }

  @Override
  public int cellOf(@Nullable String value) {
    return missing();
  }

  @Override
  public double[] edges() {
    return edges.clone();
  }

  @Override
  public int known() {
    return 0;
  }

  @Override
  public long[] reference() {
    return reference.clone();
  }

  @Override
  public FeatureCells withReference(long[] counts) {
    return new NumberCells(feature, kind, sensitive, edges, guide, counts.clone());
  }

  @Override
  public String label(int cell) {
    if (cell == missing()) {
      return "missing";
    }
    if (cell == unseen()) {
      return "not finite";
    }
    if (sensitive) {
      return "cell " + cell;
    }
    if (edges.length == 0) {
      return "any number";
    }
    if (cell == 0) {
      return "below " + text(edges[0]);
    }
    if (cell == edges.length) {
      return "above " + text(edges[cell - 1]);
    }
    if (Math.nextUp(edges[cell - 1]) == edges[cell]) {
      return "= " + text(edges[cell]);
    }
    return lower(edges[cell - 1]) + ", " + text(edges[cell]) + "]";
  }

  /** An edge just below a round number was put there to include that number: say so. */
  private String lower(double edge) {
    double next = Math.nextUp(edge) + 0.0;
    boolean includes = edge == -Double.MIN_VALUE || (isRound(next) && !isRound(edge));
    return includes ? "[" + text(next) : "(" + text(edge);
  }

  private static boolean isRound(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.5g", value)) == value;
  }

  private String text(double edge) {
    if (kind == FeatureKind.TIME) {
      return Instant.ofEpochMilli((long) edge).toString();
    }
    String digits = String.format(Locale.ROOT, "%.5g", edge);
    return digits.contains("e")
        ? digits
        : new BigDecimal(digits).stripTrailingZeros().toPlainString();
  }

  @Override
  public ObjectNode definition() {
    ObjectNode node = Json.object();
    ArrayNode list = node.putArray("edges");
    for (double edge : edges) {
      list.add(shortest(edge));
    }
    return node;
  }

  /** The shortest decimal that reads back exactly: Double.toString differs between JDKs. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value) {
        return rounded;
      }
    }
    return exact.round(new MathContext(17));
  }

  @Override
  public void identify(StringBuilder identity) {
    for (double edge : edges) {
      identity.append(Long.toHexString(Double.doubleToLongBits(edge))).append(',');
    }
  }
}
