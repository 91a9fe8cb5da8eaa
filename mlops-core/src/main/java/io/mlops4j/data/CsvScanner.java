package io.mlops4j.data;

import io.mlops4j.core.RowField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of CSV text (RFC 4180), found in its bytes: a value is where it begins and ends, and
 * becomes a text or a number only when it is asked for. Lines end with LF, CR or CRLF; empty ones
 * are passed over. A quotation mark inside a value that does not begin with one is a character.
 * Used by one thread.
 *
 * <p>Bytes are enough because UTF-8 has no byte below 128 inside a longer character. All that means
 * something here is a comma or less, so that most bytes are passed over with one comparison. What
 * is read is checked: each record with bytes above 127 is decoded once, strictly; NUL (the sign of
 * a file that is not text, or not UTF-8) is refused; a value that is never closed, which swallows
 * what follows it, is told at the end, and so is an odd number of quotation marks: in well-formed
 * text they come in pairs.
 *
 * <p>Memory is the longest record: at most {@link CsvSource#MAX_RECORD} characters of values. The
 * buffer may hold some more before that is known: three bytes a character, marks and commas.
 */
final class CsvScanner implements AutoCloseable {
  private static final int MOST_BYTES = 4 * CsvSource.MAX_RECORD;
  private static final int CHECKED_AT_ONCE = 1 << 12;

  private final InputStream in;
  private byte[] bytes;
  private int limit;
  private int at;

  /** Where the record begins; its values are counted from there, since the buffer moves. */
  private int begin;

  private int[] bounds = new int[64];
  private int size;
  private long nextLine = 1;
  private long line;
  private boolean skipLineFeed;
  private boolean ascii;
  private boolean oddQuotes;
  private boolean neverClosed;
  private @Nullable CharsetDecoder decoder;

  /**
   * Takes the bytes of the text, without a byte order mark.
   *
   * @param in closed with this
   * @param buffer how much is read at once, at least 1
   */
  CsvScanner(InputStream in, int buffer) {
    this.in = in;
    this.bytes = new byte[buffer];
  }

  /**
   * Moves to the next record; false at the end.
   *
   * @throws MalformedException if it is no CSV from here on
   * @throws NulException at a NUL
   * @throws CharacterCodingException if the record is not valid UTF-8
   */
  boolean next() throws IOException {
    do {
      line = nextLine;
      size = 0;
      ascii = true;
      begin = at;
      if (!scanned()) {
        return false;
      }
    } while (size == 0);
    if (!ascii) {
      requireUtf8(bytes, begin, at);
    }
    if (at - begin > CsvSource.MAX_RECORD) {
      requireSmall();
    }
    return true;
  }

  /** Says of a text in another encoding that it is that, although it has a NUL, too. */
  private boolean scanned() throws IOException {
    try {
      return scan();
    } catch (NulException e) {
      int nul = begin;
      while (bytes[nul] != 0) {
        nul++;
      }
      requireUtf8(bytes, begin, nul);
      throw e;
    }
  }

  /** Finds the values of a record, none on an empty line; false at the end of the text. */
  private boolean scan() throws IOException {
    if (skipLineFeed && (at < limit || fill())) {
      at += bytes[at] == '\n' ? 1 : 0;
      begin = at;
    }
    skipLineFeed = false;
    byte[] b = bytes;
    int i = at;
    int start = i;
    while (true) {
      while (i < limit && b[i] > ',') {
        i++;
      }
      if (i == limit) {
        int before = i - start;
        at = i;
        if (!fill()) {
          return lastRecord(at - before);
        }
        b = bytes;
        i = at;
        start = i - before;
        continue;
      }
      byte c = b[i];
      if (c == ',') {
        add(start, i);
        start = ++i;
      } else if (c == '\n' || c == '\r') {
        if (size > 0 || i > start) {
          add(start, i);
        }
        endLine(i);
        return true;
      } else if (c == '"' && i == start) {
        at = i;
        if (!quoted()) {
          return true;
        }
        b = bytes;
        i = at;
        start = i;
      } else {
        other(c);
        i++;
      }
    }
  }

  private void add(int from, int to) throws IOException {
    int n = 2 * size;
    if (n == bounds.length) {
      if (size >= CsvSource.MAX_COLUMNS) {
        throw new MalformedException();
      }
      bounds = Arrays.copyOf(bounds, Math.min(2 * n, 2 * CsvSource.MAX_COLUMNS));
    }
    bounds[n] = from - begin;
    bounds[n + 1] = to - begin;
    size++;
  }

  private void endLine(int end) {
    skipLineFeed = bytes[end] == '\r';
    at = end + 1;
    nextLine++;
  }

  /** The text has ended; whether there is a record that no end of line ended. */
  private boolean lastRecord(int start) throws IOException {
    if (size == 0 && at == start) {
      return false;
    }
    add(start, at);
    nextLine++;
    return true;
  }

  private void other(byte c) throws IOException {
    if (c < 0) {
      ascii = false;
    } else if (c == '"') {
      oddQuotes = !oddQuotes;
    } else if (c == 0) {
      throw new NulException();
    }
  }

  /**
   * Reads a value from its opening mark to behind the comma that ends it; false at a line's end.
   */
  private boolean quoted() throws IOException {
    at++;
    oddQuotes = !oddQuotes;
    int first = at - begin;
    boolean pairs = false;
    boolean afterReturn = false;
    boolean open = true;
    while (open && (at < limit || fill())) {
      byte c = bytes[at++];
      if (c == '"') {
        oddQuotes = !oddQuotes;
        open = (at < limit || fill()) && bytes[at] == '"';
        if (open) {
          oddQuotes = !oddQuotes;
          pairs = true;
          at++;
        }
      } else if (c == '\r' || (c == '\n' && !afterReturn)) {
        nextLine++;
      } else if (c <= 0) {
        other(c);
      }
      afterReturn = c == '\r';
    }
    neverClosed = open;
    int end = open ? at : at - 1;
    add(begin + first, pairs ? withoutPairs(begin + first, end) : end);
    if (at == limit && !fill()) {
      nextLine++;
      return false;
    }
    switch (bytes[at]) {
      case ',' -> {
        at++;
        return true;
      }
      case '\n', '\r' -> {
        endLine(at);
        return false;
      }
      case 0 -> throw new NulException();
      default -> throw new MalformedException();
    }
  }

  /** Makes one mark of each two, in their place; returns where the value ends now. */
  private int withoutPairs(int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      bytes[end++] = bytes[i];
      i += bytes[i] == '"' ? 1 : 0;
    }
    // What is left over must still be UTF-8, as the record is checked as a whole.
    Arrays.fill(bytes, end, to, (byte) ' ');
    return end;
  }

  /** Reads more; false at the end. Positions count from the buffer's beginning: moves them. */
  private boolean fill() throws IOException {
    if (limit == bytes.length) {
      int kept = limit - begin;
      byte[] to = bytes;
      if (kept > bytes.length / 2) {
        if (bytes.length >= MOST_BYTES) {
          throw new MalformedException();
        }
        to = new byte[Math.min(MOST_BYTES, 2 * bytes.length)];
      }
      System.arraycopy(bytes, begin, to, 0, kept);
      bytes = to;
      at -= begin;
      limit = kept;
      begin = 0;
    }
    int read;
    do {
      read = in.read(bytes, limit, bytes.length - limit);
    } while (read == 0);
    limit += Math.max(0, read);
    return read > 0;
  }

  private void requireSmall() throws IOException {
    long characters = 0;
    for (int i = 0; i < size; i++) {
      characters += value(i).length();
    }
    if (characters > CsvSource.MAX_RECORD) {
      throw new MalformedException();
    }
  }

  private void requireUtf8(byte[] text, int from, int to) throws CharacterCodingException {
    if (decoder == null) {
      decoder = StandardCharsets.UTF_8.newDecoder(); // Reports what is malformed.
    }
    decoder.reset();
    ByteBuffer source = ByteBuffer.wrap(text, from, to - from);
    CharBuffer scratch = CharBuffer.allocate(Math.min(CHECKED_AT_ONCE, to - from));
    CoderResult result;
    do {
      scratch.clear();
      result = decoder.decode(source, scratch, true);
    } while (result.isOverflow());
    if (result.isError()) {
      result.throwException();
    }
  }

  /** Returns the line the record begins on, from 1. */
  long line() {
    return line;
  }

  /** Returns how many values the record has. */
  int size() {
    return size;
  }

  /** Returns a value as a text. */
  String value(int column) {
    int from = bounds[2 * column];
    return new String(bytes, begin + from, bounds[2 * column + 1] - from, StandardCharsets.UTF_8);
  }

  /** Returns what a field makes of a value. */
  @Nullable Object parse(int column, RowField field) {
    return field.parse(bytes, begin + bounds[2 * column], begin + bounds[2 * column + 1]);
  }

  /** Returns whether a quotation mark was never closed, once everything has been read. */
  boolean endsInQuotes() {
    return oddQuotes || neverClosed;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Says that it is no CSV. */
  static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Says that a NUL character was met. */
  static final class NulException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
