package io.mlops4j.data;

import io.mlops4j.core.RowFactory;
import io.mlops4j.core.Schema;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Rows from CSV text, plain or compressed, read as they are asked for: memory is one record. */
final class CsvSource<T> implements Source<T> {
  /** One record, in characters: what an unclosed quotation mark or a bomb can make us hold. */
  static final int MAX_RECORD = 4 << 20;

  static final int MAX_COLUMNS = 16_384;

  /** Read at once: more than the streams below hold, so that they pass it on without a copy. */
  static final int BUFFER = 1 << 17;

  private static final int STREAM_BUFFER = 1 << 16;

  /** Opens the bytes. */
  interface Bytes {
    InputStream open() throws IOException;
  }

  private final String name;
  private final Bytes bytes;
  private final Schema<T> schema;
  private final RowFactory<T> factory;

  CsvSource(String name, Bytes bytes, Schema<T> schema) {
    this.name = name;
    this.bytes = bytes;
    this.schema = schema;
    this.factory =
        schema
            .factory()
            .orElseThrow(
                () ->
                    new DataException(
                        name
                            + ": schema "
                            + schema.name()
                            + " cannot make rows: it was built by hand. Give the builder a"
                            + " factory."));
  }

  @Override
  public Stream<T> open() {
    CsvRows<T> rows = rows(openBytes(), true);
    Spliterator<T> ordered =
        Spliterators.spliteratorUnknownSize(
            rows, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
    return StreamSupport.stream(ordered, false).onClose(rows::close);
  }

  @Override
  public void visit(RowVisitor<? super T> visitor) {
    InputStream in = openBytes();
    CsvRows<T> rows;
    try {
      rows = rows(in, false);
    } catch (DataException e) {
      visitor.broken(1, String.valueOf(e.getMessage()));
      return;
    }
    try {
      rows.visit(visitor);
    } finally {
      rows.close();
    }
  }

  private CsvRows<T> rows(InputStream in, boolean whole) {
    try {
      return new CsvRows<>(name, schema, factory, new CsvScanner(in, BUFFER), whole);
    } catch (RuntimeException | Error e) {
      closeAfter(in, e);
      throw e;
    }
  }

  private InputStream openBytes() {
    @Nullable InputStream raw = null;
    try {
      raw = bytes.open();
      return text(raw);
    } catch (IOException e) {
      DataException failure = CsvRows.unreadable(name, 1, e);
      if (raw != null) {
        closeAfter(raw, failure);
      }
      throw failure;
    }
  }

  /** Returns the bytes of the text: decompressed if they are gzip, without a byte order mark. */
  static InputStream text(InputStream raw) throws IOException {
    InputStream in = new BufferedInputStream(raw, STREAM_BUFFER);
    in.mark(2);
    boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    InputStream plain =
        gzip ? new BufferedInputStream(new GZIPInputStream(in, STREAM_BUFFER), STREAM_BUFFER) : in;
    plain.mark(3);
    if (!(plain.read() == 0xEF && plain.read() == 0xBB && plain.read() == 0xBF)) {
      plain.reset(); // No byte order mark: those were content.
    }
    return plain;
  }

  static void closeAfter(InputStream in, Throwable failure) {
    try {
      in.close();
    } catch (IOException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }
}
