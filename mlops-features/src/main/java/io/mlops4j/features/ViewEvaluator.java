package io.mlops4j.features;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes all features of a view for one entity at a time. The one place where a feature is
 * computed: joins and online reads both come here. Used by one thread.
 */
final class ViewEvaluator {
  private final ViewFeature[] features;
  private final Reach reach;
  private final boolean knownOnly;
  private final Fold fold = new Fold();
  private Event[] visible = new Event[64];
  private int count;

  ViewEvaluator(List<ViewFeature> features, Reach reach, boolean knownOnly) {
    this.features = features.toArray(ViewFeature[]::new);
    this.reach = reach;
    this.knownOnly = knownOnly;
  }

  /** The values at t: of what had happened by then and, unless told otherwise, was known. */
  Values at(Timeline timeline, long t) {
    see(timeline, t);
    double[] numbers = new double[features.length];
    @Nullable String[] texts = new @Nullable String[features.length];
    long oldest = Nanos.minus(t, reach.ttl());
    for (int i = 0; i < features.length; i++) {
      ViewFeature feature = features[i];
      long begin = Math.max(oldest, feature.window().begin(t));
      int from = Math.max(firstVisibleAt(begin), count - feature.window().most());
      if (feature.text() && feature.aggregate().kind() == Aggregate.Kind.LAST) {
        numbers[i] = Double.NaN;
        texts[i] = Fold.text(feature, visible, from, count);
      } else {
        numbers[i] = fold.number(feature, visible, from, count, t);
      }
    }
    boolean none = count == 0 || visible[count - 1].happened() < oldest;
    return new Values(numbers, texts, none ? Values.NONE : visible[count - 1].happened());
  }

  /** What a view says of an entity. Immutable; its arrays are not changed. */
  static final class Values {
    static final long NONE = Long.MIN_VALUE;

    private final double[] numbers;
    private final @Nullable String[] texts;
    private final long newest;

    /**
     * Creates values.
     *
     * @param numbers one per feature, NaN for texts and what is missing
     * @param texts one per feature, null for numbers and what is missing
     * @param newest when the latest event happened, or {@link #NONE}
     */
    Values(double[] numbers, @Nullable String[] texts, long newest) {
      this.numbers = numbers;
      this.texts = texts;
      this.newest = newest;
    }

    double[] numbers() {
      return numbers;
    }

    @Nullable String[] texts() {
      return texts;
    }

    long newest() {
      return newest;
    }
  }

  /** Collects the version of each event that holds at t, in the order features see them. */
  private void see(Timeline timeline, long t) {
    count = 0;
    int end = t == Long.MAX_VALUE ? timeline.size() : timeline.firstAt(t + 1);
    boolean bounded = reach.events() == 0;
    long back = Math.min(reach.ttl(), bounded ? reach.span() : Long.MAX_VALUE);
    for (int i = timeline.firstAt(Nanos.minus(t, back)); i < end; ) {
      int next = timeline.endOfEvent(i);
      @Nullable Event holds = null;
      for (; i < next; i++) {
        Event version = timeline.event(i);
        if (!knownOnly || version.known() <= t) {
          holds = version;
        }
      }
      if (holds != null) {
        append(holds);
      }
    }
  }

  private void append(Event event) {
    if (count == visible.length) {
      visible = java.util.Arrays.copyOf(visible, count * 2);
    }
    int at = count;
    while (at > 0
        && visible[at - 1].happened() == event.happened()
        && visible[at - 1].isAfterAtSameTime(event)) {
      visible[at] = visible[at - 1];
      at--;
    }
    visible[at] = event;
    count++;
  }

  private int firstVisibleAt(long time) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (visible[middle].happened() < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
