package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.TestDisk.Fault;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each public write, with each of its I/O calls failing once, for good, or being its last. */
class StoreFaultsTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final RegistryOptions OPTIONS =
      RegistryOptions.withDefaults()
          .withTime(VirtualTime.startingAt(Models.NOON))
          .withPollInterval(Duration.ofDays(10_000));

  /** What operating systems say when it goes wrong. */
  private static final List<String> ERRORS =
      List.of(
          "No space left on device",
          "Input/output error",
          "Disk quota exceeded",
          "Too many open files",
          "Permission denied",
          "Read-only file system",
          "Stale file handle",
          "Interrupted system call");

  @TempDir static Path root;
  private static Path template = Path.of("");
  private static int number;

  enum Write {
    REGISTER(model -> model.register(Models.constant("new"), Lineage.unknown())),
    REGISTER_ONCE(model -> model.register(Models.constant("new"), Lineage.unknown(), "r-1")),
    EVALUATE(model -> model.recordEvaluation(4, Models.report(model.version(4), Metric.AUC, 0.6))),
    STAGE(model -> model.stage(4)),
    VALIDATE(model -> model.validate(5)),
    REJECT(model -> model.reject(4, "worse")),
    ARCHIVE(model -> model.archive(4, "later")),
    PROMOTE(model -> model.promote(3, Models.lenient())),
    ROLLBACK(model -> model.rollback("slow")),
    FREEZE(model -> model.freezePromotions("release")),
    UNFREEZE(
        model -> {
          model.freezePromotions("release");
          model.unfreezePromotions("over");
        });

    private final Consumer<RegisteredModel<String, String>> work;

    Write(Consumer<RegisteredModel<String, String>> work) {
      this.work = work;
    }

    void on(RegisteredModel<String, String> model) {
      work.accept(model);
    }
  }

  @BeforeAll
  static void fill() {
    template = root.resolve("template");
    fill(template);
  }

  /** Five versions in all stages: each write has something to do. */
  static void fill(Path directory) {
    RegisteredModel<String, String> model = open(directory, new Unfailing());
    Models.champion(model, "a", 0.7);
    Models.champion(model, "b", 0.8);
    Models.validated(model, "c", 0.9);
    model.register(Models.constant("d"), Lineage.unknown());
    model.stage(model.register(Models.constant("e"), Lineage.unknown()));
  }

  /** A disk that works; forcing would only take time. */
  static class Unfailing extends Disk {
    @Override
    void sync(FileOutputStream out) throws IOException {}

    @Override
    void syncDirectory(Path directory) throws IOException {}
  }

  static RegisteredModel<String, String> open(Path directory, Disk disk) {
    return ModelRegistry.on(DirectoryObjectStore.open(directory, disk, Time.system()), OPTIONS)
        .model("Delay", Models.LOADER);
  }

  private static Path copy() {
    return copy(template, root.resolve("s" + number++));
  }

  /** Files that are there are never changed, so a second name for each will do. */
  static Path copy(Path source, Path target) {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path name = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(name);
        } else {
          Files.createLink(name, file);
        }
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything that a user can see, but for times and digests of what holds times. */
  private static String seen(RegisteredModel<String, String> model) {
    StringBuilder seen = new StringBuilder();
    model
        .history()
        .forEach(e -> seen.append(e.kind()).append(e.version()).append(e.reason()).append(' '));
    model
        .versions()
        .forEach(v -> seen.append(v).append(v.digests()).append(v.evaluations().size()));
    return seen.append(model.promotionFreeze().isPresent()).toString();
  }

  static String seen(Path directory) {
    return seen(open(directory, new Unfailing()));
  }

  /** Runs a write on a disk, and holds it to one of the states in between it may stop at. */
  private static void check(Write write, Disk disk, String what) {
    Path directory = copy();
    String before = seen(directory);
    Path sound = copy();
    write.work.accept(open(sound, new Unfailing()));
    String after = seen(sound);
    boolean done = false;
    try {
      write.work.accept(open(directory, disk));
      done = true;
    } catch (MlopsException e) {
      assertThat(e.getMessage()).as(what).contains(directory.toString());
    } catch (TestDisk.Crash e) {
      if (disk instanceof TestDisk test) {
        test.losePower(0.5, new Random(number));
      }
    }
    String now = seen(directory);
    if (done) {
      assertThat(now).as(what).isEqualTo(after);
    } else if (write != Write.UNFREEZE) {
      assertThat(List.of(before, after)).as(what).contains(now);
    }
    try (ModelRegistry registry =
        ModelRegistry.on(
            DirectoryObjectStore.open(directory, new Unfailing(), Time.system()), OPTIONS)) {
      assertThat(registry.verify()).as(what).isEmpty();
      if (now.equals(before)) {
        RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
        write.work.accept(model);
        assertThat(seen(model)).as(what + ", again").isEqualTo(after);
      }
    }
    delete(directory);
    delete(sound);
  }

  static void delete(Path directory) {
    try {
      TestDisk.deleteAll(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyCall_fails_leavesTheStateBeforeOrAfterAndCanBeRepeated(Write write) {
    int at = 1;
    for (boolean happened = true; happened; at += PROOF ? 1 : 9) {
      happened = false;
      for (Fault fault : List.of(Fault.ERROR_ONCE, Fault.ERROR_FROM_NOW_ON, Fault.CRASH)) {
        for (int error = 0; error < (PROOF && fault != Fault.CRASH ? ERRORS.size() : 1); error++) {
          String message = ERRORS.get((at + error) % ERRORS.size());
          TestDisk disk = new TestDisk(fault, at, () -> new IOException(message));
          check(write, disk, "%s, %s at %d: %s".formatted(write, fault, at, message));
          happened |= disk.happened();
        }
      }
    }
    // Opening alone makes several.
    assertThat(at).isGreaterThan(8);
  }

  /** Runs out of memory at the n-th write. */
  private static final class OutOfMemory extends Unfailing {
    private final int at;
    private int writes;

    OutOfMemory(int at) {
      this.at = at;
    }

    @Override
    void write(FileOutputStream out, byte[] bytes, int length) throws IOException {
      if (++writes == at) {
        super.write(out, bytes, length / 2);
        throw new OutOfMemoryError("Java heap space");
      }
      super.write(out, bytes, length);
    }
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyWrite_outOfMemory_leavesTheStateBeforeOrAfterAndTheRegistryUsable(Write write) {
    OutOfMemory disk;
    int at = 0;
    do {
      disk = new OutOfMemory(++at);
      Path directory = copy();
      String before = seen(directory);
      RegisteredModel<String, String> model = open(directory, disk);
      try {
        write.work.accept(model);
      } catch (OutOfMemoryError e) {
        assertThat(e).hasMessage("Java heap space");
      }
      // The same registry goes on, as if nothing had been.
      if (seen(model).equals(before)) {
        write.work.accept(model);
      }
      assertThat(seen(directory))
          .as("%s, write %d", write, at)
          .isNotEqualTo(before)
          .isEqualTo(seen(model));
      delete(directory);
    } while (disk.writes >= at);
    assertThat(at).isGreaterThan(1);
  }

  /** Reports success and has written half. */
  private static final class ShortWrites extends Unfailing {
    private final int at;
    private int writes;

    ShortWrites(int at) {
      this.at = at;
    }

    @Override
    void write(FileOutputStream out, byte[] bytes, int length) throws IOException {
      super.write(out, bytes, ++writes == at ? length / 2 : length);
    }
  }

  /** Cannot read a file, once or from then on. */
  private static final class FailingReads extends Unfailing {
    private final int at;
    private final boolean forGood;
    private int reads;

    FailingReads(int at, boolean forGood) {
      this.at = at;
      this.forGood = forGood;
    }

    @Override
    InputStream open(Path file) throws IOException {
      reads++;
      if (reads == at || (forGood && reads > at)) {
        throw new IOException("Input/output error");
      }
      return super.open(file);
    }
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyWrite_comesOutShort_isNotAcknowledged(Write write) {
    ShortWrites disk;
    int at = 0;
    do {
      disk = new ShortWrites(++at);
      check(write, disk, write + ", short write " + at);
    } while (disk.writes >= at);
    assertThat(at).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyRead_fails_changesNothingAndQuarantinesNothing(Write write) {
    for (boolean forGood : List.of(false, true)) {
      FailingReads disk;
      int at = 1;
      do {
        disk = new FailingReads(at, forGood);
        check(write, disk, write + ", read " + at + (forGood ? " and after" : ""));
        at += PROOF ? 1 : 9;
      } while (disk.reads >= disk.at);
      assertThat(at).isGreaterThan(6);
    }
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyWrite_interruptedThread_isDoneAndKeepsTheFlag(Write write) {
    Thread.currentThread().interrupt();
    try {
      check(write, new Unfailing(), write + ", interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }
}
