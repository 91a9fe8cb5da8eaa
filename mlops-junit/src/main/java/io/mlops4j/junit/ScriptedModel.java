package io.mlops4j.junit;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model that does what a test tells it to, call by call, and counts what is done to it.
 *
 * <pre>{@code
 * var model = ScriptedModel.<Flight, Double>answering(0.2).times(3).thenFail("broken").thenBlock();
 * }</pre>
 *
 * <p>A step holds for one call, or as many as {@link #times} says; the last one holds for all calls
 * that follow. A call is one {@code predict}, however many rows it has. A predictor that finds a
 * batch failing asks again row by row, which are calls of their own.
 *
 * <p>Thread-safe. Nothing in it sleeps: a blocked call waits until {@link #release} and gives up
 * with an error after ten seconds, so that no test hangs.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ScriptedModel<I, O> implements Model<I, O> {
  private final Object lock = new Object();
  private final List<Step<I, O>> steps = new ArrayList<>();
  private final Blockade blockade = new Blockade();
  private @Nullable Schema<I> schema;
  private @Nullable VirtualTime time;
  private Duration takes = Duration.ZERO;
  private int at;
  private long calls;
  private long rows;
  private int closes;
  private int inside;
  private boolean closedWhileInside;

  private ScriptedModel(Function<? super I, ? extends O> byRow) {
    steps.add(new Step<>(inputs -> each(inputs, byRow)));
  }

  /** One step of the script and how many calls it is still good for. */
  private static final class Step<I, O> {
    final Function<List<I>, List<O>> answer;
    int calls = 1;

    Step(Function<List<I>, List<O>> answer) {
      this.answer = answer;
    }
  }

  /**
   * Returns a model that gives every row the same answer. {@code Double.NaN} is an answer, too: the
   * one a predictor must refuse.
   *
   * @param answer what it answers
   * @param <I> one input row
   * @param <O> one answer
   * @return the model
   */
  public static <I, O> ScriptedModel<I, O> answering(O answer) {
    Objects.requireNonNull(answer, "answer");
    return new ScriptedModel<>(row -> answer);
  }

  /**
   * Returns a model that computes its answers.
   *
   * @param answer from a row to its answer
   * @param <I> one input row
   * @param <O> one answer
   * @return the model
   */
  public static <I, O> ScriptedModel<I, O> byRow(Function<? super I, ? extends O> answer) {
    return new ScriptedModel<>(Objects.requireNonNull(answer, "answer"));
  }

  /**
   * Returns a model that computes its answers and adds normal noise to them. The n-th row asked for
   * gets the n-th number of the seed: the same in each run, as long as one thread asks.
   *
   * @param answer from a row to the answer without noise
   * @param deviation standard deviation of the noise, at least 0
   * @param seed where the noise comes from
   * @param <I> one input row
   * @return the model
   */
  public static <I> ScriptedModel<I, Double> noisy(
      Function<? super I, Double> answer, double deviation, Seed seed) {
    if (!(deviation >= 0) || Double.isInfinite(deviation)) {
      throw new IllegalArgumentException("deviation: " + deviation + " (expected: finite, >= 0)");
    }
    Objects.requireNonNull(answer, "answer");
    Random random = seed.random();
    return new ScriptedModel<>(row -> answer.apply(row) + deviation * random.nextGaussian());
  }

  /**
   * Says how many calls the last step holds for, before the next one begins.
   *
   * @param count 1 or more
   * @return this
   */
  public ScriptedModel<I, O> times(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("times: " + count + " (expected: 1 or more)");
    }
    synchronized (lock) {
      steps.get(steps.size() - 1).calls = count;
    }
    return this;
  }

  /**
   * Adds a step that gives every row the same answer.
   *
   * @param answer what it answers
   * @return this
   */
  public ScriptedModel<I, O> thenAnswer(O answer) {
    Objects.requireNonNull(answer, "answer");
    return then(inputs -> each(inputs, row -> answer));
  }

  /**
   * Adds a step that fails.
   *
   * @param message what the exception says
   * @return this
   */
  public ScriptedModel<I, O> thenFail(String message) {
    Objects.requireNonNull(message, "message");
    return thenThrow(() -> new MlopsException(message));
  }

  /**
   * Adds a step that throws.
   *
   * @param failure makes the exception, once per call
   * @return this
   */
  public ScriptedModel<I, O> thenThrow(Supplier<? extends RuntimeException> failure) {
    Objects.requireNonNull(failure, "failure");
    return then(
        inputs -> {
          throw failure.get();
        });
  }

  /**
   * Adds a step that waits until {@link #release}, then goes on as the step before it. After ten
   * seconds it fails instead.
   *
   * @return this
   */
  public ScriptedModel<I, O> thenBlock() {
    synchronized (lock) {
      Step<I, O> before = steps.get(steps.size() - 1);
      return then(
          inputs -> {
            blockade.block();
            return before.answer.apply(inputs);
          });
    }
  }

  private ScriptedModel<I, O> then(Function<List<I>, List<O>> answer) {
    synchronized (lock) {
      steps.add(new Step<>(answer));
    }
    return this;
  }

  /**
   * Makes every call take some virtual time: the clock is moved while the call is inside, and what
   * becomes due runs.
   *
   * @param clock the test's time
   * @param each how long a call takes
   * @return this
   */
  public ScriptedModel<I, O> taking(VirtualTime clock, Duration each) {
    synchronized (lock) {
      time = Objects.requireNonNull(clock, "clock");
      takes = Objects.requireNonNull(each, "each");
    }
    return this;
  }

  /**
   * Says what rows are, as a model that was loaded from files does.
   *
   * @param rows the schema
   * @return this
   */
  public ScriptedModel<I, O> withSchema(Schema<I> rows) {
    synchronized (lock) {
      schema = Objects.requireNonNull(rows, "rows");
    }
    return this;
  }

  /** Lets every blocked call go on, now and from here on. Idempotent. */
  public void release() {
    blockade.release();
  }

  /**
   * Returns once a number of calls are blocked inside. Waits at most ten seconds.
   *
   * @param count how many, 1 or more
   * @throws AssertionError if that many calls have not come by then; says how many have
   */
  public void awaitBlocked(int count) {
    blockade.awaitBlocked(count);
  }

  @Override
  public List<O> predict(List<I> inputs) {
    Step<I, O> step;
    VirtualTime clock;
    Duration duration;
    synchronized (lock) {
      if (closes > 0) {
        throw new IllegalStateException("The scripted model was called after it had been closed.");
      }
      calls++;
      rows += inputs.size();
      inside++;
      step = next();
      clock = time;
      duration = takes;
    }
    try {
      if (clock != null) {
        clock.advance(duration);
      }
      return step.answer.apply(inputs);
    } finally {
      synchronized (lock) {
        inside--;
      }
    }
  }

  private Step<I, O> next() {
    Step<I, O> step = steps.get(at);
    boolean last = at == steps.size() - 1;
    if (!last && --step.calls == 0) {
      at++;
    }
    return step;
  }

  private static <I, O> List<O> each(List<I> inputs, Function<? super I, ? extends O> answer) {
    List<O> answers = new ArrayList<>(inputs.size());
    inputs.forEach(row -> answers.add(answer.apply(row)));
    return answers;
  }

  @Override
  public Optional<Schema<I>> schema() {
    synchronized (lock) {
      return Optional.ofNullable(schema);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closes++;
      closedWhileInside |= inside > 0;
    }
  }

  /**
   * Returns how often the model was asked.
   *
   * @return calls of {@code predict}, those that failed included
   */
  public long calls() {
    synchronized (lock) {
      return calls;
    }
  }

  /**
   * Returns how many rows it was asked for.
   *
   * @return rows of all calls
   */
  public long rows() {
    synchronized (lock) {
      return rows;
    }
  }

  /**
   * Returns how often it was closed.
   *
   * @return 1 after a predictor that served it is closed
   */
  public int closes() {
    synchronized (lock) {
      return closes;
    }
  }

  /**
   * Returns whether it was ever closed while a call was inside. A native session would have ended
   * the process.
   *
   * @return true if so
   */
  public boolean closedWhileInside() {
    synchronized (lock) {
      return closedWhileInside;
    }
  }

  /** Returns the counts. */
  @Override
  public String toString() {
    synchronized (lock) {
      return "ScriptedModel(calls=" + calls + ", rows=" + rows + ", closes=" + closes + ")";
    }
  }
}
