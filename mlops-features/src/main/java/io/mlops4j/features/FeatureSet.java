package io.mlops4j.features;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import io.mlops4j.data.Dataset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a model sees of a row: the row's own features and those of some views, looked up by keys the
 * row holds, at the time the row holds. The same declaration joins training rows ({@link #join})
 * and makes serving rows ({@link OnlineFeatures}). Immutable and thread-safe, as far as the
 * functions given to it are.
 *
 * @param <R> the type of the rows
 */
public final class FeatureSet<R> {
  private final Schema<R> rows;
  private final Function<? super R, ? extends @Nullable Instant> at;
  private final List<Attached<R, ?>> views;
  private final List<Computed<R>> computed;
  private final Schema<FeatureRow<R>> schema;
  private final Schema<FeatureRow<R>> leakingSchema;

  /** A view, and whose values of it a row needs. */
  record Attached<R, K>(
      String prefix, FeatureView<?, K> view, Function<? super R, ? extends @Nullable K> key) {
    String keyOf(R row) {
      return view.entity().text(key.apply(row));
    }
  }

  private record Computed<R>(String name, ToDoubleFunction<FeatureRow<R>> function, String hash) {}

  private FeatureSet(
      Schema<R> rows,
      Function<? super R, ? extends @Nullable Instant> at,
      List<Attached<R, ?>> views,
      List<Computed<R>> computed) {
    this.rows = Objects.requireNonNull(rows, "rows");
    this.at = Objects.requireNonNull(at, "at");
    this.views = List.copyOf(views);
    this.computed = List.copyOf(computed);
    this.schema = schema(FeatureView::schema, "");
    this.leakingSchema = schema(FeatureView::leakingSchema, "knowledge time ignored");
  }

  /**
   * Returns the features of some rows alone, to which views are added.
   *
   * @param rows what rows are
   * @param at the time a row asks for features of: when the prediction is made, not when the thing
   *     predicted happens
   * @param <R> the type of the rows
   * @return a set without views
   */
  public static <R> FeatureSet<R> of(
      Schema<R> rows, Function<? super R, ? extends @Nullable Instant> at) {
    return new FeatureSet<>(rows, at, List.of(), List.of());
  }

  /**
   * Returns this set with the features of a view, under their own names.
   *
   * @param view computes them
   * @param key whose; a row without a key has the values of an entity without events
   * @param <K> the type of the key
   * @return a copy
   * @throws IllegalArgumentException if a name is taken: give them a prefix; if another view of the
   *     same name is in the set
   */
  public <K> FeatureSet<R> with(
      FeatureView<?, K> view, Function<? super R, ? extends @Nullable K> key) {
    Objects.requireNonNull(view, "view");
    return attached("", view, key);
  }

  /**
   * Returns this set with the features of a view, under names that begin with a prefix and a dot:
   * for a view that is used twice, of the origin and of the destination.
   *
   * @param prefix what their names begin with
   * @param view computes them
   * @param key whose; a row without a key has the values of an entity without events
   * @param <K> the type of the key
   * @return a copy
   * @throws IllegalArgumentException if a name is taken, or another view of the same name is in the
   *     set
   */
  public <K> FeatureSet<R> with(
      String prefix, FeatureView<?, K> view, Function<? super R, ? extends @Nullable K> key) {
    Objects.requireNonNull(view, "view");
    Objects.requireNonNull(prefix, "prefix");
    return attached(Names.require("prefix", prefix) + ".", view, key);
  }

  private <K> FeatureSet<R> attached(
      String prefix, FeatureView<?, K> view, Function<? super R, ? extends @Nullable K> key) {
    List<Attached<R, ?>> more = new ArrayList<>(views);
    for (Attached<R, ?> other : views) {
      // Events, definitions and rows are found by the view's name.
      if (other.view().name().equals(view.name())
          && !other.view().fingerprint().equals(view.fingerprint())) {
        throw new IllegalArgumentException(
            "view: "
                + view.name()
                + " is in the set with another definition (expected: a name of its own for each"
                + " definition)");
      }
    }
    more.add(new Attached<>(prefix, view, Objects.requireNonNull(key, "key")));
    return new FeatureSet<>(rows, at, more, computed);
  }

  /**
   * Returns this set with a number computed from each row and its features, in joins as online.
   *
   * @param feature its name
   * @param revision of the function: raise it when it computes something else, so that models
   *     trained on the former values refuse the new ones
   * @param function a pure function; NaN is missing
   * @return a copy
   */
  public FeatureSet<R> computed(
      String feature, int revision, ToDoubleFunction<FeatureRow<R>> function) {
    Objects.requireNonNull(feature, "feature");
    Objects.requireNonNull(function, "function");
    StringBuilder text = new StringBuilder("mlops4j-computed-1\n");
    text.append(feature).append('\n').append(revision).append('\n');
    views.forEach(v -> text.append(v.prefix()).append(v.view().fingerprint()).append('\n'));
    List<Computed<R>> more = new ArrayList<>(computed);
    String hash = Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    more.add(new Computed<>(Names.require("feature", feature), function, hash));
    return new FeatureSet<>(rows, at, views, more);
  }

  private Schema<FeatureRow<R>> schema(
      Function<FeatureView<?, ?>, Schema<FeatureValues>> of, String how) {
    SchemaBuilder<FeatureRow<R>> builder = Schema.builder(rows.name() + " with features");
    builder.including("", rows, FeatureRow::row);
    for (int i = 0; i < views.size(); i++) {
      int view = i;
      Attached<R, ?> attached = views.get(i);
      builder.including(attached.prefix(), of.apply(attached.view()), row -> row.values(view));
    }
    computed.forEach(c -> builder.numeric(c.name(), c.function()));
    rows.factory().ifPresent(made -> builder.factory(new FeatureRowFactory<>(this, made)));
    Schema<FeatureRow<R>> result = builder.build();
    for (Computed<R> one : computed) {
      String hash =
          how.isEmpty()
              ? one.hash()
              : Digests.sha256((one.hash() + how).getBytes(StandardCharsets.UTF_8));
      result = result.withDefinition(one.name(), hash);
    }
    return result;
  }

  /**
   * Starts a point-in-time join: one row out for each row in, in order, with the features as they
   * could have been known at the row's time.
   *
   * @param dataset the rows
   * @return a join that needs the events of each view
   */
  public PointInTimeJoin<R> join(Dataset<R> dataset) {
    return new PointInTimeJoin<>(this, dataset);
  }

  /**
   * Returns what a joined row is: give it to trainers, baselines and model loaders. Its fingerprint
   * holds the definition of every feature, so that a version registered with it refuses rows of
   * other definitions.
   *
   * @return the row's features, then those of each view, then the computed ones
   */
  public Schema<FeatureRow<R>> schema() {
    return schema;
  }

  /** What rows joined without the knowledge cut-off are: features of other definitions. */
  Schema<FeatureRow<R>> leakingSchema() {
    return leakingSchema;
  }

  /**
   * Returns what rows are without features.
   *
   * @return the schema given
   */
  public Schema<R> rows() {
    return rows;
  }

  /**
   * Returns the fingerprints of all definitions, to be written into a lineage as tags.
   *
   * @return {@code features.} and the name of each view, and of each computed feature, to its
   *     fingerprint
   */
  public SortedMap<String, String> definitions() {
    TreeMap<String, String> result = new TreeMap<>();
    views.forEach(v -> result.put("features." + v.view().name(), v.view().fingerprint()));
    computed.forEach(c -> result.put("features." + c.name(), c.hash()));
    return Collections.unmodifiableSortedMap(result);
  }

  List<Attached<R, ?>> views() {
    return views;
  }

  /** The time of a row, or null. */
  @Nullable Instant timeOf(R row) {
    return at.apply(row);
  }

  /** Returns the schema's features. */
  @Override
  public String toString() {
    return "FeatureSet " + schema;
  }
}
