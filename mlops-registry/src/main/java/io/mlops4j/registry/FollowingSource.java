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

  // The log keeps one object per state: identity is the whole question, and the cheapest.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public Selection<I, O> current() {
    Production now = log.production();
    Seen<I, O> last = seen;
    if (last != null && last.production() == now) {
      return last.selection();
    }
    Selection<I, O> selection = selection(now);
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
