package io.mlops4j.drift.alert;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks made of checks, for example "quality dropped, or drift and an expected drop". */
public final class Conditions {
  private Conditions() {}

  /**
   * Returns a check that fails if any of some checks fails.
   *
   * @param name what is checked
   * @param checks at least one
   * @return passes if all pass; no data otherwise
   */
  public static Check anyOf(String name, Check... checks) {
    return new Combined(name, Elements.list("checks", checks), false);
  }

  /**
   * Returns a check that fails only if all of some checks fail.
   *
   * @param name what is checked
   * @param checks at least one
   * @return passes if any passes; no data otherwise
   */
  public static Check allOf(String name, Check... checks) {
    return new Combined(name, Elements.list("checks", checks), true);
  }

  private record Combined(String name, List<Check> checks, boolean all) implements Check {
    private Combined {
      Objects.requireNonNull(name, "name");
      if (checks.isEmpty()) {
        throw new IllegalArgumentException("checks: 0 (expected: at least 1)");
      }
    }

    @Override
    public Outcome evaluate() {
      List<Outcome> outcomes = checks.stream().map(Check::evaluate).toList();
      String failed = sentences(outcomes, Fail.class);
      String passed = sentences(outcomes, Pass.class);
      long fails = outcomes.stream().filter(Fail.class::isInstance).count();
      long passes = outcomes.stream().filter(Pass.class::isInstance).count();
      int n = outcomes.size();
      if (all ? fails == n : fails > 0) {
        return new Fail(failed);
      }
      if (all ? passes > 0 : passes == n) {
        return new Pass(passed);
      }
      return new NoData(sentences(outcomes, NoData.class));
    }

    private static String sentences(List<Outcome> outcomes, Class<? extends Outcome> kind) {
      Stream<String> sentences = outcomes.stream().filter(kind::isInstance).map(Outcome::sentence);
      return sentences.collect(Collectors.joining(" "));
    }
  }
}
