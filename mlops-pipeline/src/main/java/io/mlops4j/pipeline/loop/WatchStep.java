package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.pipeline.Awaited;
import io.mlops4j.pipeline.StepContext;
import io.mlops4j.pipeline.StepRefusedException;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Looks after a version that was promoted for a while: if a check fails, the champion before it
 * comes back. The token is when it began, and the version.
 */
final class WatchStep<I, O> implements Awaited<Candidate, Candidate> {
  private final LoopSettings<I, O> loop;

  WatchStep(LoopSettings<I, O> loop) {
    this.loop = loop;
  }

  @Override
  public String start(Candidate candidate, StepContext step) {
    return loop.time().now()
        + " "
        + new String(Candidate.CODEC.write(candidate), StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Candidate> poll(String token, StepContext step) {
    int space = token.indexOf(' ');
    Instant began = Instant.parse(token.substring(0, space));
    Candidate candidate =
        Candidate.CODEC.read(token.substring(space + 1).getBytes(StandardCharsets.UTF_8));
    if (!isChampion(candidate.version())) {
      step.note("Somebody else has changed the champion: " + candidate.version() + " is not it.");
      return Optional.of(candidate);
    }
    for (Check check : loop.watch().checks()) {
      if (check.evaluate() instanceof Check.Fail fail) {
        throw rollBack(candidate.version(), check.name() + ": " + fail.sentence());
      }
    }
    if (Duration.between(began, loop.time().now()).compareTo(length()) < 0) {
      return Optional.empty();
    }
    step.note(candidate.version() + " has been watched for " + length() + ": nothing failed.");
    return Optional.of(candidate);
  }

  private StepRefusedException rollBack(ModelVersion version, String why) {
    boolean first = loop.model().promotions().champions().size() < 2;
    if (first) {
      return new StepRefusedException(
          version + " is the first champion, there is none to go back to. " + why);
    }
    RegisteredVersion<I, O> back = loop.model().rollback(why);
    return new StepRefusedException(
        version + " was rolled back, " + back.version() + " is in production again. " + why);
  }

  private Duration length() {
    return loop.watch().length();
  }

  private boolean isChampion(ModelVersion version) {
    return loop.model()
        .champion()
        .map(RegisteredVersion::version)
        .filter(version::equals)
        .isPresent();
  }
}
