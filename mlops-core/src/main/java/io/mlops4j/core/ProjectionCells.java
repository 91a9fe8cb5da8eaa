package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a vector seen along one random direction of plus and minus ones, scaled by the root
 * of its length (Achlioptas 2003). The direction follows from the feature's name and its number, so
 * nothing but these is stored.
 */
final class ProjectionCells implements FeatureCells {
  static final int MAX_LENGTH = 1 << 16;

  private final String source;
  private final int direction;
  private final int length;
  private final boolean sensitive;
  private final NumberCells cells;
  private final float[] signs;

  ProjectionCells(
      String source,
      int direction,
      int length,
      boolean sensitive,
      double[] edges,
      long[] reference) {
    this(
        source,
        direction,
        length,
        sensitive,
        new NumberCells(name(source, direction), FeatureKind.VECTOR, sensitive, edges, reference));
  }

  private ProjectionCells(
      String source, int direction, int length, boolean sensitive, NumberCells cells) {
    this.source = source;
    this.direction = direction;
    this.length = length;
    this.sensitive = sensitive;
    this.cells = cells;
    this.signs = signs(source, direction, length);
  }

  static String name(String source, int direction) {
    return source + "~" + direction;
  }

  static float[] signs(String source, int direction, int length) {
    long state = 0xcbf29ce484222325L;
    for (int i = 0; i < source.length(); i++) {
      state = (state ^ source.charAt(i)) * 0x100000001b3L;
    }
    state += direction;
    float[] signs = new float[length];
    for (int i = 0; i < length; i++) {
      state += 0x9e3779b97f4a7c15L;
      long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      signs[i] = ((mixed ^ (mixed >>> 31)) & 1) == 0 ? 1 : -1;
    }
    return signs;
  }

  /** The coordinate along a direction. Summed in order, in doubles: the same on every machine. */
  static double project(float[] vector, float[] signs) {
    double sum = 0;
    for (int i = 0; i < signs.length; i++) {
      sum += (double) vector[i] * signs[i];
    }
    return sum / Math.sqrt(signs.length);
  }

  String sourceName() {
    return source;
  }

  int direction() {
    return direction;
  }

  int length() {
    return length;
  }

  @Override
  public String feature() {
    return cells.feature();
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public FeatureKind kind() {
    return FeatureKind.VECTOR;
  }

  @Override
  public boolean sensitive() {
    return sensitive;
  }

  @Override
  public int size() {
    return cells.size();
  }

  @Override
  public int ordered() {
    return cells.ordered();
  }

  @Override
  public int missing() {
    return cells.missing();
  }

  @Override
  public int unseen() {
    return cells.unseen();
  }

  @Override
  public int cellOf(double value) {
    return cells.missing();
  }

  @Override
  public int cellOf(@Nullable String value) {
    return cells.missing();
  }

  @Override
  public int cellOf(float @Nullable [] vector) {
    if (vector == null) {
      return cells.missing();
    }
    if (vector.length != length) {
      return cells.unseen();
    }
    double value = project(vector, signs);
    // A vector with a NaN in it is there, and is no place in space.
    return Double.isNaN(value) ? cells.unseen() : cells.cellOf(value);
  }

  @Override
  public double[] edges() {
    return cells.edges();
  }

  @Override
  public int known() {
    return 0;
  }

  @Override
  public long[] reference() {
    return cells.reference();
  }

  @Override
  public FeatureCells withReference(long[] counts) {
    NumberCells counted = (NumberCells) Objects.requireNonNull(cells.withReference(counts));
    return new ProjectionCells(source, direction, length, sensitive, counted);
  }

  @Override
  public String label(int cell) {
    return cells.label(cell);
  }

  @Override
  public ObjectNode definition() {
    ObjectNode node = cells.definition();
    node.put("source", source);
    node.put("direction", direction);
    node.put("length", length);
    return node;
  }

  @Override
  public void identify(StringBuilder identity) {
    identity.append(direction).append(',').append(length).append(',');
    cells.identify(identity);
  }
}
