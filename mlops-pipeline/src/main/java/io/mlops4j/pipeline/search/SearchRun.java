package io.mlops4j.pipeline.search;

import io.mlops4j.core.Progress;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.registry.tracking.Run;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One search from beginning to end. What is tried in a round is decided before it, and results are
 * looked at in the order of numbers: threads change nothing but the time it takes.
 */
final class SearchRun {
  private static final int MAX_REASON = 1_000;

  private final Search search;
  private final Objective objective;
  private final String metric;
  private final Direction direction;
  private final SearchMethod method;
  private final Time time;
  private final Progress progress;
  private final @Nullable TrialRuns runs;
  private final AtomicInteger ended = new AtomicInteger();

  /** The last number that counts. */
  private volatile int last = Integer.MAX_VALUE;

  private SearchRun(Search search, Objective objective, @Nullable TrialRuns runs) {
    this.search = search;
    this.objective = objective;
    this.metric = Search.require("objective", search.objective);
    this.direction = Search.require("direction", search.direction);
    this.method = Search.require("method", search.method);
    this.time = search.time == null ? Time.system() : search.time;
    this.progress = search.progress == null ? Progress.silent() : search.progress;
    this.runs = runs;
  }

  static SearchRun of(Search search, Objective objective) {
    return new SearchRun(
        search,
        objective,
        search.experiment == null ? null : new TrialRuns(search, search.experiment));
  }

  /** A candidate and its number. */
  private record Numbered(int number, Candidate candidate) {}

  SearchResult run() {
    try (TrialRuns closed = runs) {
      try {
        SearchResult result = search();
        if (closed != null) {
          closed.best(result.best());
        }
        return result;
      } catch (RuntimeException | Error e) {
        if (closed != null) {
          closed.fail(e);
        }
        throw e;
      }
    }
  }

  private SearchResult search() {
    List<Candidate> candidates = method.candidates(search.space, search.effectiveSeed());
    List<Numbered> alive = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      alive.add(new Numbered(i, candidates.get(i)));
    }
    List<TrialResult> all = new ArrayList<>();
    List<TrialResult> newest = List.of();
    Halving halving = method.halving().orElse(null);
    long budget = halving == null ? 0 : halving.smallest();
    for (int round = 0; !alive.isEmpty(); round++) {
      newest = round(alive, round, budget, all.size());
      all.addAll(newest);
      budget = halving == null ? 0 : halving.after(budget);
      alive = budget == 0 || halving == null ? List.of() : survivors(newest, halving.eta());
    }
    TrialResult best = newest.get(0);
    for (TrialResult trial : newest) {
      best = direction.isBetter(trial.value(), best.value()) ? trial : best;
    }
    if (Double.isNaN(best.value())) {
      throw new SearchException(
          "No trial has a value ("
              + newest.size()
              + " tried). The first: "
              + newest.get(0).failure().orElse("its value is NaN")
              + ".",
          null);
    }
    return new SearchResult(
        metric,
        direction == Direction.MINIMISE,
        search.effectiveSeed(),
        all,
        best,
        Optional.ofNullable(runs).map(TrialRuns::id));
  }

  private List<Numbered> survivors(List<TrialResult> round, int eta) {
    List<TrialResult> ranked = new ArrayList<>(round);
    ranked.removeIf(trial -> Double.isNaN(trial.value()));
    ranked.sort((a, b) -> direction.compare(a.value(), b.value())); // stable: the first of equals
    return ranked.stream()
        .limit(round.size() / eta)
        .map(trial -> new Numbered(trial.number(), trial.candidate()))
        .toList();
  }

  private List<TrialResult> round(List<Numbered> alive, int round, long budget, int before) {
    List<TrialResult> results = new ArrayList<>();
    Patience gain = new Patience(direction, search.withoutGain == null ? 0 : search.withoutGain);
    List<Future<@Nullable TrialResult>> futures = new ArrayList<>();
    int total = before + alive.size();
    try {
      if (search.pool != null) {
        for (Numbered numbered : alive) {
          futures.add(search.pool.submit(() -> attempt(numbered, round, budget, total)));
        }
      }
      for (int i = 0; i < alive.size() && alive.get(i).number() <= last; i++) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedException();
        }
        TrialResult result =
            futures.isEmpty() ? attempt(alive.get(i), round, budget, total) : futures.get(i).get();
        if (result != null) {
          results.add(result);
          if (!gain.allows(result.value())) {
            last = result.number();
          }
        }
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SearchException("The search was interrupted after " + ended.get() + " trials.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new SearchException("A trial could not be run: " + e.getCause() + ".", e);
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private @Nullable TrialResult attempt(Numbered numbered, int round, long budget, int total) {
    if (numbered.number() > last) {
      return null;
    }
    TrialResult known =
        runs == null ? null : runs.find(numbered.number(), round, budget, numbered.candidate());
    TrialResult result = known != null ? known : tried(numbered, round, budget);
    progress.report("trials", ended.incrementAndGet(), total);
    return result;
  }

  private TrialResult tried(Numbered numbered, int round, long budget) {
    long seed = seed(numbered.number());
    Run run =
        runs == null ? null : runs.start(numbered.number(), round, numbered.candidate(), seed);
    Trial trial =
        new Trial(
            numbered.number(),
            round,
            budget,
            numbered.candidate(),
            seed,
            new Patience(direction, search.patience == null ? 0 : search.patience),
            metric,
            run);
    long start = time.nanos();
    double value = Double.NaN;
    String failure = null;
    try {
      value = objective.value(trial);
      if (run != null) {
        run.metric(metric, trial.lastStep() + 1, value);
        run.close();
      }
    } catch (Exception e) {
      if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
        // It has neither ended nor failed: whoever continues the search tries it again.
        end(run, e);
        Thread.currentThread().interrupt();
        throw new SearchException("Trial " + numbered.number() + " was interrupted.", e);
      }
      failure = Text.printable(e.getClass().getSimpleName() + ": " + e.getMessage(), MAX_REASON);
      if (run != null) {
        run.fail(e);
      }
    } catch (Error e) {
      end(run, e);
      throw e;
    }
    return new TrialResult(
        numbered.number(),
        round,
        budget,
        numbered.candidate(),
        value,
        Optional.ofNullable(failure),
        Duration.ofNanos(time.nanos() - start),
        false,
        Optional.ofNullable(run).map(Run::id));
  }

  private static void end(@Nullable Run run, Throwable cause) {
    if (run != null) {
      run.kill(cause.toString());
    }
  }

  private long seed(int number) {
    byte[] digest =
        io.mlops4j.core.Digests.sha256()
            .digest((search.effectiveSeed() + " trial " + number).getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getLong();
  }
}
