package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.pipeline.search.Candidate;
import io.mlops4j.pipeline.search.Fold;
import io.mlops4j.pipeline.search.Folds;
import io.mlops4j.pipeline.search.Search;
import io.mlops4j.pipeline.search.SearchMethod;
import io.mlops4j.pipeline.search.SearchResult;
import io.mlops4j.pipeline.search.SearchSpace;
import io.mlops4j.pipeline.search.TimeFolds;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.tracking.Tracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Java of docs/batch.md and docs/search.md, run; and each block there is a part of this file.
 */
class BatchAndSearchGuideTest {
  private static final Path HERE =
      Path.of("src/test/java/io/mlops4j/pipeline/batch/BatchAndSearchGuideTest.java");
  private static final Logger log = LoggerFactory.getLogger(BatchAndSearchGuideTest.class);

  record Flight(String origin, double distance, Instant departure) {}

  /** The guide's paths, below a directory of this test. */
  private record Paths(Path root) {
    Path of(String name) {
      return root.resolve(name);
    }
  }

  /** A model whose champion needed no evidence. */
  private record Delay(RegisteredVersion<Flight, Double> version) {
    Optional<RegisteredVersion<Flight, Double>> champion() {
      return Optional.of(version);
    }
  }

  private static final ModelLoader<Flight, Double> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("formula");
        }

        @Override
        public io.mlops4j.core.Model<Flight, Double> load(
            ModelVersion version, ModelArtifact artifact) {
          return flights -> flights.stream().map(f -> f.distance() / 10_000).toList();
        }
      };

  @Test
  void guide_batch(@TempDir Path directory) throws IOException {
    Paths Path = new Paths(directory);
    Ride.write(
        Path.of("flights.csv"),
        "id,origin,distance,departure\n1,ORD,733,2026-11-26T08:00:00Z\n2,LAX,x,\n");
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      Delay delay =
          new Delay(
              registry
                  .model("delay", LOADER)
                  .register(
                      ModelFiles.of("formula", Map.of("f", new byte[] {1})), Lineage.unknown()));
      BatchResult result =
          BatchScoring.with(delay.champion().orElseThrow())
              .from(BatchSource.csv(Path.of("flights.csv"), Schema.of(Flight.class)))
              .keep("id")
              .answers(AnswerColumns.score("risk"))
              .to(BatchSink.csv(Path.of("risks.csv")))
              .badRows(BadRows.skipTo(Path.of("rejects.jsonl"), 100))
              .rowsPerSecond(20_000)
              .progress(Progress.estimates(log::info, Duration.ofSeconds(10), Time.system()))
              .run();
      assertThat(result.rejected()).isEqualTo(1);
      assertThat(Ride.read(Path.of("risks.csv"))).isEqualTo("id,risk\n1,0.0733\n");
    }
  }

  private static double auc(Fold<Flight> fold, Candidate candidate) {
    return fold.train().rows() + candidate.number("rate");
  }

  private static LabeledDataset<Flight> flights() {
    List<Labeled<Flight>> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(
          new Labeled<>(new Flight("ORD", i, Instant.EPOCH.plus(Duration.ofHours(6L * i))), i % 2));
    }
    return LabeledDataset.of(Schema.of(Flight.class), rows);
  }

  @Test
  void guide_search(@TempDir Path directory) throws IOException {
    Paths Path = new Paths(directory);
    LabeledDataset<Flight> flights = flights();
    Tracking tracking = Tracking.inMemory();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    SearchSpace space =
        SearchSpace.empty()
            .logUniform("rate", 1e-4, 1)
            .whole("depth", 2, 10)
            .oneOf("booster", "tree", "linear")
            .when("booster", "tree")
            .uniform("subsample", 0.5, 1);

    Folds<Flight> folds =
        Folds.timeOrdered(
            flights, Flight::departure, TimeFolds.of(5).withHorizon(Duration.ofDays(1)));

    SearchResult result =
        Search.over(space)
            .maximise("auc")
            .method(SearchMethod.latinHypercube(40))
            .seed(42)
            .threads(pool)
            .trackedIn(tracking.experiment("flight-delay"), "boosting")
            .continuing()
            .run(trial -> folds.score(fold -> auc(fold, trial.candidate())).mean());

    Candidate best = result.best().candidate();
    Files.writeString(
        Path.of("search.html"), result.compare(tracking.experiment("flight-delay")).toHtml());
    pool.shutdown();
    assertThat(best.number("rate")).isGreaterThan(0.75);
    assertThat(folds.folds()).hasSize(5).allMatch(fold -> fold.purged() == 3);
  }

  @Test
  void guides_everyBlock_isPartOfThisFile() throws IOException {
    String here = plain(Files.readString(HERE));
    for (String guide : List.of("../docs/batch.md", "../docs/search.md")) {
      String text = Files.readString(Path.of(guide));
      Matcher blocks =
          Pattern.compile("<!-- guide: (\\S+) -->\\R```java\\R(.*?)```", Pattern.DOTALL)
              .matcher(text);
      int count = 0;
      while (blocks.find()) {
        assertThat(here).as(blocks.group(1)).contains(plain(blocks.group(2)));
        count++;
      }
      assertThat(count).isEqualTo(1);
      assertThat(text.split("```java", -1)).hasSize(count + 1);
    }
  }

  /** Without comments and white space: the guide is set for reading, this file by a tool. */
  private static String plain(String code) {
    return code.replaceAll("(?m)\\s+//[^\"\\n]*$", "").replaceAll("\\s+", "");
  }
}
