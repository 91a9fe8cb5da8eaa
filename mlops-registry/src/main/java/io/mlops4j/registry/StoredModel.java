package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.HistoryEntry.Kind;
import io.mlops4j.registry.ModelLog.Draft;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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

  StoredModel(
      ModelRegistry registry, ModelLog log, FleetWatch fleet, Blobs blobs, Loaders<I, O> loaders) {
    this.registry = registry;
    this.log = log;
    this.fleet = fleet;
    this.blobs = blobs;
    this.loaders = loaders;
    this.production = new FollowingSource<>(this, log);
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
    Objects.requireNonNull(lineage, "lineage");
    registry.beforeWrite(name());
    Registration registration = new Registration(blobs, registry.options());
    String manifest = registration.store(name(), artifact, lineage);
    HistoryEntry entry =
        append(
            state ->
                new Draft(
                    Kind.REGISTER,
                    state.nextNumber(),
                    Optional.of(Stage.NONE),
                    OptionalInt.empty(),
                    Optional.of(manifest),
                    ""));
    return new StoredVersion<>(this, entry.version(), manifest, Stage.NONE, List.of());
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
    return new StoredVersion<>(
        this, version.number(), version.manifest(), version.stage(), version.evaluations());
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
    if (!report.modelVersion().equals(id(number).toString())) {
      throw new IllegalArgumentException(
          "report: about " + report.modelVersion() + " (expected: about " + id(number) + ")");
    }
    registry.beforeWrite(name());
    log.read(state -> state.version(number));
    String digest = blobs.put(report.toJson(), "the report about " + id(number)).digest();
    append(
        state -> {
          state.version(number);
          return new Draft(
              Kind.EVALUATE,
              number,
              Optional.empty(),
              OptionalInt.empty(),
              Optional.of(digest),
              report.datasetName());
        });
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
    return move(number, Stage.REJECTED, reason);
  }

  @Override
  public RegisteredVersion<I, O> archive(int number, String reason) {
    return move(number, Stage.ARCHIVED, reason);
  }

  private RegisteredVersion<I, O> move(int number, Stage to, String reason) {
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
    return promotion(number, policy).decide();
  }

  @Override
  public GateDecision promote(int number, GatePolicy policy) {
    return promotion(number, policy).run();
  }

  private Promotion promotion(int number, GatePolicy policy) {
    return new Promotion(log, fleet, blobs, registry, number, policy);
  }

  @Override
  public RegisteredVersion<I, O> rollback(String reason) {
    Objects.requireNonNull(reason, "reason");
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
    HistoryEntry entry = append(state -> Draft.ofModel(Kind.FREEZE, reason));
    return new PromotionFreeze(entry.reason(), entry.by(), entry.at());
  }

  @Override
  public boolean unfreezePromotions(String reason) {
    Objects.requireNonNull(reason, "reason");
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
  public List<HistoryEntry> history() {
    return log.read(ModelState::history);
  }

  @Override
  public GateDecision decision(String digest) {
    HistoryEntry entry =
        history().stream()
            .filter(e -> e.kind() == Kind.PROMOTE || e.kind() == Kind.REFUSE)
            .filter(e -> e.digest().equals(Optional.of(digest)))
            .findFirst()
            .orElseThrow(
                () -> new MlopsException("Model " + name() + " has no decision " + digest + "."));
    String what = "decision " + digest + " of " + name();
    return GateDecisionJson.read(blobs.get(digest, what), what, entry.kind() == Kind.PROMOTE);
  }

  @Override
  public String head() {
    return log.head();
  }

  private HistoryEntry append(Function<ModelState, @Nullable Draft> decide) {
    registry.beforeWrite(name());
    return Objects.requireNonNull(log.append(decide));
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name();
  }
}
