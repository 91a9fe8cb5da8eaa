package io.mlops4j.experiments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Appends lines. */
final class JsonLinesSink implements ExposureSink {
  private final Path file;

  JsonLinesSink(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public void write(List<Exposure> batch) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(batch.size() * 256);
    for (Exposure exposure : batch) {
      lines.writeBytes(exposure.toJson());
      lines.write('\n');
    }
    Files.write(file, lines.toByteArray(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
