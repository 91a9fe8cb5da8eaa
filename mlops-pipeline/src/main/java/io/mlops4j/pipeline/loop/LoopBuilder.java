package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.Validation;
import io.mlops4j.pipeline.Retry;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link ContinuousLoop} works with. Data, training, evidence, gates and a store
 * are needed; every value may be set once. Not thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class LoopBuilder<I, O> {
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(3_650);

  /** The loop's own steps: stages have other names. */
  private static final Set<String> STEPS =
      Set.of(
          "data",
          "validate",
          "validate.result",
          "train",
          "register",
          "evaluate",
          "gates",
          "promote",
          "watch");

  private final RegisteredModel<I, O> model;
  private final Map<String, LoopExpectation<I>> expectations = new LinkedHashMap<>();
  private final Map<String, LoopStage<I, O>> stages = new LinkedHashMap<>();
  private final List<Trigger> triggers = new ArrayList<>();
  private @Nullable String name;
  private @Nullable Function<? super Instant, LoopData<I>> data;
  private @Nullable LoopSuite<I> suite;
  private @Nullable LoopTrainer<I> trainer;
  private @Nullable LoopEvidence<I, O> evidence;
  private @Nullable GatePolicy policy;
  private @Nullable Retry retry;
  private @Nullable Duration timeout;
  private @Nullable Duration every;
  private @Nullable ObjectStore store;
  private @Nullable String instance;
  private @Nullable Time time;
  private @Nullable Executor executor;
  private LoopSettings.Watch watch = LoopSettings.Watch.NONE;

  LoopBuilder(RegisteredModel<I, O> model) {
    this.model = Objects.requireNonNull(model, "model");
  }

  /**
   * Names the loop: its state is kept under this name. The default is the model's name.
   *
   * @param text 1 to 80 of {@code A-Z a-z 0-9 . _ -}
   * @return this
   */
  public LoopBuilder<I, O> name(String text) {
    name = once("name", name, text);
    return this;
  }

  /**
   * Says what the data are as of a moment.
   *
   * @param asOf called by up to four steps of a run, also after a restart, with the same moment: it
   *     must then give the same rows, or the run fails and says so. Only what was known then is
   *     right
   * @return this
   */
  public LoopBuilder<I, O> data(Function<? super Instant, LoopData<I>> asOf) {
    data = once("data", data, asOf);
    return this;
  }

  /**
   * Asks a suite of expectations of the rows to learn from, before anything is trained on them:
   * what does not hold ends the run, with every sentence. What came of it is on the run's page, and
   * is evidence about the version that is registered then, for {@code Gate.dataValidated()}.
   *
   * <p>Rows are compared with those the champion has learned from ({@code countAgainstPrevious})
   * and with its baseline; freshness is as of the moment the data are of.
   *
   * @param expected the suite
   * @return this
   */
  public LoopBuilder<I, O> validate(Expectations<I> expected) {
    return validate(expected, (validation, rows) -> {});
  }

  /**
   * Asks a suite as {@link #validate(Expectations)} does, and gives it more than the rows.
   *
   * @param expected the suite
   * @param given adds to each validation what the suite needs, such as references
   * @return this
   */
  public LoopBuilder<I, O> validate(
      Expectations<I> expected, BiConsumer<? super Validation<I>, ? super LoopData<I>> given) {
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(given, "given");
    suite = once("validate", suite, new LoopSuite<>(expected, given));
    return this;
  }

  /**
   * Expects something of the data before anything is trained on them. May be called several times;
   * the first failure ends the run.
   *
   * @param what a short name
   * @param expectation looks at the data
   * @return this
   */
  public LoopBuilder<I, O> expect(String what, LoopExpectation<I> expectation) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(expectation, "expectation");
    if (expectations.putIfAbsent(what, expectation) != null) {
      throw new IllegalStateException("expect " + what + " is set already");
    }
    return this;
  }

  /**
   * Says how a candidate is trained.
   *
   * @param training from data to files
   * @return this
   */
  public LoopBuilder<I, O> train(LoopTrainer<I> training) {
    trainer = once("train", trainer, training);
    return this;
  }

  /**
   * Says what is found out about a candidate before the gates are asked.
   *
   * @param recorded such as {@link LoopEvidence#comparing}
   * @return this
   */
  public LoopBuilder<I, O> evidence(LoopEvidence<I, O> recorded) {
    evidence = once("evidence", evidence, recorded);
    return this;
  }

  /**
   * Sets the gates, fixed before any candidate is trained. They are asked after the evidence is
   * recorded, of the rows it was recorded on, and again at promotion. Approvals a policy asks for
   * are waited for.
   *
   * @param gates the policy
   * @return this
   */
  public LoopBuilder<I, O> gates(GatePolicy gates) {
    policy = once("gates", policy, gates);
    return this;
  }

  /**
   * Adds a stage between gates and promotion, after those added before.
   *
   * @param what its name, such as {@code shadow} or {@code canary}
   * @param stage what a candidate goes through
   * @return this
   */
  public LoopBuilder<I, O> stage(String what, LoopStage<I, O> stage) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(stage, "stage");
    if (STEPS.contains(what)) {
      throw new IllegalArgumentException(
          "stage: " + what + " (expected: none of the loop's own steps: " + STEPS + ")");
    }
    if (stages.putIfAbsent(what, stage) != null) {
      throw new IllegalStateException("stage " + what + " is set already");
    }
    return this;
  }

  /**
   * Looks after what was promoted: if one of the checks fails within a while, the champion before
   * comes back and the run ends as refused. No other run begins meanwhile.
   *
   * @param length how long
   * @param checks of the version in production, such as a quality monitor
   * @return this
   */
  public LoopBuilder<I, O> watchAfterwards(Duration length, Check... checks) {
    Objects.requireNonNull(length, "length");
    for (Check check : Objects.requireNonNull(checks, "checks")) {
      Objects.requireNonNull(check, "checks");
    }
    positive("watchAfterwards", length);
    if (checks.length == 0) {
      throw new IllegalArgumentException("watchAfterwards: 0 checks (expected: at least 1)");
    }
    if (!watch.checks().isEmpty()) {
      throw new IllegalStateException("watchAfterwards is set already: " + watch.length());
    }
    watch = new LoopSettings.Watch(length, List.of(checks));
    return this;
  }

  /**
   * Adds a trigger. Without one, only {@link ContinuousLoop#run} begins a run.
   *
   * @param trigger what begins runs
   * @return this
   */
  public LoopBuilder<I, O> trigger(Trigger trigger) {
    triggers.add(Objects.requireNonNull(trigger, "trigger"));
    return this;
  }

  /**
   * Sets how often training and evaluation are tried. The default is once.
   *
   * @param rule attempts and waits
   * @return this
   */
  public LoopBuilder<I, O> retry(Retry rule) {
    retry = once("retry", retry, rule);
    return this;
  }

  /**
   * Sets how long one attempt to train or to evaluate may take. The default is as long as it wants.
   *
   * @param longest more than zero
   * @return this
   */
  public LoopBuilder<I, O> timeout(Duration longest) {
    timeout = once("timeout", timeout, positive("timeout", longest));
    return this;
  }

  /**
   * Sets how often triggers, stages and approvals are asked. The default is every minute.
   *
   * @param period more than zero
   * @return this
   */
  public LoopBuilder<I, O> every(Duration period) {
    every = once("every", every, positive("every", period));
    return this;
  }

  /**
   * Says where all state is kept.
   *
   * @param objects shared by the fleet
   * @param ownName this instance's name, the same after a restart, such as a pod's
   * @return this
   */
  public LoopBuilder<I, O> storingIn(ObjectStore objects, String ownName) {
    store = once("storingIn", store, objects);
    instance = Objects.requireNonNull(ownName, "ownName");
    return this;
  }

  /**
   * Sets the clocks. The default is the machine's.
   *
   * @param clock what waits and stamps
   * @return this
   */
  public LoopBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Sets what runs steps. The default is threads of the loop's own; {@code Runnable::run} runs them
   * on the thread that calls {@link ContinuousLoop#pass}, for tests and simulations.
   *
   * @param threads runs steps
   * @return this
   */
  public LoopBuilder<I, O> executor(Executor threads) {
    executor = once("executor", executor, threads);
    return this;
  }

  /**
   * Returns the loop. Reads its log; nothing runs yet.
   *
   * @return the loop; the caller closes it
   * @throws IllegalStateException if something is missing; names it
   */
  public ContinuousLoop<I, O> build() {
    return new ContinuousLoop<>(
        new LoopSettings<>(
            name == null ? model.name() : name,
            model,
            needed("data", data),
            Optional.ofNullable(suite),
            Collections.unmodifiableMap(new LinkedHashMap<>(expectations)),
            needed("train", trainer),
            needed("evidence", evidence),
            needed("gates", policy),
            Collections.unmodifiableMap(new LinkedHashMap<>(stages)),
            watch,
            List.copyOf(triggers),
            retry == null ? Retry.never() : retry,
            Optional.ofNullable(timeout),
            every == null ? EVERY : every,
            needed("storingIn", store),
            needed("storingIn", instance),
            time == null ? Time.system() : time),
        executor);
  }

  private <T> T needed(String what, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(
          "Loop of '" + model.name() + "': " + what + " is not set (expected: before build)");
    }
    return value;
  }

  private static Duration positive(String what, Duration length) {
    Objects.requireNonNull(length, what);
    if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + ": " + length + " (expected: more than zero, at most 3650 days)");
    }
    return length;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
