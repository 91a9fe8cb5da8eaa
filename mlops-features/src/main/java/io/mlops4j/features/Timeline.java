package io.mlops4j.features;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/*
 * The events of one entity in one view. A set: the same events in any order, any number of times,
 * make the same timeline, and what it answers for a time t depends on the set alone.
 *
 * What no answer at or after the horizon can need is dropped:
 *   - a version of an event, if a later one was visible at the horizon;
 *   - an event that happened before every window of time, unless it is among the latest that a
 *     window of events can hold. What is above an event stays above it, since a correction keeps id
 *     and time and only becomes known later: so an event that is not among the latest n now is
 *     never again, unless it is itself corrected, and then it arrives anew.
 */
/** The events of one entity, as far as they can matter at or after a horizon. One thread. */
final class Timeline {
  private final boolean knownOnly;
  private Event[] events;
  private int size;
  private long horizon;

  Timeline(boolean knownOnly) {
    this(List.of(), Long.MIN_VALUE, knownOnly);
  }

  Timeline(List<Event> sorted, long horizon, boolean knownOnly) {
    this.knownOnly = knownOnly;
    this.events = sorted.toArray(new Event[Math.max(8, sorted.size())]);
    this.size = sorted.size();
    this.horizon = horizon;
  }

  /** The first time it can answer for. */
  long horizon() {
    return horizon;
  }

  int size() {
    return size;
  }

  Event event(int i) {
    return events[i];
  }

  List<Event> events() {
    return Collections.unmodifiableList(Arrays.asList(events).subList(0, size));
  }

  /** Takes an event in, unless it is there already. */
  boolean add(Event event) {
    int at = size == 0 || Event.BY_EVENT.compare(events[size - 1], event) < 0 ? size : find(event);
    if (at < size && Event.BY_EVENT.compare(events[at], event) == 0) {
      return false;
    }
    if (size == events.length) {
      events = Arrays.copyOf(events, size * 2);
    }
    System.arraycopy(events, at, events, at + 1, size - at);
    events[at] = event;
    size++;
    return true;
  }

  private int find(Event event) {
    int found = Arrays.binarySearch(events, 0, size, event, Event.BY_EVENT);
    return found < 0 ? -found - 1 : found;
  }

  /** The position of the first event that happened at a time or later. */
  int firstAt(long time) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (events[middle].happened() < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The position after the last version of the event at a position. */
  int endOfEvent(int i) {
    int end = i + 1;
    while (end < size && events[end].isSameEventAs(events[i])) {
      end++;
    }
    return end;
  }

  /** Drops what no answer at or after a time can need. */
  void prune(long newHorizon, Reach reach) {
    if (newHorizon <= horizon) {
      return;
    }
    horizon = newHorizon;
    boolean[] keep = new boolean[size];
    long oldest = Nanos.minus(newHorizon, reach.ttl());
    long windows = Nanos.minus(newHorizon, reach.span());
    int later = 0; // Visible events that happened after the group of one time we are in.
    int inGroup = 0;
    for (int end = size; end > 0; ) {
      int begin = end - 1;
      while (begin > 0 && events[begin - 1].isSameEventAs(events[begin])) {
        begin--;
      }
      long happened = events[begin].happened();
      if (end < size && events[end].happened() != happened) {
        later += inGroup;
        inGroup = 0;
      }
      int holds = lastVisible(begin, end, newHorizon);
      inGroup += holds < begin ? 0 : 1;
      // Events of one time stay together: their order depends on what is known.
      boolean wanted = happened >= oldest && (happened >= windows || later < reach.events());
      Arrays.fill(keep, Math.max(begin, holds), end, wanted);
      end = begin;
    }
    compact(keep);
  }

  /** Whether no answer at or after the horizon can need an event that is not here. */
  boolean isTooOld(Event event, Reach reach) {
    int at = find(event);
    return !(at < size && Event.BY_EVENT.compare(events[at], event) == 0)
        && event.happened() < Nanos.minus(horizon, Math.min(reach.span(), reach.ttl()));
  }

  private int lastVisible(int begin, int end, long at) {
    int holds = begin - 1;
    for (int i = begin; i < end; i++) {
      if ((knownOnly ? events[i].visibleFrom() : events[i].happened()) <= at) {
        holds = i;
      }
    }
    return holds;
  }

  private void compact(boolean[] keep) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (keep[i]) {
        events[kept++] = events[i];
      }
    }
    Arrays.fill(events, kept, size, null);
    size = kept;
  }
}
