package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.IntegrityException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The summaries of up to some thousand runs in one object: a line {@code mlops4j-runs <format>},
 * then one line per run, {@code <id> <chunks> <json or ->}. A dash stands for a run that had not
 * ended when the pack was made: it is looked up.
 */
final class Pack {
  private static final byte[] HEADER =
      ("mlops4j-runs " + StoredChunk.FORMAT + "\n").getBytes(UTF_8);

  /** Runs beyond this size are looked up instead. */
  private static final int MAX_BYTES = 64 << 20;

  private Pack() {}

  /**
   * A line of a pack: whose it is, after how many chunks, and where its JSON is; length 0 for a
   * dash.
   */
  record Line(int pack, String id, long chunks, int offset, int length) {
    boolean isOpen() {
      return length == 0;
    }
  }

  static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);

    Writer() {
      out.writeBytes(HEADER);
    }

    void add(RunRecord run, long chunks) {
      byte[] json =
          run.status() == RunStatus.RUNNING || out.size() > MAX_BYTES
              ? new byte[] {'-'}
              : Json.canonical(RunJson.write(run));
      out.writeBytes((run.id() + " " + chunks + " ").getBytes(UTF_8));
      out.writeBytes(json);
      out.write('\n');
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }

  static List<Line> lines(int pack, byte[] bytes, String what) {
    if (bytes.length < HEADER.length
        || !Arrays.equals(bytes, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new MlopsException(
          what + " is not of a format that this library reads. Update the library to read it.");
    }
    List<Line> lines = new ArrayList<>();
    for (int at = HEADER.length; at < bytes.length; ) {
      int idEnd = find(bytes, at, (byte) ' ', what);
      int numberEnd = find(bytes, idEnd + 1, (byte) ' ', what);
      int end = find(bytes, numberEnd + 1, (byte) '\n', what);
      int length = end - numberEnd - 1;
      boolean open = length == 1 && bytes[numberEnd + 1] == '-';
      lines.add(
          new Line(
              pack,
              new String(bytes, at, idEnd - at, UTF_8),
              number(new String(bytes, idEnd + 1, numberEnd - idEnd - 1, UTF_8), what),
              numberEnd + 1,
              open ? 0 : length));
      at = end + 1;
    }
    return lines;
  }

  private static int find(byte[] bytes, int from, byte wanted, String what) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    throw new IntegrityException(what + " ends in the middle of a line.");
  }

  private static long number(String text, String what) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IntegrityException(what + " has a line without a number.");
    }
  }

  static RunRecord read(byte[] bytes, Line line, String what) {
    byte[] json = Arrays.copyOfRange(bytes, line.offset(), line.offset() + line.length());
    return RunJson.read(Json.parse(json, what), what);
  }
}
