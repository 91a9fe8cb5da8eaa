package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.drift.alert.AlertEvent;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever began a run, its evidence is in the lineage of what the run registers. */
class TriggerEvidenceTest {
  private static final ModelLoader<String, Double> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("constant");
        }

        @Override
        public Model<String, Double> load(ModelVersion version, ModelArtifact artifact) {
          return rows -> rows.stream().map(row -> 0.5).toList();
        }
      };

  private final Bench bench = new Bench(Duration.ofMinutes(10));
  private final ModelRegistry registry = ModelRegistry.inMemory();
  private final RegisteredModel<String, Double> model = registry.model("m", LOADER);

  @AfterEach
  void close() {
    bench.close();
    registry.close();
  }

  private PipelineRunner runner(Trigger trigger) {
    Step<ModelArtifact> trained =
        Step.named("train")
            .source(Codec.model(), step -> ModelFiles.of("constant", Map.of("m", new byte[] {1})));
    Step<ModelVersion> registered =
        Step.named("register")
            .everyRun()
            .map(
                trained,
                Codec.version(),
                RegistrySteps.register(model, artifact -> Lineage.unknown()));
    return bench
        .runner(Pipeline.named("p").steps(registered).build(), "pod-1", b -> b.trigger(trigger))
        .start();
  }

  private void assertTags(String kind, String trigger, String evidence) {
    assertThat(model.versions()).hasSize(1);
    assertThat(model.version(1).lineage().tags())
        .containsEntry("trigger", trigger)
        .containsEntry("trigger.kind", kind)
        .containsEntry("trigger.evidence", evidence)
        .containsKeys("trigger.id", "trigger.at", "pipeline.run", "pipeline.interval");
  }

  private static Check failing(String name, String sentence) {
    return new Check() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Outcome evaluate() {
        return new Fail(sentence);
      }
    };
  }

  @Test
  void cron_run_saysWhichSlot() {
    runner(Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC));
    bench.time.advance(Duration.ofHours(16));
    assertTags("SCHEDULE", "nightly", "Schedule 0 3 * * * Z at 2026-03-03T03:00:00Z.");
  }

  @Test
  void dataArrival_run_saysWhichData() {
    DatasetSnapshot rows =
        DatasetSnapshot.byContent(
            bench.store,
            "rows",
            Map.of("rows.csv", () -> new ByteArrayInputStream("a\n1\n".getBytes(UTF_8))));
    runner(Trigger.dataArrival("arrival", () -> Optional.of(rows)));
    assertTags("DATA_ARRIVAL", "arrival", rows + ": 1 files, 4 bytes");
    assertThat(model.version(1).lineage().tags()).containsEntry("trigger.id", rows.digest());
  }

  @Test
  void drift_run_saysWhatDrifted() {
    runner(Trigger.drift("drift", failing("psi", "PSI of distance is 0.31, above 0.2")));
    assertTags("DRIFT", "drift", "psi: PSI of distance is 0.31, above 0.2");
  }

  @Test
  void quality_drops_saysHowFar() {
    runner(Trigger.quality("quality", failing("auc", "AUC fell from 0.71 to 0.61")));
    assertTags("QUALITY", "quality", "auc: AUC fell from 0.71 to 0.61");
  }

  @Test
  void quality_noDataOrAPass_beginsNothing() {
    for (Check.Outcome outcome :
        new Check.Outcome[] {new Check.NoData("12 labels"), new Check.Pass("AUC is 0.71")}) {
      Check check =
          new Check() {
            @Override
            public String name() {
              return "auc";
            }

            @Override
            public Outcome evaluate() {
              return outcome;
            }
          };
      try (PipelineRunner runner = runner(Trigger.quality("quality", check))) {
        bench.time.advance(Duration.ofDays(1));
        assertThat(runner.runs(10)).isEmpty();
      }
    }
  }

  @Test
  void alert_run_saysWhichAlert() throws Exception {
    PipelineRunner runner = runner(Trigger.pulled("alert"));
    runner
        .alertSink("alert")
        .send(
            new AlertEvent(
                "flight-delay",
                "quality",
                "page",
                AlertEvent.Status.FIRING,
                3,
                Bench.START,
                Optional.empty(),
                "AUC fell to 0.61"));
    assertTags("ALERT", "alert", "quality (page): AUC fell to 0.61");
  }

  @Test
  void run_byHand_saysWhoAndWhy() {
    runner(Trigger.pulled("alert")).run("rebuild-17", "Ada: new labels");
    assertTags("MANUAL", "manual", "Ada: new labels");
  }

  @Test
  void backfill_run_saysWhatItMakesUpFor() {
    Interval day =
        new Interval(Instant.parse("2026-02-01T03:00:00Z"), Instant.parse("2026-02-02T03:00:00Z"));
    PipelineRunner runner = runner(Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC));
    runner.backfill(BackfillRequest.of("nightly", day, "the disk was full"));
    assertThat(model.version(1).lineage().tags())
        .containsEntry("trigger.kind", "BACKFILL")
        .containsEntry("pipeline.interval", day.toString());
    assertThat(model.version(1).lineage().tags().get("trigger.evidence"))
        .contains("the disk was full");
  }
}
