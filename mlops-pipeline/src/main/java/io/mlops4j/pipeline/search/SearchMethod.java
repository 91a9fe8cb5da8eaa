package io.mlops4j.pipeline.search;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * In which order what is tried. All candidates follow from the seed before the first trial; only
 * successive halving chooses among them by results, a whole round at a time. Immutable.
 */
public final class SearchMethod {
  static final int MOST = 100_000;

  private final String description;
  private final Start start;
  private final @Nullable Halving halving;

  /** What begins. */
  @FunctionalInterface
  interface Start {
    List<Candidate> candidates(SearchSpace space, long seed);
  }

  private SearchMethod(String description, Start start, @Nullable Halving halving) {
    this.description = description;
    this.start = start;
    this.halving = halving;
  }

  /**
   * Returns a method that draws candidates independently: a good default, also with many parameters
   * of which few matter (<a href="https://jmlr.org/papers/v13/bergstra12a.html">Bergstra and Bengio
   * 2012</a>).
   *
   * @param trials how many, 1 to 100,000
   * @return the method
   */
  public static SearchMethod random(int trials) {
    require("trials", trials);
    return new SearchMethod(
        "random, " + trials + " trials",
        (space, seed) -> UnitCube.random(trials, space, seed).candidates(),
        null);
  }

  /**
   * Returns a method that draws candidates so that each parameter's range, cut into as many equally
   * likely parts, has one in each (<a href="https://doi.org/10.2307/1268522">McKay, Beckman and
   * Conover 1979</a>).
   *
   * @param trials how many, 1 to 100,000
   * @return the method
   */
  public static SearchMethod latinHypercube(int trials) {
    require("trials", trials);
    return new SearchMethod(
        "Latin hypercube, " + trials + " trials",
        (space, seed) -> UnitCube.latin(trials, space, seed).candidates(),
        null);
  }

  /**
   * Returns a method that tries every combination.
   *
   * @param levels how many values of a number, its ends included; texts have all of theirs
   * @return the method; a grid of more than 100,000 points is an error when it is begun
   */
  public static SearchMethod grid(int levels) {
    require("levels", levels);
    return new SearchMethod(
        "grid, " + levels + " levels", (space, seed) -> space.grid(levels, MOST), null);
  }

  /**
   * Returns a method that gives many random candidates a small budget, the best part of them a
   * larger one, and so on (<a href="https://arxiv.org/abs/1502.07943">Jamieson and Talwalkar
   * 2016</a>): of {@code n} candidates the best {@code n / eta}, rounded down, get {@code eta}
   * times the budget, until there is none or the budget would exceed the largest.
   *
   * @param candidates how many begin, 1 to 100,000
   * @param smallest the budget of the first round, in whatever the objective means by it: rows,
   *     rounds of boosting
   * @param largest the most a candidate gets
   * @param eta 2 or more; 3 is usual
   * @return the method
   */
  public static SearchMethod successiveHalving(
      int candidates, long smallest, long largest, int eta) {
    require("candidates", candidates);
    Halving rounds = new Halving(smallest, largest, eta);
    return new SearchMethod(
        "successive halving, " + candidates + " candidates, " + rounds,
        (space, seed) -> UnitCube.random(candidates, space, seed).candidates(),
        rounds);
  }

  private static void require(String what, int number) {
    if (number < 1 || number > MOST) {
      throw new IllegalArgumentException(what + ": " + number + " (expected: 1.." + MOST + ")");
    }
  }

  List<Candidate> candidates(SearchSpace space, long seed) {
    return start.candidates(space, seed);
  }

  Optional<Halving> halving() {
    return Optional.ofNullable(halving);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SearchMethod that && description.equals(that.description);
  }

  @Override
  public int hashCode() {
    return Objects.hash(description);
  }

  /** Returns the method and its numbers. */
  @Override
  public String toString() {
    return description;
  }
}
