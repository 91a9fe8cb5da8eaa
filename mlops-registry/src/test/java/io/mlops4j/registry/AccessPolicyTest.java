package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.constant;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.report;
import static io.mlops4j.registry.Models.validated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.evaluation.Metric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegistryOptions open = RegistryOptions.withDefaults().withActor("owner");

  private RegisteredModel<String, String> model(AccessPolicy policy, String actor) {
    return ModelRegistry.on(store, open.withActor(actor).withAccessPolicy(policy))
        .model("delay", LOADER);
  }

  /** Every public operation that writes, by what it needs; APPROVE and OVERRIDE come with them. */
  private static Map<Operation, List<Consumer<RegisteredModel<String, String>>>> writes() {
    Map<Operation, List<Consumer<RegisteredModel<String, String>>>> writes =
        new EnumMap<>(Operation.class);
    writes.put(Operation.REGISTER, List.of(m -> m.register(constant("x"), Lineage.unknown())));
    writes.put(
        Operation.EVALUATE,
        List.of(m -> m.recordEvaluation(1, report(m.version(1), Metric.AUC, 0.9))));
    writes.put(
        Operation.MOVE,
        List.of(
            m -> m.stage(4), m -> m.validate(4), m -> m.reject(4, "no"), m -> m.archive(5, "no")));
    writes.put(Operation.PROMOTE, List.of(m -> m.promote(3, lenient())));
    writes.put(Operation.ROLLBACK, List.of(m -> m.rollback("late")));
    writes.put(
        Operation.FREEZE,
        List.of(m -> m.freezePromotions("week"), m -> m.unfreezePromotions("over")));
    return writes;
  }

  private void prepare() {
    RegisteredModel<String, String> all = model(AccessPolicy.allowingEverything(), "owner");
    champion(all, "a", 0.7);
    champion(all, "b", 0.8);
    validated(all, "c", 0.9);
    all.register(constant("d"), Lineage.unknown());
    all.register(constant("e"), Lineage.unknown());
  }

  @Test
  void everyWrite_withoutItsPermission_isRefusedAndWritesNothing() {
    prepare();
    writes()
        .forEach(
            (operation, actions) -> {
              AccessPolicy.Rules but = AccessPolicy.rules();
              for (Operation other : Operation.values()) {
                but = other == operation ? but : but.allow("bob", "*", other);
              }
              RegisteredModel<String, String> model = model(but, "bob");
              Set<String> keys = Set.copyOf(store.list(""));
              for (Consumer<RegisteredModel<String, String>> action : actions) {
                assertThatThrownBy(() -> action.accept(model))
                    .as("%s", operation)
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageStartingWith("bob may not " + operation + " delay. Nothing was");
              }
              assertThat(store.list(""))
                  .as("%s", operation)
                  .containsExactlyInAnyOrderElementsOf(keys);
            });
  }

  @Test
  void everyWrite_withOnlyItsPermission_isDoneAndSignedByTheActor() {
    prepare();
    writes()
        .forEach(
            (operation, actions) -> {
              RegisteredModel<String, String> model =
                  model(AccessPolicy.rules().allow("bob", "delay", operation), "bob");
              int before = model.history().size();
              actions.forEach(action -> action.accept(model));
              assertThat(model.history()).as("%s", operation).hasSize(before + actions.size());
              assertThat(model.history().subList(before, before + actions.size()))
                  .allSatisfy(entry -> assertThat(entry.by()).isEqualTo("bob"));
            });
  }

  /** It is about the whole store. */
  @Test
  void collectGarbage_withoutARuleForAllModels_isRefused() {
    RegistryOptions bob = open.withActor("bob");
    Duration day = Duration.ofDays(1);
    AccessPolicy namespace =
        AccessPolicy.rules().allowAll("bob", "risk.*").allowAll("bob", "delay");
    assertThatThrownBy(
            () -> ModelRegistry.on(store, bob.withAccessPolicy(namespace)).collectGarbage(day))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageStartingWith("bob may not COLLECT *.");
    AccessPolicy all = AccessPolicy.rules().allow("bob", "*", Operation.COLLECT);
    assertThatThrownBy(() -> ModelRegistry.on(store, bob.withAccessPolicy(all)).collectGarbage(day))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("keeps everything");
  }

  /** Aliases are not in the log, so they have a test of their own. */
  @Test
  void alias_onlyWithThePermissionToMove_isMoved() {
    prepare();
    VersionSelector<String, String> denied =
        model(AccessPolicy.rules().allow("bob", "delay", Operation.PROMOTE), "bob").select();
    Set<String> keys = Set.copyOf(store.list(""));
    assertThatThrownBy(() -> denied.point("shadow", 5, "try"))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageStartingWith("bob may not MOVE delay. Nothing was");
    assertThatThrownBy(() -> denied.drop("shadow", "no")).isInstanceOf(AccessDeniedException.class);
    assertThat(store.list("")).containsExactlyInAnyOrderElementsOf(keys);
    model(AccessPolicy.rules().allow("bob", "delay", Operation.MOVE), "bob")
        .select()
        .point("shadow", 5, "try");
    assertThat(denied.aliases()).containsEntry("shadow", 5);
  }

  @Test
  void defaults_allowEverythingAndSayIt() {
    assertThat(RegistryOptions.withDefaults().accessPolicy())
        .isSameAs(AccessPolicy.allowingEverything())
        .hasToString("everybody may do everything");
    assertThat(AccessPolicy.rules()).hasToString("nobody may do anything");
  }

  @Test
  void reading_byNobody_isNeverRefused() {
    prepare();
    RegisteredModel<String, String> model = model(AccessPolicy.rules(), "nobody");
    assertThat(model.champion().map(RegisteredVersion::number)).contains(2);
    assertThat(model.decide(3, lenient()).verdict()).isEqualTo(GateResult.Verdict.PASS);
    assertThat(model.history()).isNotEmpty();
  }

  @Test
  void as_anotherActor_keepsThePolicy() {
    prepare();
    AccessPolicy policy =
        AccessPolicy.rules().allowAll("ci", "*").allow("eve", "*", Operation.MOVE);
    try (ModelRegistry ci = ModelRegistry.on(store, open.withActor("ci").withAccessPolicy(policy));
        ModelRegistry eve = ci.as("eve")) {
      ci.model("delay").promote(3, lenient());
      assertThatThrownBy(() -> eve.model("delay").rollback("mine"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageEndingWith("eve may MOVE on *.");
      assertThatThrownBy(() -> eve.as("mallory").model("delay").rollback("mine"))
          .hasMessageEndingWith("No rule of the access policy names mallory.");
    }
  }

  @Test
  void policy_thatThrows_refuses() {
    prepare();
    RegisteredModel<String, String> model =
        model(
            (actor, operation, name) -> {
              throw new IllegalStateException("directory service is down");
            },
            "bob");
    String head = model.head();
    assertThatThrownBy(() -> model.rollback("now")).hasMessage("directory service is down");
    assertThat(model.head()).isEqualTo(head);
  }

  @Test
  void policy_ofOnesOwn_isAskedWithActorOperationAndFullName() {
    Set<String> asked = ConcurrentHashMap.newKeySet();
    AccessPolicy policy =
        (actor, operation, name) -> asked.add(actor + " " + operation + " " + name);
    try (ModelRegistry registry = ModelRegistry.on(store, open.withAccessPolicy(policy));
        ModelRegistry risk = registry.namespace("risk")) {
      risk.model("delay").register(constant("x"), Lineage.unknown());
    }
    assertThat(asked).containsExactly("owner REGISTER risk.delay");
  }

  @Test
  void rules_ofANamespace_endAtItsDot() {
    AccessPolicy.Rules rules =
        AccessPolicy.rules().allow("ann", "risk.*", Operation.REGISTER, Operation.PROMOTE);
    assertThat(rules.allowed("ann", "risk.delay"))
        .containsExactly(Operation.REGISTER, Operation.PROMOTE);
    assertThat(rules.allowed("ann", "risky.delay")).isEmpty();
    assertThat(rules.allowed("ann", "risk")).isEmpty();
    assertThat(rules.allowed("Ann", "risk.delay")).isEmpty();
  }

  @Test
  void rules_badInput_saysWhatIsExpected() {
    AccessPolicy.Rules rules = AccessPolicy.rules();
    assertThatThrownBy(() -> rules.allow("ann", "risk.*"))
        .hasMessageStartingWith("operations: none");
    assertThatThrownBy(() -> rules.allow(" ", "*", Operation.MOVE))
        .hasMessageStartingWith("actor: \"");
    for (String bad : new String[] {"", "../x", "**", "*.risk", ".*", "a/b", "a\n"}) {
      assertThatThrownBy(() -> rules.allowAll("ann", bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("models: ");
    }
  }

  @Test
  void namespace_itsModels_areSeparateAndNamedInFullElsewhere() {
    try (ModelRegistry registry = ModelRegistry.on(store, open);
        ModelRegistry risk = registry.namespace("risk");
        ModelRegistry ads = registry.namespace("ads")) {
      RegisteredModel<String, String> delay = risk.model("delay", LOADER);
      champion(delay, "risk's", 0.7);
      ads.model("delay", LOADER).register(constant("ads'"), Lineage.unknown());
      registry.model("riskless").register(constant("r"), Lineage.unknown());
      assertThat(delay.name()).isEqualTo("risk.delay");
      assertThat(risk.models()).containsExactly("delay");
      assertThat(registry.models()).containsExactly("ads.delay", "risk.delay", "riskless");
      assertThat(ModelRegistryContract.answer(registry.model("risk.delay", LOADER).production()))
          .isEqualTo("risk's");
      assertThat(ads.model("delay", LOADER).champion()).isEmpty();
      assertThat(risk.verify()).isEmpty();
    }
  }

  @Test
  void namespace_badName_isRefused() {
    try (ModelRegistry registry = ModelRegistry.on(store, open)) {
      for (String bad : new String[] {"", ".", "a.b", "..", "a/b", "%2e", "a\n", "x".repeat(65)}) {
        assertThatThrownBy(() -> registry.namespace(bad))
            .as(bad)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("namespace: \"");
      }
      try (ModelRegistry risk = registry.namespace("risk")) {
        assertThatThrownBy(() -> risk.namespace("ads")).hasMessageContaining("inside risk.");
        assertThatThrownBy(() -> risk.model("x".repeat(124)))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }
}
