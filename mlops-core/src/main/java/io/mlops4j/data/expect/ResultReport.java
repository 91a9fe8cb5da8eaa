package io.mlops4j.data.expect;

import io.mlops4j.core.Check;
import io.mlops4j.data.expect.ExpectationResult.Example;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The page of a result: the verdict, every expectation, examples of what does not hold. */
final class ResultReport {
  private ResultReport() {}

  static Report of(ValidationResult result) {
    Check.Outcome outcome = result.evaluate();
    Report report =
        Report.titled("Data validation: " + result.data())
            .at(result.at())
            .add(Callout.of(status(outcome), outcome.sentence()));
    KeyValues facts =
        KeyValues.of("Rows", result.rows())
            .and("Unreadable", result.unreadable())
            .and("Taken for", result.environment().name().toLowerCase(Locale.ROOT))
            .and("Suite", shortened(result.suite()))
            .and("Digest", shortened(result.digest()));
    report = report.add(facts, expectations(result));
    List<Section> sections = new ArrayList<>();
    for (ExpectationResult one : result.results()) {
      if (!one.examples().isEmpty()) {
        sections.add(examples(one));
      }
    }
    if (!sections.isEmpty()) {
      Section all = Section.titled("Rows that fail");
      for (Section section : sections) {
        all = all.add(section);
      }
      report = report.add(all);
    }
    return report;
  }

  private static String shortened(Optional<String> digest) {
    return digest.map(d -> d.length() > 12 ? d.substring(0, 12) + "…" : d).orElse("none");
  }

  private static Status status(Check.Outcome outcome) {
    return outcome instanceof Check.Pass
        ? Status.PASS
        : outcome instanceof Check.Fail ? Status.FAIL : Status.NO_DATA;
  }

  private static Table expectations(ValidationResult result) {
    boolean notes = result.results().stream().anyMatch(r -> !r.expectation().note().isEmpty());
    List<List<Cell>> rows = new ArrayList<>();
    for (ExpectationResult one : result.results()) {
      List<Cell> cells = new ArrayList<>();
      cells.add(badge(one));
      cells.add(Cell.of(one.sentence()));
      cells.add(Cell.of(one.considered()));
      cells.add(Cell.of(one.failed()));
      if (notes) {
        cells.add(Cell.of(one.expectation().note()));
      }
      rows.add(cells);
    }
    List<String> columns = List.of("", "Expected and found", "Asked", "Fail", "Why");
    return new Table("", notes ? columns : columns.subList(0, 4), rows);
  }

  private static Cell badge(ExpectationResult one) {
    boolean warning = one.expectation().severity() == Expectation.Severity.WARNING;
    return switch (one.outcome()) {
      case PASS -> Cell.of(Status.PASS);
      case FAIL -> Cell.of(warning ? Status.WARNING : Status.FAIL);
      case NO_DATA -> Cell.of(Status.NO_DATA);
    };
  }

  private static Section examples(ExpectationResult one) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Example example : one.examples()) {
      String values =
          example.values().entrySet().stream()
              .map((Map.Entry<String, String> e) -> e.getKey() + " = " + e.getValue())
              .collect(Collectors.joining(", "));
      String note = values.isEmpty() ? example.note() : values + note(example);
      rows.add(List.of(Cell.of(example.line()), Cell.of(note)));
    }
    String title = one.sentence().substring(0, Math.max(1, one.sentence().indexOf(": ")));
    return Section.titled(title).add(new Table("", List.of("Line", "Row"), rows));
  }

  private static String note(Example example) {
    return example.note().isEmpty() ? "" : " (" + example.note() + ")";
  }
}
