package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fold of one model's log. Not thread-safe: guarded by its {@link ModelLog}.
 *
 * <p>{@code champions} is the stack of versions that were promoted and not withdrawn; the top one
 * is champion if it is still in PRODUCTION. A quarantined top serves nobody, but it stays the bar a
 * candidate has to clear until a rollback or a promotion.
 */
final class ModelState {
  private final String model;
  private final TreeMap<Integer, VersionState> versions = new TreeMap<>();
  private final Deque<Integer> champions = new ArrayDeque<>();
  private final List<HistoryEntry> history = new ArrayList<>();
  private int nextNumber = 1;
  private @Nullable PromotionFreeze freeze;

  ModelState(String model) {
    this.model = model;
  }

  /** Applies an entry, or throws if no writer of ours could have written it here. */
  void apply(HistoryEntry entry) {
    switch (entry.kind()) {
      case REGISTER -> {
        String manifest = entry.digest().orElseThrow(() -> broken(entry, "has no manifest"));
        if (entry.version() < nextNumber) {
          throw broken(entry, "uses a version number again");
        }
        versions.put(entry.version(), new VersionState(entry.version(), manifest, entry.by()));
        nextNumber = entry.version() + 1;
      }
      case MOVE -> move(entry, entry.version(), entry.stage().orElse(Stage.NONE));
      case EVALUATE ->
          known(entry, entry.version())
              .evaluated(
                  entry.digest().orElseThrow(() -> broken(entry, "has no report")),
                  entry.sequence());
      case REFUSE -> known(entry, entry.version());
      case EVIDENCE -> known(entry, entry.version()).given(digest(entry), entry.sequence());
      case DECIDE -> known(entry, entry.version()).decided(digest(entry), entry.sequence());
      case APPROVE -> known(entry, entry.version()).approved(digest(entry));
      case REQUEST_OVERRIDE -> known(entry, entry.version()).overrideAsked(digest(entry), entry);
      case PROMOTE -> crown(entry);
      case BOOTSTRAP -> {
        if (!champions.isEmpty()) {
          throw broken(entry, "is about a model that has had a champion");
        }
        crown(entry);
      }
      case OVERRIDE -> {
        known(entry, entry.version()).overridden(confirmed(entry));
        crown(entry);
      }
      case ROLLBACK -> {
        if (!champions.contains(entry.version())) {
          throw broken(entry, "returns to a version that was never champion");
        }
        archive(entry);
        while (!Integer.valueOf(entry.version()).equals(champions.peek())) {
          champions.pop();
        }
        move(entry, entry.version(), Stage.PRODUCTION);
      }
      case QUARANTINE -> move(entry, entry.version(), Stage.QUARANTINED);
      case FREEZE -> freeze = new PromotionFreeze(entry.reason(), entry.by(), entry.at());
      case UNFREEZE -> freeze = null;
    }
    history.add(entry);
  }

  private void crown(HistoryEntry entry) {
    VersionState crowned = known(entry, entry.version());
    entry.digest().ifPresent(crowned::acted);
    archive(entry);
    champions.push(entry.version());
    move(entry, entry.version(), Stage.PRODUCTION);
  }

  private PromotionOverride confirmed(HistoryEntry entry) {
    String decision = digest(entry);
    HistoryEntry request = known(entry, entry.version()).overrideRequest(decision);
    if (request == null || request.by().equals(entry.by())) {
      throw broken(entry, "overrides the gates without a request by somebody else");
    }
    return new PromotionOverride(request.by(), entry.by(), request.reason(), decision, entry.at());
  }

  private String digest(HistoryEntry entry) {
    return entry.digest().orElseThrow(() -> broken(entry, "has no digest"));
  }

  private void archive(HistoryEntry entry) {
    if (entry.replaced().isPresent()) {
      move(entry, entry.replaced().getAsInt(), Stage.ARCHIVED);
    }
  }

  private void move(HistoryEntry entry, int number, Stage stage) {
    known(entry, number).moveTo(stage, entry.reason());
  }

  private VersionState known(HistoryEntry entry, int number) {
    VersionState version = versions.get(number);
    if (version == null) {
      throw broken(entry, "is about version " + number + ", which was never registered");
    }
    return version;
  }

  private IntegrityException broken(HistoryEntry entry, String what) {
    return new IntegrityException(
        "Log of " + model + ": record " + entry.sequence() + " (" + entry.kind() + ") " + what);
  }

  /** A record was torn: whatever it was meant to register, its number is not used again. */
  void skip() {
    nextNumber++;
  }

  int nextNumber() {
    return nextNumber;
  }

  Collection<VersionState> versions() {
    return versions.values();
  }

  /** What happened after a place in the log, oldest first; at most so many entries. */
  List<HistoryEntry> after(long sequence, int most) {
    int from = 0;
    int to = history.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (history.get(middle).sequence() <= sequence) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return List.copyOf(history.subList(from, Math.min(history.size(), from + most)));
  }

  /** Whether there has ever been a champion. */
  boolean hadChampion() {
    return !champions.isEmpty();
  }

  List<HistoryEntry> history() {
    return List.copyOf(history);
  }

  VersionState version(int number) {
    VersionState version = versions.get(number);
    if (version == null) {
      throw new MlopsException(
          "Model " + model + " has no version " + number + ". It has " + inventory() + ".");
    }
    return version;
  }

  /** The last promoted version, which may have been quarantined since; null if there is none. */
  @Nullable VersionState bar() {
    Integer top = champions.peek();
    return top == null ? null : versions.get(top);
  }

  /** The version that serves. */
  @Nullable VersionState champion() {
    VersionState top = bar();
    return top != null && top.stage() == Stage.PRODUCTION ? top : null;
  }

  /** Why nothing is promoted, or null. */
  @Nullable PromotionFreeze freeze() {
    return freeze;
  }

  /** Where a rollback would lead: the newest former champion that is intact. */
  @Nullable VersionState previousChampion() {
    return champions.stream()
        .skip(1)
        .map(versions::get)
        .filter(v -> v != null && v.stage() == Stage.ARCHIVED)
        .findFirst()
        .orElse(null);
  }

  Production production() {
    VersionState champion = champion();
    if (champion != null) {
      return new Production(OptionalInt.of(champion.number()), champion.manifest(), "");
    }
    VersionState top = bar();
    if (top != null && top.stage() == Stage.QUARANTINED) {
      VersionState previous = previousChampion();
      String advice =
          previous == null
              ? "Promote another version."
              : "Call rollback(reason) to return to version "
                  + previous.number()
                  + ", or promote another.";
      return empty(
          "Model "
              + model
              + " serves nothing: version "
              + top.number()
              + " was quarantined ("
              + top.reason()
              + "). "
              + advice);
    }
    return empty(
        "Model "
            + model
            + " has no version in PRODUCTION. It has "
            + inventory()
            + (versions.isEmpty()
                ? ". Register one, then stage, validate and promote it."
                : ". Stage, validate and promote one."));
  }

  private static Production empty(String reason) {
    return new Production(OptionalInt.empty(), "", reason);
  }

  /** Such as {@code 3 versions: 2 ARCHIVED, 1 VALIDATION; the newest is 3}. */
  String inventory() {
    if (versions.isEmpty()) {
      return "no versions";
    }
    Map<Stage, Integer> counts = new EnumMap<>(Stage.class);
    versions.values().forEach(v -> counts.merge(v.stage(), 1, Integer::sum));
    return versions.size()
        + (versions.size() == 1 ? " version: " : " versions: ")
        + counts.entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "))
        + "; the newest is "
        + versions.lastKey();
  }
}
