package io.mlops4j.cli;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.Lineage;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a version comes from, as far as the command line says it. */
final class Origin {
  @Option(names = "--data-name", paramLabel = "TEXT", description = "The training data.")
  @Nullable String dataName;

  @Option(names = "--data-digest", paramLabel = "SHA256", description = "Digest of its content.")
  @Nullable String dataDigest;

  @Option(names = "--data-rows", paramLabel = "N", description = "How many rows it has.")
  @Nullable Long dataRows;

  @Option(names = "--commit", paramLabel = "REV", description = "Revision of the training code.")
  @Nullable String commit;

  @Option(names = "--dirty", description = "The code was changed since that revision.")
  boolean dirty;

  @Option(names = "--param", paramLabel = "K=V", description = "A hyperparameter; repeatable.")
  Map<String, String> parameters = new TreeMap<>();

  @Option(
      names = "--training-metric",
      paramLabel = "K=V",
      description = "What training measured itself; never evidence for a gate. Repeatable.")
  Map<String, Double> metrics = new TreeMap<>();

  @Option(names = "--tag", paramLabel = "K=V", description = "A free label; repeatable.")
  Map<String, String> tags = new TreeMap<>();

  @Mixin final Parents parents = new Parents();

  /** What a version was made from. */
  static final class Parents {
    @Option(
        names = "--parent",
        paramLabel = "MODEL:N",
        description = "A version this one was made from; repeatable.")
    java.util.List<String> names = java.util.List.of();
  }

  /** Returns what is known with what the command line adds or replaces. */
  Lineage added(Lineage known) {
    Lineage lineage = known;
    if (dataName != null || dataDigest != null || dataRows != null) {
      Lineage.Data data = known.data();
      OptionalLong rows = dataRows == null ? data.rows() : OptionalLong.of(dataRows);
      String name = dataName == null ? data.name() : dataName;
      String digest = dataDigest == null ? data.digest() : dataDigest;
      if (rows.isEmpty()) {
        throw new CliException(
            ExitCode.USAGE, "How many rows has the training data? Add --data-rows.");
      }
      lineage = lineage.withData(name, digest, rows.getAsLong());
    }
    if (commit != null) {
      lineage = lineage.withCode(commit, dirty ? Lineage.WorkTree.DIRTY : Lineage.WorkTree.CLEAN);
    }
    for (Map.Entry<String, String> entry : parameters.entrySet()) {
      lineage = lineage.withHyperparameter(entry.getKey(), entry.getValue());
    }
    for (Map.Entry<String, Double> entry : metrics.entrySet()) {
      lineage = lineage.withMetric(entry.getKey(), entry.getValue());
    }
    for (Map.Entry<String, String> entry : tags.entrySet()) {
      lineage = lineage.withTag(entry.getKey(), entry.getValue());
    }
    for (String parent : parents.names) {
      lineage = lineage.withParent(parent(parent));
    }
    return lineage;
  }

  private static ModelVersion parent(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[1-9]\\d{0,8}")) {
      throw new CliException(
          ExitCode.USAGE, "--parent: '" + text + "' (expected: such as flight-delay:3).");
    }
    return new ModelVersion(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }
}
