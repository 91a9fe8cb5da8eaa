package io.mlops4j.delivery;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.PromotionsFrozenException;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import io.mlops4j.registry.StaleDecisionException;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A registry's production stage. What a rollout found out is evidence of the candidate there, so
 * {@code Gate.check("rollout")} reads it; the registry promotes, with its own gates.
 */
final class RegistryDestination<I, O> implements Destination<I, O> {
  /** The name of the evidence of a whole rollout. */
  static final String WHOLE = "rollout";

  /** The name of the evidence of one step. */
  static final String STEP = "rollout-step";

  private final RegisteredModel<I, O> model;
  private final GatePolicy policy;

  RegistryDestination(RegisteredModel<I, O> model, GatePolicy policy) {
    this.model = model;
    this.policy = policy;
  }

  @Override
  public Optional<ModelVersion> champion() {
    return model.champion().map(RegisteredVersion::version);
  }

  @Override
  public Optional<ModelRelease<I, O>> release(ModelVersion candidate) {
    return Optional.of(model.version(candidate.number()).release());
  }

  /** Moves the candidate on to VALIDATION, which is what a rollout is. */
  @Override
  public void prepare(ModelVersion candidate) {
    RegisteredVersion<I, O> version = model.version(candidate.number());
    if (version.stage() == Stage.PRODUCTION) {
      throw new MlopsException(candidate + " is in production already. Roll out another version.");
    }
    if (version.stage() == Stage.NONE || version.stage() == Stage.ARCHIVED) {
      version = model.stage(version);
    }
    if (version.stage() == Stage.STAGING) {
      version = model.validate(version);
    }
    if (version.stage() != Stage.VALIDATION) {
      throw new MlopsException(
          candidate
              + " is "
              + version.stage()
              + " and cannot be rolled out (expected: NONE, STAGING, VALIDATION or ARCHIVED).");
    }
  }

  @Override
  public void record(RolloutEvent event) {
    switch (event.kind()) {
      case ADVANCED -> record(event, STEP, CheckEvidence.Outcome.PASS);
      case ROLLED_BACK -> record(event, WHOLE, CheckEvidence.Outcome.FAIL);
      default -> {
        // Nothing that a gate should read.
      }
    }
  }

  /** The same event gives the same bytes, so that whoever comes second sees that it is there. */
  private void record(RolloutEvent event, String name, CheckEvidence.Outcome outcome) {
    TreeMap<String, Double> numbers = new TreeMap<>();
    numbers.put("rollout", (double) event.rollout());
    numbers.put("step", (double) event.step());
    for (WatchResult result : event.evidence()) {
      String what = result.watch() + " (step " + (result.step() + 1) + ")";
      if (Double.isFinite(result.candidate())) {
        numbers.put(what + ": candidate", result.candidate());
      }
      if (Double.isFinite(result.champion())) {
        numbers.put(what + ": champion", result.champion());
      }
    }
    CheckEvidence evidence =
        new CheckEvidence(
            name,
            event.candidate().toString(),
            Optional.empty(),
            outcome,
            event.reason().isBlank() ? event.kind().name() : event.reason(),
            numbers,
            event.at());
    int number = event.candidate().number();
    String digest = evidence.digest();
    if (model.version(number).checks().stream().noneMatch(c -> c.digest().equals(digest))) {
      model.recordCheck(number, evidence);
    }
  }

  @Override
  public Answer promote(RolloutEvent passed) {
    int number = passed.candidate().number();
    boolean known =
        model.version(number).checks().stream()
            .filter(check -> check.name().equals(WHOLE))
            .reduce((older, newer) -> newer)
            .filter(check -> check.outcome() == CheckEvidence.Outcome.PASS)
            .filter(check -> check.numbers().getOrDefault("rollout", -1.0) == passed.rollout())
            .isPresent();
    if (!known) {
      record(passed, WHOLE, CheckEvidence.Outcome.PASS);
    }
    try {
      return answer(model.promote(number, policy));
    } catch (PromotionsFrozenException | StaleDecisionException e) {
      return new Waiting(String.valueOf(e.getMessage()));
    } catch (MlopsException e) {
      // Another instance may have been faster.
      return champion().filter(passed.candidate()::equals).isPresent()
          ? new Promoted("It is in production already.")
          : new Unclear("The registry could not promote it: " + e.getMessage());
    }
  }

  private static Answer answer(GateDecision decision) {
    String digest = " (decision " + decision.digest().substring(0, 12) + ").";
    if (decision.promoted()) {
      return new Promoted("Every step and every gate was passed" + digest);
    }
    return switch (decision.verdict()) {
      case PASS ->
          new Waiting("Every gate was passed; " + String.join(" ", decision.awaiting()) + digest);
      case FAIL -> new Refused("The gates refused it: " + failing(decision) + digest);
      default -> new Unclear("The gates do not tell: " + failing(decision) + digest);
    };
  }

  private static String failing(GateDecision decision) {
    return decision.results().stream()
        .filter(result -> result.verdict() != GateResult.Verdict.PASS)
        .map(result -> result.sentence())
        .findFirst()
        .orElse("no gate applied");
  }
}
