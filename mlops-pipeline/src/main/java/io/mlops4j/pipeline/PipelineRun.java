package io.mlops4j.pipeline;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A run as it stands: a picture, which does not change.
 *
 * @param id its id
 * @param pipeline the pipeline's name
 * @param request what was asked for, and why
 * @param status how it is doing
 * @param reason why it ended, or what it waits for; may be empty
 * @param steps one for each of the pipeline's steps, in order
 * @param createdAt when it was asked for
 * @param endedAt when it was over
 * @param instances who has worked on it, the last one last
 * @param codeChanged whether a step was done by other code than the run began with
 */
public record PipelineRun(
    String id,
    String pipeline,
    RunRequest request,
    RunStatus status,
    String reason,
    List<StepRun> steps,
    Instant createdAt,
    Optional<Instant> endedAt,
    List<String> instances,
    boolean codeChanged) {
  /** Copies the lists. */
  public PipelineRun {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(endedAt, "endedAt");
    steps = Elements.list("steps", steps);
    instances = Elements.list("instances", instances);
  }

  /** How a step is doing. */
  public enum StepStatus {
    /** Not reached. */
    PENDING,
    /** Runs, or ran when its instance ended. */
    RUNNING,
    /** Waits for something outside. */
    WAITING,
    /** Failed; tried again after a back-off. */
    RETRYING,
    /** Done by this run. */
    DONE,
    /** Done by an earlier run with the same key. */
    REUSED,
    /** Said no. */
    REFUSED,
    /** Failed as often as it may. */
    FAILED
  }

  /**
   * A step of the run.
   *
   * @param name its name
   * @param status how it is doing
   * @param attempts how often it was tried
   * @param key what its result is kept under; empty before it was begun
   * @param digest of its result; empty before it was done
   * @param reusedFrom the run that made the result, if another did
   * @param differs the digest this run made although the same key had another result: the step is
   *     not deterministic. The earlier result is what was used
   * @param note what the step said of itself; may be empty
   * @param error why the last attempt failed; may be empty
   * @param took how long it took, all attempts together
   * @param startedAt when it was first begun
   * @param undone what became of undoing it: empty if it was not, else a sentence
   */
  public record StepRun(
      String name,
      StepStatus status,
      int attempts,
      String key,
      String digest,
      Optional<String> reusedFrom,
      Optional<String> differs,
      String note,
      String error,
      Duration took,
      Optional<Instant> startedAt,
      String undone) {
    /** Checks for null. */
    public StepRun {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(status, "status");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(digest, "digest");
      Objects.requireNonNull(reusedFrom, "reusedFrom");
      Objects.requireNonNull(differs, "differs");
      Objects.requireNonNull(note, "note");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(took, "took");
      Objects.requireNonNull(startedAt, "startedAt");
      Objects.requireNonNull(undone, "undone");
    }
  }

  /**
   * Returns a step.
   *
   * @param name its name
   * @return how it is doing
   * @throws IllegalArgumentException if there is none; names those there are
   */
  public StepRun step(String name) {
    Objects.requireNonNull(name, "name");
    return steps.stream()
        .filter(step -> step.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Run "
                        + id
                        + " has no step "
                        + Text.printable(name, 64)
                        + ". Steps: "
                        + String.join(", ", steps.stream().map(StepRun::name).toList())
                        + "."));
  }

  /**
   * Returns the steps whose result was another one although everything that went into it was the
   * same.
   *
   * @return in order; empty if all is well
   */
  public List<StepRun> notDeterministic() {
    return steps.stream().filter(step -> step.differs().isPresent()).toList();
  }
}
