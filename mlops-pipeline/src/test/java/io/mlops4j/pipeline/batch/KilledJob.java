package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** What runs in a process of its own and is killed: a job on a real ONNX model. */
final class KilledJob {
  private static final Path EXPORT = Path.of("../examples/from-python/exports/flights-xgboost");
  private static final int CHUNK = 128;

  private KilledJob() {}

  /** Arguments: sound or naive, input, output, rejects. Prints a line after each chunk. */
  public static void main(String[] args) throws IOException {
    Path input = Path.of(args[1]);
    Path output = Path.of(args[2]);
    if (args[0].equals("naive")) {
      naive(input, output, System.out::println);
    } else {
      job(input, output, Path.of(args[3]))
          .progress((what, done, total) -> System.out.println(done))
          .run();
    }
    System.out.println("end");
  }

  static BatchScoring<Map<String, ?>, Double> job(Path input, Path output, Path rejects) {
    ModelExport export = ModelExport.read(EXPORT);
    Schema<Map<String, ?>> schema = export.schema();
    Model<Map<String, ?>, Double> model =
        OnnxModel.probability(schema)
            .options(OnnxOptions.withDefaults().withNativeOnly())
            .load(export);
    boolean lines = output.toString().endsWith(".jsonl");
    return BatchScoring.with(new ModelVersion("flight-delay", 1), model)
        .from(BatchSource.csv(input, schema))
        .keep("origin", "late")
        .answers(AnswerColumns.score("risk"))
        .badRows(BadRows.skipTo(rejects, 10_000))
        .chunkRows(CHUNK)
        .checkpointEvery(Duration.ofMillis(3))
        .to(lines ? BatchSink.jsonLines(output) : BatchSink.csv(output));
  }

  /** What one would write in an afternoon: a count in a file, and lines appended. */
  static void naive(Path input, Path output, IntConsumer done) throws IOException {
    ModelExport export = ModelExport.read(EXPORT);
    Schema<Map<String, ?>> schema = export.schema();
    Path count = Path.of(output + ".count");
    String text = Files.exists(count) ? Files.readString(count).strip() : "";
    int begin = text.isEmpty() ? 0 : Integer.parseInt(text); // The count itself may be torn.
    try (Model<Map<String, ?>, Double> model =
            OnnxModel.probability(schema)
                .options(OnnxOptions.withDefaults().withNativeOnly())
                .load(export);
        BufferedWriter out =
            Files.newBufferedWriter(
                output, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      List<Map<String, ?>> rows = List.copyOf(Dataset.csv(input, schema).stream().toList());
      for (int from = begin; from < rows.size(); from += CHUNK) {
        int to = Math.min(rows.size(), from + CHUNK);
        for (double score : model.predict(rows.subList(from, to))) {
          out.write(score + "\n");
        }
        Files.writeString(count, Integer.toString(to));
        done.accept(to);
      }
    }
  }
}
