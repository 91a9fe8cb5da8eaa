package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.drift.alert.AlertSink;
import io.mlops4j.report.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs a pipeline when its triggers fire, once in a fleet. Every instance of a service has one, on
 * the same store; one of them leads and does the work, any takes requests.
 *
 * <pre>{@code
 * try (PipelineRunner runner =
 *     PipelineRunner.of(pipeline, store, podName)
 *         .trigger(Trigger.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Paris")))
 *         .trigger(Trigger.drift("drift", monitor))
 *         .build()) {
 *   runner.start();
 *   …
 * }
 * }</pre>
 *
 * <p>All state is in the store: what was begun goes on after a crash at any point, on this instance
 * or another. A step that was running is run again, with the same {@link StepContext#request}; one
 * that was done is not. Thread-safe.
 */
public final class PipelineRunner implements AutoCloseable {
  private final RunnerCore core;

  private PipelineRunner(RunnerCore core) {
    this.core = core;
  }

  /**
   * Returns a runner to be described.
   *
   * @param pipeline what it runs
   * @param store where all state is kept; shared by the fleet
   * @param instance this instance's own name, the same after a restart, such as a pod's
   * @return its builder
   */
  public static Builder of(Pipeline pipeline, ObjectStore store, String instance) {
    return new Builder(pipeline, store, instance);
  }

  /**
   * Begins to look at the triggers and to run what is due, now and then periodically. Without this,
   * {@link #pass} does it when it is called.
   *
   * @return this
   */
  public PipelineRunner start() {
    core.start();
    return this;
  }

  /**
   * Does what is due now, if this instance leads or can lead: asks the triggers on this thread, and
   * hands runs to the executor. For tests, simulations and schedulers of your own. If a pass is
   * going on, it is followed by another, and this returns at once. After {@link #close} it does
   * nothing.
   */
  public void pass() {
    core.pass();
  }

  /**
   * Asks for a run, on whichever instance leads. Cost: one write.
   *
   * @param request what is asked for
   * @return whether there is a new run
   * @throws IllegalArgumentException if it has a parameter that no step declares; names those there
   *     are
   * @throws PipelineException if 1,000 runs wait already
   * @throws IllegalStateException if this runner is closed
   */
  public RunStart run(RunRequest request) {
    requireNonNull(request, "request");
    core.requireOpen();
    RunStart start = core.submit(request, "");
    core.poke();
    return start;
  }

  /**
   * Asks for a run by hand, about this moment.
   *
   * @param id what tells it from others; asked twice, it runs once
   * @param reason who asks, and why
   * @return whether there is a new run
   */
  public RunStart run(String id, String reason) {
    return run(core.manual(requireNonNull(id, "id"), requireNonNull(reason, "reason")));
  }

  /**
   * Returns what a request would do. Writes nothing.
   *
   * @param request what would be asked for
   * @return whether there would be a run, and which steps would run
   */
  public RunPlan plan(RunRequest request) {
    return core.plan(requireNonNull(request, "request"));
  }

  /**
   * Lets a trigger made by {@link Trigger#pulled} fire. If it cools down, its budget is used up or
   * a run is going on, that waits, also over a restart; of several that wait, the first runs.
   *
   * @param trigger its name
   * @param signal what was noticed
   * @return what became of it; {@link RunStart.Outcome#BLOCKED} if it waits
   * @throws IllegalArgumentException if there is no such trigger
   */
  public RunStart fire(String trigger, Trigger.Signal signal) {
    requireNonNull(trigger, "trigger");
    requireNonNull(signal, "signal");
    core.requireOpen();
    RunStart start = core.fire(trigger, signal);
    core.poke();
    return start;
  }

  /**
   * Returns a sink for alerts: each episode that fires makes a trigger fire once, on however many
   * instances and however often it is delivered.
   *
   * @param trigger the name of a trigger made by {@link Trigger#pulled}
   * @return to be given to {@link io.mlops4j.drift.alert.Alerts.Builder#sink}
   */
  public AlertSink alertSink(String trigger) {
    core.pulled(requireNonNull(trigger, "trigger"));
    return AlertSink.trigger(
        event ->
            fire(
                trigger,
                new Trigger.Signal(
                    event.group() + "/" + event.alert() + "/" + event.episode(),
                    event.alert() + " (" + event.severity() + "): " + event.evidence())));
  }

  /**
   * Asks for the intervals of a schedule within a range. They run one after the other, between what
   * triggers begin, and go on after a restart.
   *
   * @param request which
   * @return what it does, interval by interval
   * @throws IllegalArgumentException if the trigger is no schedule, or there are more than 10,000
   *     intervals
   */
  public BackfillPlan backfill(BackfillRequest request) {
    requireNonNull(request, "request");
    core.requireOpen();
    BackfillPlan plan = core.backfill(request, true);
    core.poke();
    return plan;
  }

  /**
   * Returns what a backfill would do. Writes nothing.
   *
   * @param request which
   * @return what it would do, interval by interval
   */
  public BackfillPlan planBackfill(BackfillRequest request) {
    return core.backfill(requireNonNull(request, "request"), false);
  }

  /**
   * Ends a run: the step that runs is interrupted, what was done is undone.
   *
   * @param run its id
   * @param reason who ends it, and why
   * @return false if it was over already
   * @throws IllegalArgumentException if there is no such run
   */
  public boolean cancel(String run, String reason) {
    requireNonNull(run, "run");
    requireNonNull(reason, "reason");
    core.requireOpen();
    boolean cancelled = core.cancel(run, reason);
    core.poke();
    return cancelled;
  }

  /**
   * Returns a run as it stands. Cost: reads its log.
   *
   * @param run its id
   * @return the run, or empty if there is none
   */
  public Optional<PipelineRun> find(String run) {
    return core.find(requireNonNull(run, "run"));
  }

  /**
   * Returns the latest runs. Cost: reads their logs.
   *
   * @param most how many at most
   * @return newest first
   */
  public List<PipelineRun> runs(int most) {
    return core.runs(most);
  }

  /**
   * Returns a run's end to wait for. This instance learns of it at its next pass, wherever it ran.
   *
   * @param run its id
   * @return completes with the run when it is over
   * @throws IllegalArgumentException if there is no such run
   */
  public CompletableFuture<PipelineRun> whenOver(String run) {
    return core.whenOver(requireNonNull(run, "run"));
  }

  /**
   * Returns whether this instance leads.
   *
   * @return true until a lease after it was last confirmed
   */
  public boolean leads() {
    return core.leads();
  }

  /**
   * Returns who leads, as far as this instance knows.
   *
   * @return an instance's name; empty if nobody has led yet
   */
  public Optional<String> leader() {
    return core.leader();
  }

  /**
   * Returns a page about one run: why it began, what each step did, what was reused, what was not
   * deterministic, and all that came of suites of expectations.
   *
   * @param run its id
   * @return a report, to be rendered as HTML, text or JSON
   * @throws IllegalArgumentException if there is no such run
   */
  public Report page(String run) {
    PipelineRun found = find(run).orElseThrow(() -> core.unknown(run));
    return core.page(found);
  }

  /**
   * Returns a page about the pipeline: its triggers, who leads, its latest runs.
   *
   * @param most how many runs at most
   * @return a report
   */
  public Report overview(int most) {
    return core.overview(most);
  }

  /**
   * Stops: interrupts the step that runs, which another instance, or this one after a restart, runs
   * again; waits for it up to ten seconds; and gives up leading. Runs can still be read then, not
   * asked for.
   */
  @Override
  public void close() {
    core.close();
  }

  /** Describes a runner. Not thread-safe. */
  public static final class Builder {
    private final Pipeline pipeline;
    private final ObjectStore store;
    private final String instance;
    private final Map<String, Trigger> triggers = new LinkedHashMap<>();
    private @Nullable Time time;
    private @Nullable Executor executor;
    private @Nullable Duration every;
    private @Nullable Duration lease;
    private @Nullable Integer maxActiveRuns;
    private @Nullable Progress progress;

    private Builder(Pipeline pipeline, ObjectStore store, String instance) {
      this.pipeline = requireNonNull(pipeline, "pipeline");
      this.store = requireNonNull(store, "store");
      this.instance = Names.require("instance", requireNonNull(instance, "instance"));
    }

    /**
     * Adds a trigger.
     *
     * @param trigger what begins runs
     * @return this
     */
    public Builder trigger(Trigger trigger) {
      requireNonNull(trigger, "trigger");
      if (triggers.putIfAbsent(trigger.name(), trigger) != null) {
        throw new IllegalStateException(
            "Pipeline '" + pipeline + "': two triggers are called " + trigger.name() + ".");
      }
      return this;
    }

    /**
     * Sets the clocks. Without it: the machine's.
     *
     * @param clock what waits and stamps
     * @return this
     */
    public Builder time(Time clock) {
      once("time", time);
      time = requireNonNull(clock, "time");
      return this;
    }

    /**
     * Sets what runs steps. Without it: threads of the runner's own. It needs at least one thread
     * more than runs may be active, or a long step keeps the instance from confirming that it
     * leads.
     *
     * @param threads runs steps
     * @return this
     */
    public Builder executor(Executor threads) {
      once("executor", executor);
      executor = requireNonNull(threads, "executor");
      return this;
    }

    /**
     * Sets how often triggers are asked. Without it: every ten seconds.
     *
     * @param period more than zero
     * @return this
     */
    public Builder every(Duration period) {
      once("every", every);
      every = Lengths.require("every", requireNonNull(period, "period"));
      return this;
    }

    /**
     * Sets how long the fleet is without a leader after one crashed: five quarters of this. Without
     * it: a minute.
     *
     * @param duration more than zero
     * @return this
     */
    public Builder lease(Duration duration) {
      once("lease", lease);
      lease = Lengths.require("lease", requireNonNull(duration, "duration"));
      return this;
    }

    /**
     * Sets how many runs may go on or wait at a time; triggers begin no more. Without it: one.
     *
     * @param runs 1 to 100
     * @return this
     */
    public Builder maxActiveRuns(int runs) {
      once("maxActiveRuns", maxActiveRuns);
      if (runs < 1 || runs > 100) {
        throw new IllegalArgumentException("maxActiveRuns: " + runs + " (expected: 1..100)");
      }
      maxActiveRuns = runs;
      return this;
    }

    /**
     * Sets who is told how far runs have come: the number of steps done, and what steps say.
     *
     * @param listener is told
     * @return this
     */
    public Builder progress(Progress listener) {
      once("progress", progress);
      progress = requireNonNull(listener, "progress");
      return this;
    }

    /**
     * Returns the runner. Reads the pipeline's log.
     *
     * @return not started
     * @throws PipelineException if the log is damaged or of a newer version of this library
     */
    public PipelineRunner build() {
      for (Trigger trigger : triggers.values()) {
        RunnerCore.requireDeclared(pipeline, trigger.parametersGiven(), trigger.toString());
      }
      return new PipelineRunner(
          new RunnerCore(
              pipeline,
              store,
              instance,
              UUID.randomUUID().toString(),
              new ArrayList<>(triggers.values()),
              time == null ? Time.system() : time,
              executor,
              every == null ? Duration.ofSeconds(10) : every,
              lease == null ? Duration.ofMinutes(1) : lease,
              maxActiveRuns == null ? 1 : maxActiveRuns,
              progress == null ? Progress.silent() : progress));
    }

    private void once(String what, @Nullable Object old) {
      if (old != null) {
        throw new IllegalStateException(
            "Pipeline '" + pipeline + "': " + what + " is set already, to " + old + ".");
      }
    }
  }
}
