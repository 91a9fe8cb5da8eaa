package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.StoreFaultsTest.Unfailing;
import io.mlops4j.registry.StoreFaultsTest.Write;
import io.mlops4j.registry.TestDisk.Fault;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Power lost after any operation of a public write, and with it any set of what was not forced:
 * every set under -Pproof for single writes, samples else, and of sequences of two and three.
 */
class PowerLossTest {
  private static final Logger LOG = LoggerFactory.getLogger(PowerLossTest.class);
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

  /** More parts than that at risk at once would be 65,536 sets; there are at most 4. */
  private static final int MOST_AT_RISK = 16;

  @TempDir static Path root;
  private static @Nullable StoreTemplate template;
  private static int cases;

  @BeforeAll
  static void fillTemplate() throws IOException {
    template = StoreFaultsTest.fill(root.resolve("template"));
  }

  @AfterAll
  static void template_afterAllCases_isAsItWas() throws IOException {
    LOG.debug("{} cases", cases);
    Objects.requireNonNull(template).assertUnchanged();
  }

  private static Path copy() {
    return Objects.requireNonNull(template).into(root.resolve("case"));
  }

  /** The states a sequence passes through, the one before it first. */
  private static List<String> states(List<Write> writes) {
    Path directory = copy();
    List<String> states = new ArrayList<>(List.of(StoreFaultsTest.seen(directory)));
    for (Write write : writes) {
      attempt(write, directory, new Unfailing());
      states.add(StoreFaultsTest.seen(directory));
    }
    return states;
  }

  /** A write that the state does not allow is refused, and changes nothing. */
  private static void attempt(Write write, Path directory, Disk disk) {
    try {
      write.on(StoreFaultsTest.open(directory, disk));
    } catch (MlopsException e) {
      assertThat(e).hasMessageNotContaining("injected");
    }
  }

  /** Runs a sequence up to a crash, loses parts, and returns what is wrong with what is left. */
  private static List<String> outcome(
      List<Write> writes, List<String> states, TestDisk disk, long parts, boolean torn) {
    cases++;
    Path directory = copy();
    int done = 0;
    try {
      for (Write write : writes) {
        attempt(write, directory, disk);
        done++;
      }
    } catch (TestDisk.Crash e) {
      // What was done is counted.
    }
    if (parts < 0) {
      disk.losePower(0.5, new Random(cases));
    } else {
      disk.losePower(parts, torn);
    }
    List<String> wrong = new ArrayList<>();
    String now = StoreFaultsTest.seen(directory);
    List<String> allowed =
        disk.happened()
            ? states.subList(done, Math.min(done + 2, states.size()))
            : states.subList(done, done + 1);
    if (!allowed.contains(now)) {
      wrong.add("left is " + now + ", allowed " + allowed);
    }
    ModelRegistry registry = StoreFaultsTest.registry(directory, new Unfailing());
    registry.verify().forEach(problem -> wrong.add(problem.toString()));
    return wrong;
  }

  /** A disk on which this sequence came to a crash there, or to its end. */
  private static TestDisk probe(List<Write> writes, int at) {
    TestDisk disk = new TestDisk(Fault.CRASH, at);
    Path directory = copy();
    try {
      writes.forEach(write -> attempt(write, directory, disk));
    } catch (TestDisk.Crash e) {
      // Expected.
    }
    return disk;
  }

  @ParameterizedTest
  @EnumSource(value = Write.class, mode = EnumSource.Mode.EXCLUDE, names = "UNFREEZE")
  void singleWrite_powerFailsAnywhere_anySetOfUnforcedPartsMayBeLost(Write write) {
    List<Write> writes = List.of(write);
    List<String> states = states(writes);
    Random random = new Random(write.name().hashCode());
    int sets = 0;
    boolean crashed = true;
    for (int at = 1; crashed; at += PROOF ? 1 : 7) {
      TestDisk probe = probe(writes, at);
      crashed = probe.happened();
      assertThat(probe.atRisk()).isLessThan(MOST_AT_RISK);
      long all = 1L << probe.atRisk();
      for (long i = 0; i < (PROOF ? 2 * all : Math.min(all, 3)); i++) {
        long lost = PROOF ? i / 2 : i == 0 ? all - 1 : random.nextInt((int) all);
        boolean torn = i % 2 == 1;
        assertThat(outcome(writes, states, new TestDisk(Fault.CRASH, at), lost, torn))
            .as("%s, power lost at %d, parts %s", write, at, Long.toBinaryString(lost))
            .isEmpty();
        sets++;
      }
    }
    assertThat(sets).isGreaterThan(4);
  }

  @Test
  void sequencesOfTwoAndThree_powerFailsAnywhere_nothingAcknowledgedIsLost() {
    Random random = new Random(20261126);
    Write[] all = Write.values();
    Map<List<Write>, List<String>> states = new HashMap<>();
    int crashed = 0;
    for (int i = 0; i < (PROOF ? 3_000 : 40); i++) {
      List<Write> writes = new ArrayList<>();
      for (int k = 0; k < 2 + i % 2; k++) {
        // The last one is two writes.
        writes.add(all[random.nextInt(all.length - 1)]);
      }
      TestDisk disk = new TestDisk(Fault.CRASH, 1 + random.nextInt(60));
      List<String> passed = states.computeIfAbsent(writes, PowerLossTest::states);
      assertThat(outcome(writes, passed, disk, -1, false)).as("%s", writes).isEmpty();
      crashed += disk.happened() ? 1 : 0;
    }
    assertThat(crashed).isGreaterThan(10);
  }

  /** The control: a protocol that leaves out a force loses what it has acknowledged. */
  @Test
  void singleWrite_withoutForces_isCaught() {
    List<Write> writes = List.of(Write.REGISTER);
    List<String> states = states(writes);
    TestDisk forgetful =
        new TestDisk(Fault.CRASH, 1_000) {
          @Override
          void sync(FileOutputStream out) {}

          @Override
          void syncDirectory(Path directory) throws IOException {}
        };
    assertThat(outcome(writes, states, forgetful, Long.MAX_VALUE, false)).isNotEmpty();
  }
}
