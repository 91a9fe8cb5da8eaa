package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Takes a run from where its log says it is to its end, or to where it has to wait.
 *
 * <p>Protocol: who works on a run first writes a claim with its epoch. Every later write takes the
 * log's next place, so after a claim with a later epoch the earlier owner's next write fails, and
 * it stops. What a step made is written first, then what its key stands for, then that the step is
 * done: a crash between any two of them leaves a run that finds its result under the key, or makes
 * it again. One instance per run and process; not thread-safe.
 */
final class RunExecution {
  // A step whose process ends each time it runs would otherwise end every process of a fleet.
  static final int MOST_INTERRUPTIONS = 5;
  private static final int LONGEST_ERROR = 2_000;
  private final Engine engine;
  private final KnownRun run;
  private final RunState state = new RunState();
  private final EventLog log;
  private final StepCalls calls;
  private @Nullable Made made;

  /** What a step made that is not written yet, because the store failed. */
  private static final class Made {
    private final String step;
    private final int attempt;
    private final String key;
    private final byte[] bytes;
    private final String note;
    private final long millis;

    Made(String step, int attempt, String key, byte[] bytes, String note, long millis) {
      this.step = step;
      this.attempt = attempt;
      this.key = key;
      this.bytes = bytes;
      this.note = note;
      this.millis = millis;
    }
  }

  RunExecution(Engine engine, KnownRun run) {
    this.engine = engine;
    this.run = run;
    this.log = log(engine, run.id(), state);
    this.calls = new StepCalls(engine);
  }

  static EventLog log(Engine engine, String run, RunState state) {
    return new EventLog(
        engine.store(), engine.prefix() + "/runs/" + run, engine.writer(), state::apply);
  }

  RunState state() {
    return state;
  }

  /** Interrupts the step that runs, if one does; on shutdown, none begins any more. */
  void stop(Attempt.Stop why) {
    calls.stop(why);
  }

  /** Does what can be done now; returns when to come back, or nothing if the run is over. */
  Optional<Duration> advance() {
    log.sync();
    if (state.over()) {
      return Optional.empty();
    }
    claim();
    while (true) {
      String cancelled = engine.cancelled().apply(run.id());
      if (state.ending() != null) {
        end();
        return Optional.empty();
      } else if (cancelled != null) {
        ending(RunStatus.CANCELLED, cancelled);
      } else {
        Step<?> next = next();
        if (next == null) {
          ending(RunStatus.SUCCEEDED, "");
        } else {
          Duration wait = advance(next);
          if (wait != null) {
            return Optional.of(wait);
          }
        }
      }
    }
  }

  private void claim() {
    long epoch = engine.leadership().epoch();
    while (state.epoch() < epoch) {
      log.append(event("claim").put("epoch", epoch).put("code", engine.pipeline().digest()));
    }
    if (state.epoch() > epoch) {
      throw new FencedException(
          "Run " + run.id() + " belongs to epoch " + state.epoch() + "; this is " + epoch + ".");
    }
  }

  private void append(ObjectNode event) {
    if (!log.append(event)) {
      throw new FencedException(
          "Run " + run.id() + " went on elsewhere, in epoch " + state.epoch() + ".");
    }
  }

  private ObjectNode event(String type) {
    return Fields.event(type, engine.time().now());
  }

  private ObjectNode event(String type, Step<?> step) {
    return event(type).put("step", step.name());
  }

  private @Nullable Step<?> next() {
    return engine.pipeline().order().stream()
        .filter(step -> !state.step(step.name()).done())
        .findFirst()
        .orElse(null);
  }

  private void ending(RunStatus status, String reason) {
    append(
        event("ending")
            .put("status", status.name())
            .put("reason", Text.printable(reason, LONGEST_ERROR)));
  }

  /** Takes one step further; returns how long to wait, or null to go on at once. */
  private <T> @Nullable Duration advance(Step<T> step) {
    StepState known = state.step(step.name());
    if (known.status() == StepStatus.FAILED || known.status() == StepStatus.REFUSED) {
      RunStatus status = known.status() == StepStatus.FAILED ? RunStatus.FAILED : RunStatus.REFUSED;
      ending(status, "Step '" + step.name() + "': " + known.error());
      return null;
    }
    if (calls.shutDown() || !engine.leadership().leads()) {
      throw new FencedException("Run " + run.id() + ": this instance does not lead any more.");
    }
    Duration wait = backOff(step, known);
    if (wait != null) {
      return wait;
    }
    if (known.token() != null && step.work() instanceof Waiting<?, ?> waiting) {
      @SuppressWarnings("unchecked")
      Waiting<?, T> typed = (Waiting<?, T>) waiting;
      return ask(step, typed, known, known.token());
    }
    Made kept = made;
    if (kept != null && kept.step.equals(step.name()) && kept.attempt == known.attempts()) {
      done(step, kept);
      return null;
    }
    begin(step, known);
    return null;
  }

  private @Nullable Duration backOff(Step<?> step, StepState known) {
    if (known.failures() == 0 || known.status() == StepStatus.RUNNING) {
      return null;
    }
    Duration whole = step.settings().retry().after(known.failures());
    Duration passed =
        engine
            .elapsed()
            .since(run.id() + "/" + step.name() + "/" + known.failures(), known.changedAt());
    return passed.compareTo(whole) < 0 ? whole.minus(passed) : null;
  }

  /** Looks for the result; if there is none, runs the step. */
  private <T> void begin(Step<T> step, StepState known) {
    if (known.status() == StepStatus.RUNNING && known.interruptions() + 1 >= MOST_INTERRUPTIONS) {
      failed(step, MOST_INTERRUPTIONS + " times the process ended while it ran.", 0, true);
      return;
    }
    List<String> inputs =
        step.inputs().stream().map(input -> state.step(input.name()).digest()).toList();
    String key = StepKey.of(step, inputs, run);
    Optional<StepStore.Kept> kept =
        engine
            .results()
            .find(key)
            .filter(there -> !run.request().fresh() || there.run().equals(run.id()));
    if (kept.isPresent()) {
      reuse(step, key, kept.get());
      return;
    }
    Work.Inputs ready = inputs(step);
    append(event("started", step).put("attempt", known.attempts() + 1).put("key", key));
    RunningStep context = context(step, known.attempts());
    long began = engine.time().nanos();
    if (step.work() instanceof Waiting<?, ?> waiting) {
      String token = call(step, step.settings().timeout(), () -> waiting.start(ready, context));
      if (token != null) {
        append(event("begun", step).put("key", key).put("token", token));
      }
      return;
    }
    byte[] bytes =
        call(
            step,
            step.settings().timeout(),
            () -> step.codec().write(step.work().run(ready, context)));
    if (bytes != null) {
      Made now = new Made(step.name(), known.attempts(), key, bytes, context.note(), millis(began));
      made = now;
      done(step, now);
    }
  }

  private void reuse(Step<?> step, String key, StepStore.Kept kept) {
    ObjectNode event =
        event("done", step).put("key", key).put("digest", kept.digest()).put("millis", 0);
    if (!kept.run().equals(run.id())) {
      event.put("reusedFrom", kept.run());
    }
    append(event);
  }

  private void done(Step<?> step, Made now) {
    String digest = engine.results().put(now.bytes);
    StepStore.Kept first =
        engine.results().bind(now.key, digest, step.name(), run.id(), engine.time().now());
    ObjectNode event =
        event("done", step)
            .put("key", now.key)
            .put("digest", first.digest())
            .put("millis", now.millis)
            .put("note", now.note);
    if (!first.digest().equals(digest)) {
      event.put("differs", digest);
    }
    append(event);
    made = null;
    report();
  }

  private void report() {
    List<Step<?>> steps = engine.pipeline().order();
    long done = steps.stream().filter(step -> state.step(step.name()).done()).count();
    engine.progress().report("steps of " + run.id(), done, steps.size());
  }

  /** Asks a step that waits; nothing is written unless the answer is new. */
  private <T> @Nullable Duration ask(
      Step<T> step, Waiting<?, T> waiting, StepState known, String token) {
    Duration timeout = step.settings().timeout();
    Instant since = known.startedAt() == null ? run.at() : known.startedAt();
    if (timeout != null
        && engine.elapsed().since(run.id() + "/" + step.name(), since).compareTo(timeout) >= 0) {
      failed(step, "It took longer than " + timeout + ".", 0, true);
      return null;
    }
    RunningStep context = context(step, known.attempts());
    Optional<byte[]> answer =
        call(
            step, null, () -> waiting.poll(token, context).map(value -> step.codec().write(value)));
    if (answer == null) {
      return null;
    }
    if (answer.isEmpty()) {
      if (known.failures() > 0) {
        append(event("asked", step));
      }
      return step.settings().every();
    }
    String key = known.picture().key();
    Duration took = engine.elapsed().since(run.id() + "/" + step.name(), since);
    done(
        step,
        new Made(
            step.name(), known.attempts(), key, answer.get(), context.note(), took.toMillis()));
    return null;
  }

  private RunningStep context(Step<?> step, int number) {
    return new RunningStep(
        engine.pipeline(),
        run,
        step.settings(),
        number,
        (what, done, total) -> {
          calls.check();
          engine.progress().report(step.name() + ": " + what, done, total);
        });
  }

  /** Reads what a step needs before it begins, so that a store that fails is no fault of it. */
  private Work.Inputs inputs(Step<?> step) {
    Map<String, byte[]> bytes = new HashMap<>();
    step.inputs().forEach(input -> bytes.put(input.name(), made(input)));
    return new Work.Inputs() {
      @Override
      public <A> A get(Step<A> input) {
        return input.codec().read(bytes.getOrDefault(input.name(), new byte[0]).clone());
      }
    };
  }

  private byte[] made(Step<?> step) {
    return engine.results().bytes(state.step(step.name()).digest());
  }

  /** Calls a step's code; null if it did not return a value, which is then in the log. */
  private <V> @Nullable V call(Step<?> step, @Nullable Duration timeout, Callable<V> body) {
    long began = engine.time().nanos();
    Runnable overrun = () -> overrun(step, String.valueOf(timeout), began);
    StepCalls.Called<V> called = calls.call(timeout, overrun, body);
    if (called.abandoned()) {
      throw new FencedException("Run " + run.id() + " went on without step " + step.name() + ".");
    }
    if (called.value() == null) {
      unmade(step, called, String.valueOf(timeout), millis(began));
    }
    return called.value();
  }

  private void unmade(Step<?> step, StepCalls.Called<?> called, String timeout, long millis) {
    Attempt.Stop stopped = called.stopped();
    boolean foreign = stopped == null && called.problem() instanceof InterruptedException;
    if (foreign) {
      // Whoever owns the thread wants it back.
      Thread.currentThread().interrupt();
    }
    if (foreign || stopped == Attempt.Stop.SHUTDOWN || stopped == Attempt.Stop.CANCEL) {
      append(
          event("failed", step)
              .put("error", "It was interrupted.")
              .put("millis", millis)
              .put("shutdown", true));
      if (stopped != Attempt.Stop.CANCEL) {
        throw shutsDown();
      }
    } else if (called.problem() instanceof StepRefusedException refusal) {
      append(event("refused", step).put("error", sentence(refusal)));
    } else {
      String error =
          stopped == Attempt.Stop.TIMEOUT
              ? "It took longer than " + timeout + "."
              : sentence(called.problem());
      int failures = state.step(step.name()).failures() + 1;
      failed(step, error, millis, failures >= step.settings().retry().attempts());
    }
  }

  private FencedException shutsDown() {
    return new FencedException("Run " + run.id() + ": this instance shuts down.");
  }

  private void failed(Step<?> step, String error, long millis, boolean last) {
    append(
        event("failed", step)
            .put("error", Text.printable(error, LONGEST_ERROR))
            .put("millis", millis)
            .put("last", last));
  }

  private static String sentence(Throwable problem) {
    String message = problem.getMessage();
    boolean ours = problem instanceof MlopsException;
    String text =
        message == null
            ? problem.getClass().getName()
            : ours ? message : problem.getClass().getSimpleName() + ": " + message;
    return Text.printable(text, LONGEST_ERROR);
  }

  /** A step that does not heed the interrupt: the run ends without it, on this other thread. */
  private void overrun(Step<?> step, String timeout, long began) {
    RunExecution other = new RunExecution(engine, run);
    other.log.sync();
    other.failed(
        step,
        "It took longer than " + timeout + " and ignored the interrupt; its thread is lost.",
        millis(began),
        true);
    engine.overran().accept(run.id());
  }

  private void end() {
    RunStatus status = state.ending();
    if (status != null && status != RunStatus.SUCCEEDED) {
      List<Step<?>> order = engine.pipeline().order();
      for (int i = order.size() - 1; i >= 0; i--) {
        undo(order.get(i), status);
      }
    }
    append(event("end"));
  }

  private <T> void undo(Step<T> step, RunStatus status) {
    StepState known = state.step(step.name());
    if (known.undone()) {
      return;
    }
    RunningStep context = context(step, known.attempts());
    String token = known.token();
    if (known.done()) {
      Optional<Pipeline.RollBack<T>> hook = engine.pipeline().rollBack(step);
      if (hook.isPresent()) {
        String reason = status + ": " + state.reason();
        byte[] made = made(step);
        undo(step, () -> hook.get().undo(step.codec().read(made), reason, context));
      }
    } else if (token != null
        && known.status() != StepStatus.REFUSED
        && step.work() instanceof Waiting<?, ?> waiting) {
      undo(step, () -> waiting.cancel(token, context));
    }
  }

  /** Something that undoes. */
  @FunctionalInterface
  private interface Undo {
    void run() throws Exception;
  }

  private void undo(Step<?> step, Undo body) {
    StepCalls.Called<Boolean> called =
        calls.call(
            null,
            () -> {},
            () -> {
              body.run();
              return true;
            });
    if (called.stopped() == Attempt.Stop.SHUTDOWN) {
      throw shutsDown();
    }
    String how =
        called.value() != null ? "undone" : "could not be undone: " + sentence(called.problem());
    append(event("undone", step).put("how", how));
  }

  private long millis(long began) {
    return Math.max(0, (engine.time().nanos() - began) / 1_000_000);
  }
}
