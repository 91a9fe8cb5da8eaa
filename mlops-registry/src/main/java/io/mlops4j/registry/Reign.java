package io.mlops4j.registry;

import io.mlops4j.registry.HistoryEntry.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A time during which one version was champion.
 *
 * @param version its number
 * @param how PROMOTE, ROLLBACK, BOOTSTRAP or OVERRIDE
 * @param since when it began, by the writer's wall clock
 * @param until when it ended; empty if it has not
 * @param by who acted
 * @param decision the digest of the decision it rests on; empty for a rollback and a bootstrap
 */
public record Reign(
    int version,
    Kind how,
    Instant since,
    Optional<Instant> until,
    String by,
    Optional<String> decision) {
  /** Checks for nulls. */
  public Reign {
    Objects.requireNonNull(how, "how");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(until, "until");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(decision, "decision");
  }

  /** In the order of the log. */
  static List<Reign> of(List<HistoryEntry> history) {
    List<Reign> reigns = new ArrayList<>();
    for (HistoryEntry entry : history) {
      int last = reigns.size() - 1;
      boolean reigning = last >= 0 && reigns.get(last).until().isEmpty();
      boolean ends =
          entry.kind().crowns()
              || (entry.kind() == Kind.QUARANTINE
                  && reigning
                  && reigns.get(last).version() == entry.version());
      if (ends && reigning) {
        reigns.set(last, reigns.get(last).ended(entry.at()));
      }
      if (entry.kind().crowns()) {
        reigns.add(
            new Reign(
                entry.version(),
                entry.kind(),
                entry.at(),
                Optional.empty(),
                entry.by(),
                entry.digest()));
      }
    }
    return List.copyOf(reigns);
  }

  private Reign ended(Instant at) {
    return new Reign(version, how, since, Optional.of(at), by, decision);
  }
}
