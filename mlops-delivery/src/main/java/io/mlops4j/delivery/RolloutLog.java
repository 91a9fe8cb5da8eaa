package io.mlops4j.delivery;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import io.mlops4j.report.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rollout log of one model: what has happened, and what a person may add to it. Every event is
 * an object of its own, written once under the next free number, so any number of processes may
 * work on it at once; whoever comes second looks again. Needs neither plan nor model: a command
 * line uses it. Thread-safe.
 */
public final class RolloutLog {
  private static final int MAX_AUTHOR = 256;
  private static final String ROOT = "rollouts/";

  private final ObjectStore store;
  private final String model;
  private final List<RolloutEvent> events = new ArrayList<>(); // guarded by this
  private RolloutStatus status = RolloutStatus.none(); // guarded by this

  private RolloutLog(ObjectStore store, String model) {
    this.store = Objects.requireNonNull(store, "store");
    this.model = ModelVersion.requireName(Objects.requireNonNull(model, "model"));
  }

  /**
   * Returns the log of a model, which may be empty.
   *
   * @param store where it is; the registry's store is the usual one
   * @param model the registered name
   * @return the log; nothing is read yet
   */
  public static RolloutLog of(ObjectStore store, String model) {
    return new RolloutLog(store, model);
  }

  /**
   * Returns everything that has happened, as the store has it now.
   *
   * @return oldest first
   * @throws MlopsException if an event cannot be read; names its key
   */
  public synchronized List<RolloutEvent> events() {
    refresh();
    return List.copyOf(events);
  }

  /**
   * Returns where the last rollout stands, as the store has it now.
   *
   * @return the fold of the log
   * @throws MlopsException if an event cannot be read
   */
  public synchronized RolloutStatus status() {
    refresh();
    return status;
  }

  /**
   * Returns where the last rollout stands, with the evidence of its last decision and what
   * happened, to be shown as text or as a page.
   *
   * @return a report, of the time of the last event
   */
  public synchronized Report report() {
    refresh();
    Instant at = events.isEmpty() ? Instant.EPOCH : events.get(events.size() - 1).at();
    return RolloutReport.of(model, status, List.of(), RolloutLabels.NONE, events, at);
  }

  /**
   * Asks for a rollout. Running instances that have a plan start it, within their interval; a
   * rollout that is under way is ended first.
   *
   * @param candidate a version of this model
   * @param reason why, for the log
   * @param by who asks
   * @param at the wall clock
   * @return where the last rollout stands; {@link RolloutStatus#requested} says this one
   * @throws MlopsException if the candidate has been rolled back before: a version is not offered
   *     twice unless the reason begins with {@code again:}
   */
  public RolloutStatus request(ModelVersion candidate, String reason, String by, Instant at) {
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(reason, "reason");
    requireAuthor(by);
    Objects.requireNonNull(at, "at");
    if (!candidate.model().equals(model)) {
      throw new IllegalArgumentException(
          "candidate: " + candidate + " (expected: a version of " + model + ")");
    }
    return append(
            now -> {
              requireNotRolledBack(candidate, reason);
              boolean known =
                  now.requested().filter(candidate::equals).isPresent()
                      || (now.active() && now.candidate().filter(candidate::equals).isPresent());
              return known
                  ? null
                  : event(now, RolloutEvent.Kind.REQUESTED, reason, by, at, candidate);
            })
        .status();
  }

  /** A line break in an author's name could forge an entry where the log is shown. */
  private static void requireAuthor(String by) {
    Objects.requireNonNull(by, "by");
    if (by.isBlank() || !Text.printable(by, MAX_AUTHOR).equals(by)) {
      throw new IllegalArgumentException(
          "by: \""
              + Text.printable(by, 64)
              + "\" (expected: one line of 1 to "
              + MAX_AUTHOR
              + " printable characters, not blank)");
    }
  }

  private void requireNotRolledBack(ModelVersion candidate, String reason) {
    for (RolloutEvent event : events) {
      if (event.kind() == RolloutEvent.Kind.ROLLED_BACK
          && event.candidate().equals(candidate)
          && !reason.startsWith("again:")) {
        throw new MlopsException(
            candidate
                + " was rolled back on "
                + event.at()
                + " ("
                + Text.printable(event.reason(), 200)
                + "). Roll out another version, or begin the reason with 'again:' to try this one"
                + " once more.");
      }
    }
  }

  /**
   * Lets the rollout stay at its step. The candidate keeps its share, and a rollback stays armed.
   *
   * @param reason why, for the log
   * @param by who
   * @param at the wall clock
   * @return where it stands afterwards; pausing what is paused changes nothing
   * @throws MlopsException if no rollout is under way
   */
  public RolloutStatus pause(String reason, String by, Instant at) {
    return act(RolloutEvent.Kind.PAUSED, RolloutStatus.Phase.PAUSED, reason, by, at);
  }

  /**
   * Lets a paused rollout go on. Its step begins anew, with what has been counted.
   *
   * @param reason why, for the log
   * @param by who
   * @param at the wall clock
   * @return where it stands afterwards; resuming what runs changes nothing
   * @throws MlopsException if no rollout is under way
   */
  public RolloutStatus resume(String reason, String by, Instant at) {
    return act(RolloutEvent.Kind.RESUMED, RolloutStatus.Phase.RUNNING, reason, by, at);
  }

  /**
   * Ends the rollout: the champion answers everything again. Instances follow within their
   * interval.
   *
   * @param reason why, for the log
   * @param by who
   * @param at the wall clock
   * @return where it stands afterwards
   * @throws MlopsException if no rollout is under way
   */
  public RolloutStatus abort(String reason, String by, Instant at) {
    return act(RolloutEvent.Kind.ABORTED, RolloutStatus.Phase.ABORTED, reason, by, at);
  }

  private RolloutStatus act(
      RolloutEvent.Kind kind, RolloutStatus.Phase already, String reason, String by, Instant at) {
    Objects.requireNonNull(reason, "reason");
    requireAuthor(by);
    Objects.requireNonNull(at, "at");
    return append(
            now -> {
              if (!now.active()) {
                throw new MlopsException(
                    "No rollout of "
                        + model
                        + " is under way: "
                        + now.sentence()
                        + " Start one before it is "
                        + kind.name().toLowerCase(java.util.Locale.ROOT)
                        + ".");
              }
              boolean waits =
                  kind == RolloutEvent.Kind.RESUMED
                      && now.phase() == RolloutStatus.Phase.AWAITING_APPROVAL;
              return now.phase() == already || waits
                  ? null
                  : event(now, kind, reason, by, at, null);
            })
        .status();
  }

  private static RolloutEvent event(
      RolloutStatus now,
      RolloutEvent.Kind kind,
      String reason,
      String by,
      Instant at,
      @Nullable ModelVersion candidate) {
    return new RolloutEvent(
        0,
        kind,
        candidate == null ? now.rollout() : 0,
        candidate == null ? now.candidate().orElseThrow() : candidate,
        candidate == null ? now.champion() : Optional.empty(),
        candidate == null ? now.step() : 0,
        List.of(),
        "",
        reason,
        by,
        at,
        List.of());
  }

  /**
   * What came of an attempt to append.
   *
   * @param status where the rollout stands now
   * @param written what this call wrote; null if nothing was to be written any more
   */
  record Appended(RolloutStatus status, @Nullable RolloutEvent written) {}

  /**
   * Appends what a decision about the present status says, and decides again if somebody else was
   * faster. Whoever loses an answer and calls again writes nothing twice, because the status has
   * moved on.
   *
   * @param decide returns the event to write, whose sequence is not looked at, or null for none
   */
  synchronized Appended append(Function<RolloutStatus, @Nullable RolloutEvent> decide) {
    while (true) {
      refresh();
      RolloutEvent event = decide.apply(status);
      if (event == null) {
        return new Appended(status, null);
      }
      long next = events.size() + 1L;
      byte[] bytes = RolloutEventJson.write(event);
      if (store.putIfAbsent(key(next), bytes)) {
        RolloutEvent written = RolloutEventJson.read(bytes, next, key(next));
        add(written);
        return new Appended(status, written);
      }
    }
  }

  /** Whether an event says that a rollout has ended, as far as this has read. */
  synchronized boolean hasEnd(long rollout) {
    return events.stream().anyMatch(e -> e.rollout() == rollout && e.kind().ends());
  }

  private void refresh() {
    while (true) {
      long next = events.size() + 1L;
      byte[] bytes = store.get(key(next)).orElse(null);
      if (bytes == null) {
        return;
      }
      add(RolloutEventJson.read(bytes, next, key(next)));
    }
  }

  private void add(RolloutEvent event) {
    events.add(event);
    status = status.after(event);
  }

  private String key(long sequence) {
    return ROOT + model + "/log/" + String.format("%08d", sequence);
  }

  /** Returns the model's name. */
  @Override
  public String toString() {
    return "rollouts of " + model;
  }
}
