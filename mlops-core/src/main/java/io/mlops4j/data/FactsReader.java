package io.mlops4j.data;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One pass over rows: digest, count, first and last moment. Used by one thread. */
final class FactsReader<T> {
  private final String name;
  private final Schema<T> schema;
  private final @Nullable ToDoubleFunction<? super T> millis;
  private final RowDigest<T> digest;
  private long rows;
  private double first = Double.POSITIVE_INFINITY;
  private double last = Double.NEGATIVE_INFINITY;

  FactsReader(String name, Schema<T> schema, @Nullable ToDoubleFunction<? super T> millis) {
    this.name = name;
    this.schema = schema;
    this.millis = millis == null ? ownTime(schema) : millis;
    this.digest = new RowDigest<>(schema);
  }

  private static <T> @Nullable ToDoubleFunction<T> ownTime(Schema<T> schema) {
    for (Feature<T> feature : schema.features()) {
      if (feature.kind() == FeatureKind.TIME) {
        return feature::number;
      }
    }
    return null;
  }

  void add(T row) {
    digest.add(row);
    count(row);
  }

  void add(T row, double label) {
    digest.add(row, label);
    count(row);
  }

  private void count(T row) {
    rows++;
    if (millis != null) {
      double at = millis.applyAsDouble(row);
      // A row that does not say when (NaN) changes neither.
      first = at < first ? at : first;
      last = at > last ? at : last;
    }
  }

  /** Shows rows to a visitor while reading their facts; empty if one cannot be read. */
  Optional<DatasetFacts> read(Source<T> source, RowVisitor<? super T> visitor) {
    return read(source, visitor, this::add);
  }

  Optional<DatasetFacts> readLabeled(
      Source<Labeled<T>> source, RowVisitor<? super Labeled<T>> visitor) {
    return read(source, visitor, row -> add(row.row(), row.label()));
  }

  private <R> Optional<DatasetFacts> read(
      Source<R> source, RowVisitor<? super R> visitor, Consumer<R> adder) {
    AtomicBoolean whole = new AtomicBoolean(true);
    source.visit(
        new Source.ThroughVisitor<R, R>(visitor) {
          @Override
          R made(R row) {
            adder.accept(row);
            return row;
          }

          @Override
          public void unreadable(long line, List<Fault> faults) {
            whole.set(false);
            super.unreadable(line, faults);
          }

          @Override
          public void broken(long line, String problem) {
            whole.set(false);
            super.broken(line, problem);
          }
        });
    return whole.get() ? Optional.of(facts()) : Optional.empty();
  }

  DatasetFacts facts() {
    Optional<DatasetFacts.Period> period =
        first <= last
            ? Optional.of(
                new DatasetFacts.Period(
                    Instant.ofEpochMilli((long) first), Instant.ofEpochMilli((long) last)))
            : Optional.empty();
    return new DatasetFacts(name, digest.hex(), rows, schema.fingerprint(), period);
  }
}
