package io.mlops4j.pipeline;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a runner does, and when. A pass asks the triggers and hands out runs; a beat says that this
 * instance still leads. Both are called by the clock on threads of the executor; one pass goes on
 * at a time.
 */
final class RunnerCore {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);
  private final Pipeline pipeline;
  private final Time time;
  private final Duration every;
  private final Duration beat;
  private final int maxActiveRuns;
  private final Executor executor;
  private final @Nullable ExecutorService own;
  private final Map<String, Trigger> triggers = new LinkedHashMap<>();
  private final Map<String, CompletableFuture<PipelineRun>> awaited = new LinkedHashMap<>();
  private final Engine engine;
  private final Ledger ledger;
  private final Leadership leadership;
  private final Elapsed elapsed;
  private final RunDispatch dispatch;
  private final TriggerRound round;

  private boolean started;
  private boolean closed;
  private boolean passing;
  private boolean again;
  private @Nullable Subscription nextPass;
  private @Nullable Subscription nextBeat;

  RunnerCore(
      Pipeline pipeline,
      ObjectStore store,
      String instance,
      String session,
      List<Trigger> triggers,
      Time time,
      @Nullable Executor executor,
      Duration every,
      Duration lease,
      int maxActiveRuns,
      Progress progress) {
    this.pipeline = pipeline;
    this.time = time;
    this.every = every;
    this.beat = lease.dividedBy(4);
    this.maxActiveRuns = maxActiveRuns;
    triggers.forEach(trigger -> this.triggers.put(trigger.name(), trigger));
    String prefix = "pipelines/" + pipeline.name();
    this.own = executor == null ? threads(pipeline.name()) : null;
    this.executor = executor == null ? requireOwn() : executor;
    this.elapsed = new Elapsed(time);
    this.leadership = new Leadership(store, prefix, instance, session, time, lease);
    this.ledger = new Ledger(pipeline, store, prefix, instance + "/" + session, time);
    StepStore results = new StepStore(store, prefix);
    this.engine =
        new Engine(
            pipeline,
            store,
            prefix,
            instance + "/" + session,
            time,
            this.executor,
            elapsed,
            leadership,
            results,
            progress,
            ledger::cancelled,
            this::overran);
    this.dispatch = new RunDispatch(engine, ledger, this::poke, every);
    this.round = new TriggerRound(triggers, ledger, elapsed, time, maxActiveRuns);
  }

  private Executor requireOwn() {
    if (own == null) {
      throw new IllegalStateException("executor");
    }
    return own;
  }

  private static ExecutorService threads(String name) {
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, "pipeline-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }

  // ------------------------------------------------------------------ the clock

  synchronized void start() {
    if (started || closed) {
      throw new IllegalStateException(
          "The runner of pipeline '" + pipeline + "' is " + (closed ? "closed." : "started."));
    }
    started = true;
    tick();
    beat();
  }

  /** Runs that a closed instance asks for would be done by nobody in particular. */
  synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "The runner of pipeline '" + pipeline + "' is closed. Ask another instance.");
    }
  }

  private static void requireCount(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("most: " + most + " (expected: 0 or more)");
    }
  }

  private void tick() {
    execute(this::pass);
    synchronized (this) {
      if (!closed) {
        nextPass = time.schedule(every, this::tick);
      }
    }
  }

  private void beat() {
    synchronized (this) {
      if (!closed) {
        nextBeat =
            time.schedule(
                beat,
                () -> {
                  execute(this::confirm);
                  beat();
                });
      }
    }
  }

  private void confirm() {
    try {
      if (leadership.leads()) {
        leadership.poll();
      }
    } catch (RuntimeException e) {
      LOG.warn("Pipeline '{}' could not confirm that it leads: {}", pipeline, text(e));
    }
  }

  /** Passes soon, on another thread. */
  void poke() {
    synchronized (this) {
      if (!started) {
        return;
      }
    }
    execute(this::pass);
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      synchronized (this) {
        if (!closed) {
          LOG.warn("Pipeline '{}': the executor takes nothing: {}", pipeline, text(e));
        }
      }
    }
  }

  void pass() {
    synchronized (this) {
      again = true;
      if (passing || closed) {
        return;
      }
      passing = true;
    }
    try {
      while (take()) {
        passOnce();
      }
    } finally {
      synchronized (this) {
        passing = false;
      }
    }
  }

  private synchronized boolean take() {
    boolean now = again && !closed;
    again = false;
    return now;
  }

  private void passOnce() {
    try {
      ledger.sync();
      settle();
      if (leadership.poll()) {
        dispatch.stopCancelled();
        round.go();
        dispatch.go(maxActiveRuns);
        ledger.sync();
        settle();
      } else {
        dispatch.forget();
      }
    } catch (RuntimeException e) {
      LOG.warn("Pipeline '{}': a pass failed and is tried again: {}", pipeline, text(e));
    }
  }

  private void overran(String run) {
    dispatch.overran(run);
    poke();
  }

  private static String text(Throwable e) {
    return Text.printable(String.valueOf(e.getMessage()), 500);
  }

  // ------------------------------------------------------------------ requests

  RunRequest manual(String id, String reason) {
    Occasion occasion = new Occasion("manual", Occasion.Kind.MANUAL, id, time.now(), reason);
    return RunRequest.of(occasion, Interval.at(time.now()));
  }

  RunStart submit(RunRequest request, String backfill) {
    requireDeclared(pipeline, request.parameters(), "The request");
    return ledger.submit(request, backfill);
  }

  static void requireDeclared(Pipeline pipeline, SortedMap<String, String> given, String who) {
    for (String name : given.keySet()) {
      if (!pipeline.parameters().containsKey(name)) {
        throw new IllegalArgumentException(
            who
                + " gives parameter "
                + Text.printable(name, 64)
                + ", which no step of pipeline '"
                + pipeline
                + "' declares. Declared: "
                + pipeline.parameters().keySet()
                + ".");
      }
    }
  }

  RunPlan plan(RunRequest request) {
    requireDeclared(pipeline, request.parameters(), "The request");
    return new Planning(pipeline, engine.results()).plan(ledger.decide(request), request);
  }

  Trigger pulled(String name) {
    Trigger trigger = trigger(name);
    if (trigger.source() != TriggerSource.NEVER) {
      throw new IllegalArgumentException(
          "trigger: " + trigger + " fires by itself (expected: one made by Trigger.pulled)");
    }
    return trigger;
  }

  private Trigger trigger(String name) {
    Trigger trigger = triggers.get(name);
    if (trigger == null) {
      throw new IllegalArgumentException(
          "trigger: \""
              + Text.printable(name, 64)
              + "\" is none of pipeline '"
              + pipeline
              + "'. Triggers: "
              + triggers.keySet()
              + ".");
    }
    return trigger;
  }

  RunStart fire(String name, Trigger.Signal signal) {
    Trigger trigger = pulled(name);
    return round.fire(trigger, trigger.request(signal, time.now()));
  }

  BackfillPlan backfill(BackfillRequest request, boolean write) {
    Trigger trigger = trigger(request.trigger());
    CronSchedule schedule = trigger.schedule();
    if (schedule == null) {
      throw new IllegalArgumentException(
          "trigger: " + trigger + " is no schedule (expected: one made by Trigger.cron)");
    }
    requireDeclared(pipeline, request.parameters(), "The backfill");
    List<Interval> intervals =
        Backfilling.intervals(schedule, request.range(), request.backwards(), request.trigger());
    ledger.sync();
    Instant now = time.now();
    KnownBackfill meant = KnownBackfill.of("", request, now);
    List<BackfillPlan.Item> items =
        ledger.read(
            state ->
                intervals.stream()
                    .map(
                        interval ->
                            new BackfillPlan.Item(
                                interval, state.decide(meant.request(interval, now))))
                    .toList());
    return new BackfillPlan(write ? ledger.backfill(request).id() : "", items);
  }

  boolean cancel(String run, String reason) {
    ledger.sync();
    require(run);
    boolean cancelled = ledger.cancel(run, reason);
    dispatch.stopCancelled();
    return cancelled;
  }

  private KnownRun require(String run) {
    return ledger.read(state -> state.run(run)).orElseThrow(() -> unknown(run));
  }

  IllegalArgumentException unknown(String run) {
    return new IllegalArgumentException(
        "run: \"" + Text.printable(run, 100) + "\" is none of pipeline '" + pipeline + "'");
  }

  Optional<PipelineRun> find(String run) {
    ledger.sync();
    return ledger.read(state -> state.run(run)).map(this::picture);
  }

  private PipelineRun picture(KnownRun run) {
    RunState state = new RunState();
    try {
      RunExecution.log(engine, run.id(), state).sync();
    } catch (DamagedLogException e) {
      return state.picture(pipeline, run, text(e));
    }
    return state.picture(pipeline, run, "");
  }

  List<PipelineRun> runs(int most) {
    requireCount(most);
    ledger.sync();
    return ledger.read(state -> state.latest(most)).stream().map(this::picture).toList();
  }

  CompletableFuture<PipelineRun> whenOver(String run) {
    ledger.sync();
    require(run);
    CompletableFuture<PipelineRun> future;
    synchronized (awaited) {
      future = awaited.computeIfAbsent(run, ignored -> new CompletableFuture<>());
    }
    settle();
    return future;
  }

  private void settle() {
    List<String> asked;
    synchronized (awaited) {
      asked = List.copyOf(awaited.keySet());
    }
    for (String run : asked) {
      if (ledger.read(state -> state.over(run) != null)) {
        PipelineRun over = picture(require(run));
        CompletableFuture<PipelineRun> future;
        synchronized (awaited) {
          future = awaited.remove(run);
        }
        if (future != null) {
          future.complete(over);
        }
      }
    }
  }

  boolean leads() {
    return leadership.leads();
  }

  Optional<String> leader() {
    return Optional.of(leadership.holder()).filter(name -> !name.isEmpty());
  }

  Report page(PipelineRun run) {
    return RunPage.of(
        pipeline, run, ValidationPages.of(pipeline, run, engine.results()), time.now());
  }

  Report overview(int most) {
    requireCount(most);
    List<PipelineRun> runs = runs(most);
    return RunPage.overview(
        pipeline, List.copyOf(triggers.values()), ledger, elapsed, leader(), runs, time.now());
  }

  void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      close(nextPass);
      close(nextBeat);
    }
    boolean idle = dispatch.close(Duration.ofSeconds(10));
    if (own != null) {
      own.shutdown();
    }
    if (idle) {
      try {
        leadership.release();
      } catch (RuntimeException e) {
        LOG.warn("Pipeline '{}' could not say that it stops leading: {}", pipeline, text(e));
      }
    }
  }

  private static void close(@Nullable Subscription subscription) {
    if (subscription != null) {
      subscription.close();
    }
  }
}
