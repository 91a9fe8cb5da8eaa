package io.mlops4j.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads everything a model's log refers to. */
final class Verification {
  private final String model;
  private final ModelLog log;
  private final Blobs blobs;
  private final Set<String> checked = new HashSet<>();

  Verification(String model, ModelLog log, Blobs blobs) {
    this.model = model;
    this.log = log;
    this.blobs = blobs;
  }

  List<Problem> run() {
    List<Problem> problems = new ArrayList<>();
    try {
      Map<Integer, String> manifests = new HashMap<>();
      for (HistoryEntry entry : log.read(ModelState::history)) {
        String where = model + ":" + entry.version();
        if (entry.kind() == HistoryEntry.Kind.REGISTER) {
          manifests.put(entry.version(), entry.digest().orElseThrow());
        } else if (entry.digest().isPresent()) {
          Optional<IntegrityException> damage =
              check(entry.digest().get(), where + " " + entry.kind() + " evidence");
          damage.ifPresent(found -> problems.add(new Problem(where, found.sentence())));
          if (damage.isEmpty() && entry.kind() == HistoryEntry.Kind.PROMOTE) {
            decided(entry).ifPresent(what -> problems.add(new Problem(where, what)));
          }
        }
      }
      manifests.forEach(
          (number, digest) ->
              damage(number, digest)
                  .ifPresent(
                      damage ->
                          problems.add(new Problem(model + ":" + number, damage.sentence()))));
    } catch (IntegrityException e) {
      // The log is corrupt; whoever verifies the log says so.
      return problems;
    }
    return problems;
  }

  /** Why a promotion does not follow from its decision, or what of the decision is gone. */
  private Optional<String> decided(HistoryEntry entry) {
    String digest = entry.digest().orElseThrow();
    String what = "decision " + digest.substring(0, 12) + " of record " + entry.sequence();
    try {
      GateDecision decision = GateDecisionJson.read(blobs.get(digest, what), what, true);
      if (decision.verdict() != GateResult.Verdict.PASS
          || decision.candidate().number() != entry.version()) {
        return Optional.of(
            "It was promoted by "
                + what
                + ", which says "
                + decision.verdict()
                + " about "
                + decision.candidate()
                + ".");
      }
      return Stream.concat(Stream.of(decision.policyDigest()), decision.evidence().stream())
          .map(one -> check(one, "evidence or policy of " + what))
          .flatMap(Optional::stream)
          .map(IntegrityException::sentence)
          .findFirst();
    } catch (IntegrityException e) {
      return Optional.of(e.sentence());
    }
  }

  /** The first thing that is wrong with a version's bytes. */
  Optional<IntegrityException> damage(int number, String manifestDigest) {
    String version = model + ":" + number;
    try {
      String what = "The manifest of " + version;
      checked.add(manifestDigest);
      Manifest manifest = Manifest.fromJson(blobs.get(manifestDigest, what), what);
      List<Optional<IntegrityException>> found = new ArrayList<>();
      manifest
          .files()
          .forEach((name, stored) -> found.add(check(stored.digest(), version + " file " + name)));
      manifest.encoding().ifPresent(d -> found.add(check(d, version + " encoding")));
      manifest.goldenRows().ifPresent(d -> found.add(check(d, version + " golden rows")));
      manifest.baseline().ifPresent(d -> found.add(check(d, version + " baseline")));
      manifest
          .origin()
          .ifPresent(
              from -> {
                found.add(check(from.manifest(), version + " manifest of its origin"));
                from.evaluations()
                    .forEach(d -> found.add(check(d, version + " report of its origin")));
                from.evidence()
                    .forEach(d -> found.add(check(d, version + " evidence of its origin")));
              });
      return found.stream().flatMap(Optional::stream).findFirst();
    } catch (IntegrityException e) {
      return Optional.of(e);
    }
  }

  /** The digests of the blobs that were looked at. */
  Set<String> checked() {
    return Set.copyOf(checked);
  }

  private Optional<IntegrityException> check(String digest, String what) {
    checked.add(digest);
    Optional<String> actual = blobs.digestOf(digest);
    if (actual.equals(Optional.of(digest))) {
      return Optional.empty();
    }
    return Optional.of(
        actual
            .map(wrong -> Blobs.damaged(what, digest, wrong))
            .orElseGet(
                () -> new IntegrityException(what + " is missing (digest " + digest + ").")));
  }
}
