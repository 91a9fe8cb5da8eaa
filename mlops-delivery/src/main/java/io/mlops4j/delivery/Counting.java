package io.mlops4j.delivery;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the rollout that is under way, here and in the fleet, and what that comes to.
 * Any thread may ask for {@link #session} and {@link #labels}; everything else is done by one look
 * at a time.
 */
final class Counting<I, O> {
  private final String model;
  private final RolloutPlan plan;
  private final String digest;
  private final ObjectStore store;
  private final boolean alone;
  private final Time time;
  private final Duration interval;
  private final Map<Check, Boolean> checks;
  private final Function<RolloutStatus, Session<I, O>> sessions;

  private @Nullable Judge judge;
  private @Nullable Fleet fleet;
  private volatile @Nullable Session<I, O> session;
  private volatile RolloutLabels labels = RolloutLabels.NONE;

  /**
   * Creates one that counts nothing yet.
   *
   * @param store where the fleet's counts are
   * @param alone whether there is no fleet
   */
  Counting(RolloutBuilder<I, O> builder, ObjectStore store, boolean alone) {
    this.model = builder.model;
    this.plan = builder.plan;
    this.digest = builder.plan.digest();
    this.store = store;
    this.alone = alone;
    this.time = builder.effectiveTime();
    this.interval = builder.effectiveInterval();
    this.checks = builder.checks;
    List<@Nullable Segment<I, O>> segments = Segments.of(builder);
    int pending = builder.effectivePending();
    this.sessions =
        of -> new Session<>(of, plan, builder.score, segments, new Ledger(pending, !alone));
  }

  /** Whether a rollout was started with the plan of this instance, so that it counts for it. */
  boolean isOf(RolloutStatus status) {
    return status.plan().equals(digest);
  }

  /** Returns what this instance counts into now; null if it counts nothing. */
  @Nullable Session<I, O> session() {
    return session;
  }

  /** Returns what had become of the labels when last judged. */
  RolloutLabels labels() {
    return labels;
  }

  /** Begins to count, from nothing. */
  @Nullable Session<I, O> begin(RolloutStatus now) {
    judge = new Judge(plan);
    labels = RolloutLabels.NONE;
    String prefix = FleetCounts.prefix(model, now.rollout());
    fleet = alone ? null : new Fleet(store, plan, prefix, interval);
    session = isOf(now) ? sessions.apply(now) : null;
    return session;
  }

  /** Counts nothing from here on. */
  void stop() {
    session = null;
  }

  /** Removes what the fleet has counted up to a rollout that is over. */
  void clean(long last) {
    if (!alone) {
      FleetCounts.clean(store, model, last);
    }
  }

  /** Tells the fleet what is new here, hears what is new there, and judges all of it. */
  List<WatchResult> judged(RolloutStatus status) {
    Counts all = counted(status);
    Session<I, O> counting = session;
    if (counting == null || judge == null || all == null) {
      return List.of();
    }
    labels = RolloutLabels.of(all, counting.waiting());
    List<WatchResult> judged = new ArrayList<>(judge.judge(all, status.step()));
    checks.forEach((check, required) -> judged.add(Judge.ask(check, required)));
    return List.copyOf(judged);
  }

  /** What the fleet has counted. An instance that was taken for gone begins anew. */
  private @Nullable Counts counted(RolloutStatus status) {
    Session<I, O> counting = session;
    Counts sum = new Counts(plan);
    if (counting == null || fleet == null) {
      return counting == null ? null : counting.counts();
    } else if (fleet.exchange(counting, sum, time.nanos())) {
      return sum;
    }
    counting = begin(status);
    if (counting != null) {
      counting.enter(status.step(), time.now());
    }
    return counted(status);
  }

  /** Writes down what is new in a session, and that it ends, unless its rollout is over. */
  void leave(Session<I, O> last, RolloutStatus now) {
    if (fleet != null && now.active() && now.rollout() == last.rollout()) {
      fleet.leave(last, time.nanos());
    }
  }
}
