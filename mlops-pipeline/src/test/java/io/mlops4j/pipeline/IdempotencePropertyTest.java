package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * I17: the same pipeline, interval and trigger have at most one run per reprocess policy, and a run
 * that is not over blocks another for its interval; whoever asks, in whatever order. I16: the same
 * key has the same result for ever; another one is reported.
 */
class IdempotencePropertyTest {
  /** One thing that happens, on one of three instances. */
  record Act(int instance, int trigger, int day, Reprocess reprocess, boolean finish, boolean ok) {}

  @Provide
  Arbitrary<List<Act>> acts() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(Reprocess.class),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Act::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  private static RunRequest request(Act act) {
    Instant from = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(act.day()));
    Interval interval = new Interval(from, from.plus(Duration.ofDays(1)));
    Occasion why =
        new Occasion("t" + act.trigger(), Occasion.Kind.SCHEDULE, interval.toString(), from, "due");
    return RunRequest.of(why, interval).withReprocess(act.reprocess());
  }

  @Property(tries = 100)
  void submit_anyRequestsOnAnyInstances_neverMoreRunsThanThePolicyAllows(
      @ForAll("acts") List<Act> acts) {
    ObjectStore store = ObjectStore.inMemory();
    VirtualTime time = VirtualTime.startingAt(Bench.START);
    Pipeline pipeline =
        Pipeline.named("p").steps(Step.named("s").source(Codec.text(), step -> "x")).build();
    List<Ledger> ledgers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ledgers.add(new Ledger(pipeline, store, "pipelines/p", "pod-" + i, time));
    }
    // A model of the rule: per slot the ends of its runs, per interval the run that goes on.
    Map<String, List<RunStatus>> ends = new HashMap<>();
    Map<Interval, String> open = new HashMap<>();
    Map<String, String> slotOf = new HashMap<>();
    for (Act act : acts) {
      RunRequest request = request(act);
      Ledger ledger = ledgers.get(act.instance());
      if (act.finish() && open.containsKey(request.interval())) {
        String run = open.remove(request.interval());
        RunStatus status = act.ok() ? RunStatus.SUCCEEDED : RunStatus.FAILED;
        ledger.over(run, status);
        ends.computeIfAbsent(slotOf.get(run), slot -> new ArrayList<>()).add(status);
        continue;
      }
      RunStart start = ledger.submit(request, "");
      List<RunStatus> before = ends.getOrDefault(request.slot(), List.of());
      if (open.containsKey(request.interval())) {
        assertThat(start.outcome()).isEqualTo(RunStart.Outcome.BLOCKED);
        assertThat(start.run()).isEqualTo(open.get(request.interval()));
      } else if (before.isEmpty() || again(act.reprocess(), before.get(before.size() - 1))) {
        assertThat(start.outcome()).isEqualTo(RunStart.Outcome.CREATED);
        assertThat(slotOf).as("ids are never used again").doesNotContainKey(start.run());
        open.put(request.interval(), start.run());
        slotOf.put(start.run(), request.slot());
      } else {
        assertThat(start.outcome()).isEqualTo(RunStart.Outcome.EXISTS);
      }
    }
  }

  @Example
  void submit_storeThatOverwrites_makesTwoRuns() {
    ObjectStore sound = ObjectStore.inMemory();
    ObjectStore broken =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            sound.putIfAbsent(key, value);
            return true;
          }

          @Override
          public Optional<byte[]> get(String key) {
            return Optional.empty();
          }

          @Override
          public List<String> list(String prefix) {
            return sound.list(prefix);
          }
        };
    Pipeline pipeline =
        Pipeline.named("p").steps(Step.named("s").source(Codec.text(), step -> "x")).build();
    VirtualTime time = VirtualTime.startingAt(Bench.START);
    RunRequest request = request(new Act(0, 0, 0, Reprocess.NONE, false, false));
    for (ObjectStore store : List.of(sound, broken)) {
      int created = 0;
      for (String pod : List.of("a", "b")) {
        Ledger ledger =
            new Ledger(pipeline, store, store == sound ? "pipelines/a" : "pipelines/b", pod, time);
        created += ledger.submit(request, "").created() ? 1 : 0;
      }
      assertThat(created).as("runs on %s", store).isEqualTo(store == sound ? 1 : 2);
    }
  }

  private static boolean again(Reprocess rule, RunStatus last) {
    return switch (rule) {
      case NONE -> false;
      case FAILED -> last == RunStatus.FAILED;
      case COMPLETED -> true;
    };
  }

  @Property(tries = 100)
  void bind_anyResultsUnderAnyKeys_theFirstStaysAndOthersAreKeptBesideIt(
      @ForAll("results") List<int[]> results) {
    ObjectStore store = ObjectStore.inMemory();
    List<StepStore> processes =
        List.of(new StepStore(store, "pipelines/p"), new StepStore(store, "pipelines/p"));
    Map<String, String> first = new HashMap<>();
    for (int i = 0; i < results.size(); i++) {
      int[] result = results.get(i);
      StepStore process = processes.get(i % 2);
      String key = "key" + result[0];
      byte[] bytes = {(byte) result[1]};
      String digest = process.put(bytes);
      StepStore.Kept kept = process.bind(key, digest, "s", "run" + i, Bench.START);
      first.putIfAbsent(key, digest);
      assertThat(kept.digest()).isEqualTo(first.get(key));
      assertThat(process.find(key).map(StepStore.Kept::digest)).contains(first.get(key));
      if (!digest.equals(first.get(key))) {
        assertThat(store.get("pipelines/p/differing/" + key + "/" + digest)).isPresent();
      }
    }
  }

  @Provide
  Arbitrary<List<int[]>> results() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3), Arbitraries.integers().between(0, 3))
        .as((key, value) -> new int[] {key, value})
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }
}
