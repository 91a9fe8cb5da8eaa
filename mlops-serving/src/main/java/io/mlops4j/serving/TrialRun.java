package io.mlops4j.serving;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.TrialFailedException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Tries a version in a JVM of its own before it is loaded into this one: an abort in native code
 * ends the process it happens in, and nothing in that process can prevent it.
 *
 * <pre>{@code
 * var loader = OnnxModel.probability(schema);
 * var delay = registry.model("flight-delay", loader);
 * var predictor = Predictor.from(delay.production()).trialRun(TrialRun.of(loader)).build();
 * }</pre>
 *
 * <p>The child gets the version's verified bytes in a private directory, which is removed in any
 * case, and does what the loader would do here: opens the model, runs a row of zeros and empty
 * texts, then as many as fit a run, then the golden rows if there are any (not for rows of tokens:
 * the tokenizer stays here). It has no code of the service, no environment but search paths, one
 * processor, and at most two run at once in a process.
 *
 * <p>Cost: about half a second and, for that time, the memory of a small JVM and a second copy of
 * the model. Immutable and thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class TrialRun<I, O> {
  /** The name of the {@link #check} in evidence and gates. */
  public static final String CHECK = "trial-run";

  private static final int MOST_HEAP = 1 << 20;

  private final OnnxLoader<I, O> loader;
  private final TrialCommand command;

  private TrialRun(OnnxLoader<I, O> loader, TrialCommand command) {
    this.loader = loader;
    this.command = command;
  }

  /**
   * What a version that passed has shown.
   *
   * @param version the version
   * @param goldenRows how many golden rows the child reproduced; 0 without any
   * @param took from the child's start to its end
   */
  public record Passed(ModelVersion version, int goldenRows, Duration took) {
    /** Checks for nulls. */
    public Passed {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(took, "took");
    }
  }

  /**
   * Returns trial runs of versions that a loader reads: 30 seconds, a heap of 256 MB, this JVM's
   * java and libraries.
   *
   * @param loader how the service loads them, options included
   * @param <I> one input row
   * @param <O> one answer
   * @return the trial run
   */
  public static <I, O> TrialRun<I, O> of(OnnxLoader<I, O> loader) {
    return new TrialRun<>(Objects.requireNonNull(loader, "loader"), TrialCommand.DEFAULT);
  }

  /**
   * Returns the same with another limit on how long a child may live. It is killed then.
   *
   * @param limit positive
   * @return a copy
   */
  public TrialRun<I, O> withLimit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: positive)");
    }
    return with(
        new TrialCommand(
            command.java(),
            command.classPath(),
            command.main(),
            command.heapMegabytes(),
            limit,
            command.directory()));
  }

  /**
   * Returns the same with another heap for the child. It has to hold the model's file about three
   * times; ONNX Runtime's own memory is not part of it.
   *
   * @param megabytes 16 to 1,048,576
   * @return a copy
   */
  public TrialRun<I, O> withHeap(int megabytes) {
    if (megabytes < 16 || megabytes > MOST_HEAP) {
      throw new IllegalArgumentException(
          "megabytes: " + megabytes + " (expected: 16.." + MOST_HEAP + ")");
    }
    return with(
        new TrialCommand(
            command.java(),
            command.classPath(),
            command.main(),
            megabytes,
            command.limit(),
            command.directory()));
  }

  /**
   * Returns the same with a class path for the child: for an application whose libraries are no
   * files of their own, such as an archive within an archive.
   *
   * @param libraries jars or directories with mlops-serving, mlops-core, ONNX Runtime, Jackson and
   *     SLF4J, in the versions of this JVM; at least one
   * @return a copy
   */
  public TrialRun<I, O> withClassPath(List<Path> libraries) {
    Elements.requireNoNulls("libraries", libraries);
    if (libraries.isEmpty()) {
      throw new IllegalArgumentException("libraries: 0 (expected: at least 1)");
    }
    return with(
        new TrialCommand(
            command.java(),
            libraries,
            command.main(),
            command.heapMegabytes(),
            command.limit(),
            command.directory()));
  }

  /**
   * Returns the same with another java to start. The default is the one that runs this JVM.
   *
   * @param executable of version 17 or later
   * @return a copy
   */
  public TrialRun<I, O> withJava(Path executable) {
    return with(
        new TrialCommand(
            Objects.requireNonNull(executable, "executable"),
            command.classPath(),
            command.main(),
            command.heapMegabytes(),
            command.limit(),
            command.directory()));
  }

  /**
   * Returns the same with another place for private directories. ONNX Runtime unpacks its library
   * there, so it must allow execution, unless {@code -Donnxruntime.native.path} is set. The default
   * is where this JVM's temporary files are.
   *
   * @param parent a directory
   * @return a copy
   */
  public TrialRun<I, O> withDirectory(Path parent) {
    return with(
        new TrialCommand(
            command.java(),
            command.classPath(),
            command.main(),
            command.heapMegabytes(),
            command.limit(),
            Objects.requireNonNull(parent, "parent")));
  }

  /** For tests: a child that does something else. */
  TrialRun<I, O> withMain(String type) {
    return with(
        new TrialCommand(
            command.java(),
            command.classPath(),
            type,
            command.heapMegabytes(),
            command.limit(),
            command.directory()));
  }

  private TrialRun<I, O> with(TrialCommand changed) {
    return new TrialRun<>(loader, changed);
  }

  /**
   * Tries a release.
   *
   * @param release the version, with its files
   * @return what it has shown
   * @throws TrialFailedException if it did not pass: names the version, how the child ended, its
   *     last lines, and what to do
   * @throws IllegalStateException if no child can be started from this JVM; says what to set
   */
  public Passed run(ModelRelease<I, O> release) {
    Objects.requireNonNull(release, "release");
    return run(release.version(), filesOf(release));
  }

  /**
   * Tries a version that no registry has yet.
   *
   * @param version who it is, for messages
   * @param files its files, golden rows and encoding
   * @return what it has shown
   * @throws TrialFailedException as {@link #run(ModelRelease)}
   * @throws IllegalStateException as {@link #run(ModelRelease)}
   */
  public Passed run(ModelVersion version, ModelArtifact files) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(files, "files");
    if (!reads(files)) {
      throw new TrialFailedException(
          version,
          Reason.NO_FILES,
          "Version '"
              + version
              + "' cannot be tried: its format is "
              + files.format()
              + ", this trial run reads "
              + String.join(", ", loader.formats())
              + ".",
          null);
    }
    return run(version, files, process -> {});
  }

  /**
   * Returns a release's trial run as evidence for {@code Gate.check(TrialRun.CHECK)}: it passes if
   * the version does, fails if its child refuses it, dies, hangs or runs out of memory, and has no
   * data if nothing could be tried. Each evaluation starts a child.
   *
   * @param release the version
   * @return the check
   */
  public Check check(ModelRelease<I, O> release) {
    return new TrialCheck<>(this, Objects.requireNonNull(release, "release"));
  }

  /** Tries a version; whoever is told of the process may cancel it. */
  Passed run(ModelVersion version, ModelArtifact files, Consumer<TrialProcess> begun) {
    TrialRequest request = TrialRequest.of(version, loader, files);
    TrialProcess process = new TrialProcess(command.resolved(), request, files);
    begun.accept(process);
    return TrialVerdict.of(version, command, process.run());
  }

  /** Returns the files of a release, or says that it has none. */
  static ModelArtifact filesOf(ModelRelease<?, ?> release) {
    return release
        .files()
        .orElseThrow(
            () ->
                new TrialFailedException(
                    release.version(),
                    Reason.NO_FILES,
                    "Version '"
                        + release.version()
                        + "' cannot be tried: its release gives no files, only a loaded model."
                        + " Serve it from a registry, or without trialRun(…).",
                    null));
  }

  boolean reads(ModelArtifact files) {
    return loader.formats().contains(files.format());
  }

  /**
   * Returns if children can be started.
   *
   * @throws IllegalStateException if not; says what to set
   */
  void requireStartable() {
    command.resolved();
  }

  /** Returns the limits. */
  @Override
  public String toString() {
    return "TrialRun[limit=" + command.limit() + ", heap=" + command.heapMegabytes() + " MB]";
  }
}
