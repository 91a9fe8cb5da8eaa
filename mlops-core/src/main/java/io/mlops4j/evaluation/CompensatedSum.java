package io.mlops4j.evaluation;

/**
 * A running sum whose error does not grow with the number of terms: Neumaier's variant of Kahan
 * summation (<a href="https://doi.org/10.1002/zamm.19740540106">Neumaier 1974</a>). Not finite once
 * a partial sum overflows; callers check.
 */
final class CompensatedSum {
  private double sum;
  private double compensation;

  void add(double term) {
    double next = sum + term;
    compensation += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }

  double value() {
    return sum + compensation;
  }
}
