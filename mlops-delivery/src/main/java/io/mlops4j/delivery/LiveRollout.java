package io.mlops4j.delivery;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Time;
import io.mlops4j.delivery.RolloutEvent.Kind;
import io.mlops4j.delivery.RolloutStatus.Phase;
import io.mlops4j.report.Report;
import io.mlops4j.serving.TrafficSplit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. A look is: read the log; do here what it says (count for its rollout and step, set the
 * split's share); publish what was counted and add what others have; judge; write at most one event;
 * do what that says. Every step of it can be broken off at any instruction and done again, by anyone:
 * what is to be done follows from the log alone, an event is written only if the log still stands
 * where the decision was made (RolloutLog.append), and traffic goes to the champion before anything
 * else is tried. Looks of one instance take turns; listeners touch only the session's own lock.
 */

/** A rollout under the time it was given. */
final class LiveRollout<I, O> implements Rollout<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRollout.class);

  private final String model;
  private final RolloutPlan plan;
  private final Destination<I, O> destination;
  private final RolloutLog log;
  private final Time time;
  private final String actor;
  private final Decisions decisions;
  private final Looks looks;
  private final @Nullable RolloutMeters meters;

  private final Counting<I, O> counting; // looked at and judged by who holds this
  private final Steering<I, O> steering; // guarded by this
  private long settled; // guarded by this: the last rollout that was cleaned up after
  private volatile RolloutStatus status = RolloutStatus.none();
  private volatile List<WatchResult> results = List.of();

  private LiveRollout(RolloutBuilder<I, O> builder) {
    boolean alone = builder.store == null;
    ObjectStore store = builder.store == null ? ObjectStore.inMemory() : builder.store;
    this.model = builder.model;
    this.plan = builder.plan;
    this.destination = builder.destination;
    this.steering = new Steering<>(builder.destination);
    this.log = RolloutLog.of(store, model);
    this.time = builder.effectiveTime();
    this.actor = builder.effectiveActor();
    this.decisions = new Decisions(log, plan, actor, time);
    this.counting = new Counting<>(builder, store, alone);
    this.looks = new Looks(model, time, builder.effectiveInterval(), this::look);
    this.meters = builder.meters == null ? null : new RolloutMeters(builder.meters, model, this);
  }

  static <I, O> Rollout<I, O> open(RolloutBuilder<I, O> builder) {
    LiveRollout<I, O> rollout = new LiveRollout<>(builder);
    try {
      rollout.look();
    } catch (RuntimeException e) {
      rollout.end();
      throw e;
    }
    rollout.looks.schedule();
    return rollout;
  }

  // Listening.

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    Session<I, O> session = counting.session();
    if (session != null && session.answered(prediction)) {
      looks.lookSoon();
    }
  }

  @Override
  public void onFailure(FailedPrediction failure) {
    Objects.requireNonNull(failure, "failure");
    Session<I, O> session = counting.session();
    if (session != null && session.failed(failure)) {
      looks.lookSoon();
    }
  }

  @Override
  public void reportById(String predictionId, double label, Instant at) {
    label(false, Objects.requireNonNull(predictionId, "predictionId"), label, at);
  }

  @Override
  public void reportByKey(String key, double label, Instant at) {
    label(true, Objects.requireNonNull(key, "key"), label, at);
  }

  private void label(boolean byKey, String name, double label, Instant at) {
    Objects.requireNonNull(at, "at");
    if (!Double.isFinite(label)) {
      throw new IllegalArgumentException("label: " + label + " (expected: a finite number)");
    }
    Session<I, O> session = counting.session();
    if (session != null) {
      session.label(byKey, name, label, false);
    }
  }

  // Looking.

  @Override
  public synchronized RolloutStatus look() {
    requireOpen();
    follow(log.status());
    begin();
    if (status.active() && counting.isOf(status) && !lost()) {
      decide();
    }
    return status;
  }

  private void requireOpen() {
    if (looks.closed()) {
      throw new IllegalStateException(
          "Rollout of "
              + model
              + " is closed in this instance. Open another one on the same store; to act from"
              + " outside, use RolloutLog.");
    }
  }

  /** Does here what the log says. Traffic first. */
  private void follow(RolloutStatus now) {
    status = now;
    if (!now.active()) {
      counting.stop();
      results = List.of();
      steering.leave(now);
      settle(now);
      return;
    }
    Session<I, O> session = counting.session();
    if (session == null || session.rollout() != now.rollout()) {
      steering.leave(now);
      counting.clean(now.rollout() - 1);
      session = counting.begin(now);
    }
    if (steering.follow(now) && session != null) {
      session.enter(now.step(), time.now());
    }
  }

  /** Does once what is left to do after a rollout has ended, also one that ended elsewhere. */
  private void settle(RolloutStatus now) {
    if (now.phase() == Phase.NONE || settled == now.rollout()) {
      return;
    }
    if (now.phase() == Phase.ABORTED) {
      decisions.endRefused(now);
    }
    log.events().stream()
        .filter(event -> event.rollout() == now.rollout() && event.kind().ends())
        .findFirst()
        .ifPresent(destination::record);
    counting.clean(now.rollout());
    settled = now.rollout();
  }

  /** Starts what was asked for; what is under way is ended first. */
  private void begin() {
    Optional<ModelVersion> requested = status.requested();
    if (requested.isEmpty()) {
      return;
    }
    ModelVersion candidate = requested.get();
    if (status.active()) {
      follow(write(Kind.ABORTED, "Superseded by " + candidate + ".", List.of()));
    }
    String refusal = null;
    Optional<ModelVersion> champion = destination.champion();
    try {
      destination.prepare(candidate);
      if (champion.isEmpty()) {
        refusal = "There is no champion to compare it with. Bootstrap the first one.";
      }
    } catch (MlopsException | IllegalArgumentException e) {
      refusal = String.valueOf(e.getMessage());
    }
    RolloutLog.Appended started =
        decisions.start(candidate, champion.orElse(ModelVersion.unregistered(model)), refusal);
    follow(started.status());
  }

  /** Ends a rollout whose ground has gone: another champion, or a candidate that cannot load. */
  private boolean lost() {
    ModelVersion candidate = status.candidate().orElseThrow();
    Optional<ModelVersion> champion = destination.champion();
    if (champion.equals(status.candidate())) {
      follow(write(Kind.PROMOTED, "It is in production.", results));
      return true;
    }
    if (!champion.equals(status.champion())) {
      follow(write(Kind.ABORTED, Decisions.otherChampion(candidate, champion), results));
      return true;
    }
    Optional<String> problem = steering.failure();
    if (problem.isPresent()) {
      follow(write(Kind.ROLLED_BACK, "It cannot be served: " + problem.get(), results));
      return true;
    }
    return false;
  }

  private void decide() {
    results = counting.judged(status);
    RolloutVerdict verdict = Judge.verdict(results, status.step());
    if (verdict == RolloutVerdict.ROLL_BACK) {
      follow(write(Kind.ROLLED_BACK, reasons(RolloutVerdict.ROLL_BACK), results));
      return;
    }
    if (status.phase() == Phase.PAUSED) {
      return;
    }
    boolean passed = verdict == RolloutVerdict.PROMOTE;
    if (status.phase() == Phase.AWAITING_APPROVAL) {
      promote();
      return;
    }
    Duration lasted = Duration.between(status.stepSince(), time.now());
    if (passed && lasted.compareTo(plan.minDuration()) >= 0) {
      if (status.step() + 1 == status.steps().size()) {
        promote();
      } else {
        advance();
      }
    } else if (lasted.compareTo(plan.maxDuration()) >= 0) {
      boolean back = plan.whenUndecided() == RolloutPlan.Undecided.ROLL_BACK;
      follow(
          write(
              back ? Kind.ROLLED_BACK : Kind.PAUSED,
              "The step is undecided after " + lasted + ": " + reasons(verdict),
              results));
    }
  }

  private String reasons(RolloutVerdict verdict) {
    return Decisions.reasons(results, status.step(), verdict);
  }

  private void advance() {
    RolloutLog.Appended appended =
        decisions.advance(status, reasons(RolloutVerdict.PROMOTE), results);
    follow(appended.status());
    if (appended.written() != null) {
      destination.record(appended.written());
    }
  }

  private void promote() {
    RolloutEvent passed =
        decisions.event(
            status,
            Kind.PROMOTED,
            status.step(),
            "Every step was passed. " + reasons(RolloutVerdict.PROMOTE),
            results);
    Destination.Answer answer = destination.promote(passed);
    if (answer instanceof Destination.Promoted promoted) {
      follow(write(Kind.PROMOTED, promoted.sentence(), results));
    } else if (answer instanceof Destination.Refused refused) {
      follow(write(Kind.ROLLED_BACK, refused.sentence(), results));
    } else if (answer instanceof Destination.Unclear unclear) {
      follow(write(Kind.PAUSED, unclear.sentence(), results));
    } else if (answer instanceof Destination.Waiting waiting
        && status.phase() != Phase.AWAITING_APPROVAL) {
      follow(write(Kind.AWAITING_APPROVAL, waiting.sentence(), results));
    }
  }

  private RolloutStatus write(Kind kind, String reason, List<WatchResult> evidence) {
    return decisions.write(status, kind, reason, evidence);
  }

  // What people do.

  @Override
  public synchronized void steer(TrafficSplit<I, O> split) {
    Objects.requireNonNull(split, "split");
    requireOpen();
    steering.by(split);
    follow(log.status());
  }

  @Override
  public RolloutStatus start(int number, String reason) {
    Objects.requireNonNull(reason, "reason");
    requireOpen();
    ModelVersion candidate = new ModelVersion(model, number);
    destination.prepare(candidate);
    if (destination.champion().isEmpty()) {
      throw new MlopsException(
          candidate
              + " cannot be rolled out: "
              + model
              + " has no champion to compare it with. Bootstrap or promote the first one.");
    }
    log.request(candidate, reason, actor, time.now());
    return look();
  }

  @Override
  public RolloutStatus pause(String reason) {
    requireOpen();
    log.pause(reason, actor, time.now());
    return look();
  }

  @Override
  public RolloutStatus resume(String reason) {
    requireOpen();
    log.resume(reason, actor, time.now());
    return look();
  }

  @Override
  public RolloutStatus abort(String reason) {
    requireOpen();
    log.abort(reason, actor, time.now());
    return look();
  }

  // Looking at it.

  @Override
  public RolloutStatus status() {
    return status;
  }

  @Override
  public List<WatchResult> results() {
    return results;
  }

  @Override
  public RolloutLabels labels() {
    return counting.labels();
  }

  @Override
  public RolloutVerdict verdict() {
    List<WatchResult> now = results;
    return now.isEmpty() ? RolloutVerdict.NO_DATA : Judge.verdict(now, status.step());
  }

  @Override
  public Arm arm(String unit) {
    return Steering.arm(status, Objects.requireNonNull(unit, "unit"));
  }

  @Override
  public List<RolloutEvent> history() {
    return log.events();
  }

  @Override
  public Report report() {
    return RolloutReport.of(model, status, results, labels(), log.events(), time.now());
  }

  @Override
  public void close() {
    try {
      leave();
    } catch (RuntimeException e) {
      LOG.warn("Rollout of {}: what was counted since the last look is lost", model, e);
    }
    end();
  }

  /** Writes down what is new here, unless the rollout is over. */
  private synchronized void leave() {
    Session<I, O> last = counting.session();
    looks.close(); // a look that is due takes turns with this, and comes too late
    counting.stop();
    if (last != null) {
      counting.leave(last, log.status());
    }
  }

  private void end() {
    looks.close();
    if (meters != null) {
      meters.close();
    }
  }

  /** Returns what was decided about, and where. */
  @Override
  public String toString() {
    return "rollout of " + model + ": " + status.sentence();
  }
}
