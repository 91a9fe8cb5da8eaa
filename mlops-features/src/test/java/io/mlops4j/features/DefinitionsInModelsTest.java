package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model knows what computed its features, and refuses rows that something else computed. */
class DefinitionsInModelsTest {
  private static final List<Click> EVENTS = Clicks.events(3, 30);
  private static final List<Row> ROWS = Clicks.rows(3, 20);

  private static FeatureView<Click, String> view(int events) {
    return FeatureView.named("clicks", Clicks.USER, Clicks.CLICK, Click::user)
        .happened(Click::at)
        .known(Click::known)
        .id(Click::id)
        .feature("mean", Aggregate.mean("amount"), Window.lastEvents(events))
        .feature("clicks", Aggregate.count(), Window.lastEvents(10))
        .build();
  }

  private static InputEncoding trained(Dataset<FeatureRow<Row>> rows) {
    return InputEncoding.learn(rows.schema()).numeric("number", "mean").from(rows::stream);
  }

  private static Dataset<FeatureRow<Row>> joined(FeatureView<Click, String> view) {
    return Clicks.set(view)
        .join(Dataset.of(Clicks.ROW, ROWS))
        .events(view, Clicks.dataset(EVENTS))
        .dataset();
  }

  @Test
  void bind_sameDefinitions_accepts() {
    FeatureView<Click, String> view = view(3);
    InputEncoding encoding = trained(joined(view));

    InputEncoding stored = InputEncoding.fromJson(encoding.toJson());

    assertThat(stored).isEqualTo(encoding);
    assertThat(stored.definitions()).containsOnlyKeys("mean");
    assertThat(stored.bind(Clicks.set(view(3)).schema()).width()).isEqualTo(2);
    FeatureSet<Row> more = Clicks.set(view(3)).computed("half", 1, row -> row.number("mean") / 2);
    assertThat(stored.bind(more.schema()).width()).as("a superset").isEqualTo(2);
  }

  @Test
  void bind_otherDefinition_refusesAndNamesTheFeature() {
    FeatureView<Click, String> view = view(3);
    InputEncoding encoding = trained(joined(view));

    assertThatThrownBy(() -> encoding.bind(Clicks.set(view(4)).schema()))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Feature mean was computed in training by definition ")
        .hasMessageContaining("Serve this version with the definitions it was trained on");
    Schema<Row> byHand =
        Schema.<Row>builder("by hand")
            .numeric("number", Row::number)
            .numeric("mean", row -> 0)
            .build();
    assertThatThrownBy(() -> encoding.bind(byHand))
        .hasMessageContaining("rows of by hand compute it by none");
    InputEncoding unused =
        InputEncoding.learn(joined(view).schema())
            .numeric("number", "clicks")
            .from(joined(view)::stream);
    assertThat(unused.bind(Clicks.set(view(4)).schema()).width())
        .as("what it does not read may change")
        .isEqualTo(2);
  }

  @Test
  void bind_trainedOnALeakyJoin_refusesServingRows() {
    FeatureView<Click, String> view = view(3);
    Dataset<FeatureRow<Row>> leaky =
        Clicks.set(view)
            .join(Dataset.of(Clicks.ROW, ROWS))
            .events(view, Clicks.dataset(EVENTS))
            .ignoringKnowledgeTime()
            .dataset();
    InputEncoding encoding = trained(leaky);

    assertThat(encoding.bind(leaky.schema()).width()).isEqualTo(2);
    assertThatThrownBy(() -> encoding.bind(Clicks.set(view).schema()))
        .hasMessageStartingWith("Feature mean was computed in training by definition ");
  }

  @Test
  void fingerprint_signature_changesWithTheDefinition() {
    assertThat(Clicks.set(view(3)).schema().fingerprint())
        .isEqualTo(Clicks.set(view(3)).schema().fingerprint())
        .isNotEqualTo(Clicks.set(view(4)).schema().fingerprint());
    assertThat(joined(view(3)).facts(FeatureRow::at).schema())
        .as("what a lineage says")
        .isEqualTo(Clicks.set(view(3)).schema().fingerprint());
  }

  @Test
  void fromJson_damagedDefinitions_areRefused() {
    String columns = "\"columns\":[{\"feature\":\"a\",\"as\":\"numeric\"}]";
    for (String definitions :
        List.of(
            "",
            ",\"definitions\":{}",
            ",\"definitions\":[1]",
            ",\"definitions\":{\"a\":3}",
            ",\"definitions\":{\"a\":\"xyz\"}")) {
      byte[] json =
          ("{\"format\":3," + columns + definitions + "}").getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> InputEncoding.fromJson(json))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("definition");
    }
    assertThat(InputEncoding.numeric(Clicks.ROW.only("number")).toJson())
        .as("format 1 stays as it was")
        .asString(StandardCharsets.UTF_8)
        .contains("\"format\":1")
        .doesNotContain("definitions");
  }

  @Test
  void withDefinitions_encodingFromElsewhere_isHeldToThem() {
    FeatureView<Click, String> view = view(3);
    InputEncoding python =
        InputEncoding.fromJson(
            "{\"format\":1,\"columns\":[{\"feature\":\"mean\",\"as\":\"numeric\"}]}"
                .getBytes(StandardCharsets.UTF_8));
    assertThat(python.bind(Clicks.set(view(4)).schema()).width()).isEqualTo(1);

    InputEncoding held = python.withDefinitions(Clicks.set(view).schema());

    assertThatThrownBy(() -> held.bind(Clicks.set(view(4)).schema()))
        .isInstanceOf(MlopsException.class);
  }
}
