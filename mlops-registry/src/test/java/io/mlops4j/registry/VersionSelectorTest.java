package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.constant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Versions served by alias, by stage, and the newest few. */
class VersionSelectorTest {
  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final RegistryOptions options = RegistryOptions.withDefaults().withTime(time);
  private final ObjectStore store = ObjectStore.inMemory();
  private final ModelRegistry registry = ModelRegistry.on(store, options);
  private final RegisteredModel<String, String> model = registry.model("delay", LOADER);
  private final VersionSelector<String, String> select = model.select();

  /** The same model as another process sees it. */
  private RegisteredModel<String, String> elsewhere() {
    return ModelRegistry.on(store, options).model("delay", LOADER);
  }

  private void register(String... answers) {
    for (String answer : answers) {
      model.register(constant(answer), Lineage.unknown());
    }
  }

  private static int selected(ModelSource<String, String> source) {
    return source.current() instanceof ModelSource.Selected<String, String> now
        ? now.release().version().number()
        : 0;
  }

  private static String reason(ModelSource<String, String> source) {
    return ((ModelSource.Empty<String, String>) source.current()).reason();
  }

  private static List<Integer> numbers(ModelReleases<String, String> releases) {
    return releases.current().stream().map(release -> release.version().number()).toList();
  }

  @Test
  void alias_movedByAnotherProcess_isFollowedWithinAPollAndKeepsEveryMove() {
    register("a", "b");
    ModelSource<String, String> shadow = select.alias("shadow");
    assertThat(shadow.name()).isEqualTo("delay@shadow");
    assertThat(reason(shadow))
        .isEqualTo(
            "Alias shadow of delay points to no version. It has 2 versions: 2 NONE; the newest is"
                + " 2. Call select().point(\"shadow\", number, reason).");
    List<Integer> told = new ArrayList<>();
    try (Subscription following = shadow.subscribe(() -> told.add(selected(shadow)))) {
      assertThat(following).isNotNull();
      elsewhere().select().point("shadow", 2, "new features");
      assertThat(selected(shadow)).as("cheap: no look before the poll").isZero();
      time.advance(options.pollInterval());
      assertThat(told).containsExactly(2);
      elsewhere().select().point("shadow", 1, "too slow");
      time.advance(options.pollInterval());
      elsewhere().select().drop("shadow", "done");
      time.advance(options.pollInterval());
      time.advance(options.pollInterval());
      assertThat(told).containsExactly(2, 1, 0);
    }
    assertThat(store.list("aliases/delay/shadow")).hasSize(3);
    select.point("canary", 2, "5 %");
    assertThat(select.aliases()).isEqualTo(Map.of("canary", 2));
    assertThat(model.champion()).as("an alias promotes nothing").isEmpty();
  }

  @Test
  void alias_loads_theVersionItPointsTo() {
    register("a", "b");
    select.point("shadow", 1, "");
    ModelSource<String, String> shadow = select.alias("shadow");
    try (var loaded = ((ModelSource.Selected<String, String>) shadow.current()).release().load()) {
      assertThat(loaded.predict(List.of("x"))).containsExactly("a");
    }
  }

  @Test
  void alias_ofAVersionThatIsRejected_isEmptyAndSaysWhy() {
    register("a");
    select.point("shadow", 1, "try");
    ModelSource<String, String> shadow = select.alias("shadow");
    model.reject(1, "leaks the label");
    time.advance(options.pollInterval());
    assertThat(reason(shadow))
        .isEqualTo(
            "Alias shadow of delay points to version 1, which is REJECTED (leaks the label). Point"
                + " it to another one.");
    assertThatThrownBy(() -> select.point("shadow", 1, "again"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("delay:1, which is REJECTED and will not be served");
    assertThatThrownBy(() -> select.point("shadow", 7, "which?"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("has no version 7");
  }

  @Test
  void alias_namesThatCannotBe_areRefused() {
    for (String name : List.of("", "production", ".x", "A", "a/b", "..", "x".repeat(65))) {
      assertThatThrownBy(() -> select.alias(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 64 of a-z 0-9 . _ -");
    }
  }

  @Test
  void point_manyThreads_losesNoMove() throws Exception {
    register("a", "b");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> moves = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int number = 1 + i % 2;
      moves.add(threads.submit(() -> elsewhere().select().point("shadow", number, "race")));
    }
    for (Future<?> move : moves) {
      move.get();
    }
    threads.shutdown();
    assertThat(store.list("aliases/delay/shadow")).hasSize(40);
    assertThat(selected(select.alias("shadow"))).isBetween(1, 2);
  }

  /** A writer that died half-way keeps its number; the move before it counts. */
  @Test
  void alias_tornRecord_isPassedOver() {
    register("a", "b");
    select.point("shadow", 2, "good");
    store.putIfAbsent("aliases/delay/shadow/000002.json", new byte[] {'{'});
    assertThat(selected(select.alias("shadow"))).isEqualTo(2);
    select.point("shadow", 1, "after it");
    assertThat(selected(select.alias("shadow"))).isEqualTo(1);
  }

  @Test
  void newest_ofAStage_isTheHighestNumberInIt() {
    register("a", "b", "c");
    ModelSource<String, String> staged = select.newest(Stage.STAGING);
    assertThat(staged.name()).isEqualTo("delay@newest-staging");
    assertThat(reason(staged)).startsWith("Model delay has no version in STAGING. It has 3");
    model.stage(3);
    model.stage(1);
    time.advance(options.pollInterval());
    assertThat(selected(staged)).isEqualTo(3);
    model.archive(3, "no gain");
    time.advance(options.pollInterval());
    assertThat(selected(staged)).isEqualTo(1);
    assertThatThrownBy(() -> select.newest(Stage.QUARANTINED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void latest_registeredAndRejected_areTheNewestThatMayServe() {
    register("a", "b");
    ModelReleases<String, String> latest = select.latest(2);
    assertThat(latest.name()).isEqualTo("delay@latest-2");
    assertThat(numbers(latest)).containsExactly(2, 1);
    List<List<Integer>> told = new ArrayList<>();
    Subscription following = latest.subscribe(() -> told.add(numbers(latest)));
    register("c", "d");
    time.advance(options.pollInterval());
    model.reject(4, "bad");
    time.advance(options.pollInterval());
    following.close();
    register("e");
    time.advance(options.pollInterval());
    assertThat(told).containsExactly(List.of(4, 3), List.of(3, 2));
    time.advance(options.pollInterval());
    assertThat(numbers(latest)).as("asked without a subscriber").containsExactly(5, 3);
    assertThatThrownBy(() -> select.latest(0)).hasMessage("count: 0 (expected: 1..16)");
  }

  @Test
  void sources_afterTheRegistryIsClosed_keepWhatTheyLastSaw() {
    register("a");
    ModelReleases<String, String> latest = select.latest(1);
    Subscription following = latest.subscribe(() -> {});
    registry.close();
    elsewhere().register(constant("b"), Lineage.unknown());
    time.advance(options.pollInterval());
    time.advance(options.pollInterval());
    following.close();
    time.advance(options.pollInterval());
    assertThat(numbers(latest)).hasSize(1);
  }
}
