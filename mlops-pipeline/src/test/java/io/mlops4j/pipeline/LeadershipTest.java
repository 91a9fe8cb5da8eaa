package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeadershipTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private final ObjectStore store = ObjectStore.inMemory();
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-03-02T12:00:00Z"));

  private Leadership pod(String instance, String session, VirtualTime clock) {
    return new Leadership(store, "pipelines/p", instance, session, clock, LEASE);
  }

  private Leadership pod(String instance) {
    return pod(instance, instance + "-session", time);
  }

  @Test
  void poll_firstOfTwo_leadsAloneWhileItRenews() {
    Leadership first = pod("a");
    Leadership second = pod("b");
    assertThat(first.poll()).isTrue();
    for (int i = 0; i < 1_000; i++) {
      time.advance(Duration.ofSeconds(15));
      assertThat(first.poll()).isTrue();
      assertThat(second.poll()).isFalse();
    }
    assertThat(second.holder()).isEqualTo("a");
    assertThat(store.list("")).as("objects left by 4 hours of beats").hasSizeLessThan(4);
  }

  @Test
  void poll_leaderIsGone_otherTakesOverAfterFiveQuartersOfALease() {
    Leadership first = pod("a");
    Leadership second = pod("b");
    first.poll();
    second.poll();
    time.advance(Duration.ofSeconds(74));
    assertThat(second.poll()).isFalse();
    assertThat(first.leads()).as("stops by itself before").isFalse();
    time.advance(Duration.ofSeconds(1));
    assertThat(second.poll()).isTrue();
    assertThat(second.epoch()).isEqualTo(2);
  }

  @Test
  void poll_leaderComesBackAfterAPause_followsTheNewOne() {
    Leadership first = pod("a");
    Leadership second = pod("b");
    first.poll();
    second.poll();
    time.advance(Duration.ofSeconds(75));
    second.poll();
    assertThat(first.poll()).isFalse();
    assertThat(first.epoch()).isEqualTo(2);
    assertThat(first.holder()).isEqualTo("b");
  }

  @Test
  void poll_wallClocksDifferByYears_changesNothing() {
    VirtualTime skewed = VirtualTime.startingAt(Instant.parse("1999-01-01T00:00:00Z"));
    Leadership first = pod("a");
    Leadership second = pod("b", "b", skewed);
    first.poll();
    for (int i = 0; i < 100; i++) {
      time.advance(Duration.ofSeconds(15));
      skewed.advance(Duration.ofSeconds(15));
      skewed.setWallClock(
          Instant.parse(i % 2 == 0 ? "2099-01-01T00:00:00Z" : "1999-01-01T00:00:00Z"));
      assertThat(first.poll()).isTrue();
      assertThat(second.poll()).isFalse();
    }
  }

  @Test
  void poll_sameInstanceRestarted_leadsAtOnceUnderANewEpoch() {
    Leadership before = pod("a", "one", time);
    before.poll();
    Leadership after = pod("a", "two", time);
    assertThat(after.poll()).isTrue();
    assertThat(after.epoch()).isEqualTo(2);
    assertThat(before.poll()).as("an earlier life of the same name").isFalse();
  }

  @Test
  void release_leaderCloses_otherTakesOverAtItsNextLook() {
    Leadership first = pod("a");
    Leadership second = pod("b");
    first.poll();
    second.poll();
    first.release();
    assertThat(second.poll()).isTrue();
  }

  @Test
  void poll_ephemeralObjectsAreLost_epochsGoOn() {
    ObjectStore durable = ObjectStore.inMemory();
    Leadership first = new Leadership(durable, "pipelines/p", "a", "a", time, LEASE);
    first.poll();
    time.advance(Duration.ofSeconds(20));
    first.poll();
    durable.list("ephemeral").forEach(durable::remove);
    Leadership second = new Leadership(durable, "pipelines/p", "b", "b", time, LEASE);
    assertThat(second.poll()).isFalse();
    time.advance(Duration.ofSeconds(75));
    assertThat(second.poll()).isTrue();
    assertThat(second.epoch()).isEqualTo(2);
  }

  @Test
  void pass_twoLeadersAtATime_theEarlierCannotWriteAnyMore() {
    Box<Runnable> meanwhile = new Box<>(() -> {});
    Box<Integer> effects = new Box<>(0);
    Step<String> load =
        Step.named("load")
            .source(
                Codec.text(),
                step -> {
                  meanwhile.get().run();
                  return "rows";
                });
    Step<String> effect =
        Step.named("effect")
            .everyRun()
            .map(
                load,
                Codec.text(),
                (rows, step) -> {
                  effects.set(effects.get() + 1);
                  return "done";
                });
    Pipeline pipeline = Pipeline.named("fence").steps(effect).build();
    try (Bench bench = new Bench()) {
      PipelineRunner stale = bench.runner(pipeline, "pod-1", b -> b);
      PipelineRunner next = bench.runner(pipeline, "pod-2", b -> b);
      next.pass();
      stale.pass();
      String id = stale.run("r", "").run();
      // The first leader stands still in its step for longer than a lease; the other goes on.
      meanwhile.set(
          () -> {
            meanwhile.set(() -> {});
            bench.time.advance(Duration.ofMinutes(6));
            stale.pass();
          });
      next.pass();

      assertThat(effects.get()).isEqualTo(1);
      PipelineRun run = stale.find(id).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(run.instances()).hasSize(2);
    }
  }
}
