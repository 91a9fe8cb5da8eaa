package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose every file operation fails in turn: by an error, by the end of the process, by the
 * end of the power, which also takes what was not forced. The attempt after it makes the same
 * bytes.
 */
class DiskCrashTest {
  /** In the ordinary build every seventh operation, beginning elsewhere for each kind. */
  private static final int STEP = Boolean.getBoolean("mlops4j.proof") ? 1 : 7;

  @TempDir Path directory;

  /** The process is gone: nothing after it runs. */
  private static final class Gone extends Error {
    private static final long serialVersionUID = 1L;
  }

  private enum Kind {
    ERROR,
    KILL,
    POWER
  }

  /** Stops at an operation; knows what would survive a loss of power. */
  private static class Faulty implements Disk.Watcher {
    private final Kind kind;
    private final int stopAt;
    private int operations;
    private boolean stopped;
    private final Map<Path, Long> forced = new HashMap<>();

    Faulty(Kind kind, int stopAt) {
      this.kind = kind;
      this.stopAt = stopAt;
    }

    @Override
    public void before(Disk.Operation operation, Path file) throws IOException {
      if (stopped || operations++ == stopAt) {
        stopped = true;
        if (kind == Kind.ERROR) {
          throw new IOException("No space left on device");
        }
        throw new Gone();
      }
    }

    @Override
    public void after(Disk.Operation operation, Path file) throws IOException {
      switch (operation) {
        case FORCE -> forced.put(file, Files.size(file));
        case MOVE -> forced.put(file, Files.size(file)); // What was moved had been forced before.
        case TRUNCATE -> forced.merge(file, Files.size(file), Math::min);
        default -> {}
      }
    }

    /** Takes away what was written and not forced. */
    void losePower(Path directory) throws IOException {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(f -> !f.getFileName().toString().startsWith("in")).toList()) {
          long kept = forced.getOrDefault(file, 0L);
          if (Files.size(file) > kept && !isOfAnEarlierAttempt(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
              channel.truncate(kept);
            }
          }
        }
      }
    }

    private boolean isOfAnEarlierAttempt(Path file) {
      return !forced.containsKey(file)
          && !file.toString().endsWith(".part")
          && !file.toString().endsWith(".tmp");
    }
  }

  private BatchScoring<Ride, Double> job(Path root, Disk disk) {
    return BatchScoring.with(Ride.VERSION, Ride.MODEL)
        .from(BatchSource.csv(directory.resolve("in.csv"), Ride.SCHEMA))
        .keep("id")
        .answers(Ride.SCORE)
        .badRows(BadRows.skipTo(root.resolve("bad.jsonl"), 100))
        .chunkRows(16)
        .checkpointEvery(Duration.ZERO)
        .to(BatchSink.csv(root.resolve("out.csv")).on(disk));
  }

  private void input() {
    StringBuilder text = new StringBuilder(Ride.read(Ride.csv(directory.resolve("in.csv"), 60)));
    for (int row : new int[] {5, 20, 21, 55}) {
      int at = text.indexOf("\nr" + row + ",") + 1;
      text.replace(at, text.indexOf("\n", at), "r" + row + ",Rom,x,1");
    }
    Ride.write(directory.resolve("in.csv"), text.toString());
  }

  @Test
  void run_everyFileOperationFailsInTurn_theNextAttemptMakesTheSameBytes() throws IOException {
    input();
    Path whole = Files.createDirectory(directory.resolve("whole"));
    Faulty counting = new Faulty(Kind.ERROR, Integer.MAX_VALUE);
    job(whole, new Disk(counting)).run();
    assertThat(counting.operations).isGreaterThan(50);

    int first = 0;
    for (Kind kind : Kind.values()) {
      for (int stop = first++ % STEP; stop < counting.operations; stop += STEP) {
        Path root = Files.createDirectory(directory.resolve(kind + "-" + stop));
        Faulty faulty = new Faulty(kind, stop);
        assertStops(kind, root, faulty);
        if (kind == Kind.POWER) {
          faulty.losePower(root);
        }
        BatchResult result = job(root, Disk.REAL).run();
        assertSame(whole, root, kind + " at " + stop);
        assertThat(result.rejected()).isEqualTo(4);
        assertThat(job(root, Disk.REAL).run().alreadyComplete()).isTrue();
      }
    }
  }

  private void assertStops(Kind kind, Path root, Faulty faulty) {
    if (kind == Kind.ERROR) {
      assertThatThrownBy(() -> job(root, new Disk(faulty)).run())
          .isInstanceOf(BatchException.class)
          .hasMessageContaining("No space left on device");
    } else {
      assertThatThrownBy(() -> job(root, new Disk(faulty)).run()).isInstanceOf(Gone.class);
    }
  }

  private static void assertSame(Path whole, Path root, String what) throws IOException {
    for (String name : List.of("out.csv", "bad.jsonl", "out.csv.job.json")) {
      assertThat(Files.mismatch(whole.resolve(name), root.resolve(name)))
          .as("%s: %s", what, name)
          .isEqualTo(-1);
    }
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> !f.endsWith(".tmp")))
          .as(what)
          .containsExactlyInAnyOrder("out.csv", "bad.jsonl", "out.csv.job.json");
    }
  }

  @Test
  void run_diskThatForcesNothing_isCaughtByTheLossOfPower() throws IOException {
    // The control: the same loss of power, after an attempt whose forces did nothing.
    input();
    boolean caught = false;
    for (int stop = 20; stop < 45 && !caught; stop += 2) {
      Path root = Files.createDirectory(directory.resolve("lazy-" + stop));
      Faulty faulty =
          new Faulty(Kind.POWER, stop) {
            @Override
            public void after(Disk.Operation operation, Path file) throws IOException {
              if (operation != Disk.Operation.FORCE || file.toString().endsWith(".tmp")) {
                super.after(operation, file);
              }
            }
          };
      assertStops(Kind.POWER, root, faulty);
      faulty.losePower(root);
      try {
        job(root, Disk.REAL).run();
      } catch (BatchException e) {
        caught = String.valueOf(e.getMessage()).contains("bytes are missing");
      }
    }
    assertThat(caught).isTrue();
  }
}
