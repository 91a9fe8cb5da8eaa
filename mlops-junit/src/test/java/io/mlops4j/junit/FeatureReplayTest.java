package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.features.Aggregate;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureView;
import io.mlops4j.features.OnlineStore;
import io.mlops4j.features.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeatureReplayTest {
  record Payment(String id, String customer, Instant at, Instant booked, double amount) {}

  static final Entity<String> CUSTOMER = Entity.of("customer", String.class);

  static final FeatureView<Payment, String> VIEW =
      FeatureView.named("payments", CUSTOMER, Schema.of(Payment.class), Payment::customer)
          .happened(Payment::at)
          .known(Payment::booked)
          .id(Payment::id)
          .feature("spent", Aggregate.sum("amount"), Window.within(Duration.ofHours(6)))
          .feature("usual", Aggregate.mean("amount"), Window.lastEvents(5))
          .build();

  static List<Payment> events(long seed, int count) {
    Random random = new Random(seed);
    List<Payment> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Instant at = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(200_000));
      events.add(
          new Payment(
              "p" + i,
              "c" + random.nextInt(4),
              at,
              at.plusSeconds(random.nextInt(20_000)),
              random.nextDouble() * 100));
    }
    return events;
  }

  @Test
  void verify_viewOfLatePayments_passes() {
    FeatureReplay.of(VIEW).events(events(1, 300)).seed(2).verify();
  }

  @Test
  void verify_storeThatLosesEverySeventhWrite_failsAndShowsBothValues() {
    FeatureReplay<Payment, String> replay =
        FeatureReplay.of(VIEW).events(events(1, 300)).store(Forgetful::new);

    assertThatThrownBy(replay::verify)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("View payments: ")
        .hasMessageContaining("reads differ from the point-in-time join (seed 1)")
        .hasMessageContaining("online:   payments[spent=")
        .hasMessageContaining("training: payments[spent=");
  }

  @Test
  void verify_viewThatAsksTheClock_fails() {
    Random impure = new Random(1);
    FeatureView<Payment, String> view =
        FeatureView.named("payments", CUSTOMER, Schema.of(Payment.class), Payment::customer)
            .happened(Payment::at)
            .known(Payment::booked)
            .id(Payment::id)
            .column("odd", payment -> impure.nextDouble())
            .feature("odd", Aggregate.mean("odd"), Window.lastEvents(3))
            .build();

    assertThatThrownBy(() -> FeatureReplay.of(view).events(events(1, 50)).verify())
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void verify_noEventIsEverKnown_isRefused() {
    assertThatThrownBy(() -> FeatureReplay.of(VIEW).verify())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("replay of payments: none of 0 events is ever known");
    assertThatThrownBy(() -> FeatureReplay.of(VIEW).reading(0, 1))
        .hasMessage("reading: 0, 1 (expected: 1 or more each)");
  }

  /** Says it has stored what it has not. */
  private static final class Forgetful implements OnlineStore {
    private final OnlineStore store;
    private int writes;

    Forgetful(Time time) {
      this.store = OnlineStore.inMemory(1 << 24, time);
    }

    @Override
    public Optional<byte[]> get(String table, String key) {
      return store.get(table, key);
    }

    @Override
    public boolean replace(
        String table,
        String key,
        byte @Nullable [] expected,
        byte[] state,
        @Nullable Instant expires) {
      return ++writes % 7 == 0 || store.replace(table, key, expected, state, expires);
    }

    @Override
    public void clear(String table) {
      store.clear(table);
    }
  }
}
