package io.mlops4j.core;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that can be held at one release, whatever the source below it says: to keep one instance
 * on a version while others follow production.
 *
 * <p>A pin lives in this object only; it ends with the process. Subscribers hear each pin and unpin
 * and, while nothing is pinned, the source below. The last call always comes after the last change
 * of {@link #current()}. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class PinnableSource<I, O> implements ModelSource<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(PinnableSource.class);

  private final ModelSource<I, O> below;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable Selected<I, O> pinned;

  private PinnableSource(ModelSource<I, O> below) {
    this.below = Objects.requireNonNull(below, "source");
  }

  /**
   * Returns a source that follows another until it is pinned.
   *
   * @param source what to follow
   * @param <I> one input row
   * @param <O> one answer
   * @return the source, not pinned
   */
  public static <I, O> PinnableSource<I, O> of(ModelSource<I, O> source) {
    return new PinnableSource<>(source);
  }

  /** Returns the name of the source below. */
  @Override
  public String name() {
    return below.name();
  }

  @Override
  public Selection<I, O> current() {
    Selected<I, O> held = pinned;
    return held == null ? below.current() : held;
  }

  /**
   * Serves one release from now on. An earlier pin is replaced.
   *
   * @param release what to hold on to
   */
  public void pin(ModelRelease<I, O> release) {
    pinned = new Selected<>(release);
    tell();
  }

  /** Follows the source below again. Without a pin nothing happens. */
  public void unpin() {
    if (pinned != null) {
      pinned = null;
      tell();
    }
  }

  /**
   * Returns what this source is held at.
   *
   * @return the pinned version, or empty while it follows
   */
  public Optional<ModelVersion> pinned() {
    return Optional.ofNullable(pinned).map(held -> held.release().version());
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    Listener listener = new Listener(Objects.requireNonNull(onChange, "onChange"));
    listeners.add(listener);
    // A change below that is not passed on, because of a pin, is seen after the unpin: it tells.
    Subscription following =
        below.subscribe(
            () -> {
              if (pinned == null) {
                listener.run(name());
              }
            });
    return () -> {
      listener.closed = true;
      listeners.remove(listener);
      following.close();
    };
  }

  private void tell() {
    listeners.forEach(listener -> listener.run(name()));
  }

  /** Somebody else's code: what it throws keeps nobody from hearing, and is reported once. */
  private static final class Listener {
    private final Runnable onChange;
    private volatile boolean closed;
    private volatile boolean failed;

    Listener(Runnable onChange) {
      this.onChange = onChange;
    }

    void run(String source) {
      if (closed) {
        return;
      }
      try {
        onChange.run();
      } catch (RuntimeException | StackOverflowError e) {
        if (!failed) {
          LOG.warn("Source {}: a listener failed; reported once.", source, e);
        }
        failed = true;
      }
    }
  }

  /** Returns the name, and what it is held at. */
  @Override
  public String toString() {
    return name() + pinned().map(version -> " pinned to " + version).orElse("");
  }
}
