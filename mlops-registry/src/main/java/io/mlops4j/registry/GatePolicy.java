package io.mlops4j.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import io.mlops4j.evaluation.EvaluationReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a version must show to become champion: all gates pass, on enough rows. Immutable; its
 * {@link #digest} is part of every decision.
 *
 * @param name what it is called
 * @param gates at least one
 * @param minRows how many rows a value must rest on, at least 1; fewer are inconclusive
 * @param withoutChampion what to do while there is no champion to beat
 * @param datasetDigest the data set that evidence must be about; empty accepts the newest evidence
 * @param terms what a decision by this policy needs and how long it holds
 * @param maxOverlap which share of the rows judged on may be among the training rows, where both
 *     are known by their fingerprints: 0 to 1
 * @param disjointRows whether evidence counts only if both are known
 */
public record GatePolicy(
    String name,
    List<Gate> gates,
    long minRows,
    WithoutChampion withoutChampion,
    Optional<String> datasetDigest,
    DecisionTerms terms,
    double maxOverlap,
    boolean disjointRows) {

  /** What to do while there is no champion to beat. */
  public enum WithoutChampion {
    /** Margin gates do not apply; at least one value gate must be there, and all must pass. */
    VALUE_GATES_ONLY,
    /** Margin gates are inconclusive, so that nothing is promoted. */
    BLOCK
  }

  /** Copies the gates and checks that there is one. */
  public GatePolicy {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(gates, "gates");
    Objects.requireNonNull(withoutChampion, "withoutChampion");
    Objects.requireNonNull(datasetDigest, "datasetDigest");
    Objects.requireNonNull(terms, "terms");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: a text)");
    }
    gates = Elements.list("gates", gates);
    if (gates.isEmpty()) {
      throw new IllegalArgumentException(
          "Policy "
              + Text.printable(name, 64)
              + " has no gate; it would let everything pass. Require at least one.");
    }
    if (minRows < 1) {
      throw new IllegalArgumentException("minRows: " + minRows + " (expected: 1 or more)");
    }
    if (!(maxOverlap >= 0 && maxOverlap <= 1)) {
      throw new IllegalArgumentException("maxOverlap: " + maxOverlap + " (expected: 0..1)");
    }
  }

  /**
   * Makes a policy with the usual terms.
   *
   * @param name what it is called
   * @param gates at least one
   * @param minRows how many rows a value must rest on
   * @param withoutChampion what to do while there is no champion to beat
   * @param datasetDigest the data set that evidence must be about, or empty
   */
  public GatePolicy(
      String name,
      List<Gate> gates,
      long minRows,
      WithoutChampion withoutChampion,
      Optional<String> datasetDigest) {
    this(
        name,
        gates,
        minRows,
        withoutChampion,
        datasetDigest,
        DecisionTerms.withDefaults(),
        0,
        false);
  }

  /**
   * Starts a policy.
   *
   * @param name what it is called in decisions
   * @return a policy to be, without a gate
   */
  public static Named named(String name) {
    Objects.requireNonNull(name, "name");
    return new Named(name);
  }

  /**
   * A policy to be.
   *
   * @param name what it is called
   */
  public record Named(String name) {
    /** Checks for nulls. */
    public Named {
      Objects.requireNonNull(name, "name");
    }

    /**
     * Returns the policy that requires some gates, on 100 rows or more, with {@link
     * WithoutChampion#VALUE_GATES_ONLY}.
     *
     * @param gate a gate
     * @param more further ones
     * @return the policy
     */
    public GatePolicy require(Gate gate, Gate... more) {
      Objects.requireNonNull(more, "more");
      Objects.requireNonNull(gate, "gate");
      List<Gate> gates = new ArrayList<>(Elements.list("more", more));
      gates.add(0, gate);
      return new GatePolicy(name, gates, 100, WithoutChampion.VALUE_GATES_ONLY, Optional.empty());
    }
  }

  /**
   * Returns a copy that requires one more gate.
   *
   * @param gate the gate
   * @return the copy
   */
  public GatePolicy require(Gate gate) {
    Objects.requireNonNull(gate, "gate");
    List<Gate> more = new ArrayList<>(gates);
    more.add(gate);
    return copy(more, minRows, withoutChampion, datasetDigest, terms);
  }

  /**
   * Returns a copy that asks for another number of rows.
   *
   * @param rows at least 1
   * @return the copy
   */
  public GatePolicy withMinRows(long rows) {
    return copy(gates, rows, withoutChampion, datasetDigest, terms);
  }

  /**
   * Returns a copy with another rule for the first champion.
   *
   * @param rule what to do while there is no champion
   * @return the copy
   */
  public GatePolicy withoutChampion(WithoutChampion rule) {
    Objects.requireNonNull(rule, "rule");
    return copy(gates, minRows, rule, datasetDigest, terms);
  }

  /**
   * Returns a copy that accepts evidence about one data set only.
   *
   * @param digest the data set's content digest
   * @return the copy
   */
  public GatePolicy onDataset(String digest) {
    Objects.requireNonNull(digest, "digest");
    return copy(gates, minRows, withoutChampion, Optional.of(digest), terms);
  }

  private GatePolicy copy(
      List<Gate> newGates,
      long rows,
      WithoutChampion rule,
      Optional<String> data,
      DecisionTerms t) {
    return new GatePolicy(name, newGates, rows, rule, data, t, maxOverlap, disjointRows);
  }

  /**
   * Returns a copy whose decisions hold for another time: who acts on one later must decide again.
   *
   * @param time above 0; 7 days unless set
   * @return the copy
   */
  public GatePolicy validFor(Duration time) {
    return copy(gates, minRows, withoutChampion, datasetDigest, terms.withValidFor(time));
  }

  /**
   * Returns a copy whose passing decisions need the approval of somebody before a promotion. An
   * approval can only be added to a passing decision, and never replaces a gate.
   *
   * @param role in which role, such as {@code risk officer}
   * @return the copy
   */
  public GatePolicy requireApproval(String role) {
    return requireApproval(role, 1);
  }

  /**
   * Returns a copy whose passing decisions need the approval of several people.
   *
   * @param role in which role; each role once
   * @param count how many different people, at least 1
   * @return the copy
   */
  public GatePolicy requireApproval(String role, int count) {
    return copy(
        gates,
        minRows,
        withoutChampion,
        datasetDigest,
        terms.withApproval(new ApprovalRule(role, count)));
  }

  /**
   * Returns a copy that lets who registered the version approve its promotion, too.
   *
   * @return the copy
   */
  public GatePolicy allowApprovalByRegistrant() {
    return copy(gates, minRows, withoutChampion, datasetDigest, terms.withRegistrantMayApprove());
  }

  /**
   * Returns a copy that lets two people together promote a version whatever the gates say. It stays
   * visible for ever.
   *
   * @return the copy
   */
  public GatePolicy allowOverride() {
    return copy(gates, minRows, withoutChampion, datasetDigest, terms.withOverrideAllowed());
  }

  /**
   * Returns a copy that lets some of the rows judged on be training rows: for data in which
   * different rows may hold the same values.
   *
   * @param share 0 to 1; 0 unless set
   * @return the copy
   */
  public GatePolicy withMaxOverlap(double share) {
    return new GatePolicy(
        name, gates, minRows, withoutChampion, datasetDigest, terms, share, disjointRows);
  }

  /**
   * Returns a copy for which evidence only counts if both training rows and rows judged on are
   * known by their fingerprints. Without it, an unknown overlap does not block.
   *
   * @return the copy
   * @see RegisteredModel#recordTrainingRows
   */
  public GatePolicy requireDisjointRows() {
    return new GatePolicy(
        name, gates, minRows, withoutChampion, datasetDigest, terms, maxOverlap, true);
  }

  /**
   * Returns the identity of the policy.
   *
   * @return SHA-256 over all its parts, 64 hexadecimal digits
   */
  public String digest() {
    return Digests.sha256(toJson());
  }

  /**
   * Returns what this policy says about a version against another one, whoever is champion. A dry
   * run: nothing is stored, and the decision is dated by its newest evidence.
   *
   * @param candidate the version to judge
   * @param champion the version to beat
   * @return the decision
   * @throws IntegrityException if evidence is not what was stored
   */
  public GateDecision judge(RegisteredVersion<?, ?> candidate, RegisteredVersion<?, ?> champion) {
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(candidate, "candidate");
    return DryRun.of(this, Evidence.of(candidate), Evidence.of(champion));
  }

  /**
   * Returns what this policy says about evaluations that are in no registry. A dry run: nothing is
   * stored, and the decision is dated by its newest evidence. What the models were trained on is
   * not known here.
   *
   * @param candidate the evaluation to judge
   * @param champion the evaluation to beat
   * @return the decision
   */
  public GateDecision judge(EvaluationReport candidate, EvaluationReport champion) {
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(candidate, "candidate");
    return DryRun.of(this, Evidence.of(candidate), Evidence.of(champion));
  }

  /**
   * Returns what this policy says about an evaluation that is in no registry, with nobody to beat:
   * {@link WithoutChampion} says what becomes of margins. A dry run: nothing is stored.
   *
   * @param candidate the evaluation to judge
   * @return the decision
   */
  public GateDecision judge(EvaluationReport candidate) {
    Objects.requireNonNull(candidate, "candidate");
    return DryRun.of(this, Evidence.of(candidate), null);
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("name", name);
    json.put("minRows", minRows);
    json.put("withoutChampion", withoutChampion.name());
    datasetDigest.ifPresent(digest -> json.put("dataset", digest));
    // What is as it always was is not written: the digests of older policies stay.
    if (!terms.equals(DecisionTerms.withDefaults())) {
      json.set("terms", terms.toJson());
    }
    if (maxOverlap > 0) {
      json.put("maxOverlap", maxOverlap);
    }
    if (disjointRows) {
      json.put("disjointRows", true);
    }
    ArrayNode array = json.putArray("gates");
    for (Gate gate : gates) {
      ObjectNode node = array.addObject();
      if (gate instanceof MetricGate metric) {
        node.put("metric", metric.of().id());
        node.put("direction", metric.of().direction().name());
        node.put("definition", metric.of().definition());
      } else {
        node.put("subject", gate.subject());
      }
      node.put("requirement", gate.requirement());
    }
    return Json.canonical(json);
  }
}
