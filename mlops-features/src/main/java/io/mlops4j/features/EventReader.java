package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.Text;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns a user's event into what a view keeps of it. Thread-safe. */
final class EventReader<E, K> {
  private static final int MAX_ID = 256;

  private final String view;
  private final Entity<K> entity;
  private final Function<? super E, ? extends @Nullable K> key;
  private final Function<? super E, ? extends @Nullable Instant> happened;
  private final Function<? super E, ? extends @Nullable Instant> known;
  private final Function<? super E, ? extends @Nullable String> id;
  private final List<Feature<E>> columns;

  EventReader(
      String view,
      Entity<K> entity,
      Function<? super E, ? extends @Nullable K> key,
      Function<? super E, ? extends @Nullable Instant> happened,
      Function<? super E, ? extends @Nullable Instant> known,
      Function<? super E, ? extends @Nullable String> id,
      List<Feature<E>> columns) {
    this.view = view;
    this.entity = entity;
    this.key = key;
    this.happened = happened;
    this.known = known;
    this.id = id;
    this.columns = columns;
  }

  @Nullable K keyOf(E event) {
    return key.apply(event);
  }

  String key(E event) {
    return entity.text(keyOf(event));
  }

  Event read(E event) {
    String text = id.apply(event);
    if (text == null) {
      throw new FeatureException(
          "View " + view + ": an event has no id. Give it one, or use idFromContent().");
    }
    // What is too long to keep is known by its digest.
    String shortId = text.length() <= MAX_ID ? text : "#" + Names.sha256(text);
    Instant when = happened.apply(event);
    if (when == null) {
      throw new FeatureException(
          "View "
              + view
              + ": event "
              + Text.printable(shortId, 64)
              + " does not say when it happened. Filter such events.");
    }
    Instant knownAt = known.apply(event);
    double[] numbers = new double[columns.size()];
    @Nullable String[] texts = new @Nullable String[columns.size()];
    for (int i = 0; i < numbers.length; i++) {
      Feature<E> column = columns.get(i);
      try {
        numbers[i] = column.number(event);
        texts[i] = column.text(event);
      } catch (RuntimeException e) {
        // Its message may hold values of the event: it stays the cause.
        throw new FeatureException(
            "View "
                + view
                + ": the column "
                + column.name()
                + " of event "
                + Text.printable(shortId, 64)
                + " cannot be read: "
                + e.getClass().getName()
                + " (see the cause). Let its function answer every event, NaN where there is"
                + " nothing.",
            e);
      }
    }
    return new Event(
        nanos(when, "happened", shortId),
        knownAt == null ? Event.NEVER : nanos(knownAt, "known", shortId),
        shortId,
        numbers,
        texts);
  }

  private long nanos(Instant time, String what, String event) {
    if (!Nanos.fits(time)) {
      throw new FeatureException(
          "View "
              + view
              + ": event "
              + Text.printable(event, 64)
              + " "
              + what
              + " at "
              + time
              + " (expected: 1678 to 2261).");
    }
    return Nanos.of(time);
  }

  int columns() {
    return columns.size();
  }

  /** What the functions make of some examples, as a text to be digested. */
  String answers(List<E> examples) {
    StringBuilder text = new StringBuilder();
    for (E example : examples) {
      Event event = read(example);
      text.append(key(example)).append('|').append(event.id().length()).append(':');
      text.append(event.id()).append('|').append(event.happened()).append('|');
      text.append(event.known());
      for (double number : event.numbers()) {
        text.append('|').append(Double.doubleToLongBits(number + 0.0));
      }
      for (String value : event.texts()) {
        text.append('|').append(value == null ? "-" : value.length() + ":" + value);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
