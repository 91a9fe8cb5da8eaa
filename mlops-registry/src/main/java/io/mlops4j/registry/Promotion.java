package io.mlops4j.registry;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.HistoryEntry.Kind;
import io.mlops4j.registry.ModelLog.Draft;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make a version the champion. The decision is made outside the log; the record that
 * acts on it is appended only if candidate and bar are still what they were.
 */
final class Promotion {
  private static final int MAX_DECISIONS = 8;

  private final ModelLog log;
  private final FleetWatch fleet;
  private final Blobs blobs;
  private final ModelRegistry registry;
  private final int number;
  private final GatePolicy policy;

  Promotion(
      ModelLog log,
      FleetWatch fleet,
      Blobs blobs,
      ModelRegistry registry,
      int number,
      GatePolicy policy) {
    this.log = log;
    this.fleet = fleet;
    this.blobs = blobs;
    this.registry = registry;
    this.number = number;
    this.policy = Objects.requireNonNull(policy, "policy");
  }

  /** Candidate and bar: manifests and reports by digest. */
  private record Contest(Entrant candidate, @Nullable Entrant bar) {}

  private record Entrant(int number, String manifest, List<String> reports) {
    static Entrant of(VersionState state) {
      return new Entrant(state.number(), state.manifest(), state.evaluations());
    }
  }

  GateDecision decide() {
    return judge().decision();
  }

  /** A decision, and the fleet it rests on, if a gate asked for it. */
  private record Judgement(GateDecision decision, @Nullable FleetEvidence instances) {}

  private Judgement judge() {
    Contest contest = log.read(this::contest);
    Evidence candidate = evidence(contest.candidate());
    Evidence champion = contest.bar() == null ? null : evidence(contest.bar());
    FleetEvidence instances =
        policy.gates().stream().anyMatch(FleetGate.class::isInstance)
            ? new FleetEvidence(servable(contest.candidate()), fleet.live())
            : null;
    GateEvaluation evaluation = new GateEvaluation(policy, candidate, champion, instances);
    List<GateResult> results = evaluation.run();
    return new Judgement(decision(candidate, champion, results, evaluation.used()), instances);
  }

  private GateDecision decision(
      Evidence candidate,
      @Nullable Evidence champion,
      List<GateResult> results,
      List<String> used) {
    return new GateDecision(
        candidate.version(),
        Optional.ofNullable(champion).map(Evidence::version),
        policy.name(),
        policy.digest(),
        results,
        used,
        registry.options().time().now(),
        false);
  }

  private Contest contest(ModelState state) {
    VersionState bar = state.bar();
    return new Contest(Entrant.of(state.version(number)), bar == null ? null : Entrant.of(bar));
  }

  private Evidence evidence(Entrant entrant) {
    ModelVersion id = id(entrant);
    String trainedOn = manifest(entrant).lineage().data().digest();
    return new Evidence(id, trainedOn, reports(blobs, id, entrant.reports()));
  }

  private Servable servable(Entrant entrant) {
    Manifest manifest = manifest(entrant);
    Optional<InputEncoding> encoding =
        manifest
            .encoding()
            .map(digest -> blobs.get(digest, "encoding of " + id(entrant)))
            .map(InputEncoding::fromJson);
    return new Servable(id(entrant), manifest.format(), encoding, manifest.signature());
  }

  private Manifest manifest(Entrant entrant) {
    String what = "manifest of " + id(entrant);
    return Manifest.fromJson(blobs.get(entrant.manifest(), what), what);
  }

  private ModelVersion id(Entrant entrant) {
    return new ModelVersion(log.model(), entrant.number());
  }

  static List<EvaluationReport> reports(Blobs blobs, ModelVersion id, List<String> digests) {
    return digests.stream()
        .map(digest -> blobs.get(digest, "evaluation report of " + id))
        .map(EvaluationReport::fromJson)
        .toList();
  }

  GateDecision run() {
    registry.beforeWrite(log.model());
    for (int i = 0; i < MAX_DECISIONS; i++) {
      log.read(state -> requirePromotable(state));
      Judgement judgement = judge();
      GateDecision decision = judgement.decision();
      boolean pass = decision.verdict() == GateResult.Verdict.PASS;
      blobs.put(policy.toJson(), "policy " + policy.name());
      if (judgement.instances() != null) {
        blobs.put(judgement.instances().toJson(), "fleet of " + log.model());
      }
      String digest = blobs.put(decision.toJson(), "decision about " + log.model()).digest();
      if (log.append(state -> draft(state, decision, digest, pass)) != null) {
        return pass ? decision.asPromoted() : decision;
      }
    }
    throw new StaleDecisionException(
        log.model()
            + ":"
            + number
            + " was not promoted: the champion changed "
            + MAX_DECISIONS
            + " times between decision and promotion. Promote again.");
  }

  /** Null if the decision was about another champion than there is now. */
  private @Nullable Draft draft(
      ModelState state, GateDecision decision, String digest, boolean pass) {
    requirePromotable(state);
    VersionState bar = state.bar();
    OptionalInt decided =
        decision.champion().map(c -> OptionalInt.of(c.number())).orElse(OptionalInt.empty());
    if (!decided.equals(bar == null ? OptionalInt.empty() : OptionalInt.of(bar.number()))) {
      return null;
    }
    VersionState champion = state.champion();
    return new Draft(
        pass ? Kind.PROMOTE : Kind.REFUSE,
        number,
        pass ? Optional.of(Stage.PRODUCTION) : Optional.empty(),
        pass && champion != null ? OptionalInt.of(champion.number()) : OptionalInt.empty(),
        Optional.of(digest),
        policy.name() + ": " + decision.verdict());
  }

  private Stage requirePromotable(ModelState state) {
    PromotionFreeze freeze = state.freeze();
    if (freeze != null) {
      throw new PromotionsFrozenException(log.model() + ":" + number, freeze);
    }
    Stage stage = state.version(number).stage();
    if (stage != Stage.VALIDATION) {
      throw new MlopsException(
          log.model()
              + ":"
              + number
              + " is in "
              + stage
              + "; only a version in VALIDATION can be promoted"
              + (stage == Stage.PRODUCTION
                  ? ", and this one is champion already."
                  : ". From " + stage + " it can go to " + stage.next() + "."));
    }
    return stage;
  }
}
