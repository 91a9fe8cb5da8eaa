package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.registry.Judging.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decisions and approvals as they are stored: blobs that the log names. */
final class DecisionStore {
  private final ModelLog log;
  private final Blobs blobs;

  DecisionStore(ModelLog log, Blobs blobs) {
    this.log = log;
    this.blobs = blobs;
  }

  String put(Judgement judgement) {
    FleetEvidence instances = judgement.instances();
    if (instances != null) {
      blobs.put(instances.toJson(), "fleet of " + log.model());
    }
    return blobs.put(judgement.decision().toJson(), "decision about " + log.model()).digest();
  }

  String put(Approval approval) {
    return blobs.put(approval.toJson(), "approval about " + log.model()).digest();
  }

  GateDecision get(String digest, boolean promoted) {
    String what = "decision " + digest + " of " + log.model();
    return GateDecisionJson.read(blobs.get(digest, what), what, promoted);
  }

  /** A decision that the log names, with what became of it. */
  GateDecision logged(String digest) {
    List<HistoryEntry> about =
        log.read(ModelState::history).stream()
            .filter(e -> e.digest().equals(Optional.of(digest)) && rests(e.kind()))
            .toList();
    if (about.isEmpty()) {
      throw new MlopsException(
          "Model " + log.model() + " has no decision " + Text.printable(digest, 80) + ".");
    }
    boolean promoted = about.stream().anyMatch(e -> e.kind().crowns());
    GateDecision decision = get(digest, promoted);
    return promoted || decision.verdict() != GateResult.Verdict.PASS
        ? decision
        : decision.awaiting(missing(decision));
  }

  private static boolean rests(HistoryEntry.Kind kind) {
    return switch (kind) {
      case PROMOTE, REFUSE, DECIDE, REQUEST_OVERRIDE, OVERRIDE -> true;
      default -> false;
    };
  }

  /** The approvals of a decision, oldest first. */
  List<Approval> approvals(GateDecision decision) {
    String digest = decision.digest();
    return log.read(state -> state.version(decision.candidate().number()).approvals()).stream()
        .map(one -> Approval.fromJson(blobs.get(one, "approval " + one), "approval " + one))
        .filter(approval -> approval.decision().equals(digest))
        .toList();
  }

  /** A sentence for each rule that lacks approvals. */
  List<String> missing(GateDecision decision) {
    List<Approval> given = approvals(decision);
    List<String> missing = new ArrayList<>();
    for (ApprovalRule rule : decision.terms().approvals()) {
      long by =
          given.stream()
              .filter(approval -> approval.role().equals(rule.role()))
              .map(Approval::by)
              .distinct()
              .count();
      if (by < rule.count()) {
        missing.add(
            "Needs the approval of "
                + rule
                + ", has "
                + by
                + ". Until "
                + decision.validUntil()
                + ": promotions().approve(decision, \""
                + rule.role()
                + "\", comment).");
      }
    }
    return missing;
  }
}
