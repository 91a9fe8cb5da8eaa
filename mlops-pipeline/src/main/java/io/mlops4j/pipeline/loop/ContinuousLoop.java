package io.mlops4j.pipeline.loop;

import io.mlops4j.drift.alert.AlertSink;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PipelineRunner;
import io.mlops4j.pipeline.RunStart;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.report.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The loop that closes by itself: a trigger fires, data are read and validated, a candidate is
 * trained, registered, judged by gates, led through shadow and canary, and promoted or withdrawn.
 * Nobody is asked, unless the policy asks for people.
 *
 * <pre>{@code
 * try (var loop =
 *     ContinuousLoop.of(delay)
 *         .data(now -> new LoopData<>(weeks(now), rows.learn(now), rows.judge(now)))
 *         .expect("labels", data -> shareOfDelayed(data, 0.08, 0.5))
 *         .train((data, step) -> trainer.train(data.learn(), columns).artifact())
 *         .evidence(LoopEvidence.comparing(Evaluator.<Flight>binary().build()))
 *         .gates(policy)
 *         .stage("shadow", LoopStage.shadow(delay, shadow))
 *         .stage("canary", LoopStage.canary(rollout))
 *         .trigger(Trigger.cron("weekly", "0 6 * * MON", ZoneOffset.UTC))
 *         .trigger(Trigger.quality("quality", monitor).withCoolDown(Duration.ofDays(7)))
 *         .storingIn(store, podName)
 *         .build()) {
 *   loop.start();
 *   …
 * }
 * }</pre>
 *
 * <p>One run goes on at a time: what fires meanwhile waits or is passed over, as {@link Trigger}
 * says. All state is in the store, in the registry's log and in the rollout's: a restart at any
 * point goes on where it was, and of the instances of a fleet one leads. Criteria are fixed when
 * the loop is built; each decision names the policy's digest. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ContinuousLoop<I, O> implements AutoCloseable {
  private static final int MOST_RUNS = 1_000;

  private final LoopSettings<I, O> settings;
  private final PipelineRunner runner;

  ContinuousLoop(LoopSettings<I, O> settings, @Nullable Executor executor) {
    this.settings = settings;
    PipelineRunner.Builder builder =
        PipelineRunner.of(
                new LoopSteps<>(settings).pipeline(), settings.store(), settings.instance())
            .time(settings.time())
            .every(settings.every())
            .maxActiveRuns(1);
    if (executor != null) {
      builder.executor(executor);
    }
    settings.triggers().forEach(builder::trigger);
    this.runner = builder.build();
  }

  /**
   * Starts a loop around a model.
   *
   * @param model the model; the loop registers versions of it and promotes them
   * @return its builder
   * @param <I> one input row
   * @param <O> one answer
   */
  public static <I, O> LoopBuilder<I, O> of(RegisteredModel<I, O> model) {
    return new LoopBuilder<>(model);
  }

  /**
   * Begins to look at the triggers and to do what is due, periodically. Without this, {@link #pass}
   * does it when it is called.
   *
   * @return this
   */
  public ContinuousLoop<I, O> start() {
    runner.start();
    return this;
  }

  /** Does what is due now, if this instance leads or can lead: see {@link PipelineRunner#pass}. */
  public void pass() {
    runner.pass();
  }

  /**
   * Asks for a retraining by hand.
   *
   * @param id what tells it from others; asked twice, it runs once
   * @param reason who asks, and why
   * @return whether there is a new run
   */
  public RunStart run(String id, String reason) {
    return runner.run(id, reason);
  }

  /**
   * Returns a sink that makes alerts fire a trigger: see {@link PipelineRunner#alertSink}.
   *
   * @param trigger the name of a trigger made by {@link Trigger#pulled}
   * @return to be given to the alerts
   */
  public AlertSink alertSink(String trigger) {
    return runner.alertSink(trigger);
  }

  /**
   * Returns what runs the loop's steps: who leads, plans, backfills, cancelling.
   *
   * @return the runner; closed with the loop
   */
  public PipelineRunner runner() {
    return runner;
  }

  /**
   * Returns everything the loop has done: what fired, what each step said, how it ended. Cost:
   * reads the logs of the latest 1,000 runs.
   *
   * @return in order of time
   */
  public List<LoopEvent> story() {
    List<PipelineRun> runs = new ArrayList<>(runner.runs(MOST_RUNS));
    Collections.reverse(runs);
    return LoopStory.of(runs);
  }

  /**
   * Returns the story as one page: how many candidates there were and what became of them, who was
   * champion when, and each run with its steps.
   *
   * @return a report, to be rendered as text, JSON or HTML
   */
  public Report report() {
    List<PipelineRun> runs = new ArrayList<>(runner.runs(MOST_RUNS));
    Collections.reverse(runs);
    return LoopPage.of(settings, runs);
  }

  /** Stops as {@link PipelineRunner#close} does. What is under way goes on after a restart. */
  @Override
  public void close() {
    runner.close();
  }
}
