package io.mlops4j.benchmarks;

import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the JMH benchmarks with short settings and prints every score, and every budget beside its
 * ratio from this one run. For longer runs give JMH's own options to {@code org.openjdk.jmh.Main}.
 */
public final class BenchmarkMain {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private BenchmarkMain() {}

  /**
   * Runs the benchmarks; takes some minutes.
   *
   * @param arguments which ones, as a regular expression; and the directory for JMH's log and JSON
   * @throws RunnerException if JMH cannot run
   * @throws IOException if the directory cannot be made
   */
  public static void main(String[] arguments) throws RunnerException, IOException {
    String which = arguments.length > 0 ? arguments[0] : ".*";
    Path directory = Path.of(arguments.length > 1 ? arguments[1] : "target");
    Files.createDirectories(directory);
    Path log = directory.resolve("jmh.log");
    System.out.println("Benchmarks: " + Machine.describe() + ". JMH's log: " + log);
    Options options =
        new OptionsBuilder()
            .include(which)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.milliseconds(500))
            .measurementIterations(5)
            .measurementTime(TimeValue.milliseconds(500))
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .output(log.toString())
            .resultFormat(ResultFormatType.JSON)
            .result(directory.resolve("jmh.json").toString())
            .build();
    Collection<RunResult> results = new Runner(options).run();
    Table scores = Table.of("Benchmark", "Score", "Error", "Unit", "B/op");
    Map<String, Double> numbers = new TreeMap<>();
    for (RunResult result : results) {
      Result<?> score = result.getPrimaryResult();
      String name = name(result);
      Result<?> bytes = result.getSecondaryResults().get(ALLOCATED);
      numbers.put(name, score.getScore());
      if (bytes != null) {
        numbers.put(name + Budgets.BYTES, bytes.getScore());
      }
      scores =
          scores.row(
              name,
              fixed(score.getScore()),
              fixed(score.getScoreError()),
              score.getScoreUnit(),
              bytes == null ? "" : fixed(bytes.getScore()));
    }
    Report report =
        Report.titled("Benchmarks")
            .subtitle(Machine.describe())
            .add(Section.titled("Scores").add(scores))
            .add(Section.titled("Budgets").add(Budgets.table(numbers)));
    System.out.print(report.toText());
  }

  private static String name(RunResult result) {
    String name = result.getParams().getBenchmark();
    int method = name.lastIndexOf('.');
    String shortName = name.substring(name.lastIndexOf('.', method - 1) + 1);
    StringBuilder full = new StringBuilder(shortName.replace("Benchmark.", "."));
    for (String key : result.getParams().getParamsKeys()) {
      full.append(' ').append(result.getParams().getParam(key));
    }
    return full.toString();
  }

  private static String fixed(double number) {
    return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%.1f", number);
  }
}
