package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Mirror} works with. Every value may be set once; not thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class MirrorBuilder<I, O> {
  private static final Duration DEADLINE = Duration.ofSeconds(1);
  private static final int CAPACITY = 1024;
  private static final double LEAST_LOAD = 1e-4;
  private static final double LOAD = 0.25;

  final Predictor<I, O> candidate;
  final List<MirrorListener<I, O>> listeners = new ArrayList<>();
  @Nullable Double share;
  @Nullable Integer capacity;
  @Nullable Duration deadline;
  @Nullable Double load;
  @Nullable Function<? super EncodedRow<I>, ? extends I> rows;
  @Nullable MeterRegistry meters;
  @Nullable Time time;
  @Nullable String name;

  MirrorBuilder(Predictor<I, O> candidate) {
    this.candidate = Objects.requireNonNull(candidate, "candidate");
  }

  /**
   * Mirrors a share of the predictions, chosen by a hash of their ids. The default is all of them.
   *
   * @param part above 0, at most 1
   * @return this
   */
  public MirrorBuilder<I, O> share(double part) {
    share = once("share", share, requirePart("share", part));
    return this;
  }

  /**
   * Bounds how many rows wait. The default is 1,024; each holds one row and one answer.
   *
   * @param rowsWaiting 1 to 1,048,576
   * @return this
   */
  public MirrorBuilder<I, O> queueCapacity(int rowsWaiting) {
    if (rowsWaiting < 1 || rowsWaiting > 1 << 20) {
      throw new IllegalArgumentException(
          "queueCapacity: " + rowsWaiting + " (expected: 1..1048576)");
    }
    capacity = once("queueCapacity", capacity, rowsWaiting);
    return this;
  }

  /**
   * Gives up on a row after a while. The default is a second.
   *
   * @param limit positive
   * @return this
   */
  public MirrorBuilder<I, O> deadline(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("deadline: " + limit + " (expected: positive)");
    }
    deadline = once("deadline", deadline, limit);
    return this;
  }

  /**
   * Bounds which share of the time the candidate is asked, so that a mirror never costs more than
   * that share of one core. The default is 0.25; what does not fit is dropped by the queue.
   *
   * @param part 0.0001 to 1
   * @return this
   */
  public MirrorBuilder<I, O> maxLoad(double part) {
    if (!(part >= LEAST_LOAD && part <= 1)) {
      throw new IllegalArgumentException("maxLoad: " + part + " (expected: " + LEAST_LOAD + "..1)");
    }
    load = once("maxLoad", load, part);
    return this;
  }

  /**
   * Says how a row is made of its features. Needed where the schema cannot make rows (it was built
   * by hand without a factory), or where the candidate reads more than features. By default the
   * schema's own factory does; times come back in UTC.
   *
   * @param rebuild from the features to a row; called on the mirror's thread
   * @return this
   */
  public MirrorBuilder<I, O> rows(Function<? super EncodedRow<I>, ? extends I> rebuild) {
    rows = once("rows", rows, rebuild);
    return this;
  }

  /**
   * Adds someone who sees both answers. May be called several times.
   *
   * @param listener the listener
   * @return this
   */
  public MirrorBuilder<I, O> listener(MirrorListener<I, O> listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Publishes meters, tagged with the mirror's name only, until the mirror is closed.
   *
   * @param registry where to
   * @return this
   */
  public MirrorBuilder<I, O> meters(MeterRegistry registry) {
    meters = once("meters", meters, registry);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public MirrorBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Names the mirror in messages, threads and meters. The default is the candidate's model, or
   * {@code mirror} as long as it has none.
   *
   * @param text a short name, the same in every instance of the service
   * @return this
   */
  public MirrorBuilder<I, O> name(String text) {
    name = once("name", name, text);
    return this;
  }

  /**
   * Returns the mirror, with its thread running.
   *
   * @return the mirror; the caller closes it
   */
  public Mirror<I, O> build() {
    return new QueuedMirror<>(this);
  }

  String effectiveName() {
    String given =
        name == null ? candidate.version().map(ModelVersion::model).orElse("mirror") : name;
    return Text.printable(given, 64);
  }

  double effectiveShare() {
    return share == null ? 1 : share;
  }

  int effectiveCapacity() {
    return capacity == null ? CAPACITY : capacity;
  }

  Duration effectiveDeadline() {
    return deadline == null ? DEADLINE : deadline;
  }

  double effectiveLoad() {
    return load == null ? LOAD : load;
  }

  Time effectiveTime() {
    return time == null ? Time.system() : time;
  }

  private static double requirePart(String what, double part) {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException(what + ": " + part + " (expected: above 0, at most 1)");
    }
    return part;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
