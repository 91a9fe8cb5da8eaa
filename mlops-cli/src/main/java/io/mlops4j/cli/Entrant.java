package io.mlops4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.cli.Plan.Task;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stored version that takes part in an evaluation: its columns, and its model when asked. */
final class Entrant {
  private final RegisteredVersion<?, ?> version;
  private final ModelArtifact artifact;
  private final List<Column> columns;

  Entrant(RegisteredVersion<?, ?> version, @Nullable Path signature) {
    this.version = version;
    this.artifact = version.artifact();
    this.columns = Columns.of(version.version().toString(), artifact, signature);
  }

  RegisteredVersion<?, ?> version() {
    return version;
  }

  List<Column> columns() {
    return columns;
  }

  /** Returns the model, digests verified and golden rows replayed. The caller closes it. */
  Model<Map<String, ?>, Double> load(ModelRegistry registry, Task task) {
    String who = version.version().toString();
    Schema<Map<String, ?>> schema = Columns.schema(version.version().model(), columns);
    var loader = Loaders.of(who, artifact.format(), schema, task);
    Model<Map<String, ?>, Double> model =
        registry
            .model(version.version().model(), loader)
            .version(version.number())
            .release()
            .load();
    try {
      artifact.goldenRows().ifPresent(golden -> replay(who, model, golden));
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void replay(String who, Model<Map<String, ?>, Double> model, GoldenRows golden) {
    for (int i = 0; i < golden.rows().size(); i++) {
      GoldenRows.Row row = golden.rows().get(i);
      double answer = model.predict(List.<Map<String, ?>>of(row.input())).get(0);
      if (!(Math.abs(answer - row.expected()) <= golden.tolerance())) {
        throw new CliException(
            ExitCode.INPUT,
            who
                + " does not reproduce its golden row "
                + (i + 1)
                + ": "
                + answer
                + ", known answer "
                + row.expected()
                + " (tolerance "
                + golden.tolerance()
                + "). It is not used.");
      }
    }
  }

  Optional<Baseline> baseline() {
    return artifact.baseline();
  }

  /** Returns the digest of the version's files. */
  String digest() {
    return Digests.sha256(version.digests().toString().getBytes(UTF_8));
  }

  Contender<Map<String, ?>> contender(Model<Map<String, ?>, Double> model) {
    return new Contender<>(version.version().toString(), digest(), model);
  }
}
