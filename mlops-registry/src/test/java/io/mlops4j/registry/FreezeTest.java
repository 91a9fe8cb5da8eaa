package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.constant;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.validated;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreezeTest {
  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(time).withActor("tester");
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegisteredModel<String, String> model =
      ModelRegistry.on(store, options).model("delay", LOADER);

  /** The same model as another process sees it. */
  private RegisteredModel<String, String> elsewhere(String actor) {
    return ModelRegistry.on(store, options.withActor(actor)).model("delay", LOADER);
  }

  @Test
  void promote_frozenByAnotherProcess_refusesAndChangesNothing() {
    champion(model, "a", 0.7);
    RegisteredVersion<String, String> next = validated(model, "b", 0.8);
    PromotionFreeze freeze = elsewhere("ops").freezePromotions("Black Friday");
    assertThat(freeze).isEqualTo(new PromotionFreeze("Black Friday", "ops", Models.NOON));
    assertThat(model.promotionFreeze()).contains(freeze);
    String head = model.head();
    assertThatThrownBy(() -> model.promote(next, lenient()))
        .isInstanceOf(PromotionsFrozenException.class)
        .hasMessage(
            "delay:2 was not promoted: promotions are frozen since 2026-06-01T12:00:00Z by ops"
                + " (Black Friday). Call unfreezePromotions(reason) first; rollback works"
                + " meanwhile.");
    assertThat(model.head()).as("nothing was written").isEqualTo(head);
    assertThat(model.champion().map(RegisteredVersion::number)).contains(1);
    assertThat(model.version(2).stage()).isEqualTo(Stage.VALIDATION);
  }

  @Test
  void freeze_everythingButPromotions_goesOn() {
    champion(model, "a", 0.7);
    champion(model, "b", 0.8);
    model.freezePromotions("release week");
    RegisteredVersion<String, String> next = validated(model, "c", 0.9);
    assertThat(model.decide(next.number(), lenient()).verdict()).isEqualTo(GateResult.Verdict.PASS);
    assertThat(model.rollback("p99 doubled").number()).isEqualTo(1);
    assertThat(model.promotionFreeze()).as("a rollback lifts nothing").isPresent();
    assertThatThrownBy(() -> model.promote(next, lenient()))
        .isInstanceOf(PromotionsFrozenException.class);
  }

  @Test
  void unfreeze_promotionsGoOn_andTheLogTellsAll() {
    RegisteredVersion<String, String> next = validated(model, "a", 0.8);
    model.freezePromotions("release week");
    time.advance(Duration.ofHours(1));
    model.freezePromotions("still");
    assertThat(model.promotionFreeze())
        .contains(new PromotionFreeze("still", "tester", Models.NOON.plusSeconds(3600)));
    assertThat(elsewhere("ops").unfreezePromotions("over")).isTrue();
    assertThat(model.promotionFreeze()).isEmpty();
    assertThat(model.promote(next, lenient()).promoted()).isTrue();
    assertThat(model.history().stream().filter(e -> e.version() == 0))
        .extracting(HistoryEntry::kind, HistoryEntry::reason, HistoryEntry::by)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Kind.FREEZE, "release week", "tester"),
            org.assertj.core.groups.Tuple.tuple(Kind.FREEZE, "still", "tester"),
            org.assertj.core.groups.Tuple.tuple(Kind.UNFREEZE, "over", "ops"));
  }

  @Test
  void unfreeze_notFrozen_isFalseAndWritesNothing() {
    model.register(constant("a"), Lineage.unknown());
    String head = model.head();
    assertThat(model.unfreezePromotions("why not")).isFalse();
    assertThat(model.head()).isEqualTo(head);
  }

  @Test
  void freeze_blankReason_isRefused() {
    assertThatThrownBy(() -> model.freezePromotions(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("reason: blank");
    assertThat(model.promotionFreeze()).isEmpty();
  }

  @Test
  void freeze_hostileReason_isOnePrintableLine() {
    RegisteredVersion<String, String> next = validated(model, "a", 0.8);
    model.freezePromotions("a\r\nb\u001b[31m");
    assertThatThrownBy(() -> model.promote(next, lenient())).hasMessageContaining("(a??b?[31m)");
  }

  /** The freeze is written after the decision and just before the promotion's own record. */
  @Test
  void promote_freezeComesFirstInTheLog_isRefused() {
    AtomicBoolean frozen = new AtomicBoolean();
    ObjectStore slow =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            if (new String(value, UTF_8).contains("\"PROMOTE\"") && !frozen.getAndSet(true)) {
              elsewhere("ops").freezePromotions("now");
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
        };
    RegisteredVersion<String, String> next = validated(model, "a", 0.8);
    RegisteredModel<String, String> late = ModelRegistry.on(slow, options).model("delay", LOADER);
    assertThatThrownBy(() -> late.promote(next.number(), lenient()))
        .isInstanceOf(PromotionsFrozenException.class);
    assertThat(frozen).isTrue();
    assertThat(model.champion()).isEmpty();
    assertThat(model.history()).extracting(HistoryEntry::kind).doesNotContain(Kind.PROMOTE);
  }

  @Test
  void freezeAndPromote_racingOnADirectory_nothingIsPromotedWhileFrozen(@TempDir Path root)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(5);
    try (ModelRegistry one = ModelRegistry.open(root);
        ModelRegistry two = ModelRegistry.open(root)) {
      List<Integer> candidates = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        candidates.add(validated(one.model("delay", LOADER), "a" + i, 0.7).number());
      }
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Integer>> promoted = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        RegisteredModel<String, String> mine = (t < 2 ? one : two).model("delay", LOADER);
        List<Integer> some = List.of(candidates.get(2 * t), candidates.get(2 * t + 1));
        promoted.add(
            threads.submit(
                () -> {
                  start.await();
                  return promoteUnlessFrozen(mine, some);
                }));
      }
      Future<?> freezes =
          threads.submit(
              () -> {
                start.await();
                RegisteredModel<String, String> mine = two.model("delay", LOADER);
                mine.freezePromotions("first");
                mine.unfreezePromotions("again");
                mine.freezePromotions("for good");
                return null;
              });
      start.countDown();
      int told = 0;
      for (Future<Integer> each : promoted) {
        told += each.get();
      }
      freezes.get();
      int written = promotionsWhileNotFrozen(one.model("delay", LOADER).history());
      assertThat(written).as("acknowledged promotions are in the log").isEqualTo(told);
      assertThat(one.verify()).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  private static int promoteUnlessFrozen(
      RegisteredModel<String, String> model, List<Integer> candidates) {
    int promoted = 0;
    for (int number : candidates) {
      try {
        promoted += model.promote(number, lenient()).promoted() ? 1 : 0;
      } catch (PromotionsFrozenException | StaleDecisionException e) {
        Thread.onSpinWait();
      }
    }
    return promoted;
  }

  private static int promotionsWhileNotFrozen(List<HistoryEntry> history) {
    boolean frozen = false;
    int promotions = 0;
    for (HistoryEntry entry : history) {
      if (entry.kind() == Kind.FREEZE || entry.kind() == Kind.UNFREEZE) {
        frozen = entry.kind() == Kind.FREEZE;
      } else if (entry.kind() == Kind.PROMOTE) {
        assertThat(frozen).as("record %d", entry.sequence()).isFalse();
        promotions++;
      }
    }
    assertThat(frozen).isTrue();
    return promotions;
  }

  /** What an older library can read stays in its format; what it cannot tells it so. */
  @Test
  void records_onlyFreezesAreOfFormat2() {
    champion(model, "a", 0.7);
    model.freezePromotions("a while");
    model.unfreezePromotions("over");
    champion(model, "b", 0.8);
    for (String key : store.list("models/delay/log")) {
      String json = new String(store.get(key).orElseThrow(), UTF_8);
      boolean freeze = json.contains("FREEZE\"");
      assertThat(json).contains("\"v\":" + (freeze ? 2 : 1));
    }
    assertThat(store.list("format")).containsExactly("format/registry-1");
  }
}
