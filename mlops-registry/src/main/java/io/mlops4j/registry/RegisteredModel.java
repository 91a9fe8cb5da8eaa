package io.mlops4j.registry;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The handle of one model: its versions, their way to production, and back. Thread-safe. Every
 * method sees what all processes have written so far, and what it returns is durable. Methods that
 * change something throw {@link AccessDeniedException} if the registry's {@link AccessPolicy} does
 * not let its actor.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface RegisteredModel<I, O> {

  /**
   * Returns its name.
   *
   * @return as registered
   */
  String name();

  /**
   * Stores a new version. All bytes are copied; nothing the caller gave is opened later. Cost: one
   * write of the files, and a handful of forced writes.
   *
   * @param artifact files, and what travels with them
   * @param lineage where it comes from
   * @return the version, in stage NONE, with a number no other version has had or will have
   * @throws MlopsException if a file cannot be read or is too large, or the store cannot be written
   */
  RegisteredVersion<I, O> register(ModelArtifact artifact, Lineage lineage);

  /**
   * Stores a new version, once: whoever lost the answer asks again, with the same request, and gets
   * the version that the first call made, from any process and after any time.
   *
   * @param artifact files, and what travels with them
   * @param lineage where it comes from; of the first call's
   * @param request what the caller calls this registration, such as a build's or a run's id: 1 to
   *     128 of {@code A-Z a-z 0-9 . _ -}, no leading dot
   * @return the version, in the stage it is in by now
   * @throws IllegalArgumentException if the request cannot be one
   * @throws MlopsException as {@link #register(ModelArtifact, Lineage)}, or if the request has
   *     registered a version of other files
   */
  RegisteredVersion<I, O> register(ModelArtifact artifact, Lineage lineage, String request);

  /**
   * Takes in a version of another registry, under a number of its own. It keeps its lineage, starts
   * in stage NONE like any other, and says where it was ({@link RegisteredVersion#origin}). What
   * was measured and checked there is kept, and is no evidence here; which rows it learned from
   * ({@link #recordTrainingRows}) holds here, too.
   *
   * @param bundle a verified bundle; its file is read and verified again
   * @return the version
   * @throws MlopsException if the file is not what it was, or a file is too large
   */
  RegisteredVersion<I, O> register(Bundle bundle);

  /**
   * Returns all versions.
   *
   * @return in order of their numbers; possibly empty
   */
  List<RegisteredVersion<I, O>> versions();

  /**
   * Returns one version.
   *
   * @param number its number
   * @return the version
   * @throws MlopsException if there is none; says what exists
   */
  RegisteredVersion<I, O> version(int number);

  /**
   * Returns the version in production.
   *
   * @return the champion, or empty
   */
  Optional<RegisteredVersion<I, O>> champion();

  /**
   * Returns a source that serves the champion and follows promotions, rollbacks and quarantines of
   * this and other processes. Reading it costs nanoseconds.
   *
   * @return the source; it follows until the registry is closed
   */
  ModelSource<I, O> production();

  /**
   * Returns the other ways to select versions: by alias, by stage, the newest few.
   *
   * @return the selector
   */
  VersionSelector<I, O> select();

  /**
   * Stores evidence about a version.
   *
   * @param number the version
   * @param report its {@link EvaluationReport#modelVersion} must say that version
   * @throws IllegalArgumentException if it is about another version
   */
  void recordEvaluation(int number, EvaluationReport report);

  /**
   * Stores evidence about the version that the report names.
   *
   * @param version the version
   * @param report its {@link EvaluationReport#modelVersion} must say that version
   */
  default void recordEvaluation(RegisteredVersion<I, O> version, EvaluationReport report) {
    recordEvaluation(version.number(), report);
  }

  /**
   * Stores what a check said about a version: a validation of its training data, a reproduction,
   * replayed golden rows, a shadow period, or one of your own.
   *
   * @param number the version
   * @param evidence its {@link CheckEvidence#subject} must say that version
   * @throws IllegalArgumentException if it is about another version
   */
  void recordCheck(int number, CheckEvidence evidence);

  /**
   * Makes a check now and stores what it said. A gate never makes a check; it reads what was
   * recorded.
   *
   * @param number the version
   * @param check what to ask; one that throws is recorded as an error
   * @return the evidence
   */
  CheckEvidence recordCheck(int number, Check check);

  /**
   * Stores how fast a version answers.
   *
   * @param number the version
   * @param report its {@link LatencyReport#candidate} must say that version
   * @throws IllegalArgumentException if it is about another version
   */
  void recordLatency(int number, LatencyReport report);

  /**
   * Stores which rows a version learned from, so that an evaluation on any of them blocks its
   * promotion. May be called several times, for several parts of the data.
   *
   * @param number the version
   * @param rows the fingerprint of training rows, features and label as the evaluator sees them
   */
  void recordTrainingRows(int number, RowFingerprint rows);

  /**
   * Moves a version to STAGING.
   *
   * @param number a version in NONE, VALIDATION or ARCHIVED
   * @return the version afterwards
   * @throws MlopsException if it cannot go there from where it is; says where it can go
   */
  RegisteredVersion<I, O> stage(int number);

  /**
   * Moves a version to STAGING.
   *
   * @param version a version in NONE, VALIDATION or ARCHIVED
   * @return the version afterwards
   */
  default RegisteredVersion<I, O> stage(RegisteredVersion<I, O> version) {
    return stage(version.number());
  }

  /**
   * Moves a version to VALIDATION.
   *
   * @param number a version in STAGING
   * @return the version afterwards
   * @throws MlopsException if it cannot go there from where it is; says where it can go
   */
  RegisteredVersion<I, O> validate(int number);

  /**
   * Moves a version to VALIDATION.
   *
   * @param version a version in STAGING
   * @return the version afterwards
   */
  default RegisteredVersion<I, O> validate(RegisteredVersion<I, O> version) {
    return validate(version.number());
  }

  /**
   * Moves a version to REJECTED, for ever.
   *
   * @param number any version but the champion
   * @param reason why, for the log
   * @return the version afterwards
   * @throws MlopsException if it cannot go there from where it is
   */
  RegisteredVersion<I, O> reject(int number, String reason);

  /**
   * Moves a version to ARCHIVED.
   *
   * @param number a version in NONE, STAGING or VALIDATION
   * @param reason why, for the log
   * @return the version afterwards
   * @throws MlopsException if it cannot go there from where it is
   */
  RegisteredVersion<I, O> archive(int number, String reason);

  /**
   * Returns what a policy says about a version now, and changes nothing.
   *
   * @param number the candidate, in any stage
   * @param policy the gates
   * @return the decision; not stored
   */
  GateDecision decide(int number, GatePolicy policy);

  /**
   * Makes a version the champion if every gate of a policy passes; the previous champion is
   * archived in the same instant. A refusal is stored too. If the champion changes or evidence
   * comes meanwhile, the policy is asked again. A policy that asks for approvals is decided and
   * stored first, and acted on by calling this again once they are there.
   *
   * @param number a version in VALIDATION
   * @param policy the gates
   * @return the stored decision; {@link GateDecision#promoted()} says which way it went
   * @throws MlopsException if the version is not in VALIDATION
   * @throws PromotionsFrozenException if promotions are frozen, at the latest when the promotion
   *     would be written; nothing is changed
   * @throws StaleDecisionException if the champion changed again and again
   */
  GateDecision promote(int number, GatePolicy policy);

  /**
   * Makes a version the champion if every gate of a policy passes.
   *
   * @param version a version in VALIDATION
   * @param policy the gates
   * @return the stored decision
   */
  default GateDecision promote(RegisteredVersion<I, O> version, GatePolicy policy) {
    return promote(version.number(), policy);
  }

  /**
   * Returns the other ways to production: in two steps, with approvals, by override, and the first
   * champion.
   *
   * @return the promotions of this model
   */
  Promotions promotions();

  /**
   * Returns production to the champion before this one, after verifying all its bytes. The one that
   * is withdrawn is archived, or stays quarantined. Needs no gate and is visible in the log.
   *
   * @param reason why, for the log
   * @return the champion afterwards
   * @throws MlopsException if there is no intact previous champion
   */
  RegisteredVersion<I, O> rollback(String reason);

  /**
   * Lets nothing be promoted from here on, by any process, until {@link #unfreezePromotions}. The
   * log decides: a promotion written before this stands, one that comes after is refused. Rollbacks
   * and decisions go on. Freezing what is frozen replaces the reason.
   *
   * @param reason why, for the log and for whoever tries to promote; not blank
   * @return the freeze
   * @throws IllegalArgumentException if the reason is blank
   */
  PromotionFreeze freezePromotions(String reason);

  /**
   * Lets promotions go on.
   *
   * @param reason why, for the log
   * @return true if they were frozen; otherwise nothing is written
   */
  boolean unfreezePromotions(String reason);

  /**
   * Returns why nothing is promoted at present.
   *
   * @return the freeze, or empty
   */
  Optional<PromotionFreeze> promotionFreeze();

  /**
   * Tells the fleet that this instance is there: which formats it reads and which features its rows
   * have (name and kind, from the handle's loaders), what it serves and why not more. Renewed every
   * 20 seconds by the registry's time, until it or the registry is closed.
   *
   * @param instance what it calls itself, such as a host's or a pod's name: 1 to 256 characters;
   *     data, never part of a key. Two instances of one name are two instances
   * @param state what it serves; called on each renewal, must return quickly. What it throws is
   *     announced as a problem
   * @return the announcement; closing it withdraws
   * @throws IllegalArgumentException if the name is blank or too long
   * @throws MlopsException if the store cannot be written
   */
  Announcement announce(String instance, Supplier<ServingState> state);

  /**
   * Returns the live instances. Reads what is new in the store.
   *
   * @return by name; possibly empty
   */
  List<FleetInstance> fleet();

  /**
   * Returns everything that ever happened to the model; {@link HistoryEntry#sentence} tells it.
   *
   * @return the log, oldest first
   */
  List<HistoryEntry> history();

  /**
   * Passes on everything that happens to the model, also by other processes (within one poll): each
   * entry once and in the order of the log, from a place on. Keep the {@link HistoryEntry#sequence}
   * of the last one, if possible in one transaction with what was done about it, and go on from
   * there after a restart. A slow or failing listener holds up nobody but itself; what it throws is
   * logged, and the next entry follows.
   *
   * @param after the sequence of the last entry that was seen; 0 for all
   * @param executor where the listener runs, one call at a time
   * @param listener gets the entries
   * @return closing it ends it; one call may still be running
   */
  Subscription follow(long after, Executor executor, Consumer<HistoryEntry> listener);

  /**
   * Returns a stored decision.
   *
   * @param digest as in {@link HistoryEntry#digest}
   * @return the decision
   * @throws MlopsException if this model has no such decision
   */
  GateDecision decision(String digest);

  /**
   * Returns the digest of the log's last record. It fixes the whole history: kept elsewhere, it
   * shows whether the log was cut or rewritten.
   *
   * @return 64 hexadecimal digits
   */
  String head();
}
