package io.mlops4j.registry;

import static io.mlops4j.registry.Models.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is alive. Each machine has a time of its own: one that is not moved any more has been killed.
 */
class FleetTest {
  record Row(String origin, double distance) {}

  private static final ServingState NOTHING = new ServingState(Optional.empty(), Optional.empty());

  static final ModelLoader<Row, String> ROWS =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("constant", "other");
        }

        @Override
        public Model<Row, String> load(ModelVersion version, ModelArtifact artifact) {
          return inputs -> inputs.stream().map(row -> "x").toList();
        }

        @Override
        public Optional<Schema<Row>> schema() {
          return Optional.of(Schema.of(Row.class));
        }
      };

  final VirtualTime time = VirtualTime.startingAt(NOON);
  final ObjectStore store = openStore();
  private final List<Machine> machines = new ArrayList<>();

  ObjectStore openStore() {
    return ObjectStore.inMemory();
  }

  int minutes() {
    return 1_000;
  }

  /** A machine: its clocks, and a registry of its own on the common store. */
  private final class Machine {
    final VirtualTime clock;
    final ModelRegistry registry;
    final RegisteredModel<Row, String> model;
    boolean killed;

    Machine(Duration ahead) {
      clock = VirtualTime.startingAt(time.now().plus(ahead));
      registry = ModelRegistry.on(store, RegistryOptions.withDefaults().withTime(clock));
      model = registry.model("delay", ROWS);
      machines.add(this);
    }

    List<String> sees() {
      return model.fleet().stream().map(FleetInstance::id).toList();
    }
  }

  private Machine machine() {
    return new Machine(Duration.ZERO);
  }

  /** All machines that live go on, second by second as far as that can matter. */
  private void pass(Duration duration) {
    Duration step = Duration.ofSeconds(5);
    for (Duration left = duration; !left.isZero(); left = left.minus(step)) {
      time.advance(step);
      machines.stream().filter(m -> !m.killed).forEach(m -> m.clock.advance(step));
    }
  }

  private static Supplier<ServingState> serving(int version, String problem) {
    return () ->
        new ServingState(
            Optional.of(new ModelVersion("delay", version)),
            Optional.of(problem).filter(text -> !text.isEmpty()));
  }

  @Test
  void announce_isSeenByOthersWithAllItSays() {
    Machine one = machine();
    Machine two = machine();
    one.model.announce("pod-1", serving(3, "rows lack carrier"));
    FleetInstance seen = two.model.fleet().get(0);
    assertThat(two.sees()).containsExactly("pod-1");
    assertThat(seen.serving()).contains(new ModelVersion("delay", 3));
    assertThat(seen.problem()).contains("rows lack carrier");
    assertThat(seen.lastSeen()).isEqualTo(NOON);
    FleetInstance.Reader reader = seen.readers().get(0);
    assertThat(seen.readers()).hasSize(1);
    assertThat(reader.formats()).containsExactly("constant", "other");
    FleetInstance.Rows rows = reader.rows().orElseThrow();
    assertThat(rows.type()).isEqualTo("Row");
    assertThat(rows.signature()).isEqualTo(Schema.of(Row.class).fingerprint());
    assertThat(rows.columns())
        .containsExactly(
            new FleetInstance.Column("origin", FeatureKind.CATEGORICAL, 1),
            new FleetInstance.Column("distance", FeatureKind.NUMERIC, 1));
    assertThat(one.registry.models()).as("announcing registers nothing").isEmpty();
    assertThat(one.registry.verify()).isEmpty();
  }

  @Test
  void refresh_tellsWhatIsServedNow_withoutWaiting() {
    AtomicInteger version = new AtomicInteger(1);
    Machine one = machine();
    Announcement announcement = one.model.announce("pod-1", () -> serving(version.get(), "").get());
    version.set(2);
    Machine two = machine();
    assertThat(two.model.fleet().get(0).serving().orElseThrow().number()).isEqualTo(1);
    announcement.refresh();
    assertThat(two.model.fleet().get(0).serving().orElseThrow().number()).isEqualTo(2);
    version.set(3);
    pass(Duration.ofSeconds(20));
    assertThat(two.model.fleet().get(0).serving().orElseThrow().number()).isEqualTo(3);
    assertThat(two.sees()).containsExactly("pod-1");
    assertThat(announcement.instance()).isEqualTo("pod-1");
  }

  @Test
  void close_isGoneAtOnceAndForEver() {
    Machine one = machine();
    Machine two = machine();
    Announcement announcement = one.model.announce("pod-1", () -> NOTHING);
    assertThat(two.sees()).containsExactly("pod-1");
    announcement.close();
    announcement.close();
    assertThat(two.sees()).isEmpty();
    pass(Duration.ofMinutes(2));
    assertThat(two.sees()).isEmpty();
    assertThat(store.list(ObjectStore.EPHEMERAL)).isEmpty();
    assertThatThrownBy(announcement::refresh)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pod-1 is withdrawn");
  }

  @Test
  void registry_closed_withdrawsAndAnnouncesNoMore() {
    Machine one = machine();
    one.model.announce("pod-1", () -> NOTHING);
    one.model.announce("pod-2", () -> NOTHING);
    one.registry.close();
    assertThat(machine().sees()).isEmpty();
    assertThat(one.clock.pending()).isZero();
    assertThatThrownBy(() -> one.model.announce("pod-3", () -> NOTHING))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(store.list(ObjectStore.EPHEMERAL)).isEmpty();
  }

  @Test
  void fleet_aliveForHours_isSeenAllTheTimeAndLeavesLittle() {
    Machine one = machine();
    Machine two = machine();
    one.model.announce("pod-1", () -> NOTHING);
    two.model.announce("pod-2", () -> NOTHING);
    for (int i = 0; i < minutes(); i++) {
      pass(Duration.ofMinutes(1));
      assertThat(one.sees()).containsExactly("pod-1", "pod-2");
      assertThat(store.list(ObjectStore.EPHEMERAL)).hasSizeBetween(2, 4);
    }
    assertThat(machine().sees()).as("at first sight").containsExactly("pod-1", "pod-2");
  }

  @Test
  void killed_watchedByOthers_isForgottenWithinAMinuteAndItsObjectsGo() {
    Machine one = machine();
    Machine two = machine();
    Machine killed = machine();
    one.model.announce("pod-1", () -> NOTHING);
    killed.model.announce("pod-2", () -> NOTHING);
    pass(Duration.ofMinutes(5));
    assertThat(two.sees()).containsExactly("pod-1", "pod-2");
    killed.killed = true;
    pass(Duration.ofSeconds(35));
    assertThat(two.sees()).as("it may only be slow").containsExactly("pod-1", "pod-2");
    pass(Duration.ofSeconds(30));
    assertThat(two.sees()).containsExactly("pod-1");
    pass(Duration.ofSeconds(60));
    assertThat(machine().sees()).as("nobody sees it any more").containsExactly("pod-1");
    assertThat(store.list(ObjectStore.EPHEMERAL)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void killed_thenComesBackToLife_isSeenAgain() {
    Machine one = machine();
    Machine frozen = machine();
    one.model.announce("pod-1", () -> NOTHING);
    frozen.model.announce("pod-2", () -> NOTHING);
    frozen.killed = true;
    pass(Duration.ofMinutes(30));
    assertThat(one.sees()).containsExactly("pod-1");
    frozen.killed = false;
    pass(Duration.ofSeconds(40));
    assertThat(one.sees()).containsExactly("pod-1", "pod-2");
  }

  /** Nobody watched: only wall clocks can tell, and they may be five minutes apart. */
  @ParameterizedTest
  @CsvSource({
    "0, 345, true", "0, 365, false", // 1 minute and 5 for clocks that differ
    "300, 645, true", "300, 665, false", // the dead one's clock was 5 minutes ahead
    "-300, 45, true", "-300, 65, false" // it was 5 minutes behind
  })
  void killed_unseen_firstSightGoesByWallClocks(long ahead, long secondsLater, boolean seen) {
    Machine killed = new Machine(Duration.ofSeconds(ahead));
    killed.model.announce("pod-1", () -> NOTHING);
    killed.killed = true;
    pass(Duration.ofSeconds(secondsLater));
    Machine first = machine();
    assertThat(first.sees()).hasSize(seen ? 1 : 0);
    pass(Duration.ofSeconds(65));
    assertThat(first.sees()).as("watched for a minute").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, -299, 0, 299, 300})
  void alive_clockMinutesOff_isSeenAtFirstSight(long ahead) {
    Machine one = new Machine(Duration.ofSeconds(ahead));
    one.model.announce("pod-1", () -> NOTHING);
    pass(Duration.ofMinutes(3));
    assertThat(machine().sees()).containsExactly("pod-1");
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -7_200, 7_200, 86_400})
  void alive_clockHoursOff_isSeenBySoonWhoeverGoesOnLooking(long ahead) {
    Machine strange = new Machine(Duration.ofSeconds(ahead));
    Machine one = machine();
    one.model.announce("pod-1", () -> NOTHING);
    strange.model.announce("pod-2", () -> NOTHING);
    pass(Duration.ofSeconds(60));
    for (int i = 0; i < 30; i++) {
      assertThat(one.sees()).containsExactly("pod-1", "pod-2");
      pass(Duration.ofSeconds(60));
    }
    strange.killed = true;
    pass(Duration.ofSeconds(85));
    assertThat(one.sees()).as("and is not kept for hours").containsExactly("pod-1");
  }

  @Test
  void clocks_jumpInBothDirections_killNobodyAndKeepNobody() {
    Machine one = machine();
    Machine two = machine();
    Machine killed = machine();
    one.model.announce("pod-1", () -> NOTHING);
    two.model.announce("pod-2", () -> NOTHING);
    killed.model.announce("pod-3", () -> NOTHING);
    pass(Duration.ofSeconds(60));
    killed.killed = true;
    long[] jumps = {-86_400, 3_600, -600, 400_000, 0, -1};
    for (long jump : jumps) {
      one.clock.setWallClock(NOON.plusSeconds(jump));
      two.clock.setWallClock(NOON.minusSeconds(jump));
      pass(Duration.ofSeconds(60));
      assertThat(one.sees()).contains("pod-1", "pod-2");
      assertThat(two.sees()).contains("pod-1", "pod-2");
    }
    assertThat(one.sees()).doesNotContain("pod-3");
  }

  /** A pod that dies at once, again and again, beside one that lives. */
  @Test
  void crashLoop_besideOneThatLives_leavesLittle() {
    machine().model.announce("pod-1", () -> NOTHING);
    int most = 0;
    for (int i = 0; i < minutes() / 10; i++) {
      Machine looping = machine();
      looping.model.announce("pod-2", () -> NOTHING);
      looping.killed = true;
      machines.remove(looping);
      pass(Duration.ofSeconds(30));
      most = Math.max(most, store.list(ObjectStore.EPHEMERAL).size());
    }
    assertThat(most).isLessThan(8);
  }

  @Test
  void announce_twoOfOneName_areTwoInstances() {
    machine().model.announce("pod-1", serving(1, ""));
    machine().model.announce("pod-1", serving(2, ""));
    List<FleetInstance> fleet = machine().model.fleet();
    assertThat(fleet).extracting(FleetInstance::id).containsExactly("pod-1", "pod-1");
    assertThat(fleet).extracting(FleetInstance::session).doesNotHaveDuplicates();
    assertThat(fleet).extracting(i -> i.serving().orElseThrow().number()).contains(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../etc/passwd",
        "/",
        "a/b",
        "..",
        ".",
        "a\u0000b",
        "a\r\nINFO forged",
        "CON",
        "Ü-😀",
        "\u202egnp.exe",
        "models/delay/log/0000000001.json",
        "a.b",
        "=",
        "%2e%2e%2f",
        "a\\b"
      })
  void announce_hostileName_isTextOnly(String name) {
    Machine one = machine();
    one.model.announce(name, () -> NOTHING).refresh();
    for (String key : store.list("")) {
      assertThat(key).matches("ephemeral/fleet/delay/[0-9a-f-]{36}\\.[0-9]{10}");
    }
    String shown = machine().model.fleet().get(0).id();
    assertThat(shown).hasSameSizeAs(name.replace("\r\n", "??")).doesNotContainPattern("\\p{Cc}");
  }

  @Test
  void announce_blankOrTooLongName_isRefused() {
    Machine one = machine();
    for (String name : List.of("", "  ", "x".repeat(257))) {
      assertThatThrownBy(() -> one.model.announce(name, () -> NOTHING))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("instance: ");
    }
    one.model.announce("x".repeat(256), () -> NOTHING);
    assertThat(one.sees()).hasSize(1);
  }

  @Test
  void state_throws_isAnnouncedAsAProblemAndTheInstanceLives() {
    Machine one = machine();
    one.model.announce(
        "pod-1",
        () -> {
          throw new IllegalStateException("no predictor yet");
        });
    pass(Duration.ofMinutes(3));
    FleetInstance seen = machine().model.fleet().get(0);
    assertThat(seen.serving()).isEmpty();
    assertThat(seen.problem().orElseThrow())
        .startsWith("What pod-1 serves is not known")
        .contains("no predictor yet");
  }

  /** The store of one machine, which can be made to misbehave. */
  private class Wrapped implements ObjectStore {
    boolean failing;

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      if (failing) {
        throw new MlopsException("The disk is full.");
      }
      return store.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return store.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return store.list(prefix);
    }

    @Override
    public boolean remove(String key) {
      return store.remove(key);
    }
  }

  private RegisteredModel<Row, String> on(ObjectStore other) {
    return ModelRegistry.on(other, RegistryOptions.withDefaults().withTime(time))
        .model("delay", ROWS);
  }

  @Test
  void renewal_storeFailsForAWhile_goesOnAfterwards() {
    Wrapped disk = new Wrapped();
    RegisteredModel<Row, String> unlucky = on(disk);
    unlucky.announce("pod-1", () -> NOTHING);
    disk.failing = true;
    assertThatThrownBy(() -> unlucky.announce("pod-2", () -> NOTHING))
        .hasMessage("The disk is full.");
    pass(Duration.ofMinutes(20));
    assertThat(machine().sees()).isEmpty();
    disk.failing = false;
    pass(Duration.ofSeconds(20));
    assertThat(machine().sees()).containsExactly("pod-1");
    pass(Duration.ofSeconds(40));
    assertThat(store.list(ObjectStore.EPHEMERAL)).hasSizeLessThanOrEqualTo(2);
  }

  /** Between a listing and its reading everything listed is replaced: it must not look dead. */
  @Test
  void fleet_everythingListedIsReplacedBeforeItIsRead_looksAgain() {
    machine().model.announce("pod-1", () -> NOTHING);
    AtomicInteger interruptions = new AtomicInteger();
    ObjectStore slow =
        new Wrapped() {
          @Override
          public Optional<byte[]> get(String key) {
            if (key.startsWith(ObjectStore.EPHEMERAL) && interruptions.getAndIncrement() < 2) {
              pass(Duration.ofSeconds(60));
            }
            return super.get(key);
          }
        };
    assertThat(on(slow).fleet()).extracting(FleetInstance::id).containsExactly("pod-1");
    assertThat(interruptions.get()).isGreaterThan(2);
  }

  /** A listing may miss an object that is created meanwhile; the one before must still be there. */
  @Test
  void fleet_listingMissesTheNewest_seesTheOneBefore() {
    machine().model.announce("pod-1", () -> NOTHING);
    Set<String> known = new HashSet<>();
    ObjectStore lagging =
        new Wrapped() {
          @Override
          public List<String> list(String prefix) {
            List<String> now = super.list(prefix);
            List<String> shown = now.stream().filter(known::contains).toList();
            known.addAll(now);
            return shown;
          }
        };
    RegisteredModel<Row, String> observer = on(lagging);
    observer.fleet();
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofSeconds(20));
      assertThat(observer.fleet()).as("look %d", i).hasSize(1);
    }
  }

  @Test
  void store_thatNeverRemoves_stillTellsWhoIsAlive() {
    ObjectStore keeping =
        new Wrapped() {
          @Override
          public boolean remove(String key) {
            throw new UnsupportedOperationException("This store keeps everything.");
          }
        };
    Announcement announcement = on(keeping).announce("pod-1", () -> NOTHING);
    RegisteredModel<Row, String> observer = on(keeping);
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofSeconds(30));
      assertThat(observer.fleet()).hasSize(1);
    }
    announcement.close();
    pass(Duration.ofSeconds(65));
    assertThat(observer.fleet()).isEmpty();
  }

  /** An instance must not look dead, and be left out of a gate, because a read failed. */
  @Test
  void fleet_announcementCannotBeReadNow_isAnErrorAndSeenTheNextTime() {
    machine().model.announce("pod-1", () -> NOTHING);
    AtomicInteger reads = new AtomicInteger();
    RegisteredModel<Row, String> unlucky =
        on(
            new Wrapped() {
              @Override
              public Optional<byte[]> get(String key) {
                if (key.startsWith(ObjectStore.EPHEMERAL) && reads.getAndIncrement() == 0) {
                  throw new MlopsException("Too many open files.");
                }
                return super.get(key);
              }
            });
    assertThatThrownBy(unlucky::fleet).hasMessage("Too many open files.");
    assertThat(unlucky.fleet()).hasSize(1);
  }

  /** A removal is not forced to disk. */
  @Test
  void removed_broughtBackByAPowerFailure_isForgottenAgain() {
    Machine one = machine();
    Announcement announcement = one.model.announce("pod-1", () -> NOTHING);
    String key = store.list(ObjectStore.EPHEMERAL).get(0);
    byte[] said = store.get(key).orElseThrow();
    announcement.close();
    one.model.announce("pod-2", () -> NOTHING);
    store.putIfAbsent(key, said);
    assertThat(machine().sees()).containsExactly("pod-1", "pod-2");
    pass(Duration.ofSeconds(100));
    assertThat(machine().sees()).containsExactly("pod-2");
  }

  @Test
  void announcement_damaged_isPassedOverForTheOneBefore() {
    machine().model.announce("pod-1", serving(1, ""));
    String key = store.list(ObjectStore.EPHEMERAL).get(0);
    String damaged = key.substring(0, key.length() - 1) + "2";
    for (String text :
        List.of("not json", "{}", "{\"at\":\"2026-06-01T12:00:00Z\",\"readers\":[7]}")) {
      store.putIfAbsent(damaged, text.getBytes(UTF_8));
      assertThat(machine().model.fleet()).as(text).hasSizeLessThanOrEqualTo(1);
      store.remove(damaged);
    }
    store.putIfAbsent(damaged, "{\"rows\":".getBytes(UTF_8));
    assertThat(machine().model.fleet())
        .extracting(i -> i.serving().orElseThrow().number())
        .containsExactly(1);
    store.putIfAbsent("ephemeral/fleet/delay/README", new byte[0]);
    assertThat(machine().model.fleet()).hasSize(1);
  }

  @Test
  void fleet_ofAnotherModel_isAnother() {
    machine().model.announce("pod-1", () -> NOTHING);
    assertThat(machine().registry.model("delay2", ROWS).fleet()).isEmpty();
  }
}
