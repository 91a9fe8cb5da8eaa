package io.mlops4j.serving;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a child JVM is told of a version: what its loader is made of, without anybody's code, and
 * rows with known answers as values of features. Accessors, factories and tokenizers stay here.
 *
 * @param version who it is, for messages
 * @param rowType what rows are called, for messages
 * @param rows the features of a row, in order; empty for rows of tokens
 * @param tokens how rows of tokens are padded, or null
 * @param kind the name of an {@link OutputKind} in {@link #KINDS}
 * @param output the output that is read, or null for the one that fits
 * @param options how the model is run
 * @param files the names of the version's files
 * @param encoding how a row becomes floats, or null
 * @param tolerance of the golden rows
 * @param golden rows with known answers; may be none
 */
record TrialRequest(
    ModelVersion version,
    String rowType,
    List<Column> rows,
    @Nullable Tokens tokens,
    String kind,
    @Nullable String output,
    OnnxOptions options,
    List<String> files,
    @Nullable InputEncoding encoding,
    double tolerance,
    List<Golden> golden) {

  static final Map<String, OutputKind<?>> KINDS =
      Map.of(
          "probability", OutputKind.PROBABILITY,
          "probabilities", OutputKind.PROBABILITIES,
          "regression", OutputKind.REGRESSION,
          "embedding", OutputKind.EMBEDDING,
          "all", OutputKind.ALL);

  /** A feature: name, kind, and how many floats a vector has. */
  record Column(String name, FeatureKind kind, int length) {}

  /** What is known of token rows without their tokenizer. */
  record Tokens(List<Integer> buckets, long padding, @Nullable Pooling pooling) {}

  /**
   * A row: by position a Double, a String, a float[] or null, and its answer. Values may be
   * sensitive and are not shown.
   */
  record Golden(List<@Nullable Object> values, double expected) {
    @Override
    public String toString() {
      return "Golden[" + values.size() + " values, expected=" + expected + "]";
    }
  }

  /**
   * Returns what a child has to know.
   *
   * @throws TrialFailedException if a golden row cannot be read
   */
  static <I> TrialRequest of(
      ModelVersion version, OnnxLoader<I, ?> loader, ModelArtifact artifact) {
    Optional<Schema<I>> schema = loader.schema();
    List<Golden> golden = new ArrayList<>();
    double tolerance = 0;
    // Rows of tokens are read by a tokenizer, which is the service's code: no golden rows for them.
    if (schema.isPresent() && artifact.goldenRows().isPresent()) {
      tolerance = artifact.goldenRows().get().tolerance();
      for (var row : artifact.goldenRows().get().rows()) {
        golden.add(new Golden(values(version, schema.get(), row.input()), row.expected()));
      }
    }
    return new TrialRequest(
        version,
        schema.map(Schema::name).orElse("tokens"),
        schema.map(TrialRequest::columns).orElse(List.of()),
        loader.input instanceof TokenKernel.Input<I> input
            ? new Tokens(input.tokens().buckets(), input.tokens().padding(), input.pooling())
            : null,
        nameOf(loader.kind),
        loader.output,
        loader.options,
        List.copyOf(artifact.files()),
        // Definitions are the service's, and are compared when it loads the version itself.
        artifact.encoding().map(e -> InputEncoding.of(e.columns())).orElse(null),
        tolerance,
        List.copyOf(golden));
  }

  private static String nameOf(OutputKind<?> kind) {
    return KINDS.entrySet().stream()
        .filter(known -> known.getValue().equals(kind))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static List<Column> columns(Schema<?> schema) {
    List<Column> columns = new ArrayList<>();
    for (Feature<?> feature : schema.features()) {
      columns.add(new Column(feature.name(), feature.kind(), feature.length()));
    }
    return columns;
  }

  private static <I> List<@Nullable Object> values(
      ModelVersion version, Schema<I> schema, Map<String, @Nullable Object> input) {
    RowBuffer<I> buffer = schema.newBuffer();
    try {
      buffer.set(schema.row(input));
    } catch (RuntimeException e) {
      throw new TrialFailedException(
          version,
          TrialFailedException.Reason.REFUSED,
          "Version '"
              + version
              + "' was not tried: a golden row of it is no row of "
              + schema.name()
              + ": "
              + PredictionFailedException.because(e),
          e);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      values.add(
          switch (schema.features().get(i).kind()) {
            case NUMERIC, TIME -> (Object) buffer.number(i);
            case CATEGORICAL, TEXT -> buffer.text(i);
            case VECTOR -> buffer.vector(i);
          });
    }
    return values;
  }

  // In the child.

  /** Returns the loader that is described, over rows that are maps. */
  OnnxLoader<Map<String, Object>, ?> loader() {
    return loader(input(), known(kind));
  }

  private static OutputKind<?> known(String kind) {
    OutputKind<?> known = KINDS.get(kind);
    if (known == null) {
      throw new IllegalArgumentException("kind: " + kind);
    }
    return known;
  }

  private <O> OnnxLoader<Map<String, Object>, O> loader(
      OnnxInput<Map<String, Object>> input, OutputKind<O> as) {
    OnnxLoader<Map<String, Object>, O> loader = new OnnxLoader<>(input, as).options(options);
    return output == null ? loader : loader.output(output);
  }

  private OnnxInput<Map<String, Object>> input() {
    Tokens known = tokens;
    if (known == null) {
      return new RowInput<>(schema());
    }
    TokenInput<Map<String, Object>> padded =
        TokenInput.<Map<String, Object>>of(row -> new long[] {known.padding()})
            .withBuckets(known.buckets().stream().mapToInt(Integer::intValue).toArray())
            .withPadding(known.padding());
    return new TokenKernel.Input<>(padded, known.pooling());
  }

  private Schema<Map<String, Object>> schema() {
    SchemaBuilder<Map<String, Object>> builder = Schema.builder(rowType);
    for (Column column : rows) {
      String name = column.name();
      switch (column.kind()) {
        case NUMERIC -> builder.numeric(name, row -> number(row, name));
        case TIME -> builder.time(name, row -> number(row, name));
        case CATEGORICAL -> builder.categorical(name, row -> (String) row.get(name));
        case TEXT -> builder.text(name, row -> (String) row.get(name));
        case VECTOR ->
            builder.vector(name, Math.max(1, column.length()), row -> (float[]) row.get(name));
      }
    }
    return builder.build();
  }

  private static double number(Map<String, Object> row, String name) {
    return row.get(name) instanceof Double value ? value : Double.NaN;
  }

  /** Returns a golden row; what is missing has no entry. */
  Map<String, Object> row(int i) {
    Map<String, Object> row = new HashMap<>();
    for (int c = 0; c < rows.size(); c++) {
      Object value = golden.get(i).values().get(c);
      if (value != null) {
        row.put(rows.get(c).name(), value);
      }
    }
    return row;
  }
}
