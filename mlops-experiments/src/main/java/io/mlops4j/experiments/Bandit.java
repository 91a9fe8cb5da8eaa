package io.mlops4j.experiments;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A bandit with a chosen algorithm and memory, in one process. Rewards are added as they settle,
 * weights are published per epoch, and units are assigned from them with exact probabilities.
 * {@link SharedBandit} is the one for several instances and restarts.
 *
 * <p>Deterministic: the same rewards and publications in the same order give the same weights.
 * There is no random number in it. Thread-safe.
 */
public final class Bandit implements RewardSink {
  private final List<String> arms;
  private final BanditAlgorithm algorithm;
  private final Memory memory;
  private final double floor;
  private final Deque<ArmMoments[]> past = new ArrayDeque<>(); // newest first; guarded by this
  private ArmMoments[] current; // guarded by this
  private ArmMoments[] faded; // guarded by this: what is older than the deque, at its worth now
  private @Nullable WeightVector published; // guarded by this

  private Bandit(List<String> arms, BanditAlgorithm algorithm, Memory memory, double floor) {
    this.arms = arms;
    this.algorithm = algorithm;
    this.memory = memory;
    this.floor = floor;
    this.current = nothing(arms.size());
    this.faded = nothing(arms.size());
  }

  /**
   * Returns a bandit without any reward.
   *
   * @param arms 2 to 127 distinct names
   * @param algorithm how rewards become weights
   * @param memory how long rewards count
   * @param floor the least probability of every arm, 0 to 1/arms: {@code floor + (1 - arms * floor)
   *     * weight}
   * @return the bandit
   * @throws IllegalArgumentException if a name is used twice or the floors sum to more than 1
   */
  public static Bandit over(
      List<String> arms, BanditAlgorithm algorithm, Memory memory, double floor) {
    Objects.requireNonNull(arms, "arms");
    return new Bandit(
        checked(arms, floor),
        Objects.requireNonNull(algorithm, "algorithm"),
        Objects.requireNonNull(memory, "memory"),
        floor);
  }

  /**
   * Returns Thompson sampling with a uniform prior for rewards from 0 to 1, which remembers
   * everything and keeps 1 % for every arm, so that off-line weights stay below 100.
   *
   * @param arms 2 to 100 distinct names
   * @return the bandit
   * @throws IllegalArgumentException if a name is used twice or there are more
   */
  public static Bandit over(List<String> arms) {
    return over(arms, BanditAlgorithm.thompson(1, 1), Memory.everything(), 0.01);
  }

  static double[] floored(double[] weights, double floor) {
    double[] result = new double[weights.length];
    double rest = Math.max(0, 1 - weights.length * floor);
    for (int i = 0; i < result.length; i++) {
      result[i] = floor + rest * weights[i];
    }
    return result;
  }

  /** The weights without some arms: shared by the others in proportion, or all the first arm's. */
  static double[] without(Set<String> stopped, List<String> arms, double[] weights) {
    if (stopped.isEmpty()) {
      return weights;
    }
    double[] result = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < result.length; i++) {
      result[i] = stopped.contains(arms.get(i)) ? 0 : weights[i];
      sum += result[i];
    }
    for (int i = 0; i < result.length; i++) {
      result[i] = sum > 0 ? Math.min(1, result[i] / sum) : i == 0 ? 1 : 0;
    }
    return result;
  }

  static List<String> checked(List<String> arms, double floor) {
    List<String> names = ArmNames.checked(arms);
    if (names.size() < 2) {
      throw new IllegalArgumentException("arms: 1 (expected: 2.." + ArmNames.MAX_ARMS + ")");
    }
    if (!(floor >= 0 && floor * names.size() <= 1 + WeightVector.SUM_TOLERANCE)) {
      throw new IllegalArgumentException(
          "floor: " + floor + " (expected: 0..1/" + names.size() + ", one per arm)");
    }
    return names;
  }

  static ArmMoments[] nothing(int arms) {
    ArmMoments[] result = new ArmMoments[arms];
    Arrays.fill(result, ArmMoments.NONE);
    return result;
  }

  @Override
  public synchronized void reward(String arm, double reward) {
    int index = ArmNames.indexOf(arms, arm);
    current[index] = current[index].plus(ArmMoments.of(reward));
  }

  /**
   * Adds many settled rewards to an arm.
   *
   * @param arm the arm's name
   * @param rewards their moments
   * @throws IllegalArgumentException if there is no such arm; lists those there are
   */
  public synchronized void reward(String arm, ArmMoments rewards) {
    Objects.requireNonNull(rewards, "rewards");
    int index = ArmNames.indexOf(arms, arm);
    current[index] = current[index].plus(rewards);
  }

  /**
   * Returns weights computed from the rewards that the memory holds, and lets one epoch pass for
   * it. If they equal the last ones, those are returned and no epoch begins. The first is epoch 1.
   *
   * @return the weights
   */
  public synchronized WeightVector publish() {
    double[] weights = floored(algorithm.weights(remembered()), floor);
    remember();
    long epoch = published == null ? 0 : published.epoch();
    WeightVector next = WeightVector.of(epoch + 1, arms, weights);
    if (published == null || !published.sameWeights(next)) {
      published = next;
    }
    return published;
  }

  /**
   * Returns what the memory holds, per arm, each reward at its present worth.
   *
   * @return in the order of the arms
   */
  public synchronized List<ArmMoments> remembered() {
    ArmMoments[] total = faded.clone();
    for (ArmMoments[] epoch : past) {
      add(total, epoch);
    }
    add(total, current);
    return List.of(total);
  }

  private void remember() {
    if (memory.epochs() > 0) {
      past.addFirst(current);
      while (past.size() >= memory.epochs()) {
        past.removeLast();
      }
    } else {
      add(faded, current);
    }
    fade(faded);
    past.forEach(this::fade);
    current = nothing(arms.size());
  }

  private void fade(ArmMoments[] moments) {
    for (int i = 0; i < moments.length; i++) {
      moments[i] = moments[i].times(memory.discount());
    }
  }

  static void add(ArmMoments[] total, ArmMoments[] more) {
    for (int i = 0; i < total.length; i++) {
      total[i] = total[i].plus(more[i]);
    }
  }

  /**
   * Returns the arms' names.
   *
   * @return an unmodifiable list
   */
  public List<String> arms() {
    return arms;
  }

  /**
   * How long rewards count, in epochs (calls of publish): for worlds that change.
   *
   * @param discount what a reward is worth one epoch later, above 0, at most 1
   * @param epochs how many epochs of rewards are kept, the current one included; 0 keeps all
   */
  public record Memory(double discount, int epochs) {
    /** Checks the ranges. */
    public Memory {
      if (!(discount > 0 && discount <= 1)) {
        throw new IllegalArgumentException("discount: " + discount + " (expected: above 0, to 1)");
      }
      if (epochs < 0 || epochs > 100_000) {
        throw new IllegalArgumentException("epochs: " + epochs + " (expected: 0..100000)");
      }
    }

    /**
     * Returns a memory that keeps every reward at full worth.
     *
     * @return the usual memory
     */
    public static Memory everything() {
      return new Memory(1, 0);
    }

    /**
     * Returns a memory that fades: about the last {@code 1 / (1 - discount)} epochs count.
     *
     * @param discount above 0, below 1
     * @return the memory
     */
    public static Memory discounting(double discount) {
      return new Memory(discount, 0);
    }

    /**
     * Returns a memory of the last epochs only.
     *
     * @param epochs at least 1
     * @return the memory
     */
    public static Memory window(int epochs) {
      if (epochs < 1) {
        throw new IllegalArgumentException("epochs: " + epochs + " (expected: 1..100000)");
      }
      return new Memory(1, epochs);
    }

    /** What a reward is worth that many epochs later. */
    double worth(long age) {
      return epochs > 0 && age >= epochs
          ? 0
          : discount == 1 ? 1 : StrictMath.pow(discount, (double) age);
    }
  }
}
