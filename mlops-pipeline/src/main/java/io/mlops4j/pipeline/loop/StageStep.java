package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.pipeline.Awaited;
import io.mlops4j.pipeline.StepContext;
import io.mlops4j.pipeline.StepRefusedException;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A stage as a step that waits. The token is the candidate; the first version of a model has nobody
 * to be compared with and passes by.
 */
final class StageStep<I, O> implements Awaited<Candidate, Candidate> {
  private static final String NO_CHAMPION = "first ";

  private final LoopSettings<I, O> loop;
  private final LoopStage<I, O> stage;

  StageStep(LoopSettings<I, O> loop, LoopStage<I, O> stage) {
    this.loop = loop;
    this.stage = stage;
  }

  @Override
  public String start(Candidate candidate, StepContext step) {
    String token = new String(Candidate.CODEC.write(candidate), StandardCharsets.UTF_8);
    if (loop.model().champion().isEmpty()) {
      step.note("There is no champion yet to compare " + candidate.version() + " with.");
      return NO_CHAMPION + token;
    }
    stage.begin(version(candidate), loop.policy().onDataset(candidate.judge()));
    return token;
  }

  @Override
  public Optional<Candidate> poll(String token, StepContext step) {
    Candidate candidate = candidate(token);
    if (token.startsWith(NO_CHAMPION)) {
      return Optional.of(candidate);
    }
    Optional<Check.Outcome> outcome = stage.look(version(candidate));
    outcome.ifPresent(said -> step.note(said.sentence()));
    if (outcome.isPresent() && outcome.get() instanceof Check.Fail fail) {
      throw new StepRefusedException(candidate.version() + ": " + fail.sentence());
    }
    return outcome.filter(Check.Pass.class::isInstance).map(pass -> candidate);
  }

  @Override
  public void cancel(String token, StepContext step) {
    if (!token.startsWith(NO_CHAMPION)) {
      stage.end(version(candidate(token)), "run " + step.run() + " was ended");
    }
  }

  private RegisteredVersion<I, O> version(Candidate candidate) {
    return loop.model().version(candidate.version().number());
  }

  private static Candidate candidate(String token) {
    String json = token.startsWith(NO_CHAMPION) ? token.substring(NO_CHAMPION.length()) : token;
    return Candidate.CODEC.read(json.getBytes(StandardCharsets.UTF_8));
  }
}
