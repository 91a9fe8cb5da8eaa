package io.mlops4j.junit;

import io.mlops4j.core.Prediction;
import io.mlops4j.junit.StressTally.Kind;
import io.mlops4j.serving.PredictorClosedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One thread that asks in all the ways there are, and checks what it gets. */
final class StressCaller<I, O> implements Runnable {
  private static final int OUTSTANDING = 16;
  private static final int MOST_ROWS = 8;

  private final StressRound<I, O> round;
  private final AnswerKey<I, O> key;
  private final StressTally tally;
  private final SplittableRandom random;
  private final Deque<Pending<O>> pending = new ArrayDeque<>();
  private volatile String doing = "nothing";
  private boolean open = true;

  StressCaller(StressRound<I, O> round, SplittableRandom random) {
    this.round = round;
    this.key = round.key();
    this.tally = round.tally();
    this.random = random;
  }

  private record Pending<O>(CompletableFuture<O> future, int row, long stable) {}

  /** What it waits for, should it never end. */
  String doing() {
    return doing;
  }

  @Override
  public void run() {
    while (open && round.goesOn()) {
      int row = random.nextInt(key.rows());
      try {
        switch (random.nextInt(4)) {
          case 0 -> one(row);
          case 1 -> detailed(row);
          case 2 -> async(row);
          default -> many();
        }
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    while (!pending.isEmpty()) {
      settle(pending.remove());
    }
    doing = "nothing";
  }

  private void one(int row) {
    doing = "predict of row " + row;
    long stable = round.stable();
    tally.asked.increment();
    check(row, round.predictor().predict(key.row(row)), stable);
  }

  private void detailed(int row) {
    doing = "predictDetailed of row " + row;
    tally.asked.increment();
    Prediction<I, O> prediction = round.predictor().predictDetailed(key.row(row));
    check(row, prediction.output(), prediction.version().number(), "predictDetailed");
  }

  private void many() {
    int count = 2 + random.nextInt(MOST_ROWS - 1);
    List<Integer> rows = new ArrayList<>();
    List<I> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(random.nextInt(key.rows()));
      inputs.add(key.row(rows.get(i)));
    }
    doing = "predictAll of " + count + " rows";
    long stable = round.stable();
    tally.asked.add(count);
    List<O> answers = round.predictor().predictAll(inputs);
    if (answers.size() != count) {
      tally.problem(Kind.WRONG, doing + " gave " + answers.size() + " answers.");
      return;
    }
    boolean first = true;
    boolean second = true;
    for (int i = 0; i < count; i++) {
      check(rows.get(i), answers.get(i), stable);
      first &= key.fits(1, rows.get(i), answers.get(i));
      second &= key.fits(2, rows.get(i), answers.get(i));
    }
    if (!first && !second) {
      tally.problem(Kind.WRONG, doing + " mixed answers of two versions.");
    }
  }

  private void async(int row) {
    doing = "predictAsync of row " + row;
    long stable = round.stable();
    tally.asked.increment();
    CompletableFuture<O> future = round.predictor().predictAsync(key.row(row));
    if (random.nextInt(4) == 0 && future.cancel(false)) {
      tally.cancelled.increment();
      return;
    }
    pending.add(new Pending<>(future, row, stable));
    if (pending.size() > OUTSTANDING) {
      settle(pending.remove());
    }
  }

  private void settle(Pending<O> asked) {
    doing = "the future of row " + asked.row();
    try {
      O answer = asked.future().get(round.limitSeconds(), TimeUnit.SECONDS);
      check(asked.row(), answer, asked.stable());
    } catch (ExecutionException e) {
      failed(e.getCause());
    } catch (TimeoutException e) {
      tally.problem(
          Kind.LOST,
          "predictAsync of row "
              + asked.row()
              + " has not been completed within "
              + round.limitSeconds()
              + " s.");
      pending.clear();
    } catch (InterruptedException e) {
      pending.clear();
      open = false;
    }
  }

  /** Which version it was is only sure if none changed from before the call to after it. */
  private void check(int row, O answer, long before) {
    boolean sure = before > 0 && before == round.stable();
    check(row, answer, sure ? before : 0, doing);
  }

  private void check(int row, O answer, long version, String how) {
    boolean right = version > 0 ? key.fits(version, row, answer) : key.fitsAny(row, answer);
    if (right) {
      tally.answered.increment();
      round.progressed();
    } else {
      tally.problem(
          Kind.WRONG,
          how
              + (version > 0
                  ? ", while version " + version + " was served, answered "
                  : " answered ")
              + answer
              + "; "
              + key.expected(row)
              + ".");
    }
  }

  private void failed(@Nullable Throwable thrown) {
    if (thrown instanceof PredictorClosedException && round.closing()) {
      tally.refused.increment();
      open = false;
    } else if (!Thread.currentThread().isInterrupted()) {
      tally.problem(Kind.FAILED, doing + " threw " + StressTally.because(thrown) + ".");
    }
  }
}
