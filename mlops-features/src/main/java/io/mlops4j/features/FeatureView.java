package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Features of one entity, declared once over typed events: what computes training rows computes
 * serving rows.
 *
 * <p>A feature at a time {@code t} is a function of the set of events that had happened and were
 * known at {@code t}, and of nothing else: not of the order in which they arrived, nor of how
 * often. Versions of an event (same id and time, known later) replace each other. Immutable and
 * thread-safe, as far as the functions given to it are.
 *
 * @param <E> the type of the events
 * @param <K> the type of the entity's key
 */
public final class FeatureView<E, K> {
  private final String name;
  private final Entity<K> entity;
  private final Schema<E> events;
  private final EventReader<E, K> reader;
  private final List<ViewFeature> features;
  private final Reach reach;
  private final @Nullable Duration ttl;
  private final Schema<FeatureValues> schema;
  private final Schema<FeatureValues> leakingSchema;
  private final String fingerprint;

  FeatureView(
      String name,
      Entity<K> entity,
      Schema<E> events,
      EventReader<E, K> reader,
      List<ViewFeature> features,
      @Nullable Duration ttl,
      Definitions definitions) {
    this.name = name;
    this.entity = entity;
    this.events = events;
    this.reader = reader;
    this.features = List.copyOf(features);
    this.ttl = ttl;
    this.reach = reach(features, ttl);
    this.schema = schema(name, features, definitions, "");
    this.leakingSchema = schema(name, features, definitions, "knowledge time ignored");
    this.fingerprint = definitions.all(features);
  }

  /**
   * Starts a view.
   *
   * @param name what it is called; names the source of its events too: part of its fingerprint
   * @param entity what the features are about
   * @param events what the events are
   * @param key whose event it is; null if nobody's, so that it is passed over
   * @param <E> the type of the events
   * @param <K> the type of the entity's key
   * @return a builder without features
   */
  public static <E, K> FeatureViewBuilder<E, K> named(
      String name,
      Entity<K> entity,
      Schema<E> events,
      Function<? super E, ? extends @Nullable K> key) {
    Objects.requireNonNull(name, "name");
    return new FeatureViewBuilder<>(name, entity, events, key);
  }

  private static Reach reach(List<ViewFeature> features, @Nullable Duration ttl) {
    long span = 0;
    int most = 0;
    for (ViewFeature feature : features) {
      if (feature.window().reach() == Long.MAX_VALUE) {
        most = Math.max(most, feature.window().most());
      } else {
        span = Math.max(span, feature.window().reach());
      }
    }
    return new Reach(span, most, ttl == null ? Long.MAX_VALUE : ttl.toNanos());
  }

  private static Schema<FeatureValues> schema(
      String name, List<ViewFeature> features, Definitions definitions, String how) {
    SchemaBuilder<FeatureValues> builder = Schema.builder(name);
    for (int i = 0; i < features.size(); i++) {
      int at = i;
      ViewFeature feature = features.get(i);
      switch (feature.kind()) {
        case CATEGORICAL -> builder.categorical(feature.name(), values -> values.text(at));
        case TEXT -> builder.text(feature.name(), values -> values.text(at));
        case TIME -> builder.time(feature.name(), values -> values.number(at));
        default -> builder.numeric(feature.name(), values -> values.number(at));
      }
    }
    Schema<FeatureValues> result = builder.build();
    for (ViewFeature feature : features) {
      result = result.withDefinition(feature.name(), definitions.of(feature, how));
      result = feature.sensitive() ? result.withSensitive(feature.name()) : result;
    }
    return result;
  }

  /**
   * Returns what the view is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns what the features are about.
   *
   * @return the entity
   */
  public Entity<K> entity() {
    return entity;
  }

  /**
   * Returns what the events are.
   *
   * @return their schema
   */
  public Schema<E> events() {
    return events;
  }

  /**
   * Returns how old an event may be to be looked at.
   *
   * @return the time to live, relative to the time asked for, or empty
   */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(ttl);
  }

  /**
   * Returns the names of the features in order.
   *
   * @return at least one
   */
  public List<String> features() {
    return features.stream().map(ViewFeature::name).toList();
  }

  /**
   * Returns what the values of this view are: each feature with the fingerprint of its definition.
   *
   * @return the schema; its fingerprint changes with any definition
   */
  public Schema<FeatureValues> schema() {
    return schema;
  }

  /** The same features computed without regard to what was known: other definitions. */
  Schema<FeatureValues> leakingSchema() {
    return leakingSchema;
  }

  /**
   * Returns the identity of everything this view computes: SHA-256 over the definitions of its
   * features. What functions compute cannot be seen; give examples to the builder, or raise its
   * revision.
   *
   * @return 64 hexadecimal digits
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns whose event it is.
   *
   * @param event an event
   * @return the key, or null if it is nobody's
   */
  public @Nullable K keyOf(E event) {
    Objects.requireNonNull(event, "event");
    return reader.keyOf(event);
  }

  /**
   * Returns when an event can be seen first: when it had happened and was known.
   *
   * @param event an event
   * @return the later of the two times, or empty if it is not known yet
   */
  public Optional<Instant> visibleFrom(E event) {
    Objects.requireNonNull(event, "event");
    long from = reader.read(event).visibleFrom();
    return from == Event.NEVER ? Optional.empty() : Optional.of(Nanos.instant(from));
  }

  EventReader<E, K> reader() {
    return reader;
  }

  Reach reach() {
    return reach;
  }

  ViewEvaluator evaluator(boolean knownOnly) {
    return new ViewEvaluator(features, reach, knownOnly);
  }

  FeatureValues values(String key, long at, ViewEvaluator.Values values) {
    return new FeatureValues(schema, key, at, values);
  }

  boolean isText(int feature) {
    FeatureKind kind = features.get(feature).kind();
    return kind == FeatureKind.CATEGORICAL || kind == FeatureKind.TEXT;
  }

  int width() {
    return features.size();
  }

  /** Returns name, entity and features. */
  @Override
  public String toString() {
    return "FeatureView " + name + " of " + entity.name() + Objects.toString(features());
  }

  /** How columns are read, for the builder. */
  static boolean isText(Feature<?> column) {
    return column.kind() == FeatureKind.CATEGORICAL || column.kind() == FeatureKind.TEXT;
  }
}
