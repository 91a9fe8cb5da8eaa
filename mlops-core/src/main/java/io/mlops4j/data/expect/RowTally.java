package io.mlops4j.data.expect;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.data.RowVisitor.Fault;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Counts rows that hold and rows that do not. */
final class RowTally<T> implements Tally<T> {
  private final Pass<T> pass;
  private final RowTest<T> test;
  private final List<ExpectationResult.Example> examples = new ArrayList<>();
  private long considered;
  private long failed;

  RowTally(Pass<T> pass, RowTest<T> test) {
    this.pass = pass;
    this.test = test;
  }

  @Override
  public void add(long line, RowBuffer<T> values, T row) {
    switch (test.of(values, row)) {
      case HOLDS -> considered++;
      case FAILS -> {
        considered++;
        failed++;
        if (examples.size() < pass.settings().examples()) {
          examples.add(pass.example(line, values));
        }
      }
      case MISSING -> {}
    }
  }

  /** A value that has to be there and is not makes a row unreadable: it counts as missing here. */
  @Override
  public void unreadable(long line, List<Fault> faults) {
    if (pass.expectation().rule() instanceof CellRules.Present present
        && pass.expectation().filters().isEmpty()) {
      for (Fault fault : faults) {
        if (fault.missing() && fault.field().equals(present.feature())) {
          considered++;
          failed++;
        }
      }
    }
  }

  @Override
  public ExpectationResult finish() {
    return verdict(pass, considered, failed, examples);
  }

  /** Whether enough of the rows hold; counts are compared exactly, not as rounded shares. */
  static ExpectationResult verdict(
      Pass<?> pass, long considered, long failed, List<ExpectationResult.Example> examples) {
    double mostly = pass.expectation().mostly();
    if (considered < pass.expectation().minRows()) {
      return pass.result(
          Outcome.NO_DATA,
          considered,
          failed,
          Shown.rows(considered)
              + " to ask (at least "
              + pass.expectation().minRows()
              + " needed).",
          examples);
    }
    BigDecimal needed = Shown.shortest(mostly).multiply(BigDecimal.valueOf(considered));
    boolean enough = BigDecimal.valueOf(considered - failed).compareTo(needed) >= 0;
    String of = Shown.count(failed) + " of " + Shown.rows(considered);
    String why;
    if (failed == 0) {
      why = considered == 0 ? "no row was asked." : "all of " + Shown.rows(considered) + ".";
    } else if (mostly == 1) {
      why = of + (failed == 1 ? " fails." : " fail.");
    } else {
      double share = (considered - failed) / (double) considered;
      why =
          of
              + " fail ("
              + Shown.percent(share)
              + " hold, at least "
              + Shown.percent(mostly)
              + " needed).";
    }
    return pass.result(enough ? Outcome.PASS : Outcome.FAIL, considered, failed, why, examples);
  }
}
