package io.mlops4j.registry;

import static io.mlops4j.registry.CrashWriter.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rolling deploy of a suite: two processes, the older with the older expectations, validate the
 * same training data into one registry at the same time.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
class SuitesDeployTest {
  private static final int ROUNDS = Boolean.getBoolean("mlops4j.proof") ? 20 : 5;
  private static final int EACH = 20;

  @Test
  void recordCheck_oldAndNewSuiteAtOnce_eachIsWholeAndTheNewestDecides(@TempDir Path root)
      throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path store = root.resolve("store" + round);
      try (ModelRegistry registry = ModelRegistry.open(store)) {
        RegisteredModel<String, String> model = registry.model(MODEL, Models.LOADER);
        register(model);
        List<Process> children = List.of(start(store, "old"), start(store, "new"));
        for (Process child : children) {
          assertThat(child.waitFor()).isZero();
        }
        assertThat(mixed(model)).as("round %d", round).isEmpty();
        assertThat(model.version(1).checks()).hasSize(2 * EACH);
        assertThat(registry.verify()).isEmpty();
        List<HistoryEntry> recorded =
            model.history().stream().filter(entry -> entry.kind() == Kind.EVIDENCE).toList();
        String newest = recorded.get(recorded.size() - 1).by();
        assertThat(decide(model)).isEqualTo(newest.equals("old") ? Verdict.PASS : Verdict.FAIL);

        model.recordCheck(1, SuiteWriter.evidence("new"));
        assertThat(decide(model)).as("the newer suite's turn").isEqualTo(Verdict.FAIL);
        model.recordCheck(1, SuiteWriter.evidence("old"));
        assertThat(decide(model)).as("the older suite's turn").isEqualTo(Verdict.PASS);
      }
    }
  }

  /** The control: a result that has the counts of one suite and the answer of the other. */
  @Test
  void mixed_answerOfTheOtherSuite_isCaught() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> model = registry.model(MODEL, Models.LOADER);
      register(model);
      CheckEvidence old = SuiteWriter.evidence("old");
      CheckEvidence young = SuiteWriter.evidence("new");
      model.recordCheck(
          1,
          new CheckEvidence(
              young.name(),
              young.subject(),
              young.data(),
              old.outcome(),
              old.sentence(),
              new TreeMap<>(young.numbers()),
              young.at()));
      assertThat(mixed(model)).hasSize(1);
    }
  }

  private static void register(RegisteredModel<String, String> model) {
    RegisteredVersion<String, String> version =
        model.register(
            Models.constant("a"),
            Lineage.unknown()
                .withData("march", SuiteWriter.TRAINING.digest(), SuiteWriter.TRAINING.rows()));
    model.recordEvaluation(version, Models.report(version, Metric.AUC, 0.7));
  }

  private static Verdict decide(RegisteredModel<String, String> model) {
    return model
        .decide(1, GatePolicy.named("p").require(Gate.dataValidated()))
        .results()
        .get(0)
        .verdict();
  }

  /**
   * What was recorded and is neither suite's answer about the training data, or not its actor's.
   */
  private static List<String> mixed(RegisteredModel<String, String> model) {
    List<CheckEvidence> checks = model.version(1).checks();
    List<String> actors =
        model.history().stream()
            .filter(entry -> entry.kind() == Kind.EVIDENCE)
            .map(HistoryEntry::by)
            .toList();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < checks.size(); i++) {
      CheckEvidence check = checks.get(i);
      String by = actors.get(i);
      boolean known =
          Stream.of("old", "new")
              .filter(which -> by.equals(which) || by.equals("UNKNOWN"))
              .map(SuiteWriter::evidence)
              .anyMatch(
                  whole ->
                      whole.numbers().equals(check.numbers())
                          && whole.outcome() == check.outcome()
                          && whole.sentence().equals(check.sentence())
                          && whole.data().equals(check.data()));
      if (!known) {
        problems.add(by + ": " + check);
      }
    }
    return problems;
  }

  private static Process start(Path store, String which) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            SuiteWriter.class.getName(),
            store.toString(),
            which,
            Integer.toString(EACH))
        .inheritIO()
        .start();
  }
}
