package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.delivery.RolloutEvent.Kind;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A start that is refused has ended in the moment in which it is written, whoever dies then. */
class RefusedStartTest {
  private static final String STARTED = "rollouts/m/log/00000002";
  private static final String ABORTED = "rollouts/m/log/00000003";

  private final Traffic traffic = new Traffic(5);

  /** The store of an instance that dies when it wants to write one object: nothing comes after. */
  private record Dying(ObjectStore below, String at) implements ObjectStore {
    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      if (key.equals(at) || below.get(at + "/dead").isPresent()) {
        below.putIfAbsent(at + "/dead", new byte[0]);
        throw new MlopsException("The instance has died.");
      }
      return below.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return below.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return below.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return below.remove(key);
    }
  }

  private Rollout<Object, Double> open(ObjectStore store) {
    return Rollout.<Object, Double>of(Traffic.CHAMPION, RolloutTest.PLAN)
        .store(store)
        .time(traffic.time)
        .every(Duration.ofDays(365)) // a test looks itself
        .build();
  }

  /** What is in the store when an instance died between the start and its end. */
  private ObjectStore diedBetween() {
    ObjectStore store = ObjectStore.inMemory();
    RolloutLog.of(store, "m").request(Traffic.CHAMPION, "oops", "ann", traffic.time.now());
    assertThatThrownBy(() -> open(new Dying(store, ABORTED))).hasMessageContaining("has died");
    assertThat(store.get(STARTED)).isPresent();
    assertThat(store.get(ABORTED)).isEmpty();
    return store;
  }

  @Test
  void instanceDiesAfterARefusedStart_nobodyFindsARunningRollout() {
    ObjectStore store = diedBetween();
    RolloutStatus found = RolloutLog.of(store, "m").status();
    assertThat(found.phase()).isEqualTo(Phase.ABORTED);
    assertThat(found.reason()).contains("another version than the champion");
    assertThat(found.requested()).isEmpty();
    assertThat(found.share()).isZero();
    assertThat(RolloutLog.of(store, "m").events().get(1).sentence())
        .contains("could not begin its rollout");

    try (var other = open(store)) {
      assertThat(other.status().phase()).isEqualTo(Phase.ABORTED);
      assertThat(other.arm("u1")).isEqualTo(Arm.CHAMPION);
      // What an older library, which does not know the mark, goes by; once, whoever looks again.
      other.look();
      assertThat(other.history())
          .extracting(RolloutEvent::kind)
          .containsExactly(Kind.REQUESTED, Kind.STARTED, Kind.ABORTED);
      assertThat(other.history().get(2).reason()).isEqualTo(found.reason());
      // And the next one starts.
      assertThat(other.start(2, "weekly").phase()).isEqualTo(Phase.RUNNING);
    }
  }

  /** The control: without the mark, as libraries wrote it before, the same bytes are a rollout. */
  @Test
  void startWithoutTheMark_isReadAsARunningRollout() {
    ObjectStore died = diedBetween();
    String marked = new String(died.get(STARTED).orElseThrow(), StandardCharsets.UTF_8);
    assertThat(marked).contains("\"refused\":true,");
    ObjectStore store = copyWith(died, marked.replace("\"refused\":true,", ""));
    assertThat(RolloutLog.of(store, "m").status().phase()).isEqualTo(Phase.RUNNING);
  }

  /** Histories of libraries that wrote a start, unmarked, and then its end, are read as ever. */
  @Test
  void unmarkedStartAndItsEnd_areReadAsBefore() {
    ObjectStore died = diedBetween();
    String marked = new String(died.get(STARTED).orElseThrow(), StandardCharsets.UTF_8);
    ObjectStore store = copyWith(died, marked.replace("\"refused\":true,", ""));
    RolloutLog.of(store, "m").abort("It is the champion.", "old", traffic.time.now());
    RolloutStatus status = RolloutLog.of(store, "m").status();
    assertThat(status.phase()).isEqualTo(Phase.ABORTED);
    assertThat(status.reason()).isEqualTo("It is the champion.");
  }

  @Test
  void start_thatGoesOn_hasNoMark() {
    ObjectStore store = ObjectStore.inMemory();
    try (var rollout = open(store)) {
      rollout.start(2, "weekly");
      assertThat(new String(store.get(STARTED).orElseThrow(), StandardCharsets.UTF_8))
          .doesNotContain("refused");
    }
  }

  @Test
  void mark_thatIsNoneOrStandsElsewhere_isRefusedWithItsKey() {
    ObjectStore died = diedBetween();
    String marked = new String(died.get(STARTED).orElseThrow(), StandardCharsets.UTF_8);
    for (String hostile :
        List.of(
            marked.replace("\"refused\":true", "\"refused\":\"yes\""),
            marked.replace("\"refused\":true", "\"refused\":null"),
            marked.replace("\"refused\":true", "\"refused\":1"),
            marked.replace("\"STARTED\"", "\"PAUSED\""))) {
      ObjectStore store = copyWith(died, hostile);
      assertThatThrownBy(() -> RolloutLog.of(store, "m").status())
          .as(hostile)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining(STARTED)
          .hasMessageContaining("refused");
    }
  }

  private static ObjectStore copyWith(ObjectStore from, String started) {
    ObjectStore store = ObjectStore.inMemory();
    store.putIfAbsent("rollouts/m/log/00000001", from.get("rollouts/m/log/00000001").orElseThrow());
    store.putIfAbsent(STARTED, started.getBytes(StandardCharsets.UTF_8));
    return store;
  }
}
