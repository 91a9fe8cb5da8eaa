package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A last line that makes a torn, zero-filled or changed file recognizable: {@code \n#mlops4j:1
 * length crc32c\n} after the content, both in hexadecimal. The content stays readable text.
 */
final class Seal {
  private static final String START = "\n#mlops4j:1 ";
  private static final int LENGTH = START.length() + 8 + 1 + 8 + 1;

  private Seal() {}

  static byte[] seal(byte[] content) {
    byte[] result = Arrays.copyOf(content, content.length + LENGTH);
    byte[] line = line(content, content.length).getBytes(US_ASCII);
    System.arraycopy(line, 0, result, content.length, LENGTH);
    return result;
  }

  /** The content, or empty if the file is not what was sealed. */
  static Optional<byte[]> open(byte[] file) {
    int length = file.length - LENGTH;
    if (length < 0) {
      return Optional.empty();
    }
    byte[] line = Arrays.copyOfRange(file, length, file.length);
    return Arrays.equals(line, line(file, length).getBytes(US_ASCII))
        ? Optional.of(Arrays.copyOf(file, length))
        : Optional.empty();
  }

  private static String line(byte[] content, int length) {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, length);
    return String.format(Locale.ROOT, "%s%08x %08x\n", START, length, crc.getValue());
  }
}
