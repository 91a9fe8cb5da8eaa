package io.mlops4j.pipeline;

import io.mlops4j.core.Elements;
import java.util.List;
import java.util.Objects;

/**
 * What a backfill does, interval by interval, as of when it was asked for.
 *
 * @param id its id; empty if it was only planned
 * @param items in the order they run
 */
public record BackfillPlan(String id, List<Item> items) {
  /** Copies the list. */
  public BackfillPlan {
    Objects.requireNonNull(id, "id");
    items = Elements.list("items", items);
  }

  /**
   * One interval.
   *
   * @param interval the interval
   * @param start whether there would be a run; one that is blocked waits for the other
   */
  public record Item(Interval interval, RunStart start) {
    /** Checks for null. */
    public Item {
      Objects.requireNonNull(interval, "interval");
      Objects.requireNonNull(start, "start");
    }
  }

  /**
   * Returns how many runs it makes.
   *
   * @return the number of intervals that have none or are run again
   */
  public long runs() {
    return items.stream().filter(item -> item.start().created()).count();
  }
}
