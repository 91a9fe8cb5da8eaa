package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.constant;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.TestDisk.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation of the commit protocol fails once, or is the last one before a crash. */
class CrashPointsTest {
  private static final String MODEL = "Delay";

  /** Every operation under -Pproof; else every third, beginning elsewhere for each fault. */
  private static final int STEP = Boolean.getBoolean("mlops4j.proof") ? 1 : 3;

  @TempDir Path root;

  /** What the user was told: the answers of acknowledged versions, and whether the last serves. */
  private static final class Told {
    private final List<String> answers = new ArrayList<>();
    private String serving = "";
    private String servingNext = "";
  }

  /** Two versions and a promotion, until something goes wrong. */
  private static Told work(Path directory, Disk disk) {
    Told told = new Told();
    try {
      ModelRegistry registry =
          ModelRegistry.on(
              DirectoryObjectStore.open(directory, disk, Time.system()),
              RegistryOptions.withDefaults());
      RegisteredModel<String, String> model = registry.model(MODEL, LOADER);
      var version = model.register(constant("a"), Lineage.unknown());
      told.answers.add("a");
      model.recordEvaluation(version, Models.report(version, Metric.AUC, 0.9));
      model.stage(version);
      model.validate(version);
      told.servingNext = "a";
      model.promote(version, Models.lenient());
      told.serving = "a";
      model.register(constant("b"), Lineage.unknown());
      told.answers.add("b");
    } catch (MlopsException | TestDisk.Crash e) {
      return told;
    }
    return told;
  }

  private static List<String> contradictions(Path directory, Told told) {
    List<String> wrong = new ArrayList<>();
    Disk sound = new TestDisk(Fault.NONE, Integer.MAX_VALUE);
    try (ModelRegistry registry =
        ModelRegistry.on(
            DirectoryObjectStore.open(directory, sound, Time.system()),
            RegistryOptions.withDefaults())) {
      RegisteredModel<String, String> model = registry.model(MODEL, LOADER);
      List<RegisteredVersion<String, String>> versions = model.versions();
      for (int i = 0; i < told.answers.size(); i++) {
        if (versions.size() <= i
            || !told.answers
                .get(i)
                .equals(ModelRegistryContract.answer(versions.get(i).source()))) {
          wrong.add("version " + (i + 1) + " was acknowledged and is lost; left: " + versions);
        }
      }
      String serving = ModelRegistryContract.answer(model.production());
      if (!serving.equals(told.serving)
          && !serving.equals(told.servingNext)
          && !(told.serving.isEmpty() && serving.contains("no version in PRODUCTION"))) {
        wrong.add("serves " + serving + ", told " + told.serving + " or " + told.servingNext);
      }
      registry.verify().forEach(problem -> wrong.add(problem.toString()));
      int number = model.register(constant("next"), Lineage.unknown()).number();
      if (number <= versions.size()) {
        wrong.add("number " + number + " was used again");
      }
    } catch (RuntimeException e) {
      wrong.add(e.toString());
    }
    return wrong;
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"ERROR_ONCE", "ERROR_FROM_NOW_ON", "CRASH"})
  void everyOperation_goesWrong_leavesTheStateBeforeOrAfter(Fault fault) {
    int at = 1 + fault.name().length() % STEP;
    for (boolean happened = true; happened; at += STEP) {
      TestDisk disk = new TestDisk(fault, at);
      Path directory = root.resolve("s" + at);
      Told told = work(directory, disk);
      happened = disk.happened();
      assertThat(contradictions(directory, told)).as("%s at operation %d", fault, at).isEmpty();
    }
    // Opening, two registrations and four more records of several operations each.
    assertThat(at).isGreaterThan(60);
  }

  @Test
  void everyOperation_powerFails_losesNothingAcknowledged() {
    Random random = new Random(1);
    int at = 1;
    for (boolean happened = true; happened; at += STEP) {
      for (double probability : new double[] {1, 0.5}) {
        TestDisk disk = new TestDisk(Fault.CRASH, at);
        Path directory = root.resolve("p" + at + "-" + probability);
        Told told = work(directory, disk);
        happened = disk.happened();
        disk.losePower(probability, random);
        assertThat(contradictions(directory, told)).as("power lost at %d", at).isEmpty();
      }
    }
  }

  /** Announced, renewed and removed, again and again, until something goes wrong. */
  private static boolean announced(Path directory, Disk disk, VirtualTime time) {
    try {
      ModelRegistry registry =
          ModelRegistry.on(
              DirectoryObjectStore.open(directory, disk, Time.system()),
              RegistryOptions.withDefaults().withTime(time));
      Announcement announcement =
          registry.model(MODEL, LOADER).announce("pod-1", CrashPointsTest::nothing);
      time.advance(Duration.ofSeconds(60));
      announcement.refresh();
      time.advance(Duration.ofSeconds(20));
      announcement.close();
      return true;
    } catch (MlopsException | TestDisk.Crash e) {
      return false;
    }
  }

  private static ServingState nothing() {
    return new ServingState(Optional.empty(), Optional.empty());
  }

  /** What another process finds at once, and after it has watched for a minute. */
  private static List<String> fleetContradictions(Path directory, boolean told, Instant now) {
    List<String> wrong = new ArrayList<>();
    VirtualTime time = VirtualTime.startingAt(now);
    Disk sound = new TestDisk(Fault.NONE, Integer.MAX_VALUE);
    ObjectStore store = DirectoryObjectStore.open(directory, sound, Time.system());
    try (ModelRegistry registry =
        ModelRegistry.on(store, RegistryOptions.withDefaults().withTime(time))) {
      RegisteredModel<String, String> model = registry.model(MODEL, LOADER);
      List<FleetInstance> fleet = model.fleet();
      if (fleet.size() > (told ? 0 : 1)) {
        wrong.add("sees " + fleet + (told ? " though it was withdrawn" : ""));
      }
      model.announce("pod-2", CrashPointsTest::nothing);
      time.advance(Duration.ofSeconds(100));
      if (model.fleet().size() != 1 || !model.fleet().get(0).id().equals("pod-2")) {
        wrong.add("after a minute sees " + model.fleet());
      }
      if (store.list(ObjectStore.EPHEMERAL).size() > 2) {
        wrong.add("left are " + store.list(ObjectStore.EPHEMERAL));
      }
      registry.verify().forEach(problem -> wrong.add(problem.toString()));
    } catch (RuntimeException e) {
      wrong.add(e.toString());
    }
    return wrong;
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"ERROR_ONCE", "ERROR_FROM_NOW_ON", "CRASH"})
  void announcing_goesWrongAtAnyOperation_isForgottenAndLeavesNothing(Fault fault) {
    Random random = new Random(3);
    int at = 1 + fault.name().length() % STEP;
    for (boolean happened = true; happened; at += STEP) {
      TestDisk disk = new TestDisk(fault, at);
      Path directory = root.resolve("f" + at);
      VirtualTime time = VirtualTime.startingAt(Models.NOON);
      boolean told = announced(directory, disk, time);
      happened = disk.happened();
      if (fault == Fault.CRASH) {
        disk.losePower(0.5, random);
      }
      // A removal that failed is only logged: whoever closed may be seen for a minute more.
      boolean gone = told && !happened;
      assertThat(fleetContradictions(directory, gone, time.now()))
          .as("%s at operation %d", fault, at)
          .isEmpty();
    }
    assertThat(at).isGreaterThan(40);
  }

  /** The two ways to forget a force, each of which the test above must notice. */
  @ParameterizedTest
  @EnumSource(Forgotten.class)
  void powerFailure_protocolWithoutAForce_isCaught(Forgotten forgotten) {
    boolean caught = false;
    for (int at = 20; at < 200 && !caught; at++) {
      TestDisk disk =
          new TestDisk(Fault.CRASH, at) {
            @Override
            void syncDirectory(Path directory) throws java.io.IOException {
              if (forgotten != Forgotten.DIRECTORY) {
                super.syncDirectory(directory);
              }
            }

            @Override
            void sync(java.io.FileOutputStream out) throws java.io.IOException {
              if (forgotten != Forgotten.FILE) {
                super.sync(out);
              }
            }
          };
      Path directory = root.resolve(forgotten + "" + at);
      Told told = work(directory, disk);
      disk.losePower(1, new Random(at));
      caught = !contradictions(directory, told).isEmpty();
    }
    assertThat(caught).isTrue();
  }

  enum Forgotten {
    FILE,
    DIRECTORY
  }
}
