package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.pipeline.Codec;
import io.mlops4j.pipeline.Pipeline;
import io.mlops4j.pipeline.Step;
import io.mlops4j.pipeline.StepContext;
import io.mlops4j.pipeline.StepRefusedException;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a loop as a pipeline. What goes from step to step is small: digests of the data, the
 * model's files, the version's number. The rows are asked for again by whoever needs them, and must
 * then be the same rows.
 */
final class LoopSteps<I, O> {
  private final LoopSettings<I, O> loop;
  private @Nullable Loaded<I> last;

  LoopSteps(LoopSettings<I, O> loop) {
    this.loop = loop;
  }

  /** The data of a moment, kept so that four steps of one run read them once. */
  private record Loaded<I>(Instant at, LoopData<I> data, DataFacts facts) {}

  Pipeline pipeline() {
    Step<DataFacts> data = Step.named("data").readsInterval().source(DataFacts.CODEC, this::load);
    LoopValidating<I, O> validating = new LoopValidating<>(loop, this::data);
    Optional<Step<ValidationResult>> asked = validating.asked(data);
    Step<DataFacts> valid = validating.passed(data, asked);
    Step<ModelArtifact> trained =
        loop.tries(Step.named("train"))
            .code(loop.trainer().getClass())
            .readsInterval()
            .map(valid, Codec.model(), this::train);
    Step.Builder register = Step.named("register").readsInterval().everyRun();
    Step<Candidate> registered =
        asked.isEmpty()
            ? register.map(trained, valid, Candidate.CODEC, this::register)
            : register.map(trained, valid, asked.get(), Candidate.CODEC, this::registerValidated);
    Step<Candidate> evaluated =
        loop.tries(Step.named("evaluate"))
            .readsInterval()
            .everyRun()
            .map(registered, valid, Candidate.CODEC, this::evaluate);
    Step<Candidate> ready = Step.named("gates").check(evaluated, this::judge);
    for (Map.Entry<String, LoopStage<I, O>> stage : loop.stages().entrySet()) {
      ready =
          Step.named(stage.getKey())
              .every(loop.every())
              .await(ready, Candidate.CODEC, new StageStep<>(loop, stage.getValue()));
    }
    Step<Candidate> promoted =
        Step.named("promote")
            .every(loop.every())
            .await(ready, Candidate.CODEC, new PromoteStep<>(loop));
    Step<Candidate> last =
        loop.watch().checks().isEmpty()
            ? promoted
            : Step.named("watch")
                .every(loop.every())
                .await(promoted, Candidate.CODEC, new WatchStep<>(loop));
    return Pipeline.named(loop.name())
        .steps(last)
        .onRollBack(registered, (candidate, reason, step) -> withdraw(candidate, reason))
        .build();
  }

  private DataFacts load(StepContext step) {
    DataFacts facts = loaded(step).facts();
    step.note(facts.sentence());
    return facts;
  }

  private Loaded<I> loaded(StepContext step) {
    Instant at = step.interval().to();
    synchronized (this) {
      if (last != null && last.at().equals(at)) {
        return last;
      }
    }
    LoopData<I> data = loop.data().apply(at);
    Loaded<I> loaded = new Loaded<>(at, data, data.facts());
    synchronized (this) {
      last = loaded;
    }
    return loaded;
  }

  private LoopData<I> data(DataFacts facts, StepContext step) {
    Loaded<I> loaded = loaded(step);
    if (!loaded.facts().equals(facts)) {
      throw new StepRefusedException(
          "Loop '"
              + loop.name()
              + "', run "
              + step.run()
              + ": its data changed while it ran: "
              + facts
              + " became "
              + loaded.facts()
              + ". Give the loop data that are the same whenever they are asked for, or begin a"
              + " new run.");
    }
    return loaded.data();
  }

  private ModelArtifact train(DataFacts facts, StepContext step) throws Exception {
    return loop.trainer().train(data(facts, step), step);
  }

  private Candidate register(ModelArtifact artifact, DataFacts facts, StepContext step) {
    Lineage lineage = Lineage.here().withData(facts.name(), facts.learn(), facts.learnRows());
    Optional<ModelVersion> champion = loop.model().champion().map(RegisteredVersion::version);
    if (champion.isPresent()) {
      lineage = lineage.withParent(champion.get());
    }
    RegisteredVersion<I, O> version =
        loop.model().register(artifact, step.stamp(lineage), step.request());
    step.note(version.version() + " is registered.");
    return new Candidate(version.version(), facts.judge());
  }

  private Candidate registerValidated(
      ModelArtifact artifact, DataFacts facts, ValidationResult result, StepContext step) {
    Candidate candidate = register(artifact, facts, step);
    CheckEvidence evidence = result.evidence(candidate.version().toString());
    if (!version(candidate).checks().contains(evidence)) {
      loop.model().recordCheck(candidate.version().number(), evidence);
    }
    return candidate;
  }

  private Candidate evaluate(Candidate candidate, DataFacts facts, StepContext step)
      throws Exception {
    loop.evidence().record(loop.model(), version(candidate), data(facts, step), loop.time().now());
    return candidate;
  }

  private Check.Outcome judge(Candidate candidate, StepContext step) {
    if (version(candidate).stage() == Stage.NONE) {
      loop.model().stage(candidate.version().number());
    }
    if (version(candidate).stage() == Stage.STAGING) {
      loop.model().validate(candidate.version().number());
    }
    GateDecision decision =
        loop.model()
            .decide(candidate.version().number(), loop.policy().onDataset(candidate.judge()));
    return decision.verdict() == GateResult.Verdict.PASS
        ? new Check.Pass(PromoteStep.passes(decision))
        : new Check.Fail(candidate.version() + ": " + PromoteStep.problems(decision));
  }

  /** Nothing that was refused stays where it could be promoted by mistake. */
  private void withdraw(Candidate candidate, String reason) {
    Stage stage = version(candidate).stage();
    if (stage == Stage.NONE || stage == Stage.STAGING || stage == Stage.VALIDATION) {
      loop.model().archive(candidate.version().number(), reason);
    }
  }

  private RegisteredVersion<I, O> version(Candidate candidate) {
    return loop.model().version(candidate.version().number());
  }
}
