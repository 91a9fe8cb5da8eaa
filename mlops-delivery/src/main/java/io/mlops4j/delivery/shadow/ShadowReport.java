package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a candidate said on live rows, beside what the live version said. Immutable. Holds no values
 * of sensitive features, and no keys or units of rows.
 *
 * @param live who answered the callers
 * @param candidate who was asked afterwards
 * @param at when this was read
 * @param instances how many instances' counts are in it
 * @param rows how many rows both were asked about
 * @param disagreeing of the rows the candidate answered, those with a field beyond its tolerance,
 *     or another decision
 * @param errors rows the candidate failed on
 * @param timeouts rows it was not done with in time
 * @param rejections rows it refused
 * @param liveFailures requests the live version did not answer, in the same share of the traffic
 * @param latency how long both took on the rows that both ran; empty without such rows. The mirror
 *     asks one row at a time and stands back under load, so this is no load test
 * @param fields by field of the answer, in order
 * @param segments by segment, in order
 * @param largest the largest disagreements, at most 20, worst first
 * @param verdicts what each limit says, in order
 * @param outcome what all of them say: fails if one fails, has no data if one has none
 */
public record ShadowReport(
    ModelVersion live,
    ModelVersion candidate,
    Instant at,
    int instances,
    long rows,
    long disagreeing,
    long errors,
    long timeouts,
    long rejections,
    long liveFailures,
    List<Latency> latency,
    List<Field> fields,
    List<SegmentShare> segments,
    List<Disagreement> largest,
    Map<String, Check.Outcome> verdicts,
    Check.Outcome outcome) {

  /**
   * How long one side took.
   *
   * @param side {@code live} or {@code candidate}
   * @param p50 at most 6.25 % too high, as the others
   * @param p95 of twenty, one took longer
   * @param p99 of a hundred, one took longer
   */
  public record Latency(String side, Duration p50, Duration p95, Duration p99) {
    /** Checks for nulls. */
    public Latency {
      Objects.requireNonNull(side, "side");
      Objects.requireNonNull(p50, "p50");
      Objects.requireNonNull(p95, "p95");
      Objects.requireNonNull(p99, "p99");
    }
  }

  /**
   * How one field compares.
   *
   * @param name of the field
   * @param compared rows in which both answered
   * @param outside of those, beyond the tolerance or incomparable
   * @param incomparable of those, with NaN on one side, another length, or a function that threw
   * @param flipped with another decision
   * @param p50 half of the differences are at most this (up to 6.25 % more than the truth)
   * @param p99 one difference in a hundred is larger
   * @param largestDifference the largest
   * @param rankAgreement Kendall's tau-b of the scores in cells of 12.5 %; empty without scores, or
   *     if one side's are all alike
   * @param psi population stability index of the candidate's scores (or classes) against the live
   *     ones; empty without
   */
  public record Field(
      String name,
      long compared,
      long outside,
      long incomparable,
      long flipped,
      double p50,
      double p99,
      double largestDifference,
      OptionalDouble rankAgreement,
      OptionalDouble psi) {
    /** Checks for nulls. */
    public Field {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(rankAgreement, "rankAgreement");
      Objects.requireNonNull(psi, "psi");
    }
  }

  /**
   * How the rows of one segment compare.
   *
   * @param name of the segment
   * @param rows both were asked about
   * @param disagreeing of those
   * @param failed of those, without an answer of the candidate
   */
  public record SegmentShare(String name, long rows, long disagreeing, long failed) {
    /** Checks for nulls. */
    public SegmentShare {
      Objects.requireNonNull(name, "name");
    }
  }

  /**
   * A row the two disagree on.
   *
   * @param predictionId of the live prediction
   * @param severity how many times as far apart as allowed; 2 or more for another decision
   * @param differences the fields that disagree
   * @param features of the row, sensitive ones by name only
   */
  public record Disagreement(
      String predictionId, double severity, List<Difference> differences, String features) {
    /** Copies the list and checks for nulls. */
    public Disagreement {
      Objects.requireNonNull(predictionId, "predictionId");
      Objects.requireNonNull(features, "features");
      differences = List.copyOf(Objects.requireNonNull(differences, "differences"));
    }
  }

  /**
   * What both said in one field.
   *
   * @param field its name
   * @param live the live answer, or what it looks like
   * @param candidate the candidate's answer, or what it looks like
   */
  public record Difference(String field, String live, String candidate) {
    /** Checks for nulls. */
    public Difference {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(live, "live");
      Objects.requireNonNull(candidate, "candidate");
    }
  }

  /** Copies the collections and checks for nulls. */
  public ShadowReport {
    Objects.requireNonNull(live, "live");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(outcome, "outcome");
    latency = List.copyOf(Objects.requireNonNull(latency, "latency"));
    fields = List.copyOf(Objects.requireNonNull(fields, "fields"));
    segments = List.copyOf(Objects.requireNonNull(segments, "segments"));
    largest = List.copyOf(Objects.requireNonNull(largest, "largest"));
    Objects.requireNonNull(verdicts, "verdicts");
    verdicts = Collections.unmodifiableMap(new LinkedHashMap<>(verdicts));
  }

  /**
   * Returns the report for people: text, JSON, Markdown and a self-contained HTML page.
   *
   * @return a report tree
   */
  public Report report() {
    return new ShadowPage(this).report();
  }
}
