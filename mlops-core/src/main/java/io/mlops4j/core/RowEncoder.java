package io.mlops4j.core;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An {@link InputEncoding} compiled for rows of one schema: writes a row's floats into a model's
 * input. Immutable and thread-safe; allocates nothing.
 *
 * @param <T> the row type
 */
public final class RowEncoder<T> {
  private final Schema<T> schema;
  private final InputEncoding encoding;
  private final Writer[] writers;

  RowEncoder(Schema<T> schema, InputEncoding encoding) {
    this.schema = schema;
    this.encoding = encoding;
    this.writers = merged(encoding.columns().stream().map(this::writer).toList());
  }

  /** Neighbouring plain numbers become one writer: most encodings are mostly that. */
  private static Writer[] merged(List<Writer> writers) {
    List<Writer> result = new ArrayList<>();
    for (Writer writer : writers) {
      int last = result.size() - 1;
      if (writer instanceof PlainWriter next
          && last >= 0
          && result.get(last) instanceof PlainWriter before) {
        result.set(last, before.and(next));
      } else {
        result.add(writer);
      }
    }
    return result.toArray(Writer[]::new);
  }

  /**
   * Returns what rows are.
   *
   * @return the schema
   */
  public Schema<T> schema() {
    return schema;
  }

  /**
   * Returns what is applied.
   *
   * @return the encoding
   */
  public InputEncoding encoding() {
    return encoding;
  }

  /**
   * Returns how many floats a row becomes.
   *
   * @return at least 1
   */
  public int width() {
    return encoding.width();
  }

  /**
   * Writes one row.
   *
   * @param row its values
   * @param out where to write, by absolute position; its own position does not matter
   * @param at the first position; {@link #width()} floats are written
   * @throws MlopsException if a value was not seen in training and the rule is to reject it; names
   *     the feature
   */
  public void encode(RowBuffer<T> row, FloatBuffer out, int at) {
    int position = at;
    for (Writer writer : writers) {
      writer.write(row, out, position);
      position += writer.width();
    }
  }

  /** Returns how a number is named in a vocabulary: integers without a fraction. */
  static String numberName(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** A value computed by other rules than in training is another value under the same name. */
  private void requireDefinition(Feature<T> feature) {
    String trained = encoding.definitions().get(feature.name());
    String now = feature.definition().orElse("none");
    if (trained != null && !trained.equals(now)) {
      throw new MlopsException(
          "Feature "
              + feature.name()
              + " was computed in training by definition "
              + Text.printable(trained, 12)
              + "; rows of "
              + schema.name()
              + " compute it by "
              + Text.printable(now, 12)
              + ". Serve this version with the definitions it was trained on, or train a new one"
              + " on the present ones.");
    }
  }

  private Writer writer(EncodedColumn column) {
    if (!schema.has(column.feature())) {
      throw new MlopsException(
          "The encoding reads feature "
              + Text.printable(column.feature(), 64)
              + ", which "
              + schema
              + " does not have. The encoding reads: "
              + encoding.columns().stream().map(EncodedColumn::feature).toList()
              + ".");
    }
    int feature = schema.indexOf(column.feature());
    requireDefinition(schema.features().get(feature));
    boolean number = schema.features().get(feature).isNumber();
    if (column instanceof EncodedColumn.Numeric numeric) {
      requireKind(number, column, feature, "a number");
      return new PlainWriter(new int[] {feature}, new float[] {numeric.missing()});
    }
    if (column instanceof EncodedColumn.Scaled scaled) {
      requireKind(number, column, feature, "a number");
      return new ScaledWriter(feature, scaled.offset(), scaled.scale(), scaled.missing());
    }
    if (column instanceof EncodedColumn.Vector vector) {
      boolean fits = schema.features().get(feature).kind() == FeatureKind.VECTOR;
      requireKind(fits, column, feature, "a vector of " + vector.width());
      return new VectorWriter(column.feature(), feature, vector.width());
    }
    boolean vectorKind = schema.features().get(feature).kind() == FeatureKind.VECTOR;
    requireKind(!vectorKind, column, feature, "a category or a number");
    if (column instanceof EncodedColumn.OneHot oneHot) {
      Codes codes = codes(number, oneHot.vocabulary(), feature);
      return new OneHotWriter(oneHot, codes, oneHot.width());
    }
    if (column instanceof EncodedColumn.Groups groups) {
      return new CodedWriters.GroupsWriter(groups, codes(number, groups.allValues(), feature));
    }
    if (column instanceof EncodedColumn.Mapped mapped) {
      return new CodedWriters.MappedWriter(mapped, codes(number, mapped.vocabulary(), feature));
    }
    EncodedColumn.Ordinal ordinal = (EncodedColumn.Ordinal) column;
    return new OrdinalWriter(ordinal, codes(number, ordinal.vocabulary(), feature));
  }

  private void requireKind(boolean fits, EncodedColumn column, int feature, String expected) {
    if (!fits) {
      throw new MlopsException(
          "The encoding reads "
              + column.feature()
              + " as "
              + expected
              + ", but in "
              + schema.name()
              + " it is "
              + schema.features().get(feature)
              + ".");
    }
  }

  private Codes codes(boolean number, List<String> vocabulary, int feature) {
    return number
        ? new NumberCodes(schema.features().get(feature).name(), feature, vocabulary)
        : new TextCodes(feature, vocabulary);
  }

  interface Writer {
    int width();

    void write(RowBuffer<?> row, FloatBuffer out, int at);
  }

  private static final class PlainWriter implements Writer {
    private final int[] features;
    private final float[] missing;

    PlainWriter(int[] features, float[] missing) {
      this.features = features;
      this.missing = missing;
    }

    PlainWriter and(PlainWriter next) {
      int width = features.length + next.features.length;
      int[] allFeatures = Arrays.copyOf(features, width);
      float[] allMissing = Arrays.copyOf(missing, width);
      System.arraycopy(next.features, 0, allFeatures, features.length, next.features.length);
      System.arraycopy(next.missing, 0, allMissing, features.length, next.features.length);
      return new PlainWriter(allFeatures, allMissing);
    }

    @Override
    public int width() {
      return features.length;
    }

    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      for (int i = 0; i < features.length; i++) {
        double value = row.number(features[i]);
        out.put(at + i, Double.isNaN(value) ? missing[i] : (float) value);
      }
    }
  }

  private record ScaledWriter(int feature, double offset, double scale, float missing)
      implements Writer {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      double value = row.number(feature);
      out.put(at, Double.isNaN(value) ? missing : (float) ((value - offset) / scale));
    }
  }

  private record VectorWriter(String name, int feature, int width) implements Writer {
    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      float[] vector = row.vector(feature);
      if (vector == null) {
        for (int i = 0; i < width; i++) {
          out.put(at + i, 0f);
        }
        return;
      }
      if (vector.length != width) {
        throw new MlopsException(
            "Feature "
                + name
                + " has "
                + vector.length
                + " floats, the model takes "
                + width
                + ".");
      }
      out.put(at, vector);
    }
  }

  private record OneHotWriter(EncodedColumn.OneHot column, Codes codes, int width)
      implements Writer {
    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      int code = codes.code(row);
      if (code == Codes.UNSEEN) {
        rejectIfAsked(column.feature(), column.unseen());
      }
      for (int i = 0; i < width; i++) {
        out.put(at + i, 0f);
      }
      if (code >= 0) {
        out.put(at + code, 1f);
      }
    }
  }

  private record OrdinalWriter(EncodedColumn.Ordinal column, Codes codes) implements Writer {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      int code = codes.code(row);
      if (code == Codes.UNSEEN) {
        rejectIfAsked(column.feature(), column.unseen());
      }
      out.put(at, code < 0 ? -1f : code);
    }
  }

  private static void rejectIfAsked(String feature, EncodedColumn.Unseen rule) {
    if (rule == EncodedColumn.Unseen.REJECT) {
      throw CodedWriters.rejected(feature, Codes.UNSEEN);
    }
  }

  /** From a value to its position in a vocabulary. */
  interface Codes {
    int UNSEEN = -1;
    int MISSING = -2;

    int code(RowBuffer<?> row);
  }

  private static final class TextCodes implements Codes {
    private final int feature;
    private final Map<String, Integer> positions = new HashMap<>();

    TextCodes(int feature, List<String> vocabulary) {
      this.feature = feature;
      vocabulary.forEach(value -> positions.put(value, positions.size()));
    }

    @Override
    public int code(RowBuffer<?> row) {
      String text = row.text(feature);
      if (text == null) {
        return MISSING;
      }
      Integer position = positions.get(text);
      return position == null ? UNSEEN : position;
    }
  }

  private static final class NumberCodes implements Codes {
    private final int feature;
    private final double[] sorted;
    private final int[] positions;

    NumberCodes(String name, int feature, List<String> vocabulary) {
      this.feature = feature;
      double[] values = new double[vocabulary.size()];
      for (int i = 0; i < values.length; i++) {
        // Adding 0.0 turns -0.0 into 0.0, here and for a row's value.
        values[i] = parse(name, i, vocabulary.get(i)) + 0.0;
      }
      this.sorted = values.clone();
      Arrays.sort(sorted);
      this.positions = new int[values.length];
      for (int i = 0; i < values.length; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1]) {
          throw new MlopsException(
              "The encoding's vocabulary for " + name + " holds the same number twice.");
        }
        positions[Arrays.binarySearch(sorted, values[i])] = i;
      }
    }

    private static double parse(String name, int position, String value) {
      try {
        double number = Double.parseDouble(value);
        if (!Double.isNaN(number)) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Its message would repeat the value.
      }
      throw new MlopsException(
          "The encoding's vocabulary for the numeric feature "
              + name
              + " holds a value that is not a number, at position "
              + position
              + ".");
    }

    @Override
    public int code(RowBuffer<?> row) {
      double value = row.number(feature);
      if (Double.isNaN(value)) {
        return MISSING;
      }
      int found = Arrays.binarySearch(sorted, value + 0.0);
      return found < 0 ? UNSEEN : positions[found];
    }
  }
}
