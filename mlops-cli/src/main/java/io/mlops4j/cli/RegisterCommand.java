package io.mlops4j.cli;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores a new version. */
@Command(
    name = "register",
    mixinStandardHelpOptions = true,
    description = {
      "Stores model files with where they come from, as a new version in stage NONE.",
      "All bytes are copied; everything is read and checked before anything is written."
    })
final class RegisterCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model; a new one if not there.")
  String model = "";

  @ArgGroup(multiplicity = "1")
  From from = new From();

  /** Where the files are. */
  static final class From {
    @Option(
        names = "--export",
        required = true,
        paramLabel = "DIR",
        description = "What python/export_mlops4j.py wrote: files, signature, lineage and all.")
    @Nullable Path export;

    @Option(
        names = "--file",
        required = true,
        paramLabel = "FILE",
        description = "A model file, such as model.onnx; several are one version.")
    List<Path> files = List.of();
  }

  @Option(
      names = "--model-format",
      paramLabel = "NAME",
      description = "How --file is to be read; onnx unless given.")
  String format = "onnx";

  @Option(names = "--encoding", paramLabel = "FILE", description = "How rows become its input.")
  @Nullable Path encoding;

  @Option(names = "--schema", paramLabel = "FILE", description = "What it was trained on.")
  @Nullable Path schema;

  @Option(names = "--golden", paramLabel = "FILE", description = "Rows with known answers.")
  @Nullable Path golden;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "What training data looked like.")
  @Nullable Path baseline;

  @Mixin final Origin origin = new Origin();

  @Option(names = "--create", description = "Make the registry if there is none yet.")
  boolean create;

  @Option(names = "--quiet", description = "Print the version's number and nothing else.")
  boolean quiet;

  @Override
  Outcome run() {
    ModelFiles files;
    Lineage lineage;
    if (from.export != null) {
      if (encoding != null || schema != null || golden != null || baseline != null) {
        throw new CliException(
            ExitCode.USAGE,
            "--encoding, --schema, --golden and --baseline go with --file: an export has its own.");
      }
      ModelExport export = usable(from.export, ModelExport::read);
      files = export.files();
      lineage = origin.added(Lineage.of(export.training()));
    } else {
      files = files();
      lineage = origin.added(Lineage.unknown());
    }
    try (ModelRegistry registry = target.writing(create)) {
      RegisteredVersion<?, ?> version = registry.model(model).register(files, lineage);
      return answer(version, files);
    }
  }

  private ModelFiles files() {
    Path first = from.files.get(0);
    Path[] more = from.files.subList(1, from.files.size()).toArray(Path[]::new);
    ModelFiles files = usable(first, file -> ModelFiles.of(format, file, more));
    if (encoding != null) {
      files = files.withEncoding(usable(encoding, f -> InputEncoding.fromJson(read(f))));
    }
    if (schema != null) {
      files = files.withSignature(Columns.schema("rows", Columns.read(schema)).fingerprint());
    }
    if (golden != null) {
      files = files.withGoldenRows(usable(golden, f -> GoldenRows.fromJson(read(f))));
    }
    return baseline == null
        ? files
        : files.withBaseline(usable(baseline, f -> Baseline.fromJson(read(f))));
  }

  /** What the library says of a file is said with the file's name. */
  private static <V> V usable(Path file, Function<Path, V> read) {
    try {
      return read.apply(file);
    } catch (CliException e) {
      throw e;
    } catch (MlopsException | IllegalArgumentException e) {
      throw new CliException(ExitCode.INPUT, file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.INPUT, file + " cannot be read (" + JsonAt.reason(e) + ").", e);
    }
  }

  private Outcome answer(RegisteredVersion<?, ?> version, ModelFiles files) {
    Lineage lineage = version.lineage();
    var json = Json.object();
    json.put("version", version.version().toString());
    json.put("number", version.number());
    var digests = json.putObject("files");
    version.digests().forEach(digests::put);
    json.put("data", lineage.data().name());
    json.put("commit", lineage.code().commit());
    Report report =
        Report.titled(version.version().toString())
            .add(
                Callout.info("Registered " + version.version() + " from " + files + "."),
                KeyValues.of("Trained on", lineage.data().name())
                    .and("Data digest", lineage.data().digest())
                    .and("Code", lineage.code().commit() + " " + lineage.code().workTree())
                    .and("By", lineage.createdBy()));
    return new Outcome(ExitCode.PASSED, json, report)
        .withText(quiet ? version.number() + "\n" : null);
  }
}
