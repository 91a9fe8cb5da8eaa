package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.report.Report;
import org.jspecify.annotations.Nullable;

/**
 * What a command found out or did.
 *
 * @param code how it ended
 * @param json the answer for programs, without the fields every answer has
 * @param report the answer for people
 * @param text what is printed instead of the report, if a person asked for less
 */
record Outcome(ExitCode code, ObjectNode json, Report report, @Nullable String text) {
  Outcome(ExitCode code, ObjectNode json, Report report) {
    this(code, json, report, null);
  }

  static Outcome passed(ObjectNode json, Report report) {
    return new Outcome(ExitCode.PASSED, json, report);
  }

  Outcome withText(@Nullable String less) {
    return new Outcome(code, json, report, less);
  }

  /** Returns what is printed as text. */
  String shown() {
    return text != null ? text : report.toText();
  }
}
