package io.mlops4j.pipeline;

import io.mlops4j.core.Text;
import java.time.Instant;
import java.util.Objects;

/**
 * Why a run was begun: what fired, when, and with what evidence. It is stored with the run and goes
 * into the lineage of what the run registers ({@link StepContext#stamp}).
 *
 * @param trigger the trigger's name
 * @param kind what sort of trigger it is
 * @param id what tells this firing from the trigger's others: an interval, a digest, an episode
 * @param at when it fired, by the clock of who noticed
 * @param evidence one sentence with the numbers, at most 2,000 characters
 */
public record Occasion(String trigger, Kind kind, String id, Instant at, String evidence) {
  private static final int LONGEST = 2_000;

  /** What sort of trigger fired. */
  public enum Kind {
    /** The clock. */
    SCHEDULE,
    /** Data nobody has seen before. */
    DATA_ARRIVAL,
    /** Inputs or scores are not distributed as they were. */
    DRIFT,
    /** Answers are not as good as they were. */
    QUALITY,
    /** An alert of {@code io.mlops4j.drift.alert}. */
    ALERT,
    /** Somebody filling a gap. */
    BACKFILL,
    /** A person, or a program of yours. */
    MANUAL
  }

  /** Makes the evidence one printable line. */
  public Occasion {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(at, "at");
    trigger = Names.require("trigger", Objects.requireNonNull(trigger, "trigger"));
    id = Text.printable(Objects.requireNonNull(id, "id"), 300);
    evidence = Text.printable(Objects.requireNonNull(evidence, "evidence"), LONGEST);
  }
}
