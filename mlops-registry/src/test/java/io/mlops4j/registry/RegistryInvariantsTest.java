package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The invariants I1 to I4, I11, I12, I14, I20 and I21 over random histories of two registries with
 * clocks of their own on one store. I13, crashes, is CrashPointsTest and StoreFaultsTest.
 */
class RegistryInvariantsTest {
  private static final Duration NEVER = Duration.ofDays(10_000);

  /** One step: what, by which of the two registries, about which version, and how clocks move. */
  record Step(int action, int who, int version, int minutes) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    return net.jqwik.api.Combinators.combine(
            Arbitraries.integers().between(0, 11),
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(1, 8),
            Arbitraries.integers().between(0, 5_000))
        .as(Step::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  /** Two processes on one store, the second one's clock two days behind. */
  private static final class World {
    private final List<VirtualTime> clocks =
        List.of(
            VirtualTime.startingAt(Models.NOON),
            VirtualTime.startingAt(Models.NOON.minus(Duration.ofDays(2))));
    private final BlobStore store =
        JdbcObjectStore.open(Databases.h2(), "t_", clocks.get(0), nanos -> {});
    private final List<ModelRegistry> registries = new ArrayList<>();
    private final List<RegisteredModel<String, String>> models = new ArrayList<>();
    private final Map<Integer, String> manifests = new HashMap<>();
    private final Set<Integer> numbers = new HashSet<>();
    private List<HistoryEntry> history = List.of();

    World() {
      for (VirtualTime clock : clocks) {
        RegistryOptions options =
            RegistryOptions.withDefaults().withTime(clock).withPollInterval(NEVER);
        ModelRegistry registry = ModelRegistry.on(store, options, 4);
        registries.add(registry);
        models.add(registry.model("delay", Models.LOADER));
      }
    }

    void take(Step step) {
      RegisteredModel<String, String> model = models.get(step.who());
      clocks.get(step.who()).advance(Duration.ofMinutes(step.minutes()));
      int v = step.version();
      try {
        switch (step.action()) {
          case 0, 1 -> registered(model.register(Models.constant("v" + v), Lineage.unknown()));
          case 2 -> model.stage(v);
          case 3 -> model.validate(v);
          case 4 ->
              model.recordEvaluation(v, Models.report(model.version(v), Metric.AUC, v / 10.0));
          case 5, 6 -> model.promote(v, Models.lenient());
          case 7 -> model.rollback("slow");
          case 8 -> model.archive(v, "later");
          case 9 -> model.reject(v, "worse");
          case 10 -> Models.champion(model, "c" + v, 0.9);
          default -> registries.get(step.who()).collectGarbage(PutWindow.LONGEST);
        }
      } catch (MlopsException e) {
        // An edge that does not exist, a version that is not there: nothing has happened.
        assertThat(e).isNotInstanceOf(IntegrityException.class);
      }
    }

    private void registered(RegisteredVersion<?, ?> version) {
      // I1: never a number again.
      assertThat(numbers.add(version.number())).isTrue();
    }

    void check() {
      for (RegisteredModel<String, String> model : models) {
        List<HistoryEntry> now = model.history();
        // I20: what was written stays; I21: in the order of the log, whatever the clocks said.
        assertThat(now.size()).isGreaterThanOrEqualTo(history.size());
        assertThat(now.subList(0, history.size())).isEqualTo(history);
        assertThat(now).extracting(HistoryEntry::sequence).isSorted().doesNotHaveDuplicates();
        history = now;
        // I4: one champion at most, the same for everyone.
        assertThat(model.versions().stream().filter(x -> x.stage() == Stage.PRODUCTION).count())
            .isEqualTo(model.champion().isPresent() ? 1 : 0);
        assertThat(model.champion().map(RegisteredVersion::number))
            .isEqualTo(models.get(0).champion().map(RegisteredVersion::number));
        for (HistoryEntry entry : now) {
          if (entry.kind() == HistoryEntry.Kind.REGISTER) {
            // I2: a version's manifest, which fixes all the rest, never changes.
            String manifest = entry.digest().orElseThrow();
            assertThat(
                    Optional.ofNullable(manifests.put(entry.version(), manifest)).orElse(manifest))
                .isEqualTo(manifest);
          }
        }
      }
    }
  }

  @Property(tries = 20)
  void anyHistory_byTwoProcesses_keepsTheInvariants(@ForAll("histories") List<Step> steps) {
    World world = new World();
    for (Step step : steps) {
      world.take(step);
      world.check();
    }
    for (int i = 0; i < 2; i++) {
      // I14: collections in between have taken nothing that is referred to.
      world.clocks.get(i).advance(Duration.ofDays(3));
      world.registries.get(i).collectGarbage(PutWindow.LONGEST);
    }
    world.check();
    // I12: the chain holds from genesis to the end, and I3: every byte comes from the store.
    assertThat(world.registries.get(0).verify()).isEmpty();
    ModelRegistry fresh = ModelRegistry.on(world.store, RegistryOptions.withDefaults(), 0);
    RegisteredModel<String, String> read = fresh.model("delay", Models.LOADER);
    assertThat(read.history()).isEqualTo(world.history);
    assertThat(read.head()).isEqualTo(world.models.get(0).head());
    for (RegisteredVersion<String, String> version : read.versions()) {
      assertThat(ModelRegistryContract.answer(version.source())).isNotEmpty();
    }
  }

  @Property(tries = 12)
  void anyLog_oneRecordGone_isNoticed(@ForAll("histories") List<Step> steps, @ForAll int which) {
    World world = new World();
    steps.forEach(world::take);
    String head = world.models.get(0).head();
    List<String> log = world.store.list("models/delay/log");
    if (log.isEmpty()) {
      return;
    }
    String gone = log.get(Math.floorMod(which, log.size()));
    ObjectStore cut = new Without(world.store, gone);
    ModelRegistry fresh = ModelRegistry.on(cut, RegistryOptions.withDefaults(), 4);
    boolean noticed = !fresh.verify().isEmpty();
    try {
      noticed |= !fresh.model("delay").head().equals(head);
    } catch (IntegrityException e) {
      noticed = true;
    }
    assertThat(noticed).as("without %s of %d", gone, log.size()).isTrue();
  }

  private record Without(ObjectStore store, String gone) implements ObjectStore {
    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return store.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      return key.equals(gone) ? Optional.empty() : store.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return store.list(prefix).stream().filter(key -> !key.equals(gone)).toList();
    }
  }

  /** I11: without a champion value gates decide, and there must be one. */
  @Property(tries = 20)
  void firstPromotion_policyOfMarginsOnly_isRefused(@ForAll boolean block) {
    RegisteredModel<String, String> model = ModelRegistry.inMemory().model("delay", Models.LOADER);
    int number = Models.validated(model, "a", 0.9).number();
    GatePolicy margins =
        GatePolicy.named("margins")
            .require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.01)));
    assertThat(model.promote(number, margins).promoted()).isFalse();
    GatePolicy both =
        margins
            .require(Gate.metric(Metric.AUC).atLeast(0.5))
            .withoutChampion(
                block
                    ? GatePolicy.WithoutChampion.BLOCK
                    : GatePolicy.WithoutChampion.VALUE_GATES_ONLY);
    assertThat(model.promote(number, both).promoted()).isEqualTo(!block);
  }
}
