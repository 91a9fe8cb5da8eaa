package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentDefinitionTest {
  private static final Map<String, String> PAYLOADS = Map.of("champion", "o", "challenger", "n");
  private static final String FULL =
      """
      {"format": "mlops4j-experiment/1", "name": "new-model", "salt": "2026", "unit": "session",
       "traffic": 0.5,
       "arms": [{"arm": "champion", "share": 0.75}, {"arm": "challenger", "share": 0.25}],
       "layer": {"name": "ranking", "from": 0.25, "to": 0.75},
       "holdouts": [{"name": "h1", "share": 0.125}],
       "overrides": {"qa-1": "challenger"},
       "eligible": {"country": ["DE", "FR"]},
       "from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
      """;

  private static ExperimentDefinition parse(String json) {
    return ExperimentDefinition.parse(json.getBytes(UTF_8), "experiments.json");
  }

  private static Experiment<String> experiment(ExperimentDefinition definition) {
    return definition.experiment(
        PAYLOADS, VirtualTime.startingAt(Instant.parse("2026-01-15T00:00:00Z")), e -> {});
  }

  @Test
  void experiment_fromJson_assignsAsTheOneFromCode() {
    Experiment<String> code =
        Experiment.named("new-model")
            .control("champion", "o")
            .treatment("challenger", 0.25, "n")
            .salt("2026")
            .unit(UnitKind.SESSION)
            .traffic(0.5)
            .layer(LayerSlice.of("ranking", 0.25, 0.75))
            .holdout(Holdout.named("h1", 0.125))
            .override("qa-1", "challenger")
            .eligible(ExperimentBuilder.Eligibility.where("country", "DE", "FR"))
            .build();
    Experiment<String> json = experiment(parse(FULL));
    for (int i = 0; i < 5_000; i++) {
      Map<String, String> attributes = Map.of("country", i % 3 == 0 ? "IT" : "DE");
      assertThat(json.assign("u" + i, attributes)).isEqualTo(code.assign("u" + i, attributes));
    }
    assertThat(json.assign("qa-1")).isEqualTo(code.assign("qa-1"));
    assertThat(json.unitKind()).isEqualTo(UnitKind.SESSION);
  }

  @Test
  void toJson_parsed_isTheSameDefinitionAndBytes() {
    ExperimentDefinition definition =
        parse(FULL.replace("\"traffic\"", "\"stoppedFor\": \"challenger\", \"traffic\""));
    ExperimentDefinition again = ExperimentDefinition.parse(definition.toJson(), "again");
    assertThat(again).isEqualTo(definition);
    assertThat(again.toJson()).isEqualTo(definition.toJson());
    assertThat(definition.toString()).contains("new-model").doesNotContain("qa-1");
    assertThat(experiment(definition).payloadFor("anyone")).isEqualTo("n");
  }

  /** Units are persons: what is wrong with one says where it stands, not who. */
  @Test
  void definition_overrideToNoArm_isRefusedWithoutTheUnit() {
    ExperimentDefinition full = parse(FULL);
    assertThatNullPointerException()
        .isThrownBy(() -> overriding(full, Collections.singletonMap("qa-1", null)))
        .withMessage("overrides[0]: null (expected: no nulls in it)");
    assertThatNullPointerException()
        .isThrownBy(() -> overriding(full, Collections.singletonMap(null, "challenger")))
        .withMessage("overrides[0]: null (expected: no nulls in it)");
  }

  private static ExperimentDefinition overriding(
      ExperimentDefinition of, Map<String, String> overrides) {
    return new ExperimentDefinition(
        of.name(),
        of.salt(),
        of.unit(),
        of.traffic(),
        of.arms(),
        of.layer(),
        of.holdouts(),
        overrides,
        of.eligible(),
        of.from(),
        of.until(),
        of.stoppedFor());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"share\": 0.25}]        | \"share\": 1.25}]         | $.arms[1].share: share: 1.25",
        "\"share\": 0.25}]        | \"share\": 0.5}]          | $.arms has shares that sum to 1.25",
        "\"share\": 0.25}]        | \"share\": \"x\"}]        | $.arms[1].share is not a number",
        "\"arm\": \"challenger\"  | \"arm\": \"champion\"     | $.arms[1].arm names an arm a second",
        "\"arm\": \"challenger\"  | \"arm\": \" \"            | $.arms[1].arm: arm: ' '",
        "\"arm\": \"challenger\"  | \"amr\": \"challenger\"   | $.arms[1].amr is not known",
        "\"traffic\": 0.5         | \"trafic\": 0.5           | $.trafic is not known",
        "\"traffic\": 0.5         | \"traffic\": -1           | $.traffic: traffic: -1.0",
        "\"to\": 0.75             | \"to\": 0.25              | $.layer.to: Slice of layer 'ranking'",
        "\"to\": 0.75             | \"tu\": 0.75              | $.layer.tu is not known",
        "\"share\": 0.125         | \"share\": 2              | $.holdouts[0].share",
        "\"qa-1\": \"challenger\" | \"qa-1\": \"x\"           | $.overrides[0]: arm: 'x' not found",
        "[\"DE\", \"FR\"]         | []                        | $.eligible: values of 'country': none",
        "[\"DE\", \"FR\"]         | [1]                       | $.eligible.country[0] is not text",
        "2026-02-01T00:00:00Z     | tomorrow                  | $.until is not an instant",
        "2026-02-01T00:00:00Z     | 2025-02-01T00:00:00Z      | $.until is not after $.from",
        "\"name\": \"new-model\"  | \"name\": 7               | $.name is not text",
        "experiment/1             | experiment/2              | $.format is not mlops4j-experiment/1",
        "\"unit\": \"session\"    | \"unit\": \"\"            | $.unit: unit kind: ''",
      })
  void parse_badField_pointsAtThePath(String good, String bad, String message) {
    assertThat(FULL).contains(good);
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> parse(FULL.replace(good, bad)))
        .withMessageStartingWith("experiments.json: ")
        .withMessageContaining(message);
  }

  @Test
  void parse_missingFields_saysWhich() {
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> parse("{\"format\": \"mlops4j-experiment/1\"}"))
        .withMessage("experiments.json: $.name is missing (expected: text)");
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> parse(FULL.replace("\"from\": \"2026-01-01T00:00:00Z\", ", "")))
        .withMessageContaining("from and until: only one is given");
  }

  @Test
  void experiment_payloadsDoNotMatchArms_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(FULL).experiment(Map.of("champion", "o"), Time.system(), e -> {}))
        .withMessageContaining("payloads for [champion] (expected: [champion, challenger])");
  }

  // Hot reload.

  private static String simple(double traffic, double share) {
    return "{\"format\": \"mlops4j-experiment/1\", \"name\": \"live\", \"traffic\": "
        + traffic
        + ", \"arms\": [{\"arm\": \"champion\", \"share\": "
        + (1 - share)
        + "}, {\"arm\": \"challenger\", \"share\": "
        + share
        + "}]}";
  }

  @Test
  void reload_rampAndReweight_isAnEpochAndMovesTheFewest() {
    LiveExperiment<String> live =
        LiveExperiment.of(parse(simple(0.25, 0.25)), PAYLOADS, Time.system(), e -> {});
    Experiment<String> before = live.current();
    Experiment<String> ramped = live.reload(parse(simple(0.75, 0.25)));
    Experiment<String> reweighted = live.reload(parse(simple(0.75, 0.5)));
    assertThat(live.reload(parse(simple(0.75, 0.5)))).isSameAs(reweighted);
    assertThat(ramped.epoch()).isEqualTo(1);
    assertThat(live.current().epoch()).isEqualTo(2);
    for (int i = 0; i < 10_000; i++) {
      String unit = "u" + i;
      if (before.armIndex(unit) >= 0) {
        assertThat(ramped.armIndex(unit)).isEqualTo(before.armIndex(unit));
      }
      if (ramped.armIndex(unit) == 1) {
        assertThat(reweighted.armIndex(unit)).isEqualTo(1);
      }
    }
  }

  @Test
  void reload_anotherExperiment_isRefusedAndTheOldStays() {
    LiveExperiment<String> live =
        LiveExperiment.of(parse(simple(0.25, 0.25)), PAYLOADS, Time.system(), e -> {});
    for (String other :
        new String[] {
          simple(0.25, 0.25).replace("live", "other"),
          simple(0.25, 0.25).replace("\"traffic\"", "\"salt\": \"s\", \"traffic\"")
        }) {
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(() -> live.reload(parse(other)))
          .withMessageContaining("A new randomisation is a new experiment");
    }
    assertThat(live.current().epoch()).isZero();
  }

  @Test
  void refresh_twoInstances_agreeAfterTheSameRevisions() {
    ObjectStore store = ObjectStore.inMemory();
    DefinitionHistory history = DefinitionHistory.in(store, "experiments/live");
    ExperimentDefinition first = parse(simple(0.5, 0.1));
    assertThat(history.append(0, first)).isTrue();
    LiveExperiment<String> one = LiveExperiment.of(first, PAYLOADS, Time.system(), e -> {});
    assertThat(history.append(1, parse(simple(1, 0.4)))).isTrue();
    assertThat(one.refresh(history).epoch()).isEqualTo(1);
    assertThat(history.append(2, parse(simple(1, 0.2)))).isTrue();
    assertThat(history.append(2, parse(simple(1, 0.2)))).isTrue();
    assertThat(history.append(2, parse(simple(1, 0.3)))).as("another was first").isFalse();
    one.refresh(history);
    LiveExperiment<String> two =
        LiveExperiment.of(history.read(0).orElseThrow(), PAYLOADS, Time.system(), e -> {});
    two.refresh(history);
    assertThat(two.current().epoch()).isEqualTo(2);
    for (int i = 0; i < 5_000; i++) {
      assertThat(two.current().armIndex("u" + i)).isEqualTo(one.current().armIndex("u" + i));
    }
  }

  @Test
  void append_gapOrAnotherExperiment_throws() {
    DefinitionHistory history = DefinitionHistory.in(ObjectStore.inMemory(), "e");
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> history.append(1, parse(simple(1, 0.5))))
        .withMessageContaining("revision 0 is not stored");
    history.append(0, parse(simple(1, 0.5)));
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> history.append(1, parse(simple(1, 0.5).replace("live", "x"))))
        .withMessageContaining("Experiment 'live' cannot become");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history.append(-1, parse(simple(1, 0.5))));
  }
}
