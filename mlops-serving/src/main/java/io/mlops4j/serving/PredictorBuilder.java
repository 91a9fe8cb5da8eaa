package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Predictor} works with. Every value may be set once; not thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class PredictorBuilder<I, O> {
  final ModelSource<I, O> source;
  final List<PredictionListener<I, O>> listeners = new ArrayList<>();
  @Nullable MicroBatching batching;
  @Nullable Function<? super I, ? extends O> fallback;
  @Nullable MeterRegistry meters;
  @Nullable Function<? super I, String> keyOf;
  @Nullable Function<? super I, String> unitOf;
  @Nullable Schema<I> schema;
  @Nullable Time time;
  @Nullable String name;
  @Nullable Long seed;
  boolean startsWithoutVersion;

  PredictorBuilder(ModelSource<I, O> source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * Puts blocking requests together where that pays. Without it, {@code predict} calls run side by
   * side, one per core; {@code predictAsync} is batched in any case.
   *
   * @param options how
   * @return this
   */
  public PredictorBuilder<I, O> microBatching(MicroBatching options) {
    batching = once("microBatching", batching, options);
    return this;
  }

  /**
   * Answers with a function where no model answers: there is no version, the model fails on the
   * row, or the queue is full. Such answers are marked {@code FALLBACK} and never enter a
   * statistic.
   *
   * @param function from a row to an answer; must be quick, thread-safe, and not call this
   *     predictor
   * @return this
   */
  public PredictorBuilder<I, O> fallback(Function<? super I, ? extends O> function) {
    fallback = once("fallback", fallback, function);
    return this;
  }

  /**
   * Adds someone who sees predictions after the request. May be called several times.
   *
   * @param listener the listener
   * @return this
   */
  public PredictorBuilder<I, O> listener(PredictionListener<I, O> listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Publishes meters, tagged with the predictor's name only, until the predictor is closed.
   *
   * @param registry where to
   * @return this
   */
  public PredictorBuilder<I, O> meters(MeterRegistry registry) {
    meters = once("meters", meters, registry);
    return this;
  }

  /**
   * Names the user's own key of a row, on which labels join later.
   *
   * @param key quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> keyBy(Function<? super I, String> key) {
    keyOf = once("keyBy", keyOf, key);
    return this;
  }

  /**
   * Names the unit of sticky splits and clustered statistics: a customer, a device.
   *
   * @param unit quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> unitBy(Function<? super I, String> unit) {
    unitOf = once("unitBy", unitOf, unit);
    return this;
  }

  /**
   * Says what rows are, for models that do not know it themselves, so that listeners see features.
   * A version that takes other rows is then refused.
   *
   * @param rows the schema
   * @return this
   */
  public PredictorBuilder<I, O> schema(Schema<I> rows) {
    schema = once("schema", schema, rows);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public PredictorBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Names the predictor in messages, threads and meters. The default is the source's name.
   *
   * @param text a short name, the same in every instance of the service
   * @return this
   */
  public PredictorBuilder<I, O> name(String text) {
    name = once("name", name, text);
    return this;
  }

  /**
   * Fixes the prefix of prediction ids, for tests that compare them. The default differs from one
   * predictor to the next.
   *
   * @param value any number
   * @return this
   */
  public PredictorBuilder<I, O> seed(long value) {
    seed = once("seed", seed, value);
    return this;
  }

  /**
   * Starts even if the first version cannot be served and there is no fallback: requests are
   * rejected until the source selects one that can. {@link Predictor#status()} says why.
   *
   * @return this
   */
  public PredictorBuilder<I, O> startWithoutVersion() {
    startsWithoutVersion = true;
    return this;
  }

  /**
   * Returns the predictor, after the first version has been loaded and has passed its checks. An
   * empty source is no error: requests are rejected, or answered by the fallback, until it selects
   * something.
   *
   * @return the predictor; the caller closes it
   * @throws MlopsException if the first version cannot be served and there is neither a fallback
   *     nor {@link #startWithoutVersion}
   */
  public Predictor<I, O> build() {
    return ServingPredictor.open(this);
  }

  String effectiveName() {
    return Text.printable(name == null ? source.name() : name, 64);
  }

  Time effectiveTime() {
    return time == null ? Time.system() : time;
  }

  long effectiveSeed() {
    return seed == null ? ThreadLocalRandom.current().nextLong() : seed;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
