package io.mlops4j.benchmarks;

import io.mlops4j.experiments.Bandit;
import io.mlops4j.experiments.BanditAlgorithm;
import io.mlops4j.experiments.WeightVector;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Regret and time on the problem of {@code src/main/python/mabwiser_regret.py}: two Bernoulli arms
 * of 0.9 and 0.8, 5,000 rounds. Prints the same lines. Time is that of the loop in a cold process,
 * compilation included, as the Python script's is that of its loop.
 */
public final class BanditRegret {
  private static final double[] MEANS = {0.9, 0.8};
  private static final List<String> ARMS = List.of("0", "1");
  private static final int ROUNDS = 5_000;

  private BanditRegret() {}

  /**
   * Runs the three policies.
   *
   * @param args how many runs; 40 unless given
   */
  public static void main(String[] args) {
    int runs = args.length > 0 ? Integer.parseInt(args[0]) : 40;
    System.out.printf("MLOps4J, Java %s, %d runs%n", Runtime.version().feature(), runs);
    print("thompson", BanditAlgorithm.thompson(1, 1), 10, runs);
    print("ucb1", BanditAlgorithm.ucb1(), 1, runs);
    print("epsilon-greedy", BanditAlgorithm.epsilonGreedy(0.1), 1, runs);
  }

  private static void print(String name, BanditAlgorithm algorithm, int batch, int runs) {
    long start = System.nanoTime();
    double sum = 0;
    double squares = 0;
    for (int seed = 0; seed < runs; seed++) {
      double lost = regret(algorithm, batch, seed);
      sum += lost;
      squares += lost * lost;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double mean = sum / runs;
    double deviation = Math.sqrt((squares - runs * mean * mean) / (runs - 1));
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s, update every %d: regret %.1f (%.1f), %.2f s, %.2f us a round",
            name,
            batch,
            mean,
            deviation / Math.sqrt(runs),
            seconds,
            seconds / runs / ROUNDS * 1e6));
  }

  private static double regret(BanditAlgorithm algorithm, int batch, int seed) {
    Random random = new Random(seed);
    Bandit bandit = Bandit.over(ARMS, algorithm, Bandit.Memory.everything(), 0);
    WeightVector weights = bandit.publish();
    double lost = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int arm = weights.draw(random.nextDouble());
      lost += MEANS[0] - MEANS[arm];
      bandit.reward(ARMS.get(arm), random.nextDouble() < MEANS[arm] ? 1 : 0);
      if (round % batch == batch - 1) {
        weights = bandit.publish();
      }
    }
    return lost;
  }
}
