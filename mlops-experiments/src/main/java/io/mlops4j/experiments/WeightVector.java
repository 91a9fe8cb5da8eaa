package io.mlops4j.experiments;

import io.mlops4j.core.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The probability of each arm during one epoch. Immutable and thread-safe.
 *
 * <p>Drawing from it costs about 10 ns for 2 to 20 arms and allocates nothing: it is one snapshot
 * of a policy, so drawing from it between two updates is the same distribution as asking the policy
 * each time, and the probability to log is exact.
 */
public final class WeightVector {
  /** How far from 1 the sum of given weights may be: rounding, not a mistake. */
  static final double SUM_TOLERANCE = 1e-9;

  private final long epoch;
  private final List<String> arms;
  private final double[] probabilities;
  private final double[] upper;
  private final Decision[] decisions;

  private WeightVector(long epoch, List<String> arms, double[] probabilities) {
    this.epoch = epoch;
    this.arms = arms;
    this.probabilities = probabilities;
    this.upper = new double[arms.size()];
    this.decisions = new Decision[arms.size()];
    int last = 0;
    double sum = 0;
    for (int i = 0; i < upper.length; i++) {
      sum += probabilities[i];
      upper[i] = sum;
      last = probabilities[i] > 0 ? i : last;
      decisions[i] = new Decision(i, arms.get(i), probabilities[i], epoch);
    }
    // The sum may be an ulp below 1: what is left belongs to the last arm that has any weight.
    Arrays.fill(upper, last, upper.length, Double.POSITIVE_INFINITY);
  }

  /**
   * Returns a weight vector.
   *
   * @param epoch its number, at least 0
   * @param arms 1 to 127 distinct names
   * @param probabilities one per arm, each in [0, 1], sum 1 (to within 1e-9)
   * @return the vector; the arguments are copied
   * @throws IllegalArgumentException if a value is out of range; names the arm
   */
  public static WeightVector of(long epoch, List<String> arms, double... probabilities) {
    Objects.requireNonNull(arms, "arms");
    Objects.requireNonNull(probabilities, "probabilities");
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch: " + epoch + " (expected: at least 0)");
    }
    List<String> names = ArmNames.checked(arms);
    return new WeightVector(epoch, names, checked(names, probabilities.clone()));
  }

  private static double[] checked(List<String> arms, double[] probabilities) {
    if (probabilities.length != arms.size()) {
      throw new IllegalArgumentException(
          "weights: " + probabilities.length + " (expected: one per arm, " + arms.size() + ")");
    }
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      checkShare("weight of '" + Text.printable(arms.get(i), 80) + "'", probabilities[i]);
      sum += probabilities[i];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new IllegalArgumentException("weights: sum " + sum + " (expected: 1)");
    }
    return probabilities;
  }

  /** Rejects what is not a share; the comparison is written so that NaN fails it. */
  static double checkShare(String what, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(what + ": " + share + " (expected: 0..1)");
    }
    return share;
  }

  /**
   * Returns which update of the weights this is.
   *
   * @return at least 0
   */
  public long epoch() {
    return epoch;
  }

  /**
   * Returns the arms' names.
   *
   * @return an unmodifiable list, in the order of the weights
   */
  public List<String> arms() {
    return arms;
  }

  /**
   * Returns the probability of an arm by position.
   *
   * @param index 0 to {@code arms().size() - 1}
   * @return in [0, 1]
   * @throws IllegalArgumentException if there is no such position
   */
  public double probability(int index) {
    if (index < 0 || index >= probabilities.length) {
      throw new IllegalArgumentException(
          "index: " + index + " (expected: 0.." + (probabilities.length - 1) + ")");
    }
    return probabilities[index];
  }

  /**
   * Returns the probability of an arm by name.
   *
   * @param arm a name of {@link #arms()}
   * @return in [0, 1]
   * @throws IllegalArgumentException if there is no such arm; lists those there are
   */
  public double probability(String arm) {
    return probabilities[ArmNames.indexOf(arms, arm)];
  }

  /**
   * Returns all probabilities.
   *
   * @return a copy, in the order of {@link #arms()}
   */
  public double[] toArray() {
    return probabilities.clone();
  }

  /**
   * Returns the position of the arm that a uniform number falls on: arm {@code i} when the number
   * is at least the sum of the weights before {@code i} and below the sum including it. An arm of
   * weight 0 is never drawn.
   *
   * @param uniform in [0, 1), usually {@code generator.nextDouble()}
   * @return the arm's position
   * @throws IllegalArgumentException if the number is not in [0, 1)
   */
  public int draw(double uniform) {
    if (!(uniform >= 0 && uniform < 1)) {
      throw new IllegalArgumentException("uniform: " + uniform + " (expected: 0 to below 1)");
    }
    int index = 0;
    // Counts instead of leaving early: a branch on a random number is mispredicted half the time.
    for (double bound : upper) {
      index += uniform >= bound ? 1 : 0;
    }
    return index;
  }

  /**
   * Returns the arm that a uniform number falls on, with its probability, as {@link #draw} does.
   * Allocates nothing: the decisions are made once.
   *
   * @param uniform in [0, 1), usually {@code generator.nextDouble()}
   * @return the decision to act on and to log
   * @throws IllegalArgumentException if the number is not in [0, 1)
   */
  public Decision decide(double uniform) {
    return decisions[draw(uniform)];
  }

  /** Whether two vectors say the same, whatever their epochs. */
  boolean sameWeights(WeightVector other) {
    return arms.equals(other.arms) && Arrays.equals(probabilities, other.probabilities);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WeightVector that && epoch == that.epoch && sameWeights(that);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(epoch) + arms.hashCode()) + Arrays.hashCode(probabilities);
  }

  @Override
  public String toString() {
    return "WeightVector[epoch=" + epoch + ", " + arms + " " + Arrays.toString(probabilities) + "]";
  }

  /**
   * One arm drawn from a weight vector, with what must be logged to evaluate policies off-line
   * later.
   *
   * @param index the arm's position in {@link WeightVector#arms()}
   * @param arm the arm's name
   * @param probability the exact probability with which this arm is drawn
   * @param epoch the epoch of the weight vector
   */
  public record Decision(int index, String arm, double probability, long epoch) {
    /** Refuses null. */
    public Decision {
      Objects.requireNonNull(arm, "arm");
    }
  }
}
