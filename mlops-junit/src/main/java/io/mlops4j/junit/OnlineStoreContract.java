package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.features.OnlineStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OnlineStore} must do. A team with a store of its own extends this class, opens
 * its store, and runs the tests; then {@link FeatureReplay} over it with its own views.
 */
public abstract class OnlineStoreContract {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TABLE = "clicks.0123456789abcdef";
  private static final int WRITERS = 4;
  private static final int WRITES = 25;

  private final VirtualTime time = VirtualTime.startingAt(NOW);
  private @Nullable OnlineStore opened;

  /**
   * Opens an empty store.
   *
   * @param clock by which entries expire
   * @return the store, closed after each test
   */
  protected abstract OnlineStore open(Time clock);

  @BeforeEach
  void openOne() {
    opened = open(time);
  }

  @AfterEach
  void closeIt() {
    store().close();
  }

  private OnlineStore store() {
    return java.util.Objects.requireNonNull(opened, "open");
  }

  @Test
  void get_nothingStored_isEmpty() {
    assertThat(store().get(TABLE, "k")).isEmpty();
  }

  @Test
  void replace_nothingExpected_storesOnce() {
    assertThat(store().replace(TABLE, "k", null, bytes("one"), null)).isTrue();
    assertThat(store().replace(TABLE, "k", null, bytes("two"), null)).isFalse();
    assertThat(store().get(TABLE, "k")).hasValue(bytes("one"));
  }

  @Test
  void replace_otherThanExpected_leavesWhatIsThere() {
    store().replace(TABLE, "k", null, bytes("one"), null);

    assertThat(store().replace(TABLE, "k", bytes("other"), bytes("two"), null)).isFalse();
    assertThat(store().replace(TABLE, "absent", bytes("one"), bytes("two"), null)).isFalse();
    assertThat(store().get(TABLE, "k")).hasValue(bytes("one"));
    assertThat(store().get(TABLE, "absent")).isEmpty();
    assertThat(store().replace(TABLE, "k", bytes("one"), bytes("two"), null)).isTrue();
    assertThat(store().get(TABLE, "k")).hasValue(bytes("two"));
  }

  @Test
  void get_tablesAndKeys_areApart() {
    store().replace(TABLE, "k", null, bytes("one"), null);
    store().replace("clicks.b", "k", null, bytes("two"), null);
    store().replace(TABLE, "K", null, bytes("three"), null);

    assertThat(store().get(TABLE, "k")).hasValue(bytes("one"));
    assertThat(store().get("clicks.b", "k")).hasValue(bytes("two"));
    assertThat(store().get(TABLE, "K")).hasValue(bytes("three"));
  }

  @Test
  void get_bytesOfAnyKind_comeBackAsCopies() {
    byte[] all = new byte[70_000];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    byte[] given = all.clone();
    String longest = "!".repeat(256);
    store().replace("t".repeat(128), longest, null, given, null);
    store().replace(TABLE, "empty", null, new byte[0], null);
    given[0] = 9;

    byte[] read = store().get("t".repeat(128), longest).orElseThrow();
    assertThat(read).isEqualTo(all);
    read[1] = 9;
    assertThat(store().get("t".repeat(128), longest)).hasValue(all);
    assertThat(store().get(TABLE, "empty")).hasValue(new byte[0]);
    assertThat(store().replace(TABLE, "empty", new byte[0], bytes("x"), null)).isTrue();
  }

  @Test
  void get_expired_isGoneAndCanBeStoredAnew() {
    Instant expires = NOW.plus(Duration.ofHours(1));
    store().replace(TABLE, "k", null, bytes("one"), expires);
    store().replace(TABLE, "longer", null, bytes("one"), expires);
    store().replace(TABLE, "longer", bytes("one"), bytes("two"), expires.plusSeconds(7200));
    store().replace(TABLE, "kept", null, bytes("one"), expires);
    store().replace(TABLE, "kept", bytes("one"), bytes("two"), null);
    time.advance(Duration.ofMinutes(59));
    assertThat(store().get(TABLE, "k")).hasValue(bytes("one"));

    time.advance(Duration.ofMinutes(2));

    assertThat(store().get(TABLE, "k")).isEmpty();
    assertThat(store().get(TABLE, "longer")).hasValue(bytes("two"));
    assertThat(store().get(TABLE, "kept")).hasValue(bytes("two"));
    assertThat(store().replace(TABLE, "k", bytes("one"), bytes("two"), null)).isFalse();
    assertThat(store().replace(TABLE, "k", null, bytes("three"), null)).isTrue();
    assertThat(store().get(TABLE, "k")).hasValue(bytes("three"));
  }

  @Test
  void clear_removesThatTableOnly() {
    store().replace(TABLE, "a", null, bytes("one"), null);
    store().replace(TABLE, "b", null, bytes("one"), null);
    store().replace("clicks.b", "a", null, bytes("one"), null);

    store().clear(TABLE);
    store().clear("never-used");

    assertThat(store().get(TABLE, "a")).isEmpty();
    assertThat(store().get(TABLE, "b")).isEmpty();
    assertThat(store().get("clicks.b", "a")).isPresent();
  }

  @Test
  void any_badNames_areRefused() {
    for (String key : List.of("", " ", "a b", "\n", "\u00e9", "k".repeat(257))) {
      assertThatThrownBy(() -> store().get(TABLE, key))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store().replace(TABLE, key, null, bytes("x"), null))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String table : List.of("", "a/b", "x'; DROP TABLE y", "t".repeat(129))) {
      assertThatThrownBy(() -> store().get(table, "k"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store().clear(table)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void replace_manyWritersOfOneEntity_loseNothing() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    CountDownLatch ready = new CountDownLatch(WRITERS);
    List<Future<?>> all = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      all.add(
          threads.submit(
              () -> {
                ready.countDown();
                ready.await();
                for (int i = 0; i < WRITES; i++) {
                  increment();
                }
                return null;
              }));
    }
    try {
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a writer failed", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    assertThat(store().get(TABLE, "sum")).hasValue(bytes(Integer.toString(WRITERS * WRITES)));
  }

  private void increment() {
    while (true) {
      byte[] before = store().get(TABLE, "sum").orElse(null);
      int sum = before == null ? 0 : Integer.parseInt(new String(before, StandardCharsets.UTF_8));
      if (store().replace(TABLE, "sum", before, bytes(Integer.toString(sum + 1)), null)) {
        return;
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
