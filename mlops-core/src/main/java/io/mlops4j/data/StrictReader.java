package io.mlops4j.data;

import java.io.IOException;
import java.io.Reader;

/**
 * Passes characters on, refuses NUL (the sign of a file that is not text, or not UTF-8) and counts
 * quotation marks: in well-formed RFC 4180 they come in pairs, so an odd number at the end means
 * that a quoted field was never closed and swallowed what followed it.
 */
final class StrictReader extends Reader {
  private final Reader in;
  private boolean oddQuotes;

  StrictReader(Reader in) {
    this.in = in;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    for (int i = offset; i < offset + count; i++) {
      char c = buffer[i];
      if (c == '"') {
        oddQuotes = !oddQuotes;
      } else if (c == 0) {
        throw new NulException();
      }
    }
    return count;
  }

  boolean endsInQuotes() {
    return oddQuotes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Says that a NUL character was met. */
  static final class NulException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
