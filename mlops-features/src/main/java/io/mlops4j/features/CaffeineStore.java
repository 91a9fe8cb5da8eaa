package io.mlops4j.features;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.mlops4j.core.Time;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bounded cache. Its map replaces atomically by comparing contents. */
final class CaffeineStore implements OnlineStore {
  private static final Logger LOG = LoggerFactory.getLogger(CaffeineStore.class);
  private static final int OVERHEAD = 200;

  private record Place(String table, String key) {}

  /** Equal by content: that is what replacing compares. */
  private static final class Entry {
    private final byte[] state;
    private final @Nullable Instant expires;

    Entry(byte[] state, @Nullable Instant expires) {
      this.state = state;
      this.expires = expires;
    }

    byte[] state() {
      return state;
    }

    @Nullable Instant expires() {
      return expires;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry that && Arrays.equals(state, that.state);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(state);
    }
  }

  private final Cache<Place, Entry> entries;
  private final AtomicLong evicted = new AtomicLong();
  private final Time time;
  private volatile boolean closed;

  CaffeineStore(long maxBytes, Time time) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: 1 or more)");
    }
    this.time = Objects.requireNonNull(time, "time");
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Place place, Entry entry) -> OVERHEAD + entry.state().length)
            .expireAfter(new ByEntry(time))
            .ticker(time::nanos)
            .executor(Runnable::run)
            .removalListener((place, entry, cause) -> removed(cause))
            .build();
  }

  private void removed(RemovalCause cause) {
    if (cause == RemovalCause.SIZE && evicted.getAndIncrement() == 0) {
      LOG.warn(
          "The online store in memory is full and forgets entities: their features will be those of"
              + " entities without events. Give it more bytes, or a database.");
    }
  }

  /** How many entities were forgotten for want of room. */
  long evicted() {
    return evicted.get();
  }

  @Override
  public Optional<byte[]> get(String table, String key) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(key, "key");
    Entry entry = current(table, key);
    return entry == null ? Optional.empty() : Optional.of(entry.state().clone());
  }

  /** The bytes themselves, for readers that do not change them. */
  byte @Nullable [] peek(String table, String key) {
    Entry entry = current(table, key);
    return entry == null ? null : entry.state();
  }

  private @Nullable Entry current(String table, String key) {
    StoreKeys.require(table, key);
    requireOpen();
    return entries.getIfPresent(new Place(table, key));
  }

  @Override
  public boolean replace(
      String table,
      String key,
      byte @Nullable [] expected,
      byte[] state,
      @Nullable Instant expires) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(key, "key");
    StoreKeys.require(table, key);
    StoreKeys.requireSize(state);
    requireOpen();
    if (expires != null && !expires.isAfter(time.now())) {
      // Caffeine keeps nothing that is over; the comparison still decides.
      Entry now = entries.getIfPresent(new Place(table, key));
      boolean same =
          expected == null ? now == null : now != null && Arrays.equals(now.state(), expected);
      return same && (now == null || entries.asMap().remove(new Place(table, key), now));
    }
    Entry next = new Entry(state.clone(), expires);
    return expected == null
        ? entries.asMap().putIfAbsent(new Place(table, key), next) == null
        : entries.asMap().replace(new Place(table, key), new Entry(expected, null), next);
  }

  @Override
  public void clear(String table) {
    Objects.requireNonNull(table, "table");
    StoreKeys.require(table);
    requireOpen();
    entries.asMap().keySet().removeIf(place -> place.table().equals(table));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "Online store in memory is closed, and what it held is gone. Make a new one and"
              + " materialize it.");
    }
  }

  @Override
  public void close() {
    closed = true;
    entries.invalidateAll();
  }

  /** Entries end when their writer said. */
  private record ByEntry(Time time) implements Expiry<Place, Entry> {
    @Override
    public long expireAfterCreate(Place place, Entry entry, long now) {
      Instant expires = entry.expires();
      if (expires == null) {
        return Long.MAX_VALUE;
      }
      long left = Nanos.minus(saturated(expires), saturated(time.now()));
      return Math.max(0, left);
    }

    private static long saturated(Instant at) {
      return Nanos.fits(at) ? Nanos.of(at) : Long.MAX_VALUE;
    }

    @Override
    public long expireAfterUpdate(Place place, Entry entry, long now, long left) {
      return expireAfterCreate(place, entry, now);
    }

    @Override
    public long expireAfterRead(Place place, Entry entry, long now, long left) {
      return left;
    }
  }
}
