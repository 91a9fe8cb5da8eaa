package io.mlops4j.registry;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.constant;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gates on evidence that is no evaluation report, each with a control that fails. */
class CheckGatesTest {
  private static final String TRAINING = "a".repeat(64);

  private final ObjectStore store = ObjectStore.inMemory();
  private final RegisteredModel<String, String> model =
      ModelRegistry.on(
              store,
              RegistryOptions.withDefaults()
                  .withTime(VirtualTime.startingAt(Models.NOON))
                  .withActor("trainer"))
          .model("delay", LOADER);

  private RegisteredVersion<String, String> version(ModelFiles files) {
    RegisteredVersion<String, String> version =
        model.register(files, Lineage.unknown().withData("february", TRAINING, 1000));
    model.recordEvaluation(version, report(version, Metric.AUC, 0.7));
    model.stage(version);
    return model.validate(version);
  }

  private RegisteredVersion<String, String> version(String answer) {
    return version(constant(answer));
  }

  private static GatePolicy policy(Gate gate) {
    return GatePolicy.named("p").require(Gate.metric(Metric.AUC).atLeast(0.5), gate);
  }

  private GateResult judged(int number, Gate gate) {
    return model.decide(number, policy(gate)).results().get(1);
  }

  private static CheckEvidence evidence(String name, int number, CheckEvidence.Outcome outcome) {
    return new CheckEvidence(
        name,
        "delay:" + number,
        Optional.empty(),
        outcome,
        "As it was.",
        new TreeMap<>(Map.of("rows", 12.0)),
        Models.NOON);
  }

  @ParameterizedTest
  @CsvSource({"PASS,PASS", "FAIL,FAIL", "NO_DATA,INCONCLUSIVE", "ERROR,ERROR"})
  void check_everyOutcome_hasItsVerdict(CheckEvidence.Outcome outcome, Verdict verdict) {
    version("a");
    model.recordCheck(1, evidence("shadow", 1, outcome));
    GateResult result = judged(1, Gate.check(CheckEvidence.SHADOW));
    assertThat(result.verdict()).isEqualTo(verdict);
    assertThat(result.sentence()).startsWith("As it was. Evidence ");
    assertThat(result.observed()).endsWith("{rows=12.0}");
    GateDecision decision = model.promote(1, policy(Gate.check(CheckEvidence.SHADOW)));
    assertThat(decision.promoted()).isEqualTo(outcome == CheckEvidence.Outcome.PASS);
    assertThat(decision.verdict()).isEqualTo(verdict);
    assertThat(decision.evidence()).contains(model.version(1).checks().get(0).digest());
    assertThat(decision.toReport().toHtml()).contains(verdict.name());
    assertThat(model.decision(decision.digest()).results()).isEqualTo(decision.results());
  }

  @Test
  void check_noneRecorded_isInconclusive_andTheNewestCounts() {
    version("a");
    Gate gate = Gate.check("mine");
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judged(1, gate).sentence()).contains("No check 'mine' of delay:1 was recorded");
    model.recordCheck(1, evidence("mine", 1, CheckEvidence.Outcome.PASS));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.PASS);
    model.recordCheck(1, evidence("mine", 1, CheckEvidence.Outcome.FAIL));
    model.recordCheck(1, evidence("another", 1, CheckEvidence.Outcome.PASS));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.FAIL);
    version("b");
    assertThat(judged(2, gate).verdict())
        .as("evidence of another version")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.recordCheck(2, evidence("mine", 1, CheckEvidence.Outcome.PASS)))
        .withMessageContaining("about delay:1 (expected: about delay:2)");
    assertThatIllegalArgumentException().isThrownBy(() -> Gate.check(" "));
  }

  /** A check of one's own is made once, when it is recorded: a gate never calls it. */
  @Test
  void recordCheck_customCheck_isAskedOnceAndNeverByTheGate() {
    version("a");
    AtomicInteger asked = new AtomicInteger();
    Check check = check(() -> new Check.Pass("asked " + asked.incrementAndGet() + " time."));
    CheckEvidence evidence = model.recordCheck(1, check);
    assertThat(evidence.outcome()).isEqualTo(CheckEvidence.Outcome.PASS);
    assertThat(evidence.at()).isEqualTo(Models.NOON);
    Gate gate = Gate.check("mine");
    assertThat(judged(1, gate)).isEqualTo(judged(1, gate));
    assertThat(asked).hasValue(1);
    model.recordCheck(
        1,
        check(
            () -> {
              throw new IllegalStateException("no database");
            }));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.ERROR);
    assertThat(judged(1, gate).sentence()).contains("no database");
    assertThatThrownBy(() -> model.recordCheck(9, check)).isInstanceOf(MlopsException.class);
    assertThat(asked).as("of no version nothing is asked").hasValue(1);
  }

  private static Check check(Supplier<Check.Outcome> answer) {
    return new Check() {
      @Override
      public String name() {
        return "mine";
      }

      @Override
      public Check.Outcome evaluate() {
        return answer.get();
      }
    };
  }

  @Test
  void dataValidated_otherDataThanTheTrainingData_provesNothing() {
    version("a");
    CheckEvidence passed = evidence(CheckEvidence.DATA_VALIDATION, 1, CheckEvidence.Outcome.PASS);
    Gate gate = Gate.dataValidated();
    model.recordCheck(1, passed.onData("b".repeat(64)));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judged(1, gate).sentence()).contains("was trained on " + TRAINING);
    model.recordCheck(1, passed);
    assertThat(judged(1, gate).verdict()).as("of no data").isEqualTo(Verdict.INCONCLUSIVE);
    model.recordCheck(1, passed.onData(TRAINING));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.PASS);
    CheckEvidence failed = evidence(CheckEvidence.DATA_VALIDATION, 1, CheckEvidence.Outcome.FAIL);
    model.recordCheck(1, failed.onData(TRAINING));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.FAIL);
  }

  record Row(double amount) {}

  @Test
  void dataValidated_resultOfASuite_isEvidenceAboutTheRowsItRead() {
    Schema<Row> schema = Schema.of(Row.class);
    Dataset<Row> training = Dataset.of(schema, List.of(new Row(1), new Row(2)));
    Dataset<Row> other = Dataset.of(schema, List.of(new Row(1), new Row(3)));
    RegisteredVersion<String, String> version =
        model.register(
            constant("a"), Lineage.unknown().withData("march", training.digest(), training.rows()));
    model.recordEvaluation(version, report(version, Metric.AUC, 0.7));
    model.stage(version);
    model.validate(version);
    Gate gate = Gate.dataValidated();
    Expectations<Row> loose = Expectations.of(schema, feature("amount").isAtMost(9));
    Expectations<Row> strict = Expectations.of(schema, feature("amount").isAtMost(1));

    model.recordCheck(1, loose.validate(other).evidence("delay:1"));
    assertThat(judged(1, gate).verdict()).as("other rows").isEqualTo(Verdict.INCONCLUSIVE);
    model.recordCheck(1, loose.validation().withoutDigest().run(training).evidence("delay:1"));
    assertThat(judged(1, gate).verdict()).as("no digest").isEqualTo(Verdict.INCONCLUSIVE);
    model.recordCheck(1, loose.validate(training).evidence("delay:1"));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.PASS);
    model.recordCheck(1, strict.validate(training).evidence("delay:1"));
    assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judged(1, gate).sentence()).contains("amount is at most 1: 1 of 2 rows fails.");
  }

  @Test
  void reproducibleAndGoldenRows_failedOnes_hold() {
    version("a");
    for (Gate gate : List.of(Gate.reproducible(), Gate.goldenRowsReplayed())) {
      assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      model.recordCheck(1, evidence(gate.subject(), 1, CheckEvidence.Outcome.PASS));
      assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.PASS);
      model.recordCheck(1, evidence(gate.subject(), 1, CheckEvidence.Outcome.FAIL));
      assertThat(judged(1, gate).verdict()).isEqualTo(Verdict.FAIL);
    }
  }

  private static LatencyReport latency(
      int number, Optional<String> champion, long nanos, double noise, long calls) {
    Map<Percentile, Long> times = new EnumMap<>(Percentile.class);
    Map<Percentile, Long> rivals = new EnumMap<>(Percentile.class);
    Map<Percentile, Double> floor = new EnumMap<>(Percentile.class);
    for (Percentile percentile : Percentile.values()) {
      times.put(percentile, nanos);
      rivals.put(percentile, 100_000L);
      floor.put(percentile, noise);
    }
    return new LatencyReport(
        "delay:" + number,
        champion,
        "march",
        "Java",
        1,
        10,
        calls,
        times,
        rivals,
        floor,
        Models.NOON);
  }

  /** Against 100 us with 10 % allowed: with 5 % noise, 104 us pass, 116 us fail, 108 us may be. */
  @ParameterizedTest
  @CsvSource({
    "104000, 0.05, PASS",
    "116000, 0.05, FAIL",
    "108000, 0.05, INCONCLUSIVE",
    "112000, 0.05, INCONCLUSIVE",
    "110000, 0, PASS",
    "110001, 0, FAIL",
    "60000, 0.05, PASS",
    "100000, 0.5, INCONCLUSIVE"
  })
  void latency_besideTheChampion_countsTheNoise(long nanos, double noise, Verdict verdict) {
    version("a");
    model.promote(1, lenient());
    version("b");
    model.recordLatency(2, latency(2, Optional.of("delay:1"), nanos, noise, 2000));
    Gate gate = Gate.latency(Percentile.P99).atMostTimesTheChampions(1.1);
    GateResult result = judged(2, gate);
    assertThat(result.verdict()).as(result.sentence()).isEqualTo(verdict);
    assertThat(result.candidate()).hasValue((double) nanos);
    assertThat(result.champion()).hasValue(100_000);
    Gate fixed = Gate.latency(Percentile.P99).atMost(Duration.ofNanos(110_000));
    assertThat(judged(2, fixed).verdict()).isEqualTo(verdict);
    assertThat(judged(2, fixed).required()).isEqualTo("p99 <= 110 us");
  }

  @Test
  void latency_missingOtherChampionOrFewCalls_neverPasses() {
    version("a");
    Gate times = Gate.latency(Percentile.P99).atMostTimesTheChampions(10);
    Gate fixed = Gate.latency(Percentile.P99).atMost(Duration.ofSeconds(1));
    assertThat(judged(1, fixed).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judged(1, times).verdict()).as("no champion").isEqualTo(Verdict.NOT_APPLICABLE);
    model.promote(1, lenient());
    version("b");
    model.recordLatency(2, latency(2, Optional.empty(), 1, 0, 2000));
    assertThat(judged(2, fixed).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judged(2, times).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    model.recordLatency(2, latency(2, Optional.of("delay:7"), 1, 0, 2000));
    assertThat(judged(2, times).sentence()).contains("beside delay:1 was not measured");
    model.recordLatency(2, latency(2, Optional.of("delay:1"), 1, 0, 999));
    assertThat(judged(2, times).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judged(2, times).sentence()).contains("999 calls; a p99 rests on 1000 or more");
    assertThat(judged(2, Gate.latency(Percentile.P95).atMostTimesTheChampions(10)).verdict())
        .isEqualTo(Verdict.PASS);
    assertThat(model.version(2).latencies()).hasSize(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.recordLatency(1, latency(2, Optional.empty(), 1, 0, 1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.latency(Percentile.P50).atMostTimesTheChampions(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.latency(Percentile.P50).atMost(Duration.ZERO));
  }

  private static InputEncoding encoding(EncodedColumn... columns) {
    return InputEncoding.of(List.of(columns));
  }

  private static EncodedColumn number(String feature) {
    return new EncodedColumn.Numeric(feature, Float.NaN);
  }

  private static EncodedColumn category(String feature) {
    return new EncodedColumn.OneHot(feature, List.of("x", "y"), EncodedColumn.Unseen.ZEROS);
  }

  private Verdict compatible(ModelFiles candidate) {
    return judged(version(candidate).number(), Gate.signatureCompatible()).verdict();
  }

  @Test
  void signature_featureTheChampionDoesNotRead_fails() {
    version(constant("a").withEncoding(encoding(number("distance"), category("origin"))));
    assertThat(judged(1, Gate.signatureCompatible()).verdict()).isEqualTo(Verdict.NOT_APPLICABLE);
    model.promote(1, lenient());
    assertThat(compatible(constant("b").withEncoding(encoding(number("distance")))))
        .isEqualTo(Verdict.PASS);
    assertThat(compatible(constant("c").withEncoding(encoding(number("distance"), number("hour")))))
        .isEqualTo(Verdict.FAIL);
    assertThat(judged(3, Gate.signatureCompatible()).sentence())
        .contains("delay:3 reads hour (number), which delay:1 does not read");
    assertThat(compatible(constant("d").withEncoding(encoding(number("origin")))))
        .as("a category read as a number")
        .isEqualTo(Verdict.FAIL);
    assertThat(compatible(constant("e"))).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void signature_withoutEncodings_mustBeEqual() {
    version(constant("a").withSignature(TRAINING));
    model.promote(1, lenient());
    assertThat(compatible(constant("b").withSignature(TRAINING))).isEqualTo(Verdict.PASS);
    assertThat(compatible(constant("c").withSignature("b".repeat(64)))).isEqualTo(Verdict.FAIL);
    assertThat(compatible(constant("d"))).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void evidence_changedInTheStore_isNotBelieved() {
    version("a");
    model.recordCheck(1, evidence("mine", 1, CheckEvidence.Outcome.PASS));
    String digest = model.version(1).checks().get(0).digest();
    ObjectStore forged =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            return store.putIfAbsent(key, value);
          }

          @Override
          public Optional<byte[]> get(String key) {
            return key.endsWith(digest)
                ? Optional.of(evidence("mine", 1, CheckEvidence.Outcome.FAIL).toJson())
                : store.get(key);
          }

          @Override
          public List<String> list(String prefix) {
            return store.list(prefix);
          }
        };
    ModelRegistry registry = ModelRegistry.on(forged, RegistryOptions.withDefaults());
    assertThatThrownBy(() -> registry.model("delay", LOADER).decide(1, policy(Gate.check("mine"))))
        .isInstanceOf(IntegrityException.class);
    assertThat(registry.verify()).singleElement().asString().contains("EVIDENCE").contains(digest);
  }
}
