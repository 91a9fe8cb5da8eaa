package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BanditHistoryTest {
  private static final String FORMAT_1 =
      """
      {"arms":[{"arm":"champion","failures":80,"successes":20},\
      {"arm":"zoë","failures":70,"successes":30}],"floor":0.01,"format":"mlops4j-bandit/1",\
      "prior":{"failures":1.0,"successes":1.0},\
      "weights":{"epoch":7,"probabilities":[0.1,0.9]}}""";

  private final ObjectStore store = ObjectStore.inMemory();
  private final BanditHistory history = BanditHistory.in(store, "bandits/new-model");

  @Test
  void parse_format1_isReadForEver() {
    BanditState state = BanditState.parse(FORMAT_1.getBytes(UTF_8), "state");
    assertThat(state)
        .isEqualTo(
            new BanditState(
                ThompsonSampling.Options.withDefaults(),
                List.of(
                    new BanditState.ArmCounts("champion", 20, 80),
                    new BanditState.ArmCounts("zoë", 30, 70)),
                Optional.of(WeightVector.of(7, List.of("champion", "zoë"), 0.1, 0.9))));
    assertThat(new String(state.toJson(), UTF_8)).isEqualTo(FORMAT_1);
  }

  @Test
  void restore_afterJson_continuesToTheLastBit() {
    ThompsonSampling bandit = bandit();
    bandit.publish();
    ThompsonSampling copy =
        ThompsonSampling.restore(BanditState.parse(bandit.state().toJson(), "state"));
    assertThat(copy.publish()).isEqualTo(bandit.publish());
    for (ThompsonSampling each : List.of(bandit, copy)) {
      each.reward("b", 3, 1);
    }
    assertThat(copy.publish()).isEqualTo(bandit.publish());
    assertThat(copy.publish().epoch()).isEqualTo(2);
    assertThat(copy.state()).isEqualTo(bandit.state());
  }

  @Test
  void state_beforeTheFirstPublish_roundTripsWithoutWeights() {
    BanditState state = bandit().state();
    assertThat(state.weights()).isEmpty();
    assertThat(BanditState.parse(state.toJson(), "state")).isEqualTo(state);
  }

  @Test
  void append_everyEpoch_canBeResumedAndReplayed() {
    Experiment<String> experiment = experiment();
    ThompsonSampling bandit = ThompsonSampling.over(experiment.arms());
    assertThat(history.latest()).isEmpty();
    assertThat(history.weights()).isEmpty();
    for (int epoch = 1; epoch <= 12; epoch++) {
      bandit.reward("a", epoch % 3, 5);
      bandit.reward("b", epoch % 5, 4);
      experiment = experiment.withWeights(bandit.publish());
      assertThat(history.append(bandit.state())).isTrue();
    }
    assertThat(store.list("bandits/new-model"))
        .hasSize(12)
        .first()
        .isEqualTo("bandits/new-model/000000000001");

    ThompsonSampling resumed = ThompsonSampling.restore(history.latest().orElseThrow());
    assertThat(resumed.state()).isEqualTo(bandit.state());
    Experiment<String> elsewhere = experiment().catchUp(history.weights());
    assertThat(elsewhere.epoch()).isEqualTo(12);
    for (int i = 0; i < 10_000; i++) {
      assertThat(elsewhere.armIndex("u" + i)).isEqualTo(experiment.armIndex("u" + i));
    }
  }

  @Test
  void append_twoWriters_oneGetsTheEpochAndTheOtherIsTold() {
    ThompsonSampling one = bandit();
    ThompsonSampling two = bandit();
    two.reward("a", 5, 0);
    one.publish();
    two.publish();
    assertThat(history.append(one.state())).isTrue();
    assertThat(history.append(one.state())).as("again").isTrue();
    assertThat(history.append(two.state())).isFalse();
    assertThat(history.latest()).contains(one.state());
  }

  @Test
  void append_nothingPublishedOrEpochMissing_throws() {
    ThompsonSampling bandit = bandit();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history.append(bandit.state()))
        .withMessageContaining("publish()");
    bandit.publish();
    bandit.reward("a", 1, 0);
    bandit.publish();
    assertThatThrownBy(() -> history.append(bandit.state()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("'bandits/new-model' cannot take epoch 2: epoch 1 is not stored");
    BanditState zero =
        new BanditState(
            ThompsonSampling.Options.withDefaults(),
            bandit.state().arms(),
            Optional.of(WeightVector.of(0, List.of("a", "b"), 0.5, 0.5)));
    assertThatThrownBy(() -> history.append(zero)).isInstanceOf(MlopsException.class);
  }

  @Test
  void latest_strangeKeysBeside_areIgnored() {
    store.putIfAbsent("bandits/new-model/notes", new byte[1]);
    store.putIfAbsent("bandits/new-model/999999999999/deeper", new byte[1]);
    store.putIfAbsent("bandits/new-model-2/000000000009", new byte[1]);
    assertThat(history.latest()).isEmpty();
  }

  @Test
  void latest_stateUnderAnotherEpochsKey_throwsWithTheKey() {
    store.putIfAbsent("bandits/new-model/000000000008", FORMAT_1.getBytes(UTF_8));
    assertThatThrownBy(history::latest)
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("'bandits/new-model/000000000008' holds another epoch");
  }

  @Test
  void in_badPrefix_throws() {
    assertThatIllegalArgumentException().isThrownBy(() -> BanditHistory.in(store, "../x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlops4j-bandit/1=>mlops4j-bandit/2",
        "\"failures\":80=>\"failures\":-80",
        "\"failures\":80=>\"failures\":8.5",
        "\"failures\":80=>\"failures\":\"80\"",
        "\"failures\":80=>\"failures\":99999999999999999999",
        "\"failures\":80=>\"other\":80",
        "champion=>zoë",
        "\"champion\"=>7",
        "[0.1,0.9]=>[0.1,0.8]",
        "[0.1,0.9]=>[0.1]",
        "[0.1,0.9]=>[0.1,\"x\"]",
        "\"epoch\":7=>\"epoch\":-7",
        "\"floor\":0.01=>\"floor\":0.7",
        "\"floor\":0.01=>\"floor\":null",
        "\"successes\":1.0=>\"successes\":0.0",
        "{\"arms\"=>{\"legs\"",
        "{\"arms\"=>[\"arms\"",
      })
  void parse_damaged_throwsNamingTheDocument(String change) {
    String[] fromTo = change.split("=>");
    String damaged = FORMAT_1.replace(fromTo[0], fromTo[1]);
    assertThat(damaged).isNotEqualTo(FORMAT_1);
    assertThatThrownBy(() -> BanditState.parse(damaged.getBytes(UTF_8), "the state"))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("the state ");
  }

  private static ThompsonSampling bandit() {
    ThompsonSampling bandit = ThompsonSampling.over(List.of("a", "b"));
    bandit.reward("a", 20, 80);
    bandit.reward("b", 30, 70);
    return bandit;
  }

  private static Experiment<String> experiment() {
    return Experiment.named("x").control("a", "A").treatment("b", 0.5, "B").build();
  }
}
