package io.mlops4j.tribuo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.tracking.Field;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.RunSettings;
import io.mlops4j.registry.tracking.RunStatus;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import io.mlops4j.tribuo.TribuoRunsTest.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/tracking.md, run; and each block there is a part of this file. */
class TrackingGuideTest {
  private static final Path GUIDE = Path.of("../../docs/tracking.md");
  private static final Path HERE =
      Path.of("src/test/java/io/mlops4j/tribuo/TrackingGuideTest.java");

  /** The guide's paths, below a directory of this test. */
  private record Paths(Path root) {
    Path of(String name) {
      return root.resolve(name);
    }
  }

  @Test
  void guide_run(@TempDir Path directory) throws IOException {
    Paths Path = new Paths(directory);
    Tracking tracking = Tracking.open(Path.of("models"));
    TrackedExperiment flights = tracking.experiment("flight-delay");

    try (Run run =
        flights.start(RunSettings.named("depth 6").withSeed(42).withTag("team", "ops"))) {
      run.param("depth", 6);
      for (int epoch = 0; epoch < 10; epoch++) {
        run.metric("loss", epoch, 1.0 / (epoch + 1));
      }
      run.artifact("notes.txt", "looks good".getBytes(UTF_8));
    }

    List<RunRecord> best =
        flights.query(
            "metric.loss < 0.5 AND param.depth <= 6 AND (tag.team = 'ops' OR status = 'FINISHED') "
                + "ORDER BY metric.loss LIMIT 10");
    Files.writeString(
        Path.of("runs.html"), flights.compare(best, Field.metric("loss").ascending()).toHtml());

    assertThat(best).extracting(RunRecord::status).containsExactly(RunStatus.FINISHED);
    assertThat(directory.resolve("runs.html")).content().contains("depth 6");
  }

  @Test
  void guide_tribuo() {
    Tracking tracking = Tracking.inMemory();
    TrackedExperiment flights = tracking.experiment("flight-delay");
    TribuoTrainer trainer = TribuoRunsTest.trainer(0.1);
    LabeledDataset<Row> training = TribuoRunsTest.TRAINING;
    EvaluationReport report =
        TribuoRunsTest.report(trainer.train(training, columns -> columns.numeric("x")));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Row, Double> delay = registry.model("delay");
      RegisteredVersion<Row, Double> version;
      try (Run run = flights.start("logistic regression")) {
        TribuoModel<Row> model = trainer.train(training, columns -> columns.numeric("x"));
        TribuoRuns.log(run, model, training, report);
        version = run.register(delay, model.artifact(), run.lineage());
      }
      RunRecord run = tracking.runOf(version).orElseThrow();
      assertThat(run.versions()).containsExactly(version.version());
      assertThat(version.lineage().hyperparameters()).containsEntry("trainer.seed", "42");
    }
  }

  @Test
  void guide_everyBlock_isPartOfThisFile() throws IOException {
    String here = plain(Files.readString(HERE));
    Matcher blocks =
        Pattern.compile("<!-- guide: (\\S+) -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(GUIDE));
    int count = 0;
    while (blocks.find()) {
      assertThat(here).as(blocks.group(1)).contains(plain(blocks.group(2)));
      count++;
    }
    assertThat(count).isEqualTo(2);
    assertThat(Files.readString(GUIDE).split("```java", -1)).hasSize(count + 1);
  }

  /** Without comments and white space: the guide is set for reading, this file by a tool. */
  private static String plain(String code) {
    return code.replaceAll("(?m)\\s+//[^\"\\n]*$", "").replaceAll("\\s+", "");
  }
}
