package io.mlops4j.features;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a view keeps of an event: one version of it. What happened at one time under one id is one
 * event; several versions of it differ in what was known when. Immutable; its arrays are not
 * changed.
 */
final class Event {
  /** When something is known of which nobody knows yet. */
  static final long NEVER = Long.MAX_VALUE;

  /**
   * The order of a timeline: versions of one event are neighbours, the one that holds last. Total,
   * so that no order of arrival can show.
   */
  static final Comparator<Event> BY_EVENT =
      Comparator.comparingLong(Event::happened)
          .thenComparing(Event::id)
          .thenComparingLong(Event::known)
          .thenComparing(Event::compareContent);

  private final long happened;
  private final long known;
  private final String id;
  private final double[] numbers;
  private final @Nullable String[] texts;

  /**
   * Creates an event.
   *
   * @param happened nanoseconds
   * @param known nanoseconds, or {@link #NEVER}
   * @param id what makes it one event
   * @param numbers of the view's columns, NaN for texts and what is missing
   * @param texts of the view's columns, null for numbers and what is missing
   */
  Event(long happened, long known, String id, double[] numbers, @Nullable String[] texts) {
    this.happened = happened;
    this.known = known;
    this.id = id;
    this.numbers = numbers;
    this.texts = texts;
  }

  long happened() {
    return happened;
  }

  long known() {
    return known;
  }

  String id() {
    return id;
  }

  double[] numbers() {
    return numbers;
  }

  @Nullable String[] texts() {
    return texts;
  }

  boolean isSameEventAs(Event other) {
    return happened == other.happened && id.equals(other.id);
  }

  /** From when on it can be seen: not before it happened, whatever a clock said. */
  long visibleFrom() {
    return Math.max(happened, known);
  }

  /** Whether it comes after another one that happened at the same time. */
  boolean isAfterAtSameTime(Event other) {
    return known != other.known ? known > other.known : id.compareTo(other.id) > 0;
  }

  private int compareContent(Event other) {
    int byNumbers = Arrays.compare(numbers, other.numbers);
    return byNumbers != 0
        ? byNumbers
        : Arrays.compare(texts, other.texts, Comparator.nullsFirst(Comparator.naturalOrder()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Event that && BY_EVENT.compare(this, that) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(happened) + id.hashCode();
  }

  /** Returns when and which, never a value. */
  @Override
  public String toString() {
    return "Event " + id + " at " + Nanos.instant(happened);
  }
}
