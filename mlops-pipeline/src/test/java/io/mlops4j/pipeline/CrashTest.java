package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.pipeline.PipelineRun.StepRun;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A process that is killed at any of its writes, and its successor. */
class CrashTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Interval DAYS =
      new Interval(Instant.parse("2026-02-27T03:00:00Z"), Instant.parse("2026-03-01T03:00:00Z"));

  /** What is outside of the store, and survives: how often each effect was asked for. */
  private final Map<String, Integer> effects = new TreeMap<>();

  private final List<String> undone = new ArrayList<>();
  // What an effect's name depends on beside its request; the control makes it the attempt.
  private Function<StepContext, Object> named = step -> "";

  private void effect(String request) {
    effects.merge(request, 1, Integer::sum);
  }

  /** Every kind of step; the second night is refused, so what it did is undone. */
  private Pipeline pipeline() {
    Step<String> load =
        Step.named("load")
            .readsInterval()
            .retry(Retry.attempts(3))
            .source(
                Codec.text(),
                step -> {
                  if (step.attempt() == 1) {
                    throw new java.io.IOException("not yet");
                  }
                  return "rows of " + step.interval();
                });
    Step<String> train =
        Step.named("train").map(load, Codec.text(), (rows, step) -> "model of " + rows);
    Step<String> registered =
        Step.named("register")
            .everyRun()
            .map(
                train,
                Codec.text(),
                (model, step) -> {
                  effect("register " + step.request() + named.apply(step));
                  return "version by " + step.request();
                });
    Step<String> canary =
        Step.named("canary")
            .every(Duration.ofHours(1))
            .await(
                registered,
                Codec.text(),
                new Awaited<String, String>() {
                  @Override
                  public String start(String version, StepContext step) {
                    effect("start " + step.request());
                    return step.request();
                  }

                  @Override
                  public Optional<String> poll(String token, StepContext step) {
                    return Optional.of("healthy " + token);
                  }
                });
    Step<String> gate =
        Step.named("gate")
            .check(
                canary,
                load,
                (verdict, rows, step) ->
                    rows.contains("2026-03-02T03:00:00Z/")
                        ? new Check.Fail("worse")
                        : new Check.Pass("better"));
    return Pipeline.named("crash")
        .steps(gate)
        .onRollBack(registered, (version, why, step) -> undone.add(version))
        .build();
  }

  private PipelineRunner runner(Bench bench, ObjectStore through) {
    return bench.runner(
        through,
        pipeline(),
        "pod-1",
        b ->
            b.trigger(Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC))
                .trigger(Trigger.pulled("alert")));
  }

  /** What one life of a process does: everything that has not been asked for yet, and two days. */
  private void live(Bench bench, PipelineRunner runner) {
    runner.start();
    runner.backfill(BackfillRequest.of("nightly", DAYS, "two days are missing"));
    runner.fire("alert", new Trigger.Signal("one", "loud"));
    bench.time.advance(Duration.between(bench.time.now(), Bench.START.plus(Duration.ofDays(2))));
  }

  /** What there is to see in the end, without what crashes may change: attempts and durations. */
  private static Map<String, String> picture(PipelineRunner runner) {
    Map<String, String> picture = new TreeMap<>();
    for (PipelineRun run : runner.runs(100)) {
      StringBuilder text = new StringBuilder(run.status() + " " + run.reason());
      for (StepRun step : run.steps()) {
        text.append("; ").append(step.name()).append(' ').append(step.digest());
        text.append(' ').append(step.differs()).append(step.undone());
      }
      picture.put(run.request().occasion().id() + " " + run.id(), text.toString());
    }
    return picture;
  }

  @Test
  void run_killedAtEveryWrite_goesOnWhereItWasAndDoesNothingTwice() {
    Map<String, String> reference;
    Map<String, Integer> once;
    try (Bench bench = new Bench(Duration.ofHours(3))) {
      PipelineRunner runner = runner(bench, bench.store);
      live(bench, runner);
      reference = picture(runner);
      once = new TreeMap<>(effects);
    }
    assertThat(reference).hasSize(5);
    assertThat(reference.values().stream().filter(text -> text.startsWith("REFUSED"))).hasSize(1);
    assertThat(once.values()).containsOnly(1);

    int at = 0;
    int crashes = 0;
    boolean reached = true;
    while (reached) {
      at++;
      // Before and after each write under -Pproof; in turns otherwise.
      for (boolean afterwards : PROOF ? List.of(false, true) : List.of(at % 2 == 0)) {
        effects.clear();
        undone.clear();
        reached = killedAt(at, afterwards, reference, once);
        crashes += reached ? 1 : 0;
      }
    }
    assertThat(crashes).as("writes at which it was killed").isGreaterThan(PROOF ? 200 : 100);
  }

  @Test
  void check_stepWhoseEffectIsNotAskedForUnderOneName_isCaught() {
    named = StepContext::attempt;
    Map<String, String> reference;
    Map<String, Integer> once;
    try (Bench bench = new Bench(Duration.ofHours(3))) {
      PipelineRunner runner = runner(bench, bench.store);
      live(bench, runner);
      reference = picture(runner);
      once = new TreeMap<>(effects);
    }
    int caught = 0;
    for (int at = 1; at <= 40 && caught == 0; at++) {
      effects.clear();
      undone.clear();
      try {
        killedAt(at, true, reference, once);
      } catch (AssertionError e) {
        caught++;
      }
    }
    assertThat(caught).as("the check lets an effect pass that is done twice").isEqualTo(1);
  }

  private boolean killedAt(
      int at, boolean afterwards, Map<String, String> reference, Map<String, Integer> once) {
    try (Bench bench = new Bench(Duration.ofHours(3))) {
      CrashingStore crashing = new CrashingStore(bench.store, at, afterwards);
      PipelineRunner first = runner(bench, crashing);
      boolean killed = false;
      try {
        live(bench, first);
      } catch (CrashingStore.Killed e) {
        killed = true;
      }
      bench.abandon(first);
      PipelineRunner second = runner(bench, bench.store);
      live(bench, second);

      String what = "write " + at + (afterwards ? ", after it" : ", before it");
      assertThat(picture(second)).as(what).isEqualTo(reference);
      assertThat(effects.keySet()).as(what).isEqualTo(once.keySet());
      int twice = effects.values().stream().mapToInt(n -> n - 1).sum();
      assertThat(twice).as(what + ": only what ran may run again").isLessThanOrEqualTo(1);
      assertThat(undone.stream().distinct()).as(what).hasSize(1);
      return killed;
    }
  }
}
