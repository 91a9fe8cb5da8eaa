package io.mlops4j.features;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Declares a {@link FeatureView}: when an event happened, when it was known, what makes it one
 * event, and the features. Used by one thread; setting a thing twice is an error.
 *
 * @param <E> the type of the events
 * @param <K> the type of the entity's key
 */
public final class FeatureViewBuilder<E, K> {
  private static final int MAX_FEATURES = 1_000;

  private record Declared(Aggregate aggregate, Window window) {}

  private final String name;
  private final Entity<K> entity;
  private final Schema<E> events;
  private final Function<? super E, ? extends @Nullable K> key;
  private final SchemaBuilder<E> derived;
  private final List<String> derivedNames = new ArrayList<>();
  private final Map<String, Declared> features = new LinkedHashMap<>();
  private @Nullable Function<? super E, ? extends @Nullable Instant> happened;
  private @Nullable Function<? super E, ? extends @Nullable Instant> known;
  private @Nullable Function<? super E, ? extends @Nullable String> id;
  private @Nullable Duration ttl;
  private int revision;
  private List<E> examples = List.of();

  FeatureViewBuilder(
      String name,
      Entity<K> entity,
      Schema<E> events,
      Function<? super E, ? extends @Nullable K> key) {
    this.name = Names.require("view", name);
    this.entity = Objects.requireNonNull(entity, "entity");
    this.events = Objects.requireNonNull(events, "events");
    this.key = Objects.requireNonNull(key, "key");
    this.derived = Schema.builder(name);
  }

  /**
   * Says when an event happened: its event time.
   *
   * @param time reads it; an event without one is an error
   * @return this builder
   */
  public FeatureViewBuilder<E, K> happened(Function<? super E, ? extends @Nullable Instant> time) {
    once("happened", happened);
    happened = Objects.requireNonNull(time, "time");
    return this;
  }

  /**
   * Says when an event happened, in local time. Of a local time that occurs twice, when clocks are
   * set back, the first is meant; one that is skipped is moved on by the length of the gap.
   *
   * @param time reads it; an event without one is an error
   * @param zone where
   * @return this builder
   */
  public FeatureViewBuilder<E, K> happened(
      Function<? super E, ? extends @Nullable LocalDateTime> time, ZoneId zone) {
    return happened(instants(time, zone));
  }

  /**
   * Says when an event was known: its knowledge time. Before it no feature looks at the event.
   *
   * @param time reads it; an event without one is not known yet, and is passed over
   * @return this builder
   */
  public FeatureViewBuilder<E, K> known(Function<? super E, ? extends @Nullable Instant> time) {
    once("known", known);
    known = Objects.requireNonNull(time, "time");
    return this;
  }

  /**
   * Says when an event was known, in local time.
   *
   * @param time reads it; an event without one is not known yet, and is passed over
   * @param zone where
   * @return this builder
   */
  public FeatureViewBuilder<E, K> known(
      Function<? super E, ? extends @Nullable LocalDateTime> time, ZoneId zone) {
    return known(instants(time, zone));
  }

  /**
   * Says that every event is known the moment it happens. That is rarely true of anything that went
   * through a queue, a batch or a person.
   *
   * @return this builder
   */
  public FeatureViewBuilder<E, K> knownAtOnce() {
    if (happened == null) {
      throw new IllegalStateException("knownAtOnce: say first when events happened");
    }
    return known(happened);
  }

  private static <E> Function<E, @Nullable Instant> instants(
      Function<? super E, ? extends @Nullable LocalDateTime> time, ZoneId zone) {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(zone, "zone");
    return event -> {
      LocalDateTime local = time.apply(event);
      return local == null ? null : local.atZone(zone).toInstant();
    };
  }

  /**
   * Says what makes an event one event. Two with the same id, entity and event time are versions of
   * one: at any time the one known last holds.
   *
   * @param text reads it; an event without one is an error
   * @return this builder
   */
  public FeatureViewBuilder<E, K> id(Function<? super E, ? extends @Nullable String> text) {
    once("id", id);
    id = Objects.requireNonNull(text, "text");
    return this;
  }

  /**
   * Says that events have no id: two are the same if all features of their schema are equal. Such
   * an event cannot be corrected.
   *
   * @return this builder
   */
  public FeatureViewBuilder<E, K> idFromContent() {
    return id(new ContentId<>(events));
  }

  /**
   * Adds a column computed from each event.
   *
   * @param column its name, not one of the event's own
   * @param number a pure function; NaN is missing
   * @return this builder
   */
  public FeatureViewBuilder<E, K> column(String column, ToDoubleFunction<E> number) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(number, "number");
    derived.numeric(newColumn(column), number);
    return this;
  }

  /**
   * Adds a column of categories computed from each event.
   *
   * @param column its name, not one of the event's own
   * @param category a pure function; null is missing
   * @return this builder
   */
  public FeatureViewBuilder<E, K> category(String column, Function<E, @Nullable String> category) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(category, "category");
    derived.categorical(newColumn(column), category);
    return this;
  }

  private String newColumn(String column) {
    if (events.has(column) || derivedNames.contains(column)) {
      throw new IllegalArgumentException("column: there is already a " + column);
    }
    derivedNames.add(column);
    return column;
  }

  /**
   * Adds a feature.
   *
   * @param feature its name
   * @param aggregate what is computed
   * @param window of which events
   * @return this builder
   */
  public FeatureViewBuilder<E, K> feature(String feature, Aggregate aggregate, Window window) {
    Objects.requireNonNull(feature, "feature");
    Objects.requireNonNull(aggregate, "aggregate");
    Names.require("feature", feature);
    Objects.requireNonNull(window, "window");
    if (aggregate.kind() == Aggregate.Kind.RATE
        && (window.span().isEmpty() || window.events().isPresent())) {
      throw new IllegalArgumentException(
          "window of " + feature + ": " + window + " (expected: a span of time; a rate needs one)");
    }
    if (features.putIfAbsent(feature, new Declared(aggregate, window)) != null) {
      throw new IllegalArgumentException("feature: there is already a " + feature);
    }
    if (features.size() > MAX_FEATURES) {
      throw new IllegalArgumentException("features: more than " + MAX_FEATURES);
    }
    return this;
  }

  /**
   * Says how old an event may be, counted from the time asked for. Older ones are not looked at by
   * any feature, neither in joins nor online.
   *
   * @param age more than zero; an event of exactly that age is looked at
   * @return this builder
   */
  public FeatureViewBuilder<E, K> ttl(Duration age) {
    Objects.requireNonNull(age, "age");
    once("ttl", ttl);
    if (age.isNegative() || age.isZero() || age.compareTo(Duration.ofDays(36_525)) > 0) {
      throw new IllegalArgumentException(
          "ttl: " + age + " (expected: more than 0, at most 36525 days)");
    }
    ttl = age;
    return this;
  }

  /**
   * Says which revision the functions are of: key, times, ids and columns. Raise it when one of
   * them computes something else, so that the fingerprint changes.
   *
   * @param number 0 unless said
   * @return this builder
   */
  public FeatureViewBuilder<E, K> revision(int number) {
    revision = number;
    return this;
  }

  /**
   * Gives events on which the functions are tried: what they answer becomes part of the
   * fingerprint, so that most changes of code are noticed without a new revision.
   *
   * @param events a few of every sort, always the same
   * @return this builder
   */
  public FeatureViewBuilder<E, K> examples(List<E> events) {
    examples = Elements.list("events", events);
    return this;
  }

  /**
   * Returns the view.
   *
   * @return an immutable view
   * @throws IllegalStateException if event time, knowledge time, id or features were not given
   * @throws IllegalArgumentException if a feature's column does not exist or is of another kind
   */
  public FeatureView<E, K> build() {
    if (happened == null || known == null || id == null || features.isEmpty()) {
      throw new IllegalStateException(
          "FeatureView "
              + name
              + " needs happened(…), known(…) or knownAtOnce(), id(…) or idFromContent(), and a"
              + " feature(…).");
    }
    List<Feature<E>> columns = new ArrayList<>();
    List<ViewFeature> built = new ArrayList<>();
    features.forEach((feature, declared) -> built.add(feature(feature, declared, columns)));
    EventReader<E, K> reader =
        new EventReader<>(name, entity, key, happened, known, id, List.copyOf(columns));
    Definitions definitions =
        new Definitions(
            name,
            entity.identity(),
            revision,
            ttl,
            columns.stream().map(c -> c.name() + ":" + c.kind()).toList(),
            reader.answers(examples));
    return new FeatureView<>(name, entity, events, reader, built, ttl, definitions);
  }

  private ViewFeature feature(String feature, Declared declared, List<Feature<E>> columns) {
    Objects.requireNonNull(feature, "feature");
    Aggregate aggregate = declared.aggregate();
    if (aggregate.column().isEmpty()) {
      return new ViewFeature(
          feature, aggregate, declared.window(), -1, false, FeatureKind.NUMERIC, false);
    }
    Feature<E> column = column(feature, aggregate.column());
    boolean text = FeatureView.isText(column);
    if (column.kind() == FeatureKind.VECTOR || (text && aggregate.needsNumbers())) {
      throw new IllegalArgumentException(
          "feature "
              + feature
              + ": "
              + aggregate.kind()
              + " of "
              + column
              + " (expected: a column of "
              + (aggregate.needsNumbers() ? "numbers)" : "numbers or categories)"));
    }
    int at = 0;
    while (at < columns.size() && !columns.get(at).name().equals(column.name())) {
      at++;
    }
    if (at == columns.size()) {
      columns.add(column);
    }
    boolean last = aggregate.kind() == Aggregate.Kind.LAST;
    return new ViewFeature(
        feature,
        aggregate,
        declared.window(),
        at,
        text,
        last ? column.kind() : FeatureKind.NUMERIC,
        column.sensitive());
  }

  private Feature<E> column(String feature, String column) {
    Objects.requireNonNull(column, "column");
    if (derivedNames.contains(column)) {
      return derived.build().feature(column);
    }
    if (!events.has(column)) {
      throw new IllegalArgumentException(
          "feature "
              + feature
              + ": no column "
              + io.mlops4j.core.Text.printable(column, 64)
              + ". Columns: "
              + events.features().stream().map(Feature::name).collect(Collectors.joining(", "))
              + (derivedNames.isEmpty() ? "" : ", " + String.join(", ", derivedNames))
              + ".");
    }
    return events.feature(column);
  }

  private void once(String what, @Nullable Object before) {
    if (before != null) {
      throw new IllegalStateException(what + " was already set for view " + name);
    }
  }
}
