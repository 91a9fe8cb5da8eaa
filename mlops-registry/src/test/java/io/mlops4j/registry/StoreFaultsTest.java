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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each public write, with each of its I/O calls failing once, for good, or being its last. */
class StoreFaultsTest {
  private static final Logger LOG = LoggerFactory.getLogger(StoreFaultsTest.class);
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

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
  private static @Nullable StoreTemplate template;
  private static int cases;

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
  static void fillTemplate() throws IOException {
    template = fill(root.resolve("template"));
  }

  @AfterAll
  static void template_afterAllCases_isAsItWas() throws IOException {
    LOG.debug("{} cases", cases);
    Objects.requireNonNull(template).assertUnchanged();
  }

  /** Five versions in all stages: each write has something to do. */
  static StoreTemplate fill(Path directory) throws IOException {
    RegisteredModel<String, String> model = open(directory, new Unfailing());
    Models.champion(model, "a", 0.7);
    Models.champion(model, "b", 0.8);
    Models.validated(model, "c", 0.9);
    model.register(Models.constant("d"), Lineage.unknown());
    model.stage(model.register(Models.constant("e"), Lineage.unknown()));
    return new StoreTemplate(directory);
  }

  /** A disk that works; forcing would only take time. */
  static class Unfailing extends Disk {
    @Override
    void sync(FileOutputStream out) throws IOException {}

    @Override
    void syncDirectory(Path directory) throws IOException {}
  }

  static RegisteredModel<String, String> open(Path directory, Disk disk) {
    return registry(directory, disk).model("Delay", Models.LOADER);
  }

  /** Never closed: its time stands still, and nothing else refers to it. */
  static ModelRegistry registry(Path directory, Disk disk) {
    return ModelRegistry.on(
        DirectoryObjectStore.open(directory, disk, Time.system()),
        RegistryOptions.withDefaults()
            .withTime(VirtualTime.startingAt(Models.NOON))
            .withPollInterval(Duration.ofDays(10_000)));
  }

  private static Path copy() {
    return Objects.requireNonNull(template).into(root.resolve("case"));
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

  /** What can be seen before and after a write that works. */
  private record Effect(String before, String after) {
    static Effect of(Write write) {
      Path directory = copy();
      String before = seen(directory);
      write.work.accept(open(directory, new Unfailing()));
      return new Effect(before, seen(directory));
    }
  }

  /** Runs a write on a disk, and holds it to one of the states in between it may stop at. */
  private static void check(Write write, Effect effect, Disk disk, String what) {
    cases++;
    Path directory = copy();
    boolean done = false;
    try {
      write.work.accept(open(directory, disk));
      done = true;
    } catch (MlopsException e) {
      assertThat(e.getMessage()).as(what).contains(directory.toString());
    } catch (TestDisk.Crash e) {
      if (disk instanceof TestDisk test) {
        test.losePower(0.5, new Random(cases));
      }
    }
    String now = seen(directory);
    if (done) {
      assertThat(now).as(what).isEqualTo(effect.after);
    } else if (write != Write.UNFREEZE) {
      assertThat(List.of(effect.before, effect.after)).as(what).contains(now);
    }
    ModelRegistry registry = registry(directory, new Unfailing());
    assertThat(registry.verify()).as(what).isEmpty();
    if (now.equals(effect.before)) {
      RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
      write.work.accept(model);
      assertThat(seen(model)).as(what + ", again").isEqualTo(effect.after);
    }
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyCall_fails_leavesTheStateBeforeOrAfterAndCanBeRepeated(Write write) {
    Effect effect = Effect.of(write);
    int at = 1;
    for (boolean happened = true; happened; at += PROOF ? 1 : 9) {
      happened = false;
      for (Fault fault : List.of(Fault.ERROR_ONCE, Fault.ERROR_FROM_NOW_ON, Fault.CRASH)) {
        for (int error = 0; error < (PROOF && fault != Fault.CRASH ? ERRORS.size() : 1); error++) {
          String message = ERRORS.get((at + error) % ERRORS.size());
          TestDisk disk = new TestDisk(fault, at, () -> new IOException(message));
          check(write, effect, disk, "%s, %s at %d: %s".formatted(write, fault, at, message));
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
    Effect effect = Effect.of(write);
    OutOfMemory disk;
    int at = 0;
    do {
      cases++;
      disk = new OutOfMemory(++at);
      Path directory = copy();
      RegisteredModel<String, String> model = open(directory, disk);
      try {
        write.work.accept(model);
      } catch (OutOfMemoryError e) {
        assertThat(e).hasMessage("Java heap space");
      }
      // The same registry goes on, as if nothing had been.
      if (seen(model).equals(effect.before)) {
        write.work.accept(model);
      }
      assertThat(seen(directory))
          .as("%s, write %d", write, at)
          .isNotEqualTo(effect.before)
          .isEqualTo(seen(model));
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
    Effect effect = Effect.of(write);
    ShortWrites disk;
    int at = 0;
    do {
      disk = new ShortWrites(++at);
      check(write, effect, disk, write + ", short write " + at);
    } while (disk.writes >= at);
    assertThat(at).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void everyRead_fails_changesNothingAndQuarantinesNothing(Write write) {
    Effect effect = Effect.of(write);
    for (boolean forGood : List.of(false, true)) {
      FailingReads disk;
      int at = 1;
      do {
        disk = new FailingReads(at, forGood);
        check(write, effect, disk, write + ", read " + at + (forGood ? " and after" : ""));
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
      check(write, Effect.of(write), new Unfailing(), write + ", interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }
}
