package io.mlops4j.examples.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Announcement;
import io.mlops4j.registry.CanServe;
import io.mlops4j.registry.CanServe.Answer;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.ServingState;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.tribuo.TribuoModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the gate says of an instance is what that instance's real loaders do. */
class FleetGateAgreementTest {
  record NumberLeg(double distance, double hour) {}

  record WiderNumberLeg(double distance, double hour, double delay) {}

  record TurnedNumberLeg(double hour, double distance) {}

  record NumberedCarrierLeg(String origin, double distance, double hour, int carrier) {}

  record TextLeg(String origin, String distance, String hour) {}

  record Letters(String s) {}

  record MoreLetters(String s, double distance) {}

  private static final Schema<Letters> LETTERS = Schema.of(Letters.class);

  private static final List<Schema<?>> ROWS =
      List.of(
          Apps.OLD,
          Apps.NEW,
          Schema.of(NumberLeg.class),
          Schema.of(WiderNumberLeg.class),
          Schema.of(TurnedNumberLeg.class),
          Schema.of(NumberedCarrierLeg.class),
          Schema.of(TextLeg.class),
          LETTERS,
          Schema.of(MoreLetters.class),
          Apps.NEW.only("carrier", "hour", "distance", "origin"),
          Apps.NEW.only("carrier"));

  private static List<ModelFiles> versions() {
    var rows = Apps.rows();
    var numbers = Apps.train(rows, columns -> columns.numeric("distance", "hour"));
    List<TribuoModel<?>> models =
        List.of(
            Apps.oldModel(),
            Apps.newModel(),
            numbers,
            Apps.train(rows, columns -> columns.standardized("hour").numeric("distance")),
            Apps.train(rows, columns -> columns.ordinal("carrier").numeric("hour")),
            Apps.train(rows, columns -> columns.oneHot("origin")));
    List<ModelFiles> versions = new ArrayList<>();
    for (TribuoModel<?> model : models) {
      versions.add(model.artifact());
      versions.add(model.toOnnx());
    }
    // The same graph of two numbers without an encoding: trained on these rows or on those. (Not on
    // three numbers: a version whose files do not fit its own signature is broken for everyone.)
    for (Schema<?> trainedOn : ROWS) {
      if (trainedOn.size() == 3 && trainedOn.has("delay")) {
        continue;
      }
      if (trainedOn.features().stream().anyMatch(f -> f.kind() == FeatureKind.CATEGORICAL)) {
        continue;
      }
      versions.add(without(numbers.toOnnx()).withSignature(trainedOn.fingerprint()));
      versions.add(without(numbers.artifact()).withSignature(trainedOn.fingerprint()));
    }
    versions.add(without(numbers.toOnnx()));
    // A graph that reads one text by its name, trained on rows that have it and no others.
    ModelFiles letters = ModelFiles.of("onnx", Map.of("model.onnx", bytes("letters.onnx")));
    versions.add(letters);
    versions.add(letters.withSignature(LETTERS.fingerprint()));
    return versions;
  }

  private static byte[] bytes(String resource) {
    try (InputStream in = FleetGateAgreementTest.class.getResourceAsStream("/" + resource)) {
      return Objects.requireNonNull(in, resource).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelFiles without(ModelFiles files) {
    String file = files.files().first();
    return ModelFiles.of(files.format(), Map.of(file, files.bytes(file)));
  }

  @Test
  void canServe_allVersionsAndRows_agreesWithLoading() {
    Map<Answer, Integer> answers = new EnumMap<>(Answer.class);
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Object, Double> all = registry.model("delay");
      versions().forEach(files -> all.register(files, Lineage.unknown()));
      ROWS.forEach(rows -> agreeOnAll(registry, rows, answers));
    }
    // Each answer often enough to mean something.
    assertThat(answers.get(Answer.YES)).isGreaterThan(50);
    assertThat(answers.get(Answer.NO)).isGreaterThan(50);
    assertThat(answers.get(Answer.UNKNOWN)).isPositive();
  }

  private static <T> void agreeOnAll(
      ModelRegistry registry, Schema<T> rows, Map<Answer, Integer> answers) {
    ModelLoader<T, Double> onnx = OnnxModel.probability(rows);
    ModelLoader<T, Double> tribuo = TribuoModel.probability(rows);
    agree(registry.model("delay", onnx), rows, answers);
    agree(registry.model("delay", tribuo), rows, answers);
    agree(registry.model("delay", onnx, tribuo), rows, answers);
  }

  private static <T> void agree(
      RegisteredModel<T, Double> model, Schema<T> rows, Map<Answer, Integer> answers) {
    ServingState nothing = new ServingState(Optional.empty(), Optional.empty());
    try (Announcement announcement = model.announce("pod", () -> nothing)) {
      assertThat(announcement.instance()).isEqualTo("pod");
      var instance = model.fleet().get(0);
      for (var version : model.versions()) {
        CanServe said = instance.canServe(version);
        answers.merge(said.answer(), 1, Integer::sum);
        boolean loads = loads(version.release());
        if (said.answer() == Answer.UNKNOWN) {
          assertThat(
                  version.artifact().signature().isEmpty()
                      || (version.artifact().encoding().isEmpty()
                          && said.sentence().contains("reads by name")))
              .as(said.sentence())
              .isTrue();
        } else {
          assertThat(loads).as("%s, rows %s", said.sentence(), rows).isEqualTo(said.yes());
        }
      }
    }
  }

  private static boolean loads(ModelRelease<?, Double> release) {
    try {
      release.load().close();
      return true;
    } catch (MlopsException e) {
      return false;
    }
  }
}
