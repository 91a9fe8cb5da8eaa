package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.IntegrityException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The summaries of up to some thousand runs in one object, in a form that is queried without
 * building records. All numbers are big-endian:
 *
 *   "mlops4j-runs 1\n"
 *   int n, then n texts: int length, UTF-8         every text once
 *   int rows, then rows: int length, row
 *   row: int id, long chunks, byte open            open: had not ended when the pack was made
 *        and unless open what PackedRun writes
 */

/** A pack that is being read. Not thread-safe. */
final class Pack {
  private static final byte[] HEADER =
      ("mlops4j-runs " + StoredChunk.FORMAT + "\n").getBytes(UTF_8);

  private final int number;
  private final ByteBuffer bytes;
  private final String what;
  private final int[] textOffsets;
  private final @Nullable String[] texts;
  private final int rows;

  /** A row: whose it is, after how many chunks, and where the rest of it is. */
  record Line(int pack, String id, long chunks, boolean open, int offset) {}

  private Pack(int number, byte[] content, String what) {
    this.number = number;
    this.what = what;
    this.bytes = ByteBuffer.wrap(content);
    if (content.length < HEADER.length
        || !Arrays.equals(content, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new MlopsException(
          what + " is not of a format that this library reads. Update the library to read it.");
    }
    bytes.position(HEADER.length);
    int count = bytes.getInt();
    if (count < 0 || count > content.length) {
      throw new IndexOutOfBoundsException(count);
    }
    this.textOffsets = new int[count];
    this.texts = new @Nullable String[count];
    for (int t = 0; t < count; t++) {
      textOffsets[t] = bytes.position();
      skip(bytes.getInt());
    }
    this.rows = bytes.position();
  }

  static Pack open(int number, byte[] content, String what) {
    try {
      return new Pack(number, content, what);
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(what, e);
    }
  }

  private static IntegrityException damaged(String what, RuntimeException e) {
    return new IntegrityException(what + " is damaged: " + e.getClass().getSimpleName() + ".");
  }

  private void skip(int length) {
    if (length < 0) {
      throw new IndexOutOfBoundsException(length);
    }
    bytes.position(bytes.position() + length);
  }

  List<Line> lines() {
    try {
      bytes.position(rows);
      int count = bytes.getInt();
      List<Line> lines = new ArrayList<>();
      for (int r = 0; r < count; r++) {
        int length = bytes.getInt();
        int start = bytes.position();
        String id = text(bytes.getInt());
        long chunks = bytes.getLong();
        boolean open = bytes.get() != 0;
        lines.add(new Line(number, id, chunks, open, bytes.position()));
        bytes.position(start);
        skip(length);
      }
      return lines;
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(what, e);
    }
  }

  PackedRun run(Line line) {
    try {
      return new PackedRun(this, bytes.duplicate().position(line.offset()), line.id());
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(what, e);
    }
  }

  /** A text by its number; made once. */
  String text(int index) {
    String known = texts[index];
    if (known == null) {
      int at = textOffsets[index];
      known = new String(bytes.array(), at + 4, bytes.getInt(at), UTF_8);
      texts[index] = known;
    }
    return known;
  }
}
