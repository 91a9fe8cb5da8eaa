package io.mlops4j.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** A report with every kind of block, with the numbers of an imaginary flight-delay model. */
final class SampleReport {
  private static final Instant START = Instant.parse("2026-10-26T00:00:00Z");

  private SampleReport() {}

  static Report build() {
    return Report.titled("Flight delay: weekly check")
        .subtitle("flights:8 (challenger) against flights:7 (champion)")
        .at(Instant.parse("2026-11-23T12:00:00Z"))
        .add(
            Callout.pass("Every gate passed: AUC is 0.021 higher, 95 % interval [0.012, 0.030]."),
            Callout.warning("PSI of 'origin' reached 0.23 on 2026-11-17 (alert above 0.20)."),
            Callout.fail("p99 latency is 112 ms (expected: below 100 ms)."),
            Callout.noData("Segment 'JFK' has 41 labelled flights; 200 are needed."),
            Callout.info("Labels arrive 3 days late."),
            KeyValues.of("Model", "flights:8")
                .and("Trained on", 1_250_000L)
                .and("AUC", Cell.interval(0.8123, 0.794, 0.8291))
                .and("Late share", Cell.percent(0.1873))
                .and("p99 latency", Duration.ofNanos(3_240_000))
                .and("Stage", Cell.badge(Status.PASS, "production"))
                .and("Fingerprint", "9f86d081884c7d659a2feaa0c55ad015"))
        .add(quality(), drift(), distributions(), edgeCases());
  }

  private static Section quality() {
    return Section.titled("Quality")
        .add(
            Text.of(
                "Both models scored the same 41,200 flights of the last four weeks. Intervals are"
                    + " bootstrapped over days, because flights of one day are not independent."),
            Table.of("Model", "Flights", "AUC", "Brier", "Late", "p99", "Trained", "Gate")
                .caption("Champion and challenger on the same flights")
                .row(
                    "flights:7",
                    41_200,
                    0.7912,
                    0.141,
                    Cell.percent(0.1873),
                    Duration.ofNanos(3_100_000),
                    Instant.parse("2026-10-01T04:00:00Z"),
                    null)
                .row(
                    "flights:8",
                    41_200,
                    0.8123,
                    0.13,
                    Cell.percent(0.1871),
                    Duration.ofNanos(112_000_000),
                    Instant.parse("2026-11-20T04:00:00Z"),
                    Status.PASS)
                .row(
                    "always the mean",
                    41_200,
                    0.5,
                    0.1522,
                    Cell.percent(0.2),
                    Duration.ofNanos(850),
                    null,
                    Status.FAIL),
            ScatterChart.calibration("Calibration by decile of the prediction")
                .points(
                    Series.of(
                            "flights:8",
                            new double[] {
                              0.04, 0.08, 0.12, 0.16, 0.2, 0.26, 0.33, 0.42, 0.55, 0.74
                            },
                            new double[] {
                              0.05, 0.075, 0.13, 0.15, 0.21, 0.25, 0.34, 0.4, 0.57, 0.71
                            })
                        .interval(
                            new double[] {
                              0.03, 0.06, 0.11, 0.13, 0.18, 0.22, 0.3, 0.36, 0.52, 0.66
                            },
                            new double[] {
                              0.07, 0.09, 0.15, 0.17, 0.24, 0.28, 0.38, 0.44, 0.62, 0.76
                            }))
                .points(
                    "flights:7",
                    new double[] {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.36, 0.44, 0.5, 0.6},
                    new double[] {0.03, 0.07, 0.1, 0.17, 0.23, 0.33, 0.4, 0.5, 0.6, 0.74}),
            BarChart.titled(
                    "AUC by origin",
                    List.of(
                        "Atlanta Hartsfield-Jackson", "Chicago O'Hare", "Denver", "New York JFK"))
                .valueLabel("AUC")
                .bars(
                    "flights:7",
                    new double[] {0.78, 0.8, 0.77, Double.NaN},
                    new double[] {0.76, 0.78, 0.74, Double.NaN},
                    new double[] {0.8, 0.82, 0.8, Double.NaN})
                .bars(
                    "flights:8",
                    new double[] {0.81, 0.82, 0.8, 0.75},
                    new double[] {0.79, 0.8, 0.77, 0.6},
                    new double[] {0.83, 0.84, 0.83, 0.86}),
            BarChart.titled(
                    "Change of log loss per feature removed",
                    List.of("hour", "origin", "distance", "day of week", "destination"))
                .categoryLabel("feature")
                .valueLabel("change of log loss")
                .bars("", 0.0312, 0.0201, 0.0088, 0.0021, -0.0007));
  }

  private static Section drift() {
    SplittableRandom random = new SplittableRandom(7);
    List<Instant> days = new ArrayList<>();
    double[] origin = new double[28];
    double[] hour = new double[28];
    double[] low = new double[28];
    double[] high = new double[28];
    for (int i = 0; i < 28; i++) {
      days.add(START.plus(Duration.ofDays(i)));
      origin[i] = 0.03 + 0.02 * random.nextDouble() + (i > 18 ? 0.02 * (i - 18) : 0);
      hour[i] = i == 9 || i == 10 ? Double.NaN : 0.02 + 0.02 * random.nextDouble();
      low[i] = origin[i] * 0.8;
      high[i] = origin[i] * 1.25;
    }
    int n = 10_000;
    List<Instant> minutes = new ArrayList<>();
    double[] latency = new double[n];
    for (int i = 0; i < n; i++) {
      minutes.add(START.plusSeconds(60L * i));
      latency[i] = 2 + random.nextDouble() + (i % 700 == 0 ? 6 : 0) + Math.sin(i / 230.0);
    }
    return Section.titled("Drift and latency")
        .add(
            LineChart.titled("Population stability index per day")
                .yLabel("PSI")
                .series(Series.of("origin", days, origin).interval(low, high))
                .series("hour", days, hour)
                .threshold("alert", 0.2)
                .marker("flights:8 goes live", days.get(12))
                .marker("schedule change", days.get(20)),
            LineChart.titled("Latency per minute")
                .yLabel("ms")
                .xLabel("minute of arrival")
                .series("p99", minutes, latency),
            LineChart.titled("Learning curve")
                .xLabel("training rows")
                .yLabel("validation loss")
                .series("training", rows(), new double[] {0.61, 0.5, 0.44, 0.41, 0.39, 0.38})
                .series("validation", rows(), new double[] {0.7, 0.58, 0.5, 0.46, 0.445, 0.44}));
  }

  private static double[] rows() {
    return new double[] {10_000, 50_000, 200_000, 500_000, 900_000, 1_250_000};
  }

  private static Section distributions() {
    SplittableRandom random = new SplittableRandom(11);
    double[] x = new double[900];
    double[] y = new double[900];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextDouble() * 180;
      y[i] = x[i] * 0.8 + (random.nextDouble() + random.nextDouble() - 1) * 40;
    }
    return Section.titled("Distributions")
        .add(
            IntervalChart.titled(
                    "Effect of flights:8 on the late share, by airport",
                    List.of("all flights", "ATL", "LAX", "ORD", "JFK"))
                .valueLabel("relative change, %")
                .estimates(
                    "",
                    new double[] {-1.9, -2.4, 0.4, -2.6, Double.NaN},
                    new double[] {-2.7, -3.9, -1.3, -4, Double.NaN},
                    new double[] {-1.1, -0.9, 2.1, -1.2, Double.NaN})
                .reference("no effect", 0),
            BarChart.histogram(
                    "Scores, reference and live",
                    Double.NEGATIVE_INFINITY,
                    0.05,
                    0.08,
                    0.12,
                    0.17,
                    0.24,
                    0.33,
                    0.5,
                    Double.POSITIVE_INFINITY)
                .categoryLabel("predicted probability of a delay")
                .valueLabel("share of flights")
                .bars("reference", .125, .125, .125, .125, .125, .125, .125, .125)
                .bars("live", .09, .1, .12, .13, .14, .15, .14, .13),
            ScatterChart.titled("Predicted and actual delay")
                .xLabel("predicted minutes")
                .yLabel("actual minutes")
                .withDiagonal()
                .points("flights", x, y),
            Section.titled("By airline")
                .add(Table.of("Airline", "AUC").caption("Not enough labels yet")));
  }

  private static Section edgeCases() {
    LineChart crowd = LineChart.titled("Ten lines, six months").yLabel("requests per second");
    for (int s = 0; s < 10; s++) {
      List<Instant> days = new ArrayList<>();
      double[] values = new double[180];
      for (int i = 0; i < values.length; i++) {
        days.add(START.minus(Duration.ofDays(i)));
        values[i] = 2.5e6 + 1e6 * Math.sin(i / 20.0 + s);
      }
      crowd = crowd.series("instance-" + s + ".eu-central", days, values);
    }
    return Section.titled("Edge cases")
        .add(
            crowd,
            ParallelChart.titled("Three runs across")
                .axis("learning rate")
                .axis("kind", "tree", "net")
                .axis("AUC")
                .line("first", 0.001, 0, 0.71)
                .line("second", 0.1, 1, 0.69)
                .line("third", 1, 0, 0.66),
            CurveChart.titled("Curves of runs")
                .labels("epoch", "loss")
                .series(Series.of("best", new double[] {1, 2, 3}, new double[] {3, 2, 1.2}))
                .behind(Series.of("other", new double[] {1, 2, 3}, new double[] {3, 2.5, 2})),
            LineChart.titled("One point").series("only", List.of(START), new double[] {4.2}),
            LineChart.titled("Nothing yet").yLabel("PSI").series("psi", List.of(), new double[0]),
            LineChart.titled("A huge range")
                .series(
                    "values",
                    new double[] {0, 1, 2, 3},
                    new double[] {-Double.MAX_VALUE, 1e-300, Double.NaN, Double.MAX_VALUE}),
            BarChart.titled(
                    "One long name and a large count",
                    Collections.nCopies(
                        2, "a category whose name somebody pasted from a log line that never ends"))
                .bars("rows", 123_456_789, 98_765),
            Table.of("Key", "Value", "p-value")
                .row("x".repeat(300), "<script>alert('never')</script>", 1.234e-9)
                .row("\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u65e5\u672c\u8a9e", 0.5));
  }
}
