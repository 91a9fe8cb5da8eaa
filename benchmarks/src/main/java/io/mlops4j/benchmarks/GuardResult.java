package io.mlops4j.benchmarks;

import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * What the guard found, and what follows from it: every check must hold, every negative control
 * must be rejected, and no bound may be without a control, for then nobody knows whether it can
 * fail.
 */
record GuardResult(List<Finding> findings) {
  GuardResult {
    findings = List.copyOf(findings);
  }

  boolean passed() {
    return problems().isEmpty();
  }

  /** Returns what is wrong, one sentence each; empty if nothing is. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (checks() == 0) {
      problems.add("Nothing was checked.");
    }
    for (Finding finding : findings) {
      if (!finding.ok()) {
        problems.add(sentence(finding));
      }
    }
    findings.stream()
        .filter(finding -> !finding.control())
        .map(Finding::bound)
        .distinct()
        .filter(bound -> findings.stream().noneMatch(f -> f.control() && f.bound().equals(bound)))
        .forEach(bound -> problems.add("'" + bound.name() + "' has no negative control."));
    return problems;
  }

  private static String sentence(Finding finding) {
    Bound bound = finding.bound();
    String measured = bound.shown(finding.measured());
    return finding.control()
        ? "'%s' did not reject a fixture made to fail it (%s): %s, bound %s. The guard is blind there."
            .formatted(bound.name(), finding.subject(), measured, bound.shownLimit())
        : "'%s' is %s, bound %s (%s)."
            .formatted(bound.name(), measured, bound.shownLimit(), finding.subject());
  }

  private long checks() {
    return findings.stream().filter(finding -> !finding.control()).count();
  }

  /** Returns the last line to print. */
  String conclusion() {
    return passed()
        ? "Guard passed: %d checks, %d negative controls rejected"
            .formatted(checks(), findings.size() - checks())
        : "Guard FAILED: %d problems".formatted(problems().size());
  }

  /** Returns the tables to print. */
  Report report() {
    Table checks = Table.of("Check", "Measured", "Bound", "Budget", "Verdict");
    Table controls = Table.of("Fixture made to fail", "Check", "Measured", "Bound", "Verdict");
    for (Finding finding : findings) {
      Bound bound = finding.bound();
      String measured = bound.shown(finding.measured());
      if (finding.control()) {
        controls =
            controls.row(
                finding.subject(), bound.name(), measured, bound.shownLimit(), finding.verdict());
      } else {
        checks =
            checks.row(
                bound.name(), measured, bound.shownLimit(), bound.budget(), finding.verdict());
      }
    }
    return Report.titled("Benchmark guard")
        .add(Section.titled("Checks").add(checks))
        .add(Section.titled("Negative controls").add(controls));
  }
}
