package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.report;
import static io.mlops4j.registry.Models.validated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromotionsTest {
  private static final GatePolicy REVIEWED =
      lenient().requireApproval("risk officer").validFor(Duration.ofDays(2));
  private static final GatePolicy STRICT =
      GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9)).allowOverride();

  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(time).withActor("trainer");
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegisteredModel<String, String> model = as("trainer");

  private RegisteredModel<String, String> as(String actor) {
    return ModelRegistry.on(store, options.withActor(actor)).model("credit", LOADER);
  }

  private List<Kind> kinds() {
    return model.history().stream().map(HistoryEntry::kind).toList();
  }

  @Test
  void promote_approvalAskedFor_waitsForItAndThenActsOnTheSameDecision() {
    RegisteredVersion<String, String> next = validated(model, "a", 0.7);
    GateDecision waiting = model.promote(next, REVIEWED);
    assertThat(waiting.verdict()).isEqualTo(Verdict.PASS);
    assertThat(waiting.promoted()).isFalse();
    assertThat(waiting.awaiting()).singleElement().asString().contains("1 x risk officer, has 0");
    assertThat(waiting.toString()).contains("WAITING");
    assertThat(model.champion()).isEmpty();
    assertThat(model.promote(next, REVIEWED).digest()).as("once").isEqualTo(waiting.digest());

    Approval approval = as("rita").promotions().approve(waiting, "risk officer", "looked at it");
    assertThat(approval)
        .isEqualTo(
            new Approval(waiting.digest(), "risk officer", "rita", "looked at it", Models.NOON));
    assertThat(model.champion()).as("an approval promotes nobody").isEmpty();
    assertThat(model.promotions().approvals(waiting)).containsExactly(approval);
    GateDecision done = model.promote(next, REVIEWED);
    assertThat(done.promoted()).isTrue();
    assertThat(done.digest()).isEqualTo(waiting.digest());
    assertThat(model.decision(done.digest()).promoted()).isTrue();
    assertThat(kinds()).endsWith(Kind.DECIDE, Kind.APPROVE, Kind.PROMOTE);
    assertThat(ModelRegistry.on(store, options).verify()).isEmpty();
  }

  @Test
  void promote_severalRoles_needsAllOfThemFromDifferentPeople() {
    GatePolicy policy =
        lenient().requireApproval("risk officer", 2).requireApproval("product owner");
    validated(model, "a", 0.7);
    GateDecision decision = model.promotions().submit(1, policy);
    as("rita").promotions().approve(decision, "risk officer", "");
    assertThat(model.promotions().promote(decision).awaiting()).hasSize(2);
    assertThatThrownBy(() -> as("rita").promotions().approve(decision, "product owner", ""))
        .hasMessageContaining("rita has approved this decision already");
    as("rob").promotions().approve(decision, "risk officer", "");
    as("petra").promotions().approve(decision, "product owner", "");
    assertThat(model.promotions().promote(decision).promoted()).isTrue();
  }

  /** The rule of the seed: never by manual approval alone. */
  @Test
  void approve_decisionThatDidNotPass_isRefusedAndNothingIsWritten() {
    GatePolicy policy =
        GatePolicy.named("strict")
            .require(Gate.metric(Metric.AUC).atLeast(0.9))
            .requireApproval("risk officer");
    validated(model, "a", 0.7);
    GateDecision refused = model.promote(1, policy);
    assertThat(refused.verdict()).isEqualTo(Verdict.FAIL);
    String head = model.head();
    assertThatThrownBy(() -> as("rita").promotions().approve(refused, "risk officer", "go"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("says FAIL")
        .hasMessageContaining("only a decision whose every gate passed");
    assertThatThrownBy(() -> model.promotions().promote(refused)).hasMessageContaining("FAIL");
    assertThat(model.head()).isEqualTo(head);
  }

  @Test
  void approve_byWhoRegistered_isRefusedUnlessThePolicyAllows() {
    validated(model, "a", 0.7);
    GateDecision decision = model.promotions().submit(1, REVIEWED);
    assertThatThrownBy(() -> model.promotions().approve(decision, "risk officer", ""))
        .hasMessageContaining("trainer registered credit:1 and may not approve it");
    assertThatThrownBy(() -> as(Lineage.UNKNOWN).promotions().approve(decision, "risk officer", ""))
        .hasMessageContaining("needs to say by whom");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> as("rita").promotions().approve(decision, "janitor", ""))
        .withMessageContaining("janitor");
    GateDecision own = model.promotions().submit(1, REVIEWED.allowApprovalByRegistrant());
    model.promotions().approve(own, "risk officer", "");
    assertThat(model.promotions().promote(own).promoted()).isTrue();
  }

  @Test
  void approve_withoutPermission_isRefused() {
    validated(model, "a", 0.7);
    GateDecision decision = model.promotions().submit(1, REVIEWED);
    AccessPolicy rules =
        AccessPolicy.rules().allow("rita", "*", Operation.APPROVE).allowAll("trainer", "*");
    RegistryOptions ruled = options.withAccessPolicy(rules);
    ModelRegistry closed = ModelRegistry.on(store, ruled);
    assertThatThrownBy(
            () ->
                closed.as("eve").model("credit").promotions().approve(decision, "risk officer", ""))
        .isInstanceOf(AccessDeniedException.class);
    assertThatThrownBy(
            () -> closed.as("rita").model("credit").promotions().requestOverride(1, STRICT, "x"))
        .isInstanceOf(AccessDeniedException.class);
    closed.as("rita").model("credit").promotions().approve(decision, "risk officer", "");
    assertThat(model.promotions().approvals(decision)).hasSize(1);
  }

  @Test
  void promote_decisionExpired_mustBeDecidedAgain() {
    validated(model, "a", 0.7);
    GateDecision decision = model.promotions().submit(1, lenient().validFor(Duration.ofHours(1)));
    assertThat(decision.validUntil()).isEqualTo(Models.NOON.plusSeconds(3600));
    time.advance(Duration.ofMinutes(59));
    assertThat(as("x").promotions().promote(decision).promoted()).as("control: in time").isTrue();
    RegisteredVersion<String, String> next = validated(model, "b", 0.8);
    GateDecision late =
        model.promotions().submit(next.number(), lenient().validFor(Duration.ofHours(1)));
    time.advance(Duration.ofHours(1));
    assertThatThrownBy(() -> model.promotions().promote(late))
        .isInstanceOf(StaleDecisionException.class)
        .hasMessageContaining("was valid until")
        .hasMessageContaining("Decide again");
    assertThat(model.promote(next, lenient()).promoted()).isTrue();
  }

  @Test
  void promote_approvedDecisionExpired_isDecidedAgainAndWaitsAgain() {
    RegisteredVersion<String, String> next = validated(model, "a", 0.7);
    GateDecision first = model.promote(next, REVIEWED);
    as("rita").promotions().approve(first, "risk officer", "");
    time.advance(Duration.ofDays(2));
    assertThatThrownBy(() -> as("rob").promotions().approve(first, "risk officer", ""))
        .isInstanceOf(StaleDecisionException.class);
    GateDecision second = model.promote(next, REVIEWED);
    assertThat(second.promoted()).isFalse();
    assertThat(second.digest()).isNotEqualTo(first.digest());
    assertThat(second.awaiting()).hasSize(1);
  }

  /** A wall clock that was set back must not make an old decision valid for longer. */
  @Test
  void promote_clockSetBackBehindTheDecision_mustBeDecidedAgain() {
    VirtualTime ahead = VirtualTime.startingAt(Models.NOON.plus(Duration.ofMinutes(6)));
    validated(model, "a", 0.7);
    GateDecision decision =
        ModelRegistry.on(store, options.withTime(ahead))
            .model("credit")
            .promotions()
            .submit(1, lenient());
    assertThatThrownBy(() -> model.promotions().promote(decision))
        .isInstanceOf(StaleDecisionException.class)
        .hasMessageContaining("which is before");
    time.advance(Duration.ofMinutes(2));
    assertThat(model.promotions().promote(decision).promoted())
        .as("clocks may be five minutes apart")
        .isTrue();
  }

  @Test
  void promote_championMoved_isStale() {
    champion(model, "a", 0.7);
    validated(model, "b", 0.8);
    validated(model, "c", 0.9);
    GateDecision decision = model.promotions().submit(2, lenient());
    assertThat(model.promote(3, lenient()).promoted()).isTrue();
    assertThatThrownBy(() -> model.promotions().promote(decision))
        .isInstanceOf(StaleDecisionException.class)
        .hasMessageContaining("the champion changed since it was decided");
    assertThat(model.champion().orElseThrow().number()).isEqualTo(3);
  }

  @Test
  void promote_evidenceCameSince_isStale() {
    champion(model, "a", 0.7);
    RegisteredVersion<String, String> next = validated(model, "b", 0.8);
    GateDecision decision = model.promotions().submit(2, lenient());
    model.recordEvaluation(next, report(next, Metric.AUC, 0.4));
    assertThatThrownBy(() -> model.promotions().promote(decision))
        .isInstanceOf(StaleDecisionException.class)
        .hasMessageContaining("evidence came since it was decided");
    assertThat(model.promote(next, lenient()).verdict()).isEqualTo(Verdict.FAIL);
    model.recordEvaluation(next, report(next, Metric.AUC, 0.8));
    GateDecision again = model.promotions().submit(2, lenient());
    model.recordEvaluation(1, report(model.version(1), Metric.AUC, 0.7));
    assertThatThrownBy(() -> model.promotions().promote(again))
        .as("evidence about the champion counts, too")
        .isInstanceOf(StaleDecisionException.class);
  }

  @Test
  void promote_decisionActedOn_isNotActedOnTwice() {
    champion(model, "a", 0.7);
    validated(model, "b", 0.8);
    GateDecision decision = model.promotions().submit(2, lenient());
    assertThat(model.promotions().promote(decision).promoted()).isTrue();
    model.rollback("p99 doubled");
    model.stage(2);
    model.validate(2);
    assertThatThrownBy(() -> model.promotions().promote(decision))
        .isInstanceOf(StaleDecisionException.class)
        .hasMessageContaining("acted on it already");
  }

  @Test
  void promote_dryRun_isNoDecision() {
    validated(model, "a", 0.7);
    GateDecision dry = model.decide(1, lenient());
    assertThatThrownBy(() -> model.promotions().promote(dry)).hasMessageContaining("no decision");
    assertThat(kinds()).doesNotContain(Kind.DECIDE);
  }

  @Test
  void promote_anotherPolicyWaited_startsAnew() {
    RegisteredVersion<String, String> next = validated(model, "a", 0.7);
    GateDecision first = model.promote(next, REVIEWED);
    as("rita").promotions().approve(first, "risk officer", "");
    GateDecision other = model.promote(next, REVIEWED.withMinRows(10));
    assertThat(other.promoted()).as("approved was another policy").isFalse();
    assertThat(other.policyNumber()).isEqualTo(2);
  }

  @Test
  void override_twoPeople_promotesAndStaysVisible() {
    champion(model, "a", 0.7);
    validated(model, "b", 0.6);
    GateDecision decision = as("ann").promotions().requestOverride(2, STRICT, "the old one leaks");
    assertThat(decision.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(model.champion().orElseThrow().number())
        .as("one person promotes nobody")
        .isEqualTo(1);
    assertThatThrownBy(() -> as("ann").promotions().override(decision, "me again"))
        .hasMessageContaining("somebody else must confirm");
    assertThatThrownBy(() -> as(Lineage.UNKNOWN).promotions().override(decision, "x"))
        .hasMessageContaining("by whom");
    RegisteredVersion<?, ?> now = as("bob").promotions().override(decision, "agreed");
    assertThat(now.stage()).isEqualTo(Stage.PRODUCTION);
    PromotionOverride override =
        new PromotionOverride("ann", "bob", "the old one leaks", decision.digest(), Models.NOON);
    assertThat(now.overrides()).containsExactly(override);
    model.rollback("it was worse");
    assertThat(model.version(2).overrides()).as("for ever").containsExactly(override);
    assertThat(model.history().stream().map(HistoryEntry::sentence))
        .anyMatch(
            s -> s.startsWith("Version 2 was promoted WHATEVER ITS GATES SAY, confirmed by bob"));
    assertThat(model.promotions().champions())
        .extracting(Reign::how)
        .containsExactly(Kind.PROMOTE, Kind.OVERRIDE, Kind.ROLLBACK);
    assertThatThrownBy(() -> as("bob").promotions().override(decision, "again"))
        .isInstanceOf(MlopsException.class);
  }

  @Test
  void override_notAllowedOrNotNeeded_isRefused() {
    validated(model, "a", 0.7);
    GatePolicy closed = GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9));
    assertThatThrownBy(() -> as("ann").promotions().requestOverride(1, closed, "please"))
        .hasMessageContaining("allows no override");
    assertThatThrownBy(
            () -> as("ann").promotions().requestOverride(1, lenient().allowOverride(), "please"))
        .hasMessageContaining("nothing to override");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> as("ann").promotions().requestOverride(1, STRICT, " "));
    GateDecision submitted = model.promotions().submit(1, STRICT);
    assertThatThrownBy(() -> as("bob").promotions().override(submitted, "x"))
        .hasMessageContaining("Nobody asked to override");
    assertThat(model.champion()).isEmpty();
  }

  @Test
  void override_frozenOrExpired_isRefused() {
    validated(model, "a", 0.6);
    GateDecision decision = as("ann").promotions().requestOverride(1, STRICT, "urgent");
    model.freezePromotions("release week");
    assertThatThrownBy(() -> as("bob").promotions().override(decision, "ok"))
        .isInstanceOf(PromotionsFrozenException.class);
    model.unfreezePromotions("over");
    time.advance(Duration.ofDays(8));
    assertThatThrownBy(() -> as("bob").promotions().override(decision, "ok"))
        .isInstanceOf(StaleDecisionException.class);
  }

  @Test
  void bootstrap_firstChampion_isVisibleAndPossibleOnce() {
    validated(model, "old one", 0.5);
    assertThatIllegalArgumentException().isThrownBy(() -> model.promotions().bootstrap(1, ""));
    assertThat(model.promotions().bootstrap(1, "serves since 2024").stage())
        .isEqualTo(Stage.PRODUCTION);
    validated(model, "b", 0.8);
    assertThatThrownBy(() -> model.promotions().bootstrap(2, "also"))
        .hasMessageContaining("has had a champion");
    assertThat(model.promote(2, lenient()).champion()).isPresent();
    assertThat(model.history().stream().map(HistoryEntry::sentence))
        .contains(
            "Version 1 was made the first champion WITHOUT A DECISION by trainer on"
                + " 2026-06-01T12:00:00Z: serves since 2024.");
  }

  @Test
  void champions_historyOfAll_saysWhoWhenAndByWhatRight() {
    champion(model, "a", 0.7);
    time.advance(Duration.ofDays(1));
    champion(model, "b", 0.8);
    time.advance(Duration.ofDays(1));
    as("ops").rollback("p99 doubled");
    List<Reign> reigns = model.promotions().champions();
    assertThat(reigns).extracting(Reign::version).containsExactly(1, 2, 1);
    assertThat(reigns.get(1).since()).isEqualTo(Models.NOON.plus(Duration.ofDays(1)));
    assertThat(reigns.get(1).until()).contains(Models.NOON.plus(Duration.ofDays(2)));
    assertThat(reigns.get(2).by()).isEqualTo("ops");
    assertThat(reigns.get(2).until()).isEmpty();
    assertThat(reigns.get(0).decision()).isPresent();
    assertThat(reigns.get(2).decision()).isEmpty();
    assertThat(model.history().get(model.history().size() - 1).sentence())
        .isEqualTo(
            "Version 1 became champion again by a rollback, asked for by ops on"
                + " 2026-06-03T12:00:00Z, replacing version 2: p99 doubled.");
  }

  @Test
  void policies_contentAndNumber_goTogether() {
    ModelRegistry registry = ModelRegistry.on(store, options);
    GatePolicy one = lenient();
    assertThat(registry.publish(one).number()).isEqualTo(1);
    assertThat(registry.publish(one.validFor(Duration.ofDays(1))).number()).isEqualTo(2);
    assertThat(ModelRegistry.on(store, options.withActor("other")).publish(one).number())
        .as("same content, same number")
        .isEqualTo(1);
    assertThat(registry.policies("lenient"))
        .extracting(PolicyVersion::number, PolicyVersion::by)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, "trainer"),
            org.assertj.core.groups.Tuple.tuple(2, "trainer"));
    assertThat(registry.policies("unheard of")).isEmpty();
    champion(model, "a", 0.7);
    GateDecision decision = model.promote(validated(model, "b", 0.8), lenient());
    assertThat(decision.policyNumber()).isEqualTo(1);
    assertThat(decision.toReport().toText()).contains("lenient version 1");
    assertThat(registry.publish(GatePolicy.named("Kreditrisiko § 18").require(one.gates().get(0))))
        .extracting(PolicyVersion::number)
        .isEqualTo(1);
    assertThat(registry.verify()).isEmpty();
  }

  @Test
  void policyTerms_impossibleOnes_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> lenient().validFor(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> lenient().requireApproval(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> lenient().requireApproval("r", 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lenient().requireApproval("r").requireApproval("r"));
    assertThatIllegalArgumentException().isThrownBy(() -> lenient().withMaxOverlap(1.1));
    assertThat(lenient().validFor(Duration.ofSeconds(Long.MAX_VALUE)).terms().end(Models.NOON))
        .isAfter(Models.NOON);
  }

  /** Policies of older libraries keep their digests, so old decisions go on naming them. */
  @Test
  void policyDigest_usualTerms_areNotPartOfIt() {
    GatePolicy policy = GatePolicy.named("p").require(Gate.metric(Metric.AUC).atLeast(0.5));
    assertThat(new String(policy.toJson(), java.nio.charset.StandardCharsets.UTF_8))
        .doesNotContain("terms", "maxOverlap", "disjointRows");
    assertThat(
            List.of(
                policy.digest(),
                policy.validFor(Duration.ofDays(1)).digest(),
                policy.requireApproval("r").digest(),
                policy.requireApproval("r").allowApprovalByRegistrant().digest(),
                policy.allowOverride().digest(),
                policy.withMaxOverlap(0.1).digest(),
                policy.requireDisjointRows().digest()))
        .doesNotHaveDuplicates();
  }
}
