package io.mlops4j.examples.flightdelay;

import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Trains on the months before, keeps the last two weeks to judge on, and asks the same gates. */
final class Retrainer {
  private static final int LEARN_WEEKS = 8;
  private static final int JUDGE_WEEKS = 2;

  private final FlightData data;
  private final Candidates candidates;
  private final Judge judge;
  private final Consumer<Report> tell;
  private final List<GateDecision> decisions = new ArrayList<>();

  Retrainer(FlightData data, Candidates candidates, Judge judge, Consumer<Report> tell) {
    this.data = data;
    this.candidates = candidates;
    this.judge = judge;
    this.tell = tell;
  }

  /** Trains a candidate from what had landed two days before. */
  LiveTraffic.Retraining retrain(LocalDateTime now, String reason) {
    LocalDateTime known = now.minusDays(2);
    LocalDateTime judgeFrom = known.minusWeeks(JUDGE_WEEKS);
    LabeledDataset<Flight> learn = data.labeled(judgeFrom.minusWeeks(LEARN_WEEKS), judgeFrom);
    LabeledDataset<Flight> truth = data.labeled(judgeFrom, known);
    String learned =
        judgeFrom.minusWeeks(LEARN_WEEKS).toLocalDate() + " to " + judgeFrom.toLocalDate();
    String judged = judgeFrom.toLocalDate() + " to " + known.toLocalDate();
    long start = System.nanoTime();
    RegisteredVersion<Flight, Double> candidate = candidates.baggedTrees(learned, learn);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    GateDecision expected = judge.evaluate(candidate, judged, truth);
    String what =
        String.format(
            Locale.ROOT,
            "%s: %d bagged trees on %,d flights of %s in %.1f s, judged on %,d flights of %s.",
            candidate.version(),
            Candidates.TREES,
            learn.rows(),
            learned,
            took.toMillis() / 1e3,
            truth.rows(),
            judged);
    return new LiveTraffic.Retraining() {
      @Override
      public String summary() {
        return "retrain: "
            + candidate.version()
            + (expected.verdict() == GateResult.Verdict.PASS ? " goes live" : " refused");
      }

      @Override
      public GateDecision promote() {
        GateDecision decision = judge.promote(candidate, truth);
        decisions.add(decision);
        tell.accept(
            Report.titled("Retraining on " + now.toLocalDate())
                .add(Callout.warning(reason), io.mlops4j.report.Text.of(what))
                .add(Story.decisionTable(decision), Story.outcome(decision)));
        return decision;
      }
    };
  }

  List<GateDecision> decisions() {
    return decisions;
  }
}
