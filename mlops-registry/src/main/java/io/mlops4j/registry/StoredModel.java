package io.mlops4j.registry;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.registry.HistoryEntry.Kind;
import io.mlops4j.registry.ModelLog.Draft;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model in a registry's store. */
final class StoredModel<I, O> implements RegisteredModel<I, O> {
  private final ModelRegistry registry;
  private final ModelLog log;
  private final FleetWatch fleet;
  private final Blobs blobs;
  private final Loaders<I, O> loaders;
  private final FollowingSource<I, O> production;
  private final Judging judging;
  private final StoredPromotions promotions;

  StoredModel(
      ModelRegistry registry, ModelLog log, FleetWatch fleet, Blobs blobs, Loaders<I, O> loaders) {
    this.registry = registry;
    this.log = log;
    this.fleet = fleet;
    this.blobs = blobs;
    this.loaders = loaders;
    this.production = new FollowingSource<>(this, log);
    this.judging = new Judging(log, fleet, blobs, registry.options());
    this.promotions = new StoredPromotions(this, log, registry, judging);
  }

  @Override
  public String name() {
    return log.model();
  }

  Blobs blobs() {
    return blobs;
  }

  Loaders<I, O> loaders() {
    return loaders;
  }

  ModelVersion id(int number) {
    return new ModelVersion(name(), number);
  }

  @Override
  public RegisteredVersion<I, O> register(ModelArtifact artifact, Lineage lineage) {
    return register(artifact, lineage, Optional.empty());
  }

  @Override
  public RegisteredVersion<I, O> register(ModelArtifact artifact, Lineage lineage, String request) {
    Objects.requireNonNull(request, "request");
    Optional<HistoryEntry> done = log.request(Registration.requireRequest(request));
    return done.isPresent()
        ? same(request, done.get(), artifact)
        : register(artifact, lineage, Optional.of(request));
  }

  /** The last loophole: a process that was suspended between looking at the clock and writing. */
  private void requireKept(PutWindow window, HistoryEntry entry) {
    if (window.isOver()) {
      new Verification(name(), log, blobs)
          .damage(entry.version(), entry.digest().orElseThrow())
          .ifPresent(
              damage -> {
                throw quarantine(entry.version(), damage);
              });
    }
  }

  private RegisteredVersion<I, O> same(String request, HistoryEntry entry, ModelArtifact artifact) {
    RegisteredVersion<I, O> version = version(entry.version());
    Registration.requireSame(request, version, artifact);
    return version;
  }

  private RegisteredVersion<I, O> register(
      ModelArtifact artifact, Lineage lineage, Optional<String> request) {
    Objects.requireNonNull(lineage, "lineage");
    registry.require(Operation.REGISTER, name());
    registry.beforeWrite(name());
    PutWindow window = new PutWindow(registry.options().time());
    Registration registration = new Registration(blobs, registry.options());
    String manifest = registration.store(name(), artifact, lineage);
    HistoryEntry entry = registered(window, request, manifest, "");
    if (request.isPresent() && !entry.digest().equals(Optional.of(manifest))) {
      return same(request.get(), entry, artifact);
    }
    return fresh(entry, manifest);
  }

  @Override
  public RegisteredVersion<I, O> register(Bundle bundle) {
    registry.require(Operation.REGISTER, name());
    registry.beforeWrite(name());
    PutWindow window = new PutWindow(registry.options().time());
    String manifest = new BundleImport(blobs, registry.options()).store(name(), bundle);
    return fresh(
        registered(window, Optional.empty(), manifest, BundleImport.reason(bundle)), manifest);
  }

  private RegisteredVersion<I, O> fresh(HistoryEntry entry, String manifest) {
    return new StoredVersion<>(
        this, new VersionState(entry.version(), manifest, entry.by()).snapshot());
  }

  private HistoryEntry registered(
      PutWindow window, Optional<String> request, String manifest, String reason) {
    HistoryEntry entry =
        append(
            request,
            state -> {
              window.requireOpen("Registering a version of " + name());
              return new Draft(
                  Kind.REGISTER,
                  state.nextNumber(),
                  Optional.of(Stage.NONE),
                  OptionalInt.empty(),
                  Optional.of(manifest),
                  reason);
            });
    requireKept(window, entry);
    return entry;
  }

  @Override
  public List<RegisteredVersion<I, O>> versions() {
    return log.read(state -> state.versions().stream().map(this::view).toList());
  }

  @Override
  public RegisteredVersion<I, O> version(int number) {
    return log.read(state -> view(state.version(number)));
  }

  @Override
  public Optional<RegisteredVersion<I, O>> champion() {
    return log.read(state -> Optional.ofNullable(state.champion()).map(this::view));
  }

  private RegisteredVersion<I, O> view(VersionState version) {
    return new StoredVersion<>(this, version.snapshot());
  }

  @Override
  public ModelSource<I, O> production() {
    return production;
  }

  @Override
  public VersionSelector<I, O> select() {
    return new StoredSelector<>(this, log, registry, registry.aliases(name()));
  }

  @Override
  public void recordEvaluation(int number, EvaluationReport report) {
    requireAbout(number, "report", report.modelVersion());
    record(Kind.EVALUATE, number, report.toJson(), report.datasetName());
  }

  private void record(Kind kind, int number, byte[] content, String reason) {
    registry.require(Operation.EVALUATE, name());
    registry.beforeWrite(name());
    PutWindow window = new PutWindow(registry.options().time());
    log.read(state -> state.version(number));
    String digest = blobs.put(content, "evidence about " + id(number)).digest();
    append(
        state -> {
          state.version(number);
          window.requireOpen("Recording an evaluation of " + id(number));
          return new Draft(
              kind, number, Optional.empty(), OptionalInt.empty(), Optional.of(digest), reason);
        });
  }

  @Override
  public void recordCheck(int number, CheckEvidence evidence) {
    requireAbout(number, "evidence", evidence.subject());
    record(
        Kind.EVIDENCE,
        number,
        evidence.toJson(),
        evidence.name() + " " + evidence.outcome().name().replace('_', ' '));
  }

  @Override
  public CheckEvidence recordCheck(int number, Check check) {
    Objects.requireNonNull(check, "check");
    log.read(state -> state.version(number));
    CheckEvidence evidence =
        CheckEvidence.of(check, id(number).toString(), registry.options().time().now());
    recordCheck(number, evidence);
    return evidence;
  }

  @Override
  public void recordLatency(int number, LatencyReport report) {
    requireAbout(number, "report", report.candidate());
    record(
        Kind.EVIDENCE,
        number,
        report.toJson(),
        "latency" + report.champion().map(rival -> " beside " + rival).orElse(""));
  }

  @Override
  public void recordTrainingRows(int number, RowFingerprint rows) {
    record(
        Kind.EVIDENCE,
        number,
        StoredEvidence.trainingRows(rows),
        "fingerprint of " + rows.rows() + " training rows");
  }

  private void requireAbout(int number, String what, String subject) {
    if (!subject.equals(id(number).toString())) {
      throw new IllegalArgumentException(
          what
              + ": about "
              + Text.printable(subject, 200)
              + " (expected: about "
              + id(number)
              + ")");
    }
  }

  /** What is stored about a version now. */
  Evidence evidence(int number) {
    return judging.evidence(log.read(state -> state.version(number).snapshot()));
  }

  @Override
  public RegisteredVersion<I, O> stage(int number) {
    return move(number, Stage.STAGING, "");
  }

  @Override
  public RegisteredVersion<I, O> validate(int number) {
    return move(number, Stage.VALIDATION, "");
  }

  @Override
  public RegisteredVersion<I, O> reject(int number, String reason) {
    Objects.requireNonNull(reason, "reason");
    return move(number, Stage.REJECTED, reason);
  }

  @Override
  public RegisteredVersion<I, O> archive(int number, String reason) {
    Objects.requireNonNull(reason, "reason");
    return move(number, Stage.ARCHIVED, reason);
  }

  private RegisteredVersion<I, O> move(int number, Stage to, String reason) {
    registry.require(Operation.MOVE, name());
    append(
        state -> {
          Stage from = state.version(number).stage();
          if (!from.next().contains(to)) {
            throw new MlopsException(
                id(number)
                    + " cannot go from "
                    + from
                    + " to "
                    + to
                    + ". From "
                    + from
                    + " it can go to "
                    + (from.next().isEmpty() ? "no other stage by name" : from.next())
                    + (from == Stage.PRODUCTION ? "; rollback or promote another version" : "")
                    + ".");
          }
          return new Draft(
              Kind.MOVE, number, Optional.of(to), OptionalInt.empty(), Optional.empty(), reason);
        });
    return version(number);
  }

  @Override
  public GateDecision decide(int number, GatePolicy policy) {
    return promotions.of(number, policy).decide();
  }

  @Override
  public GateDecision promote(int number, GatePolicy policy) {
    registry.require(Operation.PROMOTE, name());
    return promotions.of(number, policy).run();
  }

  @Override
  public Promotions promotions() {
    return promotions;
  }

  @Override
  public RegisteredVersion<I, O> rollback(String reason) {
    Objects.requireNonNull(reason, "reason");
    registry.require(Operation.ROLLBACK, name());
    while (true) {
      VersionState target =
          log.read(
              state -> {
                VersionState previous = state.previousChampion();
                if (previous == null) {
                  throw new MlopsException(
                      "Model "
                          + name()
                          + " has no intact earlier champion to return to. It has "
                          + state.inventory()
                          + ".");
                }
                return previous;
              });
      Optional<IntegrityException> damage =
          new Verification(name(), log, blobs).damage(target.number(), target.manifest());
      if (damage.isPresent()) {
        quarantine(target.number(), damage.get());
        continue;
      }
      if (rolledBack(target.number(), reason)) {
        return version(target.number());
      }
    }
  }

  /** False if meanwhile the way back leads elsewhere. */
  private boolean rolledBack(int target, String reason) {
    registry.beforeWrite(name());
    return log.append(
            state -> {
              VersionState previous = state.previousChampion();
              VersionState champion = state.champion();
              return previous == null || previous.number() != target
                  ? null
                  : new Draft(
                      Kind.ROLLBACK,
                      target,
                      Optional.of(Stage.PRODUCTION),
                      champion == null ? OptionalInt.empty() : OptionalInt.of(champion.number()),
                      Optional.empty(),
                      reason);
            })
        != null;
  }

  /** Takes a version out of circulation and returns what to throw. */
  IntegrityException quarantine(int number, IntegrityException damage) {
    IntegrityException result =
        new IntegrityException(
            damage.sentence() + " " + id(number) + " is quarantined and will not be loaded.",
            damage);
    try {
      registry.beforeWrite(name());
      log.append(
          state ->
              state.version(number).stage() == Stage.QUARANTINED
                  ? null
                  : new Draft(
                      Kind.QUARANTINE,
                      number,
                      Optional.of(Stage.QUARANTINED),
                      OptionalInt.empty(),
                      Optional.empty(),
                      damage.sentence()));
    } catch (MlopsException | IllegalStateException e) {
      // Refusing to load does not depend on being able to tell the others.
      result.addSuppressed(e);
    }
    return result;
  }

  /** Why a version must not be loaded, or empty. */
  Optional<String> refusal(int number) {
    return log.read(
        state -> {
          VersionState version = state.version(number);
          return version.stage() == Stage.QUARANTINED
              ? Optional.of(id(number) + " is quarantined: " + version.reason())
              : Optional.empty();
        });
  }

  @Override
  public PromotionFreeze freezePromotions(String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason: blank (expected: why, for who is refused)");
    }
    registry.require(Operation.FREEZE, name());
    HistoryEntry entry = append(state -> Draft.ofModel(Kind.FREEZE, reason));
    return new PromotionFreeze(entry.reason(), entry.by(), entry.at());
  }

  @Override
  public boolean unfreezePromotions(String reason) {
    Objects.requireNonNull(reason, "reason");
    registry.require(Operation.FREEZE, name());
    registry.beforeWrite(name());
    return log.append(state -> state.freeze() == null ? null : Draft.ofModel(Kind.UNFREEZE, reason))
        != null;
  }

  @Override
  public Optional<PromotionFreeze> promotionFreeze() {
    return log.read(state -> Optional.ofNullable(state.freeze()));
  }

  @Override
  public Announcement announce(String instance, Supplier<ServingState> state) {
    Objects.requireNonNull(state, "state");
    if (instance.isBlank() || instance.length() > Announced.MAX_ID) {
      throw new IllegalArgumentException(
          "instance: "
              + instance.length()
              + " characters (expected: 1 to "
              + Announced.MAX_ID
              + ", not blank)");
    }
    String shown = Text.printable(instance, Announced.MAX_ID);
    return registry.announce(shown, state, loaders.announced(), fleet);
  }

  @Override
  public List<FleetInstance> fleet() {
    return fleet.live();
  }

  @Override
  public Subscription follow(long after, Executor executor, Consumer<HistoryEntry> listener) {
    return log.follow(
        after,
        Objects.requireNonNull(executor, "executor"),
        Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public List<HistoryEntry> history() {
    return log.read(ModelState::history);
  }

  @Override
  public GateDecision decision(String digest) {
    Objects.requireNonNull(digest, "digest");
    return promotions.logged(digest);
  }

  @Override
  public String head() {
    return log.head();
  }

  private HistoryEntry append(Function<ModelState, @Nullable Draft> decide) {
    return append(Optional.empty(), decide);
  }

  private HistoryEntry append(
      Optional<String> request, Function<ModelState, @Nullable Draft> decide) {
    registry.beforeWrite(name());
    return Objects.requireNonNull(log.append(request, decide));
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name();
  }
}
