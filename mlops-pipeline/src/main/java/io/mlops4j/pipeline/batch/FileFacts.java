package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Map;

/**
 * What a file is.
 *
 * @param sha256 its content
 * @param bytes its length
 * @param lines ends of lines in it; {@link Progress#UNKNOWN_TOTAL} if it is compressed
 */
record FileFacts(String sha256, long bytes, long lines) {
  private static final int BLOCK = 1 << 18;

  static FileFacts of(Path file) {
    MessageDigest digest = Digests.sha256();
    byte[] block = new byte[BLOCK];
    long bytes = 0;
    long lines = 0;
    boolean gzip = false;
    byte last = '\n';
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.wrap(block);
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer.clear())) {
        if (bytes == 0 && n > 1) {
          gzip = block[0] == (byte) 0x1F && block[1] == (byte) 0x8B;
        }
        digest.update(block, 0, n);
        for (int i = 0; i < n; i++) {
          lines += block[i] == '\n' ? 1 : 0;
        }
        last = n > 0 ? block[n - 1] : last;
        bytes += n;
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    long all = lines + (last == '\n' ? 0 : 1);
    return new FileFacts(Digests.hex(digest.digest()), bytes, gzip ? Progress.UNKNOWN_TOTAL : all);
  }

  static BatchException unreadable(Path file, IOException e) {
    return new BatchException(
        BatchException.Side.INPUT,
        "Rows " + file + " cannot be read: " + Text.printable(e.toString(), 200) + ".",
        e);
  }

  Map<String, String> identity(String kind) {
    return Map.of("input.kind", kind, "input.sha256", sha256, "input.bytes", Long.toString(bytes));
  }
}
