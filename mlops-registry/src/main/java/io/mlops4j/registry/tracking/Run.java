package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Text;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A run that is being written.
 *
 * <p>What is logged is buffered, and written after {@link TrackingOptions#flushAfter()} items or
 * {@link TrackingOptions#flushInterval()}, whatever comes first, with {@link #flush()}, an
 * artifact, a version, and the end. What has been written stays, also if the process is killed at
 * that moment; what is in the buffer is lost then. If writing in the background fails, the buffer
 * keeps its content and the next call throws.
 *
 * <p>{@link #close} ends it as FINISHED. Java does not tell it of an exception in a
 * try-with-resources block: use {@link TrackedExperiment#run}, which does, or {@link #fail}.
 * Thread-safe.
 *
 * <pre>{@code
 * try (Run run = tracking.experiment("flights").start("trees 7")) {
 *   run.param("depth", 7);
 *   for (int epoch = 0; epoch < 10; epoch++) {
 *     run.metric("loss", epoch, train());
 *   }
 * }
 * }</pre>
 */
public final class Run implements AutoCloseable {
  /** The tag of a version's lineage that names the run it came out of. */
  public static final String LINEAGE_TAG = "mlops4j.run";

  private final RunWriter writer;

  Run(RunWriter writer) {
    this.writer = writer;
  }

  /**
   * Returns its id.
   *
   * @return unique, such as {@code 20261126-083000-0123456789ab}
   */
  public String id() {
    return writer.id();
  }

  /**
   * Returns what its random numbers start from.
   *
   * @return the seed it was given, or one that was drawn; recorded in both cases
   */
  public long seed() {
    return writer.seed();
  }

  /**
   * Returns a source of random numbers that follows from the seed: the same seed and purpose give
   * the same numbers.
   *
   * @param purpose what they are for, such as {@code "shuffle"}: purposes are independent
   * @return a new source
   */
  public SplittableRandom random(String purpose) {
    Objects.requireNonNull(purpose, "purpose");
    MessageDigest sha256 = io.mlops4j.core.Digests.sha256();
    sha256.update((seed() + " " + purpose).getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(java.nio.ByteBuffer.wrap(sha256.digest()).getLong());
  }

  /**
   * Logs a parameter. It is written once; the same value again does nothing.
   *
   * @param name 1 to 250 printable characters
   * @param value its {@code toString}, at most 8,000 characters
   * @throws MlopsException if it has another value; names both. If the other was written by another
   *     process at the same time, a later call or the end says so
   */
  public void param(String name, Object value) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(name, "name");
    params(Map.of(name, value));
  }

  /**
   * Logs parameters.
   *
   * @param values name to value
   * @throws MlopsException if one has another value; none is logged then
   */
  public void params(Map<String, ?> values) {
    Elements.requireNoNulls("values", values);
    Map<String, String> texts = new TreeMap<>();
    values.forEach(
        (name, value) ->
            texts.put(
                Names.name("param", name),
                Names.value("param", name, String.valueOf(value), Names.MAX_VALUE)));
    writer.params(texts);
  }

  /**
   * Logs a number at the step after the last.
   *
   * @param name 1 to 250 printable characters
   * @param value any double: NaN and infinities are kept as such
   */
  public void metric(String name, double value) {
    Objects.requireNonNull(name, "name");
    writer.metric(Names.name("metric", name), -1, value);
  }

  /**
   * Logs a number at a step. Steps may come in any order and repeatedly.
   *
   * @param name 1 to 250 printable characters
   * @param step such as the epoch, 0 or more
   * @param value any double: NaN and infinities are kept as such
   */
  public void metric(String name, long step, double value) {
    Objects.requireNonNull(name, "name");
    if (step < 0) {
      throw new IllegalArgumentException("step: " + step + " (expected: 0 or more)");
    }
    writer.metric(Names.name("metric", name), step, value);
  }

  /**
   * Logs the numbers of an evaluation under the metrics' ids, and its data set as tags. An
   * undefined one is left out.
   *
   * @param report the evidence
   */
  public void evaluation(EvaluationReport report) {
    report
        .metrics()
        .forEach((metric, value) -> value.number().ifPresent(n -> metric(metric.id(), n)));
    tag("evaluation.dataset", report.datasetName());
    tag("evaluation.digest", report.datasetDigest());
  }

  /**
   * Sets a label; one that is there is replaced.
   *
   * @param name 1 to 250 printable characters
   * @param value at most 8,000 characters
   */
  public void tag(String name, String value) {
    Objects.requireNonNull(name, "name");
    writer.tag(Names.name("tag", name), Names.value("tag", name, value, Names.MAX_VALUE));
  }

  /**
   * Adds a note for people.
   *
   * @param text at most 100,000 characters
   */
  public void note(String text) {
    Objects.requireNonNull(text, "text");
    writer.note(Names.value("note", "", text, Names.MAX_NOTE));
  }

  /**
   * Stores a file with the run, at once. The same path again replaces it in the record.
   *
   * @param path what it is called, such as {@code plots/roc.html}; a name, never opened as a path
   * @param content the bytes
   */
  public void artifact(String path, byte[] content) {
    Objects.requireNonNull(path, "path");
    writer.artifact(Names.name("artifact", path), content);
  }

  /**
   * Stores a file with the run under its file name.
   *
   * @param file what to read; read once, into memory
   * @throws MlopsException if it cannot be read
   */
  public void artifact(Path file) {
    try {
      long bytes = Files.size(file);
      writer.requireSize(String.valueOf(file.getFileName()), bytes);
      artifact(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new MlopsException("Artifact " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Returns a listener that logs how far an operation has come as the metric {@code progress.what},
   * a share of 1 over what was done, once a second at most. Without a total it logs nothing.
   *
   * @return a listener of this run
   */
  public Progress progress() {
    Map<String, Long> logged = new java.util.concurrent.ConcurrentHashMap<>();
    return (what, done, total) -> {
      long now = writer.options().time().nanos();
      Long last = logged.get(what);
      boolean due = last == null || now - last >= Duration.ofSeconds(1).toNanos();
      if (total > 0 && (due || done >= total)) {
        logged.put(what, now);
        metric("progress." + Text.printable(what, 100), done, (double) done / total);
      }
    };
  }

  /**
   * Returns where a model of this run comes from: environment, parameters as hyperparameters, the
   * last finite value of each metric, and this run as a tag.
   *
   * @return a start for the {@code with} methods
   */
  public Lineage lineage() {
    return writer.lineage(Lineage.unknown().withEnvironment(Environment.capture()));
  }

  /**
   * Returns where a model of this run comes from, as {@link #lineage()}, with the code that trained
   * it, as {@link Lineage#here(Class)} finds it.
   *
   * @param code a class of the training code
   * @return a start for the {@code with} methods
   */
  public Lineage lineage(Class<?> code) {
    return writer.lineage(Lineage.here(code));
  }

  /**
   * Registers a model that came out of this run: the version's lineage names the run, the run names
   * the version.
   *
   * @param model where
   * @param artifact its files
   * @param lineage usually {@link #lineage()} with data and code
   * @param <I> one input row
   * @param <O> one answer
   * @return the version
   */
  public <I, O> RegisteredVersion<I, O> register(
      RegisteredModel<I, O> model, ModelArtifact artifact, Lineage lineage) {
    Objects.requireNonNull(artifact, "artifact");
    writer.requireOpen();
    RegisteredVersion<I, O> version =
        model.register(artifact, lineage.withTag(LINEAGE_TAG, writer.toString()));
    produced(version.version());
    return version;
  }

  /**
   * Notes a registered version that came out of this run, at once.
   *
   * @param version which
   */
  public void produced(ModelVersion version) {
    writer.version(version);
  }

  /** Writes what is buffered. When this returns it survives a crash, as far as the store does. */
  public void flush() {
    writer.flush();
  }

  /**
   * Ends the run as FAILED.
   *
   * @param cause why; its class and message become the reason
   */
  public void fail(Throwable cause) {
    writer.end(RunStatus.FAILED, cause.toString());
  }

  /**
   * Ends the run as KILLED: somebody stopped it.
   *
   * @param reason why
   */
  public void kill(String reason) {
    Objects.requireNonNull(reason, "reason");
    writer.end(RunStatus.KILLED, reason);
  }

  /** Ends the run as FINISHED, if it has not been ended. */
  @Override
  public void close() {
    writer.close();
  }

  /** Returns experiment and id. */
  @Override
  public String toString() {
    return writer.toString();
  }
}
