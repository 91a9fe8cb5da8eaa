package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Promotions of a model in a registry's store. */
final class StoredPromotions implements Promotions {
  private final StoredModel<?, ?> model;
  private final ModelLog log;
  private final ModelRegistry registry;
  private final Judging judging;
  private final DecisionActs acts;

  StoredPromotions(StoredModel<?, ?> model, ModelLog log, ModelRegistry registry, Judging judging) {
    this.model = model;
    this.log = log;
    this.registry = registry;
    this.judging = judging;
    this.acts = new DecisionActs(log, new DecisionStore(log, model.blobs()), registry);
  }

  Promotion of(int number, GatePolicy policy) {
    return new Promotion(log, judging, acts, registry, number, policy);
  }

  GateDecision logged(String digest) {
    return acts.decisions().logged(digest);
  }

  private void require(Operation operation) {
    registry.require(operation, log.model());
  }

  @Override
  public GateDecision submit(int number, GatePolicy policy) {
    require(Operation.PROMOTE);
    return of(number, policy).submit();
  }

  @Override
  public GateDecision promote(GateDecision decision) {
    Objects.requireNonNull(decision, "decision");
    require(Operation.PROMOTE);
    return acts.promote(decision);
  }

  @Override
  public Approval approve(GateDecision decision, String role, String comment) {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(comment, "comment");
    require(Operation.APPROVE);
    return acts.approve(decision, role, comment);
  }

  @Override
  public List<Approval> approvals(GateDecision decision) {
    return acts.decisions().approvals(decision);
  }

  @Override
  public GateDecision requestOverride(int number, GatePolicy policy, String reason) {
    Objects.requireNonNull(policy, "policy");
    requireReason(reason);
    require(Operation.OVERRIDE);
    acts.requireNamed("An override");
    if (!policy.terms().overrideAllowed()) {
      throw new MlopsException(
          "Policy "
              + policy.name()
              + " allows no override. Say allowOverride() in the policy, before it is needed.");
    }
    return of(number, policy).requestOverride(reason);
  }

  @Override
  public RegisteredVersion<?, ?> override(GateDecision decision, String reason) {
    Objects.requireNonNull(decision, "decision");
    requireReason(reason);
    require(Operation.OVERRIDE);
    acts.override(decision, reason);
    return model.version(decision.candidate().number());
  }

  @Override
  public RegisteredVersion<?, ?> bootstrap(int number, String reason) {
    requireReason(reason);
    require(Operation.OVERRIDE);
    registry.beforeWrite(log.model());
    log.append(
        state -> {
          Promotion.requirePromotable(log.model(), number, state);
          if (state.hadChampion()) {
            throw new MlopsException(
                "Model "
                    + log.model()
                    + " has had a champion, so "
                    + number
                    + " cannot be its first one. Promote it.");
          }
          return Promotion.crowning(state, Kind.BOOTSTRAP, number, Optional.empty(), reason);
        });
    return model.version(number);
  }

  private static void requireReason(String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason: blank (expected: why, for ever)");
    }
  }

  @Override
  public List<Reign> champions() {
    return Reign.of(log.read(ModelState::history));
  }
}
