package io.mlops4j.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the log says about one version. Confined to its {@link ModelState}. */
final class VersionState {
  private final int number;
  private final String manifest;
  private final String registeredBy;
  private final List<String> evaluations = new ArrayList<>(0);
  private final List<String> evidence = new ArrayList<>(0);
  private final List<String> approvals = new ArrayList<>(0);
  private final List<PromotionOverride> overrides = new ArrayList<>(0);

  /** Decisions that somebody asked to be overridden, and who. */
  private final Map<String, HistoryEntry> overrideRequests = new LinkedHashMap<>(0);

  private Stage stage = Stage.NONE;
  private String reason = "";
  private @Nullable String decision;
  private long lastEvidence;

  /** Where stored decisions and requests to override them stand in the log. */
  private final Map<String, Long> decided = new LinkedHashMap<>(0);

  VersionState(int number, String manifest, String registeredBy) {
    this.number = number;
    this.manifest = manifest;
    this.registeredBy = registeredBy;
  }

  /** What is passed on; never changes. */
  record Snapshot(
      int number,
      String manifest,
      Stage stage,
      List<String> evaluations,
      List<String> evidence,
      List<PromotionOverride> overrides) {
    /** Whether the same evidence is stored for both. */
    boolean hasEvidenceOf(Snapshot other) {
      return evaluations.equals(other.evaluations) && evidence.equals(other.evidence);
    }
  }

  Snapshot snapshot() {
    return new Snapshot(
        number,
        manifest,
        stage,
        List.copyOf(evaluations),
        List.copyOf(evidence),
        List.copyOf(overrides));
  }

  int number() {
    return number;
  }

  String manifest() {
    return manifest;
  }

  String registeredBy() {
    return registeredBy;
  }

  Stage stage() {
    return stage;
  }

  /** Why it is in its stage. */
  String reason() {
    return reason;
  }

  /** Digests of its evaluation reports, oldest first; a copy. */
  List<String> evaluations() {
    return List.copyOf(evaluations);
  }

  /** Digests of approvals of its decisions, oldest first; a copy. */
  List<String> approvals() {
    return List.copyOf(approvals);
  }

  /** Its last passing decision that nobody acted on when it was stored, or null. */
  @Nullable String decision() {
    return decision;
  }

  /** Who asked for a decision to be overridden, and when; null if nobody did. */
  @Nullable HistoryEntry overrideRequest(String digest) {
    return overrideRequests.get(digest);
  }

  /** Where a decision stands in the log; 0 if it is not there. */
  long decidedAt(String digest) {
    return decided.getOrDefault(digest, 0L);
  }

  /** Where its last evidence stands in the log. */
  long lastEvidence() {
    return lastEvidence;
  }

  void evaluated(String digest, long sequence) {
    evaluations.add(digest);
    lastEvidence = sequence;
  }

  void given(String digest, long sequence) {
    evidence.add(digest);
    lastEvidence = sequence;
  }

  void decided(String digest, long sequence) {
    decision = digest;
    decided.put(digest, sequence);
  }

  /**
   * A decision is acted on once: the version may come back to VALIDATION, the decision does not.
   */
  void acted(String digest) {
    decided.remove(digest);
    overrideRequests.remove(digest);
    if (digest.equals(decision)) {
      decision = null;
    }
  }

  void approved(String digest) {
    approvals.add(digest);
  }

  void overrideAsked(String digest, HistoryEntry entry) {
    overrideRequests.put(digest, entry);
    decided.put(digest, entry.sequence());
  }

  void overridden(PromotionOverride override) {
    overrides.add(override);
  }

  void moveTo(Stage newStage, String why) {
    stage = newStage;
    reason = why;
  }
}
