package io.mlops4j.pipeline;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.EvaluationReport;
import java.util.Objects;
import java.util.function.Function;

/**
 * How what a step made is kept: as bytes in the store, whose digest is part of what the next step's
 * result is known by. Every consumer gets a value that was read from those bytes, so a run that was
 * resumed and one that was not see the same.
 *
 * <p>Equal values must give equal bytes: a codec that writes a time or a hash's order makes every
 * result look new. Large data are kept as a {@link #snapshot} and large files in a registry.
 *
 * @param <T> what a step makes
 */
public interface Codec<T> {

  /**
   * Returns what the codec is called, which becomes part of a step's identity.
   *
   * @return such as {@code text}
   */
  String name();

  /**
   * Returns a value as bytes.
   *
   * @param value what a step made
   * @return at most 2 GiB; equal for equal values
   */
  byte[] write(T value);

  /**
   * Returns the value in some bytes.
   *
   * @param bytes what {@link #write} returned
   * @return an equal value, new for each call unless immutable
   */
  T read(byte[] bytes);

  /**
   * Returns a codec of two functions.
   *
   * @param name what it is called
   * @param write value to bytes
   * @param read bytes to value
   * @return the codec
   * @param <T> what it keeps
   */
  static <T> Codec<T> of(
      String name, Function<? super T, byte[]> write, Function<? super byte[], ? extends T> read) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(write, "write");
    Objects.requireNonNull(read, "read");
    return new Codec<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public byte[] write(T value) {
        return write.apply(value);
      }

      @Override
      public T read(byte[] bytes) {
        return read.apply(bytes);
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }

  /**
   * Returns the codec of texts.
   *
   * @return UTF-8
   */
  static Codec<String> text() {
    return Codecs.TEXT;
  }

  /**
   * Returns the codec of bytes.
   *
   * @return a copy each way
   */
  static Codec<byte[]> bytes() {
    return Codecs.BYTES;
  }

  /**
   * Returns the codec of whole numbers.
   *
   * @return in decimal
   */
  static Codec<Long> number() {
    return Codecs.NUMBER;
  }

  /**
   * Returns the codec of a registered version.
   *
   * @return its model and number
   */
  static Codec<ModelVersion> version() {
    return Codecs.VERSION;
  }

  /**
   * Returns the codec of an evaluation.
   *
   * @return its document
   */
  static Codec<EvaluationReport> evaluation() {
    return Codecs.EVALUATION;
  }

  /**
   * Returns the codec of what came of a suite of expectations. A run's page shows all of it.
   *
   * @return its document
   */
  static Codec<ValidationResult> validation() {
    return Codecs.VALIDATION;
  }

  /**
   * Returns the codec of a trained model: files, encoding, signature, golden rows and baseline. All
   * of it is in memory while it is written and read.
   *
   * @return one document with the files' bytes behind it
   */
  static Codec<ModelArtifact> model() {
    return ModelCodec.INSTANCE;
  }

  /**
   * Returns the codec of data: its digest. The bytes are where the snapshot put them.
   *
   * @param store where snapshots are read from
   * @return the codec
   */
  static Codec<DatasetSnapshot> snapshot(ObjectStore store) {
    return Codecs.snapshot(store);
  }
}
