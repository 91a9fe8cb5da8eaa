package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check;
import io.mlops4j.report.BarChart;
import io.mlops4j.report.Callout;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.util.List;
import java.util.stream.Collectors;

/** The report of a shadow for people. */
record ShadowPage(ShadowReport of) {

  Report report() {
    Report report =
        Report.titled("Shadow of " + of.candidate())
            .subtitle("on live rows of " + of.live())
            .at(of.at())
            .add(Callout.of(status(of.outcome()), of.outcome().sentence()))
            .add(summary());
    if (!of.verdicts().isEmpty()) {
      report = report.add(verdicts());
    }
    report = report.add(fields());
    if (!of.segments().isEmpty()) {
      report = report.add(segments());
    }
    if (!of.latency().isEmpty()) {
      report = report.add(latency());
    }
    return of.largest().isEmpty() ? report : report.add(largest());
  }

  private static Status status(Check.Outcome outcome) {
    if (outcome instanceof Check.Pass) {
      return Status.PASS;
    }
    return outcome instanceof Check.Fail ? Status.FAIL : Status.NO_DATA;
  }

  private KeyValues summary() {
    long answered = of.rows() - of.errors() - of.timeouts() - of.rejections();
    return KeyValues.of("rows both were asked about", of.rows())
        .and("answered by the candidate", answered)
        .and("answers that disagree", part(of.disagreeing(), answered))
        .and("candidate failed", part(of.errors(), of.rows()))
        .and("candidate not done in time", part(of.timeouts(), of.rows()))
        .and("candidate refused", part(of.rejections(), of.rows()))
        .and("live version did not answer", of.liveFailures())
        .and("instances", of.instances());
  }

  private static String part(long hits, long rows) {
    return rows == 0
        ? Sentences.count(hits)
        : Sentences.count(hits) + " (" + Sentences.percent(hits / (double) rows) + ")";
  }

  private Section verdicts() {
    Table table = Table.of("Limit", "Verdict", "Why");
    for (var entry : of.verdicts().entrySet()) {
      table = table.row(entry.getKey(), status(entry.getValue()), entry.getValue().sentence());
    }
    return Section.titled("Limits").add(table);
  }

  private Section fields() {
    Table table =
        Table.of("Field", "Beyond", "Flipped", "Unlike", "p50", "p99", "Largest", "Tau-b", "PSI");
    for (ShadowReport.Field field : of.fields()) {
      table =
          table.row(
              field.name(),
              part(field.outside(), field.compared()),
              part(field.flipped(), field.compared()),
              field.incomparable(),
              field.p50(),
              field.p99(),
              field.largestDifference(),
              field.rankAgreement().isPresent() ? field.rankAgreement().getAsDouble() : null,
              field.psi().isPresent() ? field.psi().getAsDouble() : null);
    }
    return Section.titled("Answers, field by field")
        .add(
            table.caption(
                "Rows beyond the tolerance, with another decision, not comparable; differences;"
                    + " agreement of ranks; stability of the distribution."));
  }

  private Section segments() {
    Table table = Table.of("Segment", "Rows", "Disagreeing", "Failed");
    for (ShadowReport.SegmentShare segment : of.segments()) {
      table =
          table.row(
              segment.name(),
              segment.rows(),
              part(segment.disagreeing(), segment.rows() - segment.failed()),
              part(segment.failed(), segment.rows()));
    }
    List<ShadowReport.SegmentShare> shown =
        of.segments().stream().filter(s -> s.rows() > s.failed()).limit(30).toList();
    Section section = Section.titled("Segments");
    if (!shown.isEmpty()) {
      section =
          section.add(
              BarChart.titled(
                      "Answers that disagree",
                      shown.stream().map(ShadowReport.SegmentShare::name).toList())
                  .categoryLabel("Segment")
                  .valueLabel("%")
                  .bars(
                      "disagreeing",
                      shown.stream()
                          .mapToDouble(s -> 100.0 * s.disagreeing() / (s.rows() - s.failed()))
                          .toArray()));
    }
    return section.add(table);
  }

  private Section latency() {
    Table table = Table.of("Side", "p50", "p95", "p99");
    for (ShadowReport.Latency side : of.latency()) {
      table = table.row(side.side(), side.p50(), side.p95(), side.p99());
    }
    return Section.titled("Latency")
        .add(
            table.caption(
                "Of the rows both ran. A mirror asks one row at a time, so this is no load test."));
  }

  private Section largest() {
    Table table = Table.of("Prediction", "Times the tolerance", "Live and candidate", "Features");
    for (ShadowReport.Disagreement row : of.largest()) {
      table =
          table.row(
              row.predictionId(),
              row.severity() == Double.MAX_VALUE ? "incomparable" : (Object) row.severity(),
              row.differences().stream()
                  .map(d -> d.field() + ": " + d.live() + " / " + d.candidate())
                  .collect(Collectors.joining("; ")),
              row.features());
    }
    return Section.titled("Largest disagreements").add(table);
  }
}
