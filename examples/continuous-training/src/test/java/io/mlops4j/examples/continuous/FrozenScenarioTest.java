package io.mlops4j.examples.continuous;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes are what is compared on: they never change, and each fault is where it is said. */
class FrozenScenarioTest {
  private static final String DIGEST =
      "bf11b55c60de8e197022694eb4833fe94a7900a34bbc27a7bc53e8327284ca0e";

  private static final List<String> CLEAN = FrozenScenario.lines(64, Set.of());

  @Test
  void write_everyFourthFlight_isFrozen(@TempDir Path directory) {
    Path file = directory.resolve("events.jsonl");

    String digest = FrozenScenario.write(file, FrozenScenario.EVERY, EnumSet.allOf(Fault.class));

    assertThat(digest).isEqualTo(DIGEST);
    assertThat(file).hasSize(23_187_417);
  }

  @Test
  void lines_withoutFaults_areInOrderAndHaveOneLabelEach() {
    assertThat(CLEAN).isSortedAccordingTo((a, b) -> time(a).compareTo(time(b)));
    assertThat(asks(CLEAN)).hasSize(6_349).allMatch(line -> line.contains("\"dayOfWeek\":"));
    assertThat(CLEAN.stream().filter(line -> line.contains("\"label\""))).hasSize(6_349);
  }

  @Test
  void lines_schema_renamesForADayAndDeliversAgain() {
    List<String> lines = FrozenScenario.lines(64, Set.of(Fault.SCHEMA));

    List<String> renamed = changed(lines);
    assertThat(asks(renamed))
        .isNotEmpty()
        .allMatch(line -> line.contains("\"weekday\":\"TUE\"") && line.contains("2001-04-03T"));
    assertThat(renamed.stream().filter(line -> line.contains("\"e\":\"row\"")))
        .hasSameSizeAs(asks(renamed))
        .allMatch(line -> line.contains("2001-04-06T00:00") && line.contains("\"dayOfWeek\":2"));
  }

  @Test
  void lines_unit_isKilometresForThreeDays() {
    List<String> changed = changed(FrozenScenario.lines(64, Set.of(Fault.UNIT)));

    assertThat(asks(changed))
        .hasSize(110)
        .allMatch(line -> line.matches(".*T.*distance\":\\d+\\.\\d,.*"));
    assertThat(asks(changed)).allMatch(line -> time(line).matches("2001-04-1[678]T.*"));
  }

  @Test
  void lines_labels_areInvertedOnceAndRighted() {
    List<String> changed = changed(FrozenScenario.lines(64, Set.of(Fault.LABELS)));

    assertThat(changed).hasSize(2 * 1_984);
    assertThat(changed.subList(0, 1_984)).allMatch(line -> time(line).equals("2001-05-20T00:00"));
    assertThat(changed.subList(1_984, 3_968)).allMatch(l -> time(l).equals("2001-05-23T00:00"));
  }

  @Test
  void lines_airport_changesLabelsOfLosAngelesOnlyAndNotTheirShare() {
    List<String> lines = FrozenScenario.lines(64, Set.of(Fault.AIRPORT));

    assertThat(asks(lines)).isEqualTo(asks(CLEAN));
    assertThat(changed(lines))
        .isNotEmpty()
        .allMatch(line -> time(line).compareTo("2001-06-11") > 0);
    assertThat(delayed(lines)).isEqualTo(delayed(CLEAN));
  }

  private static List<String> changed(List<String> lines) {
    Set<String> before = Set.copyOf(CLEAN);
    return lines.stream().filter(line -> !before.contains(line)).toList();
  }

  private static List<String> asks(List<String> lines) {
    return lines.stream().filter(line -> line.contains("\"e\":\"ask\"")).toList();
  }

  private static long delayed(List<String> lines) {
    return lines.stream().filter(line -> line.contains("\"delayed\":1")).count();
  }

  private static String time(String line) {
    return line.substring(6, 22);
  }
}
