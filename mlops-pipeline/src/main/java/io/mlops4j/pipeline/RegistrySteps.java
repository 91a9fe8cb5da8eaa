package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.util.Optional;
import java.util.function.Function;

/**
 * Ready work for steps that deal with a registry. Each may run again after a crash and does nothing
 * twice.
 *
 * <pre>{@code
 * Step<ModelVersion> version =
 *     Step.named("register").everyRun()
 *         .map(trained, Codec.version(), RegistrySteps.register(model, artifact -> lineage));
 * Step<ModelVersion> gated =
 *     Step.named("gate").check(evaluated, RegistrySteps.gate(model, policy));
 * Step<ModelVersion> promoted =
 *     Step.named("promote").everyRun()
 *         .map(gated, Codec.version(), RegistrySteps.promote(model, policy));
 * Pipeline.named("retraining").steps(promoted)
 *     .onRollBack(version, RegistrySteps.reject(model));
 * }</pre>
 */
public final class RegistrySteps {
  private RegistrySteps() {}

  /**
   * Returns work that registers a model once, with the trigger's evidence in its lineage.
   *
   * @param model where to
   * @param lineage where the model comes from; the run is added to it
   * @return to be given to {@link Step.Builder#map} of a step that is done in every run
   */
  public static Step.From1<ModelArtifact, ModelVersion> register(
      RegisteredModel<?, ?> model, Function<? super ModelArtifact, Lineage> lineage) {
    requireNonNull(model, "model");
    requireNonNull(lineage, "lineage");
    return (artifact, step) -> {
      RegisteredVersion<?, ?> version =
          model.register(artifact, step.stamp(lineage.apply(artifact)), step.request());
      step.note("Registered " + version.version() + ".");
      return version.version();
    };
  }

  /**
   * Returns work that stores an evaluation as evidence and brings the version to where it can be
   * promoted from.
   *
   * @param model where to
   * @return passes the version on
   */
  public static Step.From2<ModelVersion, EvaluationReport, ModelVersion> evaluated(
      RegisteredModel<?, ?> model) {
    requireNonNull(model, "model");
    return (version, report, step) -> {
      model.recordEvaluation(version.number(), report);
      validate(model, version);
      return version;
    };
  }

  /**
   * Returns work that stores what came of a suite of expectations as evidence about the version
   * that was trained on the rows. {@code Gate.dataValidated()} passes if it did and the digest is
   * that of the data in the version's lineage.
   *
   * <pre>{@code
   * Step<ModelVersion> recorded =
   *     Step.named("evidence").everyRun()
   *         .map(version, valid.result(), Codec.version(), RegistrySteps.validated(model));
   * }</pre>
   *
   * @param model where to
   * @return passes the version on
   */
  public static Step.From2<ModelVersion, ValidationResult, ModelVersion> validated(
      RegisteredModel<?, ?> model) {
    requireNonNull(model, "model");
    return (version, result, step) -> {
      CheckEvidence evidence = result.evidence(version.toString());
      if (!model.version(version.number()).checks().contains(evidence)) {
        model.recordCheck(version.number(), evidence);
      }
      return version;
    };
  }

  private static void validate(RegisteredModel<?, ?> model, ModelVersion version) {
    if (model.version(version.number()).stage() == Stage.NONE) {
      model.stage(version.number());
    }
    if (model.version(version.number()).stage() == Stage.STAGING) {
      model.validate(version.number());
    }
  }

  /**
   * Returns a look at what a policy says of a version. Changes nothing.
   *
   * @param model the version's model
   * @param policy the gates
   * @return passes if every gate does; what is inconclusive is no data, which is no pass
   */
  public static Step.From1<ModelVersion, Check.Outcome> gate(
      RegisteredModel<?, ?> model, GatePolicy policy) {
    requireNonNull(model, "model");
    requireNonNull(policy, "policy");
    return (version, step) -> outcome(model.decide(version.number(), policy));
  }

  private static Check.Outcome outcome(GateDecision decision) {
    StringBuilder text = new StringBuilder();
    for (GateResult result : decision.results()) {
      boolean passed =
          result.verdict() == GateResult.Verdict.PASS
              || result.verdict() == GateResult.Verdict.NOT_APPLICABLE;
      if (!passed) {
        text.append(text.length() == 0 ? "" : " ");
        text.append(result.metric()).append(": ").append(result.sentence());
      }
    }
    return switch (decision.verdict()) {
      case PASS, NOT_APPLICABLE ->
          new Check.Pass("All " + decision.results().size() + " gates passed.");
      case INCONCLUSIVE -> new Check.NoData(text.toString());
      case FAIL, ERROR -> new Check.Fail(text.toString());
    };
  }

  /**
   * Returns work that makes a version the champion if every gate passes, and refuses if not. If the
   * policy asks for approvals, use {@link #approved} instead.
   *
   * @param model the version's model
   * @param policy the gates
   * @return passes the version on
   */
  public static Step.From1<ModelVersion, ModelVersion> promote(
      RegisteredModel<?, ?> model, GatePolicy policy) {
    requireNonNull(model, "model");
    requireNonNull(policy, "policy");
    return (version, step) -> {
      if (!champion(model, version)) {
        validate(model, version);
        GateDecision decision = model.promote(version.number(), policy);
        if (!decision.promoted()) {
          throw refusal(decision);
        }
      }
      step.note(version + " is in production.");
      return version;
    };
  }

  private static boolean champion(RegisteredModel<?, ?> model, ModelVersion version) {
    return model.champion().map(champion -> champion.version().equals(version)).orElse(false);
  }

  private static StepRefusedException refusal(GateDecision decision) {
    return new StepRefusedException(
        decision.awaiting().isEmpty()
            ? outcome(decision).sentence()
            : "It waits for " + String.join(", ", decision.awaiting()) + ".");
  }

  /**
   * Returns the same for a policy that asks for approvals: the decision is stored at once, and the
   * step waits until the approvals it names are there.
   *
   * @param model the version's model
   * @param policy the gates, and who has to approve
   * @return to be given to {@link Step.Builder#await}
   */
  public static Awaited<ModelVersion, ModelVersion> approved(
      RegisteredModel<?, ?> model, GatePolicy policy) {
    requireNonNull(model, "model");
    requireNonNull(policy, "policy");
    return new Awaited<>() {
      @Override
      public String start(ModelVersion version, StepContext step) {
        return version.toString();
      }

      @Override
      public Optional<ModelVersion> poll(String token, StepContext step) {
        ModelVersion version =
            new ModelVersion(
                model.name(), Integer.parseInt(token.substring(token.lastIndexOf(':') + 1)));
        if (!champion(model, version)) {
          validate(model, version);
          GateDecision decision = model.promote(version.number(), policy);
          if (!decision.promoted() && !decision.awaiting().isEmpty()) {
            return Optional.empty();
          }
          if (!decision.promoted()) {
            throw refusal(decision);
          }
        }
        step.note(version + " is in production.");
        return Optional.of(version);
      }
    };
  }

  /**
   * Returns what undoes a registration: the version is rejected, with the reason. A champion is
   * left where it is.
   *
   * @param model the version's model
   * @return to be given to {@link Pipeline.Builder#onRollBack}
   */
  public static Pipeline.RollBack<ModelVersion> reject(RegisteredModel<?, ?> model) {
    requireNonNull(model, "model");
    return (version, reason, step) -> {
      Stage stage = model.version(version.number()).stage();
      if (stage == Stage.NONE || stage == Stage.STAGING || stage == Stage.VALIDATION) {
        model.reject(version.number(), reason);
      }
    };
  }
}
