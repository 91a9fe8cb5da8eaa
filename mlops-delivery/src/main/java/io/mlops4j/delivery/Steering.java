package io.mlops4j.delivery;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.TrafficSplit;
import io.mlops4j.stats.Bucketing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets a split to what a rollout's status says. Not thread-safe. */
final class Steering<I, O> {
  private final Destination<I, O> destination;
  private @Nullable TrafficSplit<I, O> split;

  Steering(Destination<I, O> destination) {
    this.destination = destination;
  }

  void by(TrafficSplit<I, O> traffic) {
    if (split != null) {
      throw new IllegalStateException("A split is steered already: " + split);
    }
    split = traffic;
  }

  /** Gives the candidate its share; returns whether it can answer. */
  boolean follow(RolloutStatus now) {
    TrafficSplit<I, O> traffic = split;
    if (traffic == null) {
      return true;
    }
    ModelVersion candidate = now.candidate().orElseThrow();
    if (traffic.candidate().filter(candidate::equals).isEmpty()) {
      destination
          .release(candidate)
          .ifPresent(
              release -> {
                var unused = traffic.offer(release, salt(candidate));
              });
    }
    if (traffic.candidate().isEmpty()) {
      return false;
    }
    traffic.share(now.share());
    return traffic.candidateProblem().isEmpty();
  }

  /** Takes the candidate out, unless it is in production and not yet served as the champion. */
  void leave(RolloutStatus now) {
    TrafficSplit<I, O> traffic = split;
    if (traffic == null || traffic.candidate().isEmpty()) {
      return;
    }
    boolean inProduction =
        now.phase() == RolloutStatus.Phase.PROMOTED && traffic.candidate().equals(now.candidate());
    if (!inProduction || traffic.version().equals(traffic.candidate())) {
      traffic.withdraw();
    }
  }

  /** Why the candidate cannot be served here, if that has been tried. */
  Optional<String> failure() {
    TrafficSplit<I, O> traffic = split;
    return traffic != null && traffic.candidateFailed()
        ? traffic.candidateProblem()
        : Optional.empty();
  }

  /** Who answers a unit, by the split's rule. */
  static Arm arm(RolloutStatus now, String unit) {
    double share = now.share();
    if (share == 0) {
      return Arm.CHAMPION;
    }
    int slot = Bucketing.salted(salt(now.candidate().orElseThrow())).slot(unit);
    return slot < Math.round(share * Bucketing.SLOTS) ? Arm.CANDIDATE : Arm.CHAMPION;
  }

  /** Another candidate begins with other units: nobody is always first. */
  private static String salt(ModelVersion candidate) {
    return "rollout/" + candidate;
  }
}
