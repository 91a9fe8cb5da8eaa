package io.mlops4j.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CheckEvidenceTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

  private static Check check(Supplier<Check.Outcome> answer) {
    return new Check() {
      @Override
      public String name() {
        return "drift";
      }

      @Override
      public Check.Outcome evaluate() {
        return answer.get();
      }
    };
  }

  @Test
  void of_everyAnswer_isKeptWithItsSentence() {
    assertThat(CheckEvidence.of(check(() -> new Check.Pass("fine")), "m:1", NOON))
        .isEqualTo(
            new CheckEvidence(
                "drift",
                "m:1",
                Optional.empty(),
                CheckEvidence.Outcome.PASS,
                "fine",
                new TreeMap<>(),
                NOON));
    assertThat(CheckEvidence.of(check(() -> new Check.Fail("bad")), "m:1", NOON).outcome())
        .isEqualTo(CheckEvidence.Outcome.FAIL);
    assertThat(CheckEvidence.of(check(() -> new Check.NoData("few")), "m:1", NOON).outcome())
        .isEqualTo(CheckEvidence.Outcome.NO_DATA);
  }

  @Test
  void of_checkThatThrows_isAnErrorWithTheReason() {
    CheckEvidence evidence =
        CheckEvidence.of(
            check(
                () -> {
                  throw new IllegalStateException("no\nconnection");
                }),
            "m:1",
            NOON);
    assertThat(evidence.outcome()).isEqualTo(CheckEvidence.Outcome.ERROR);
    assertThat(evidence.sentence()).contains("IllegalStateException: no?connection");
  }

  @Test
  void fromJson_writtenOne_isTheSame() {
    CheckEvidence evidence =
        CheckEvidence.of(check(() -> new Check.Pass("fine")), "m:1", NOON)
            .onData("ab")
            .ofSuite("cd")
            .withNumber("rows", 1000)
            .withNumber("share", 1e-7);
    assertThat(CheckEvidence.fromJson(evidence.toJson())).isEqualTo(evidence);
    assertThat(evidence.digest()).hasSize(64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evidence.withNumber("share", Double.NaN))
        .withMessageStartingWith("number share: NaN");
  }

  /** As the library wrote it that knew no suites: its identity must stay. */
  @Test
  void fromJson_withoutSuite_isTheSameAsEver() {
    String json =
        "{\"at\":\"2026-11-26T12:00:00Z\",\"data\":\"ab\",\"format\":1,\"kind\":\"check\","
            + "\"name\":\"drift\",\"numbers\":{\"rows\":1000.0},\"outcome\":\"PASS\","
            + "\"sentence\":\"fine\",\"subject\":\"m:1\"}";
    CheckEvidence old = CheckEvidence.fromJson(json.getBytes(UTF_8));
    assertThat(old.suite()).isEmpty();
    assertThat(new String(old.toJson(), UTF_8)).isEqualTo(json);
    assertThat(old.ofSuite("cd").digest()).isNotEqualTo(old.digest());
    assertThat(old.ofSuite("cd").onData("ef").suite()).contains("cd");
  }

  @Test
  void suite_thatNamesNothing_isRefused() {
    CheckEvidence evidence = CheckEvidence.of(check(() -> new Check.Pass("fine")), "m:1", NOON);
    for (String suite : new String[] {"", "  ", "x".repeat(129)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> evidence.ofSuite(suite))
          .withMessageStartingWith("suite '")
          .withMessageEndingWith("of check 'drift' (expected: 1 to 128 characters)");
      String json =
          new String(evidence.ofSuite("S").toJson(), UTF_8).replace("S\",", suite + "\",");
      assertThatThrownBy(() -> CheckEvidence.fromJson(json.getBytes(UTF_8)))
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Check evidence is refused");
    }
    assertThat(evidence.ofSuite("x".repeat(128)).suite()).isPresent();
  }

  @Test
  void fromJson_somethingElse_isRefused() {
    for (String json : new String[] {"{}", "{\"kind\":\"check\",\"format\":2}"}) {
      assertThatThrownBy(() -> CheckEvidence.fromJson(json.getBytes(UTF_8)))
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Check evidence is refused");
      assertThatThrownBy(() -> LatencyReport.fromJson(json.getBytes(UTF_8)))
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Latency report is refused");
    }
    assertThatThrownBy(
            () -> CheckEvidence.fromJson("{\"kind\":\"check\",\"format\":1}".getBytes(UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Check evidence is refused");
  }

  static LatencyReport latency(long p99, long champion, double noise) {
    Map<Percentile, Long> times = new EnumMap<>(Percentile.class);
    Map<Percentile, Long> others = new EnumMap<>(Percentile.class);
    Map<Percentile, Double> floor = new EnumMap<>(Percentile.class);
    for (Percentile percentile : Percentile.values()) {
      times.put(percentile, p99);
      others.put(percentile, champion);
      floor.put(percentile, noise);
    }
    return new LatencyReport(
        "m:2", Optional.of("m:1"), "ab", "JDK", 1, 10, 2000, times, others, floor, NOON);
  }

  @Test
  void latency_writtenOne_isTheSame() {
    LatencyReport report = latency(150, 100, 0.05);
    assertThat(LatencyReport.fromJson(report.toJson())).isEqualTo(report);
    assertThat(report.ratio(Percentile.P99)).isEqualTo(1.5);
    assertThat(report.noiseOf(Percentile.P50)).isEqualTo(0.05);
    assertThat(report.digest()).hasSize(64);
    assertThat(Percentile.P99.minCalls()).isEqualTo(1000);
    assertThat(Percentile.P50.minCalls()).isEqualTo(20);
  }

  @Test
  void latency_impossibleNumbers_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> latency(0, 100, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> latency(100, -1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> latency(100, 100, Double.NaN));
    LatencyReport one = latency(1, 1, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LatencyReport(
                    "m:2",
                    Optional.empty(),
                    "ab",
                    "JDK",
                    1,
                    1,
                    1,
                    Map.of(Percentile.P50, 1L),
                    one.times(),
                    one.noise(),
                    NOON))
        .withMessageStartingWith("times");
  }
}
