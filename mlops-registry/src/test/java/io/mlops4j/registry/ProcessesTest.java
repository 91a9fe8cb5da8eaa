package io.mlops4j.registry;

import static io.mlops4j.registry.CrashWriter.MODEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Subscription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one directory, some of them killed. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ProcessesTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int ROUNDS = PROOF ? 1_000 : Boolean.getBoolean("mlops4j.ci") ? 100 : 30;
  private static final int LANES = 2;

  @Test
  void register_killedAtRandomPoints_losesNothingAcknowledgedAndTearsNothing(@TempDir Path root)
      throws Exception {
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    List<Future<Integer>> results = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      Path directory = root.resolve("store" + lane);
      Random random = new Random(20261123 + lane);
      results.add(lanes.submit(() -> killRounds(directory, random, ROUNDS / LANES)));
    }
    int acknowledged = 0;
    for (Future<Integer> result : results) {
      acknowledged += result.get();
    }
    lanes.shutdown();
    // A child that never got to work would prove nothing.
    assertThat(acknowledged).isGreaterThan(ROUNDS * 2);
  }

  private static int killRounds(Path directory, Random random, int rounds) throws Exception {
    Map<Integer, String> acknowledged = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      Map<Integer, String> now = killOne(directory, random, "sound", "r" + round);
      acknowledged.putAll(now);
      // Everything is looked at again every so often, the newest every time.
      boolean all = round == rounds - 1 || round % 10 == 9;
      List<String> problems = check(directory, all ? acknowledged : now, all);
      assertThat(problems).as("round %d, acknowledged %s", round, now.keySet()).isEmpty();
    }
    return acknowledged.size();
  }

  @Test
  void check_storeThatWritesInPlaceAndAcknowledgesFirst_isCaught(@TempDir Path root)
      throws Exception {
    Random random = new Random(7);
    List<String> problems = new ArrayList<>();
    for (int round = 0; round < 20 && problems.isEmpty(); round++) {
      Path directory = root.resolve("store" + round);
      problems.addAll(check(directory, killOne(directory, random, "broken", "r" + round), true));
    }
    assertThat(problems).as("the checker lets a broken store pass").isNotEmpty();
  }

  /** Starts a child, kills it some time after its first acknowledgements, returns those. */
  private static Map<Integer, String> killOne(
      Path directory, Random random, String kind, String seed) throws IOException {
    Process child = start(directory, seed, 0, kind);
    Map<Integer, String> acknowledged = new TreeMap<>();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      int lines = random.nextInt(12);
      for (int i = 0; i <= lines; i++) {
        acknowledge(out.readLine(), acknowledged);
      }
      LockSupport.parkNanos(random.nextInt(8_000_000));
      // The handle's SIGKILL leaves our end of the pipe open, so nothing acknowledged is missed.
      child.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        acknowledge(line, acknowledged);
      }
    } finally {
      child.destroyForcibly();
    }
    return acknowledged;
  }

  private static void acknowledge(String line, Map<Integer, String> acknowledged) {
    assertThat(line).as("the child ended by itself").isNotNull();
    int blank = line.indexOf(' ');
    if (blank > 0) {
      acknowledged.put(Integer.parseInt(line.substring(0, blank)), line.substring(blank + 1));
    }
  }

  /** What a store that was just crashed says about what it had promised. */
  private static List<String> check(
      Path directory, Map<Integer, String> acknowledged, boolean verify) {
    List<String> problems = new ArrayList<>();
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      RegisteredModel<String, String> model = registry.model(MODEL, Models.LOADER);
      acknowledged.forEach(
          (number, answer) -> {
            try {
              String found = ModelRegistryContract.answer(model.version(number).source());
              // The last line may have been cut by the kill.
              if (!found.startsWith(answer)) {
                problems.add(number + " answers " + found + ", acknowledged was " + answer);
              }
            } catch (RuntimeException e) {
              problems.add(number + ": " + e.getMessage());
            }
          });
      if (verify) {
        registry.verify().forEach(problem -> problems.add(problem.toString()));
      }
    } catch (RuntimeException e) {
      problems.add("open: " + e.getMessage());
    }
    return problems;
  }

  @Test
  void register_eightProcessesWithEightThreadsEach_numbersAreUniqueAndNoneIsLost(@TempDir Path root)
      throws Exception {
    int each = PROOF ? 100 : 3;
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      children.add(start(root, "p" + i, each, "threads"));
    }
    Map<Integer, String> acknowledged = new TreeMap<>();
    int lines = 0;
    for (Process child : children) {
      for (String line : child.inputReader(UTF_8).lines().toList()) {
        acknowledge(line, acknowledged);
        lines++;
      }
      assertThat(child.waitFor()).isZero();
    }
    assertThat(lines).isEqualTo(8 * 8 * each);
    assertThat(acknowledged).hasSize(lines);
    assertThat(acknowledged.keySet()).containsExactlyElementsOf(numbers(lines));
    assertThat(check(root, acknowledged, true)).isEmpty();
  }

  private static List<Integer> numbers(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void promote_sixteenThreadsInTwoRegistries_oneChampionAndAnIntactChain(@TempDir Path root)
      throws Exception {
    try (ModelRegistry first = ModelRegistry.open(root);
        ModelRegistry second = ModelRegistry.open(root)) {
      ExecutorService threads = Executors.newFixedThreadPool(16);
      List<Callable<GateDecision>> tasks = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        RegisteredModel<String, String> model =
            (i % 2 == 0 ? first : second).model(MODEL, Models.LOADER);
        int number = Models.validated(model, "a" + i, 0.7).number();
        tasks.add(() -> promoteStubbornly(model, number));
      }
      for (Future<GateDecision> decision : threads.invokeAll(tasks)) {
        assertThat(decision.get().promoted()).isTrue();
      }
      threads.shutdown();
      RegisteredModel<String, String> model = first.model(MODEL, Models.LOADER);
      assertThat(model.versions().stream().filter(v -> v.stage() == Stage.PRODUCTION)).hasSize(1);
      assertThat(model.versions().stream().filter(v -> v.stage() == Stage.ARCHIVED)).hasSize(15);
      assertEachPromotionReplacedTheOneBefore(model);
      assertThat(first.verify()).isEmpty();
    }
  }

  @Test
  void subscribe_anotherProcessPromotes_isToldAndSeesTheNewChampion(@TempDir Path root)
      throws Exception {
    try (ModelRegistry registry = ModelRegistry.open(root)) {
      ModelSource<String, String> production = registry.model(MODEL, Models.LOADER).production();
      assertThat(production.current()).isInstanceOf(ModelSource.Empty.class);
      CountDownLatch promoted = new CountDownLatch(1);
      // Told of the registration too, perhaps: it changes the reason why there is no champion.
      Runnable news =
          () -> {
            if (production.current() instanceof ModelSource.Selected) {
              promoted.countDown();
            }
          };
      try (Subscription following = production.subscribe(news)) {
        assertThat(following).isNotNull();
        Process child = start(root, "other", 0, "champion");
        assertThat(promoted.await(10, TimeUnit.MINUTES)).as("news of another process").isTrue();
        assertThat(child.waitFor()).isZero();
      }
    }
  }

  private static GateDecision promoteStubbornly(RegisteredModel<?, ?> model, int number) {
    while (true) {
      try {
        return model.promote(number, Models.lenient());
      } catch (StaleDecisionException e) {
        Thread.onSpinWait();
      }
    }
  }

  /** And each decision names the champion that it replaced: none was decided against an older. */
  private static void assertEachPromotionReplacedTheOneBefore(RegisteredModel<?, ?> model) {
    int champion = 0;
    for (HistoryEntry entry : model.history()) {
      if (entry.kind() == HistoryEntry.Kind.PROMOTE) {
        assertThat(entry.replaced().orElse(0)).isEqualTo(champion);
        GateDecision decision = model.decision(entry.digest().orElseThrow());
        assertThat(decision.champion().map(c -> c.number()).orElse(0)).isEqualTo(champion);
        champion = entry.version();
      }
    }
  }

  private static Process start(Path directory, String seed, int count, String kind)
      throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            classPath,
            CrashWriter.class.getName(),
            directory.toString(),
            seed,
            String.valueOf(count),
            kind)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
