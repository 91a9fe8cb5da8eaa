package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.Report;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** What a policy said about a candidate, and against whom. Immutable. Only a registry makes one. */
public final class GateDecision {
  private final ModelVersion candidate;
  private final Optional<ModelVersion> champion;
  private final String policyName;
  private final String policyDigest;
  private final List<GateResult> results;
  private final List<String> evidence;
  private final Instant decidedAt;
  private final DecisionTerms terms;
  private final int policyNumber;
  private final boolean promoted;
  private final List<String> awaiting;

  GateDecision(
      ModelVersion candidate,
      Optional<ModelVersion> champion,
      String policyName,
      String policyDigest,
      List<GateResult> results,
      List<String> evidence,
      Instant decidedAt,
      DecisionTerms terms,
      int policyNumber,
      boolean promoted,
      List<String> awaiting) {
    this.candidate = candidate;
    this.champion = champion;
    this.policyName = policyName;
    this.policyDigest = policyDigest;
    this.results = List.copyOf(results);
    this.evidence = List.copyOf(evidence);
    this.decidedAt = Objects.requireNonNull(decidedAt);
    this.terms = Objects.requireNonNull(terms);
    this.policyNumber = policyNumber;
    this.promoted = promoted;
    this.awaiting = List.copyOf(awaiting);
  }

  private GateDecision copy(boolean acted, List<String> missing) {
    return new GateDecision(
        candidate,
        champion,
        policyName,
        policyDigest,
        results,
        evidence,
        decidedAt,
        terms,
        policyNumber,
        acted,
        missing);
  }

  GateDecision asPromoted() {
    return copy(true, List.of());
  }

  GateDecision awaiting(List<String> missing) {
    return copy(false, missing);
  }

  /**
   * Returns who was to become champion.
   *
   * @return the candidate
   */
  public ModelVersion candidate() {
    return candidate;
  }

  /**
   * Returns whom it was compared with.
   *
   * @return the champion at that time, or empty if there was none
   */
  public Optional<ModelVersion> champion() {
    return champion;
  }

  /**
   * Returns what the policy is called.
   *
   * @return its name
   */
  public String policyName() {
    return policyName;
  }

  /**
   * Returns which policy it was.
   *
   * @return {@link GatePolicy#digest()}
   */
  public String policyDigest() {
    return policyDigest;
  }

  /**
   * Returns which version of the policy it was.
   *
   * @return its number among the stored policies of this name; 0 of a dry run
   * @see ModelRegistry#policies
   */
  public int policyNumber() {
    return policyNumber;
  }

  /**
   * Returns what a promotion by this decision needs: approvals, and to be in time.
   *
   * @return the policy's terms
   */
  public DecisionTerms terms() {
    return terms;
  }

  /**
   * Returns until when somebody may act on it. Afterwards it must be decided again.
   *
   * @return the first instant at which it does not hold
   */
  public Instant validUntil() {
    return terms.end(decidedAt);
  }

  /**
   * Returns what a passing decision that did not promote is waiting for.
   *
   * @return a sentence for each missing approval; empty if nothing is missing
   */
  public List<String> awaiting() {
    return awaiting;
  }

  /**
   * Returns what each gate said.
   *
   * @return in the order of the policy
   */
  public List<GateResult> results() {
    return results;
  }

  /**
   * Returns the evidence that was used.
   *
   * @return digests of evaluation reports and, if a gate asked for it, of the fleet as it was
   */
  public List<String> evidence() {
    return evidence;
  }

  /**
   * Returns when it was made.
   *
   * @return the wall clock then
   */
  public Instant decidedAt() {
    return decidedAt;
  }

  /**
   * Returns what all gates together say.
   *
   * @return PASS if every gate passed or did not apply and at least one passed; FAIL if one failed;
   *     ERROR if none failed and one could not be asked
   */
  public Verdict verdict() {
    return GateEvaluation.overall(results);
  }

  /**
   * Returns whether the candidate became champion by this decision.
   *
   * @return false for a refusal and for a decision nobody acted on
   */
  public boolean promoted() {
    return promoted;
  }

  /**
   * Returns the decision's name in the log.
   *
   * @return SHA-256 of what is stored, 64 hexadecimal digits
   */
  public String digest() {
    return Digests.sha256(toJson());
  }

  /**
   * Returns the decision table, to be shown or put into a larger report.
   *
   * @return a report with one row per gate
   */
  public Report toReport() {
    Table table = Table.of("gate", "observed", "required", "verdict", "why");
    for (GateResult result : results) {
      table =
          table.row(
              result.metric(),
              result.observed(),
              result.required(),
              Cell.badge(status(result.verdict()), result.verdict().name().replace('_', ' ')),
              result.sentence());
    }
    return Report.titled(headline())
        .subtitle("Policy " + policyTitle() + ", decision " + digest().substring(0, 12))
        .at(decidedAt)
        .add(Callout.of(status(verdict()), headline() + "."), table);
  }

  private static Status status(Verdict verdict) {
    return switch (verdict) {
      case PASS -> Status.PASS;
      case FAIL -> Status.FAIL;
      case INCONCLUSIVE -> Status.NO_DATA;
      case ERROR -> Status.FAIL;
      case NOT_APPLICABLE -> Status.INFO;
    };
  }

  private String policyTitle() {
    return policyNumber == 0 ? policyName : policyName + " version " + policyNumber;
  }

  private String headline() {
    return candidate
        + (promoted ? " promoted" : " not promoted")
        + champion.map(c -> " against " + c).orElse(" without a champion")
        + ": "
        + verdict();
  }

  byte[] toJson() {
    return GateDecisionJson.write(this);
  }

  /** Returns the decision table as text, one gate a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(headline());
    awaiting.forEach(missing -> text.append(String.format("%n  %-14s %s", "WAITING", missing)));
    for (GateResult result : results) {
      text.append(String.format(Locale.ROOT, "%n  %-14s %s", result.verdict(), result.sentence()));
    }
    return text.toString();
  }
}
