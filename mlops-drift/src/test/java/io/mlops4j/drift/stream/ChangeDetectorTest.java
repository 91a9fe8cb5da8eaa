package io.mlops4j.drift.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.drift.stream.ChangeDetector.Method;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ChangeDetectorTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final JsonNode ORACLE = oracle();

  private static JsonNode oracle() {
    try (InputStream in =
        Objects.requireNonNull(
            ChangeDetectorTest.class.getResourceAsStream("/oracles/detectors.json"))) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ChangeDetector like(String river) {
    return switch (river) {
      case "adwin .002" -> ChangeDetector.adwin(.002);
      case "adwin .1" -> ChangeDetector.adwin(.1);
      case "pageHinkley 50" -> ChangeDetector.pageHinkley(50, true);
      case "pageHinkley 20" -> ChangeDetector.pageHinkley(20, true);
      case "kswin .0001 200 100" -> ChangeDetector.kswin(.0001, 200, 100, 42);
      case "kswin .005 60 30" -> ChangeDetector.kswin(.005, 60, 30, 42);
      case "ddm 3" -> ChangeDetector.ddm(3);
      case "eddm .9" -> ChangeDetector.eddm(.9);
      case "hddmA .001" -> ChangeDetector.hddmA(.001, false);
      case "hddmA .001 two-sided" -> ChangeDetector.hddmA(.001, true);
      case "hddmW .001" -> ChangeDetector.hddmW(.001, false);
      case "hddmW .001 two-sided" -> ChangeDetector.hddmW(.001, true);
      default -> throw new IllegalArgumentException(river);
    };
  }

  private static List<Integer> alarms(ChangeDetector detector, String stream) {
    List<Integer> alarms = new ArrayList<>();
    String values = ORACLE.get("streams").get(stream).asText();
    for (int i = 0; i < values.length(); i++) {
      if (detector.add(values.charAt(i) - '0')) {
        alarms.add(i);
      }
    }
    return alarms;
  }

  // python oracles/detectors.py: River 0.26.1
  @TestFactory
  List<DynamicTest> add_riversStreams_alarmsWhereRiverDoes() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : ORACLE.get("cases")) {
      String detector = c.get("detector").asText();
      String stream = c.get("stream").asText();
      List<Integer> expected = new ArrayList<>();
      c.get("alarms").forEach(i -> expected.add(i.intValue()));
      tests.add(
          DynamicTest.dynamicTest(
              detector + " on " + stream,
              () -> assertThat(alarms(like(detector), stream)).isEqualTo(expected)));
    }
    assertThat(tests).hasSizeGreaterThan(30);
    return tests;
  }

  // river/drift/test_drift_detectors.py, as published there.
  @Test
  void add_publishedIndices_areMet() {
    assertThat(alarms(new Adwin(.002, true), "river1")).containsExactly(1055);
    assertThat(alarms(like("adwin .002"), "river1")).containsExactly(1023); // of 0.26
    assertThat(alarms(ChangeDetector.pageHinkley(50, false), "river1")).containsExactly(1020, 1991);
    assertThat(alarms(like("kswin .0001 200 100"), "river1")).containsExactly(1042);
    assertThat(alarms(like("ddm 3"), "river2")).containsExactly(1049);
    // EDDM's published indices (681, 848, ...) are of an older formula: River 0.26.1 gives these.
    assertThat(alarms(like("eddm .9"), "river2")).containsExactly(663, 828, 1007, 1078);
    assertThat(alarms(like("hddmA .001"), "river2")).containsExactly(1047);
    assertThat(alarms(like("hddmW .001"), "river2")).containsExactly(1018);
    assertThat(alarms(like("hddmA .001 two-sided"), "river3")).containsExactly(531, 1015, 1545);
    // Two-sided, River has published (507, 1508); since then it also sees the fall at 1,000.
    assertThat(alarms(like("hddmW .001 two-sided"), "river3")).containsExactly(507, 1032, 1508);
  }

  // python: lattice paths from (0, 0) to (n, n) that stay inside |i - j| < h, counted by dynamic
  // programming in fractions; scipy's ks_2samp(method="exact") gives the same.
  @Test
  void pValue_equalSizes_equalsScipy() {
    assertThat(Kswin.pValue(9, 30)).isCloseTo(0.13500350250095436, within(1e-12));
    assertThat(Kswin.pValue(12, 30)).isCloseTo(0.015643390496754325, within(1e-12));
    assertThat(Kswin.pValue(60, 100) / 4.5283083946433384e-17).isCloseTo(1, within(1e-9));
    assertThat(Kswin.pValue(1, 1)).isEqualTo(1);
  }

  @TestFactory
  List<DynamicTest> expecting_constantErrorRate_alarmsAboutOnceAtMost() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Method method : Method.values()) {
      boolean slow = method == Method.KSWIN;
      for (int wanted : PROOF ? new int[] {1_000, 10_000, 100_000} : new int[] {2_000}) {
        if (slow && wanted > 10_000) {
          continue;
        }
        for (double rate : RunLengthTable.RATES) {
          int runs = slow && !PROOF ? 20 : 200;
          tests.add(
              DynamicTest.dynamicTest(
                  method + " every " + wanted + " at " + rate,
                  () ->
                      assertThat(
                              RunLengthTable.alarms(
                                  () -> ChangeDetector.expecting(method, wanted),
                                  rate,
                                  wanted,
                                  runs,
                                  99))
                          // 200 runs: one alarm a run is known to 7 %, and so was the table.
                          .isLessThanOrEqualTo(slow && !PROOF ? 1.7 : 1.3)));
        }
      }
    }
    return tests;
  }

  @Test
  void expecting_aChange_isSeenFarSoonerThanAFalseAlarm() {
    for (Method method : Method.values()) {
      if (method == Method.EDDM) {
        continue; // for slow changes
      }
      SplittableRandom random = new SplittableRandom(4);
      ChangeDetector detector = ChangeDetector.expecting(method, 5_000);
      for (int i = 0; i < 2_000; i++) {
        detector.add(random.nextDouble() < .1 ? 1 : 0);
      }
      int delay = 0;
      while (!detector.add(random.nextDouble() < .5 ? 1 : 0)) {
        delay++;
      }
      assertThat(delay).as("%s", method).isLessThan(500);
    }
  }

  @Test
  void add_wrongValues_areNamed() {
    for (Method method : Method.values()) {
      ChangeDetector detector = ChangeDetector.expecting(method, 1_000);
      assertThatThrownBy(() -> detector.add(Double.NaN))
          .as("%s", method)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("value: NaN");
    }
    assertThatThrownBy(() -> ChangeDetector.ddm(3).add(.5)).hasMessageContaining("0 or 1");
    assertThatThrownBy(() -> ChangeDetector.hddmA(.001, true).add(2))
        .hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> ChangeDetector.adwin(0)).hasMessageContaining("delta: 0.0");
    assertThatThrownBy(() -> ChangeDetector.kswin(.01, 100, 60, 1)).hasMessageContaining("recent");
    assertThatThrownBy(() -> ChangeDetector.pageHinkley(Double.NaN, true))
        .hasMessageContaining("threshold: NaN");
    assertThatThrownBy(() -> ChangeDetector.expecting(Method.KSWIN, 1_000_000))
        .hasMessageContaining("KSWIN: 1,000,000 values between false alarms (expected: 500 to ");
    assertThatThrownBy(() -> ChangeDetector.expecting(Method.ADWIN, 1))
        .hasMessageContaining("expected: 500 to 100,000");
  }

  @Test
  void warning_beforeTheChange_isGiven() {
    for (ChangeDetector detector :
        List.of(
            ChangeDetector.ddm(3),
            ChangeDetector.hddmA(.001, false),
            ChangeDetector.hddmW(.001, false))) {
      SplittableRandom random = new SplittableRandom(5);
      boolean warned = false;
      for (int i = 0; i < 1_000; i++) {
        detector.add(random.nextDouble() < .1 ? 1 : 0);
      }
      for (boolean changed = false; !changed; ) {
        changed = detector.add(random.nextDouble() < .6 ? 1 : 0);
        warned |= detector.warning();
      }
      assertThat(warned).isTrue();
    }
    assertThat(ChangeDetector.adwin(.1).warning()).isFalse();
  }

  @Test
  void adwin_millionsOfValues_holdsAHundredBuckets() {
    Adwin adwin = new Adwin(1e-9);
    SplittableRandom random = new SplittableRandom(6);
    int most = 0;
    for (int i = 0; i < 3_000_000; i++) {
      adwin.add(random.nextInt(2));
      most = Math.max(most, i % 1_000 == 0 ? adwin.buckets() : 0);
    }
    assertThat(most).isBetween(60, 120);
  }
}
