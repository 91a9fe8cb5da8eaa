package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulationPageTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static Detection detection(String name, int runs, List<Duration> delays, int untouched) {
    return new Detection(name, runs, delays, untouched == 0 ? 3 : 0, untouched, 7, new TreeMap<>());
  }

  private static final SimulationResult RESULT =
      new SimulationResult(
          "Poisson, 100 a day",
          Duration.ofDays(14),
          Duration.ofDays(30),
          42,
          new FalseAlarms(
              10,
              5,
              4,
              Duration.ofDays(300),
              30_000,
              new TreeMap<>(java.util.Map.of("promoted", 9, "rolled back", 1))),
          List.of(
              detection(
                  "<b>slow</b>",
                  1_000,
                  IntStream.rangeClosed(1, 950).mapToObj(i -> Duration.ofMinutes(6L * i)).toList(),
                  0),
              detection("quick", 10, List.of(HOUR, HOUR, HOUR), 0),
              detection("nothing", 10, List.of(), 10)));

  @Test
  void report_asText_hasRatesDelaysAndWarnings() {
    String text = RESULT.report("Our alert").toText();
    assertThat(text)
        .contains("Our alert", "Poisson, 100 a day", "14 days", "30 days")
        // 5 in 300 / 365.25 years; scipy: chi2.ppf(.025, 10) / 2 / y, chi2.isf(.025, 12) / 2 / y
        .contains("5 in 0.82 simulated years", "6.09", "1.98 to 14.21")
        // scipy: binomtest(4, 10).proportion_ci()
        .contains("4 of 10", "12.16 % to 73.76 %")
        // 500 of 1000 by six minutes; 900 of 1000; 950 of 1000 saw it at all
        .contains("2.08 days", "3.75 days", "never", "950 of 1000")
        .contains("3 of 10")
        .contains("in 3 of 10 runs an alarm was standing before it began")
        .contains("changed no request in 10 of 10 runs; 7 alarms there are false ones")
        .contains("How runs ended", "promoted", "rolled back");
    assertThat(RESULT.toString()).startsWith("Simulation\n");
  }

  @Test
  void report_asHtml_escapesNamesAndThinsCurves() {
    String html = RESULT.report("Our alert").toHtml();
    assertThat(html).contains("&lt;b&gt;slow&lt;/b&gt;").doesNotContain("<b>slow</b>");
    assertThat(html).contains("Share of runs that have seen it", "<svg");
    assertThat(html.length()).isLessThan(120_000);
  }

  @Test
  void report_noTimeOrNoRegression_saysSo() {
    SimulationResult empty =
        new SimulationResult(
            "constant",
            Duration.ZERO,
            Duration.ofDays(1),
            1,
            new FalseAlarms(1, 0, 0, Duration.ZERO, 0, new TreeMap<>()),
            List.of());
    assertThat(empty.report("t").toText())
        .contains("No time was simulated.", "none")
        .doesNotContain("Detection delays", "How runs ended");
  }

  @Test
  void detection_byName_findsItOrListsThem() {
    assertThat(RESULT.detection("quick").runs()).isEqualTo(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RESULT.detection("slow"))
        .withMessage("no regression 'slow' (known: [<b>slow</b>, quick, nothing])");
  }
}
