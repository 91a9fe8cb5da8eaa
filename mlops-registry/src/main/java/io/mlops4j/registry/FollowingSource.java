package io.mlops4j.registry;

import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Production as a source: the log's snapshot, with the release made once per snapshot. */
final class FollowingSource<I, O> implements ModelSource<I, O> {
  private final StoredModel<I, O> model;
  private final ModelLog log;
  private volatile @Nullable Seen<I, O> seen;

  FollowingSource(StoredModel<I, O> model, ModelLog log) {
    this.model = model;
    this.log = log;
  }

  private record Seen<I, O>(Production production, Selection<I, O> selection) {}

  @Override
  public String name() {
    return log.model() + "@production";
  }

  @Override
  public Selection<I, O> current() {
    Production now = log.production();
    Seen<I, O> last = seen;
    return last != null && last.production() == now ? last.selection() : select(now, last);
  }

  private Selection<I, O> select(Production now, @Nullable Seen<I, O> last) {
    // The log makes a new snapshot per record; an equal one is no news.
    Selection<I, O> selection =
        last != null && last.production().equals(now) ? last.selection() : selection(now);
    seen = new Seen<>(now, selection);
    return selection;
  }

  private Selection<I, O> selection(Production now) {
    return now.champion().isPresent()
        ? new Selected<>(
            new StoredRelease<>(model, model.id(now.champion().getAsInt()), now.manifest()))
        : new Empty<>(now.reason());
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    return log.subscribe(Objects.requireNonNull(onChange, "onChange"));
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name();
  }
}
