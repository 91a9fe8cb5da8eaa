package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores written by released formats are read for ever. Never regenerate the checked-in ones. */
class StoreFormatTest {
  @TempDir Path root;

  @Test
  void format1_checkedInStore_isReadCompletelyAndWritten() throws Exception {
    copy(Path.of(StoreFormatTest.class.getResource("/store-format-1").toURI()), root);
    try (ModelRegistry registry = ModelRegistry.open(root)) {
      assertThat(registry.verify()).isEmpty();
      assertThat(registry.models()).containsExactly("Delay");
      RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
      assertThat(model.versions())
          .extracting(RegisteredVersion::stage)
          .containsExactly(Stage.PRODUCTION, Stage.ARCHIVED, Stage.VALIDATION, Stage.REJECTED);
      assertThat(ModelRegistryContract.answer(model.production())).isEqualTo("first");
      assertThat(ModelRegistryContract.answer(model.version(2).source())).isEqualTo("second");
      assertThat(model.history())
          .extracting(HistoryEntry::kind)
          .contains(
              Kind.REGISTER, Kind.MOVE, Kind.EVALUATE, Kind.PROMOTE, Kind.REFUSE, Kind.ROLLBACK);
      Lineage lineage = model.version(1).lineage();
      assertThat(lineage.data().rows()).hasValue(1234);
      assertThat(lineage.hyperparameters()).containsEntry("depth", "6");
      assertThat(lineage.code().workTree()).isEqualTo(Lineage.WorkTree.CLEAN);
      assertThat(lineage.environment().dependencies()).containsExactly("some-1.0.jar");
      assertThat(model.version(1).evaluations().get(0).value(Metric.AUC).number()).hasValue(0.7);
      for (HistoryEntry entry : model.history()) {
        if (entry.kind() == Kind.PROMOTE || entry.kind() == Kind.REFUSE) {
          GateDecision decision = model.decision(entry.digest().orElseThrow());
          assertThat(decision.promoted()).isEqualTo(entry.kind() == Kind.PROMOTE);
        }
      }
      assertThat(model.register(Models.constant("new"), Lineage.unknown()).number()).isEqualTo(5);
    }
  }

  private static void copy(Path from, Path to) throws IOException, URISyntaxException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(from)) {
      all = files.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
    }
  }
}
