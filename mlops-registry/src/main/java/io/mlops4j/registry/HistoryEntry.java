package io.mlops4j.registry;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One line of a model's log.
 *
 * @param sequence its place; order is this, never the time
 * @param kind what happened
 * @param version the version it happened to; 0 for FREEZE and UNFREEZE, which are about the model
 * @param stage the version's stage afterwards, or empty if it did not change
 * @param replaced the version that stopped being champion by it, or empty
 * @param digest the stored decision, evaluation report, evidence, approval or manifest it rests on,
 *     or empty
 * @param reason what was given as the reason, possibly empty
 * @param by who did it
 * @param at the writer's wall clock
 */
public record HistoryEntry(
    long sequence,
    Kind kind,
    int version,
    Optional<Stage> stage,
    OptionalInt replaced,
    Optional<String> digest,
    String reason,
    String by,
    Instant at) {
  /** Checks for nulls. */
  public HistoryEntry {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(replaced, "replaced");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(at, "at");
  }

  /** What can happen to a version, or to the model. */
  public enum Kind {
    /** It was registered. */
    REGISTER,
    /** It moved to another stage without becoming champion. */
    MOVE,
    /** An evaluation report was stored for it. */
    EVALUATE,
    /** A decision refused to promote it. */
    REFUSE,
    /** A decision promoted it; the champion before it was archived in the same instant. */
    PROMOTE,
    /** It became champion again because its successor was withdrawn. */
    ROLLBACK,
    /** Its bytes were found to be damaged. */
    QUARANTINE,
    /** From here on nothing is promoted. Since format 2. */
    FREEZE,
    /** Promotions go on. Since format 2. */
    UNFREEZE,
    /** Evidence beside an evaluation report was stored for it. Since format 3. */
    EVIDENCE,
    /** A decision whose every gate passed was stored; nobody acted on it yet. Since format 3. */
    DECIDE,
    /** Somebody approved a passing decision. Since format 3. */
    APPROVE,
    /** It became the first champion without a decision. Since format 3. */
    BOOTSTRAP,
    /** Somebody asked to promote it whatever the gates say. Since format 3. */
    REQUEST_OVERRIDE,
    /** A second person agreed, and it became champion whatever the gates say. Since format 3. */
    OVERRIDE;

    /** The lowest format that knows it: what older libraries can still read, they shall. */
    int format() {
      return switch (this) {
        case REGISTER, MOVE, EVALUATE, REFUSE, PROMOTE, ROLLBACK, QUARANTINE -> 1;
        case FREEZE, UNFREEZE -> 2;
        case EVIDENCE, DECIDE, APPROVE, BOOTSTRAP, REQUEST_OVERRIDE, OVERRIDE -> 3;
      };
    }

    /** Whether it makes its version the champion. */
    boolean crowns() {
      return this == PROMOTE || this == ROLLBACK || this == BOOTSTRAP || this == OVERRIDE;
    }
  }

  /**
   * Returns what happened, as a sentence.
   *
   * @return such as {@code Version 2 was promoted by ci on 2026-06-01T12:00:00Z, replacing version
   *     1: delay: PASS (decision 4f0c2d1e9a8b).}
   */
  public String sentence() {
    String subject = version == 0 ? "Promotions were " : "Version " + version + " ";
    String evidence =
        digest
            .filter(d -> kind != Kind.REGISTER)
            .map(d -> " (" + noun() + " " + d.substring(0, Math.min(12, d.length())) + ")")
            .orElse("");
    return subject
        + verb()
        + " by "
        + by
        + " on "
        + at
        + (replaced.isPresent() ? ", replacing version " + replaced.getAsInt() : "")
        + (reason.isBlank() ? "" : ": " + reason)
        + evidence
        + ".";
  }

  private String verb() {
    return switch (kind) {
      case REGISTER -> "was registered";
      case MOVE -> "was moved to " + stage.map(Stage::name).orElse("NONE");
      case EVALUATE -> "was evaluated";
      case REFUSE -> "was refused promotion";
      case PROMOTE -> "was promoted";
      case ROLLBACK -> "became champion again by a rollback, asked for";
      case QUARANTINE -> "was quarantined";
      case FREEZE -> "frozen";
      case UNFREEZE -> "unfrozen";
      case EVIDENCE -> "was given evidence";
      case DECIDE -> "passed its gates in a decision asked for";
      case APPROVE -> "was approved";
      case BOOTSTRAP -> "was made the first champion WITHOUT A DECISION";
      case REQUEST_OVERRIDE -> "was asked to be promoted WHATEVER ITS GATES SAY";
      case OVERRIDE -> "was promoted WHATEVER ITS GATES SAY, confirmed";
    };
  }

  private String noun() {
    return switch (kind) {
      case EVALUATE -> "report";
      case EVIDENCE -> "evidence";
      case APPROVE -> "approval";
      default -> "decision";
    };
  }
}
