package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.pipeline.batch.Checkpoint.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines. The order that makes a row count exactly once: its bytes are forced, then the
 * checkpoint that counts them replaces the one before, then its directory is forced. A crash before
 * the second step leaves bytes behind the old mark, which are cut off.
 */
final class FileSink extends BatchSink {
  private static final int ROOM = 1 << 16;

  private final Path file;
  private final LineFormat format;
  private final Disk disk;

  FileSink(Path file, LineFormat format, Disk disk) {
    this.file = Objects.requireNonNull(file, "file");
    if (file.getFileName() == null || file.getFileName().toString().isEmpty()) {
      throw new IllegalArgumentException("file: \"" + file + "\" (expected: a file with a name)");
    }
    this.format = format;
    this.disk = disk;
  }

  @Override
  Map<String, String> identity() {
    return Map.of("output.kind", format == LineFormat.CSV ? "csv" : "jsonl");
  }

  Path file() {
    return file;
  }

  @Override
  BatchSink on(Disk other) {
    return new FileSink(file, format, other);
  }

  @Override
  Disk disk() {
    return disk;
  }

  @Override
  Output open() {
    Lines lines = new Lines();
    lines.growing.lock();
    return lines;
  }

  private final class Lines implements Output {
    private final GrowingFile growing = new GrowingFile(disk, file);
    private final Path job = Disk.beside(file, ".job.json");
    private final StringBuilder text = new StringBuilder(ROOM);
    private List<String> columns = List.of();
    private boolean begun;

    @Override
    public Optional<Checkpoint> stored() {
      try {
        Optional<Checkpoint> found =
            Disk.read(job).map(bytes -> Checkpoint.read(bytes, job.toString()));
        if (found.isEmpty() && Files.exists(file)) {
          growing.discard();
          throw new BatchException(
              BatchException.Side.STATE,
              file
                  + " is there, and no job that wrote it. Remove it, choose another name, or begin"
                  + " again on purpose, which replaces it at the end.");
        }
        return found;
      } catch (IOException e) {
        throw growing.failure(e);
      }
    }

    @Override
    public void forget() {
      try {
        disk.delete(job);
      } catch (IOException e) {
        throw growing.failure(e);
      }
    }

    @Override
    public void begin(@Nullable Checkpoint from, List<String> names) {
      columns = names;
      begun = true;
      growing.goOn(from == null ? Mark.NOTHING : from.output());
      if (from == null) {
        format.header(text, names);
      }
    }

    @Override
    public void write(@Nullable Object[] cells) {
      format.line(text, columns, cells);
      if (text.length() >= ROOM) {
        flush();
      }
    }

    private void flush() {
      growing.append(text.toString().getBytes(UTF_8));
      text.setLength(0);
    }

    @Override
    public void commit(Checkpoint state) {
      flush();
      Mark mark = growing.force();
      try {
        disk.replace(job, state.withOutput(mark).toBytes());
      } catch (IOException e) {
        throw growing.failure(e);
      }
    }

    @Override
    public void finish(Checkpoint complete) {
      Mark all = begun ? growing.force() : complete.output();
      if (!begun && growing.isPartLong(all) && all.length() > 0) {
        growing.goOn(all); // An earlier attempt ended between its last checkpoint and the name.
        begun = true;
      }
      if (begun || (all.length() == 0 && !growing.isComplete(all))) {
        growing.finish(all);
        return;
      }
      growing.discard();
      if (!growing.isComplete(all)) {
        throw new BatchException(
            BatchException.Side.STATE,
            file
                + " was complete with "
                + all.length()
                + " bytes, and is not there or was changed. Begin again to make it anew.");
      }
    }

    @Override
    public String where() {
      return job.toString();
    }

    @Override
    public void close() {
      growing.close();
    }
  }
}
