package io.mlops4j.pipeline.loop;

import io.mlops4j.pipeline.Awaited;
import io.mlops4j.pipeline.StepContext;
import io.mlops4j.pipeline.StepRefusedException;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Promotion, which waits for people only where the policy asks for them. A canary may have promoted
 * already; then there is nothing to do.
 */
final class PromoteStep<I, O> implements Awaited<Candidate, Candidate> {
  private final LoopSettings<I, O> loop;

  PromoteStep(LoopSettings<I, O> loop) {
    this.loop = loop;
  }

  @Override
  public String start(Candidate candidate, StepContext step) {
    return new String(Candidate.CODEC.write(candidate), StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Candidate> poll(String token, StepContext step) {
    Candidate candidate = Candidate.CODEC.read(token.getBytes(StandardCharsets.UTF_8));
    boolean there =
        loop.model()
            .champion()
            .map(RegisteredVersion::version)
            .filter(candidate.version()::equals)
            .isPresent();
    if (!there) {
      GateDecision decision =
          loop.model()
              .promote(candidate.version().number(), loop.policy().onDataset(candidate.judge()));
      if (decision.verdict() != GateResult.Verdict.PASS) {
        throw new StepRefusedException(candidate.version() + ": " + problems(decision));
      }
      if (!decision.promoted()) {
        step.note(
            candidate.version()
                + " has passed its gates and waits for: "
                + String.join(", ", decision.awaiting())
                + ".");
        return Optional.empty();
      }
    }
    step.note(candidate.version() + " is in production.");
    return Optional.of(candidate);
  }

  /** What kept it from passing. */
  static String problems(GateDecision decision) {
    return decision.results().stream()
        .filter(result -> !passes(result))
        .map(GateResult::sentence)
        .collect(Collectors.joining(" "));
  }

  static String passes(GateDecision decision) {
    return decision.results().stream()
        .filter(result -> passes(result))
        .map(GateResult::sentence)
        .collect(Collectors.joining(" "));
  }

  private static boolean passes(GateResult result) {
    return result.verdict() == GateResult.Verdict.PASS
        || result.verdict() == GateResult.Verdict.NOT_APPLICABLE;
  }
}
