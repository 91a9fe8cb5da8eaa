package io.mlops4j.drift.service;

import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.drift.service.Slots.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Watches latency and failures of a predictor, and gives checks of what was promised. Give it to
 * the predictor as a listener and its checks to alerts.
 *
 * <p>Time is cut into slots of a minute of the monotonic clock, at the moment the listener is
 * called; a window is the open slot and the full ones before it. A check fails if the share of bad
 * requests is above its limit and so is the lower end of Wilson's interval at one-sided 95 %: bad
 * luck with a few requests is no data. Requests that fail together are not independent, so let an
 * alert's {@code withFor} wait for a second opinion.
 *
 * <p>Thread-safe. Memory: about 300 KB, whatever arrives.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ServiceMonitor<I, O> implements PredictionListener<I, O> {
  /** The longest window of failures. */
  static final Duration LONGEST = Duration.ofDays(3);

  /** The longest window of latencies. */
  private static final Duration LONGEST_LATENCY = Duration.ofHours(1);

  private static final Duration SLOT = Duration.ofMinutes(1);

  /** The 95 % quantile of the normal distribution. */
  private static final double Z = 1.6448536269514722;

  private static final int LONGEST_NAME = 128;

  private final String name;
  private final Time time;
  private final long minRequests;
  private final Slots slots =
      new Slots((int) LONGEST.dividedBy(SLOT), (int) LONGEST_LATENCY.dividedBy(SLOT));

  private ServiceMonitor(String name, Time time, long minRequests) {
    String clean = Text.printable(Objects.requireNonNull(name, "name"), LONGEST_NAME);
    if (name.isBlank() || !clean.equals(name)) {
      throw new IllegalArgumentException(
          "name: '" + clean + "' (expected: 1 to " + LONGEST_NAME + " printable characters)");
    }
    this.name = name;
    this.time = Objects.requireNonNull(time, "time");
    if (minRequests < 1) {
      throw new IllegalArgumentException("minRequests: " + minRequests + " (expected: 1 or more)");
    }
    this.minRequests = minRequests;
  }

  /**
   * Returns a monitor whose checks want at least 100 requests.
   *
   * @param name what is watched, for sentences: 1 to 128 printable characters
   * @param <I> one input row
   * @param <O> one answer
   * @return a new monitor
   */
  public static <I, O> ServiceMonitor<I, O> named(String name) {
    return named(name, Time.system(), 100);
  }

  /**
   * Returns a monitor.
   *
   * @param name what is watched, for sentences: 1 to 128 printable characters
   * @param time the clock
   * @param minRequests how many requests a window must have before a check says anything
   * @param <I> one input row
   * @param <O> one answer
   * @return a new monitor
   */
  public static <I, O> ServiceMonitor<I, O> named(String name, Time time, long minRequests) {
    return new ServiceMonitor<>(name, time, minRequests);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    long slot = slot();
    boolean instead =
        prediction.source() == Prediction.Source.FALLBACK
            || prediction.source() == Prediction.Source.PREVIOUS_VERSION;
    long nanos = saturated(prediction.latency());
    synchronized (slots) {
      slots.count(slot, Kind.ANSWERS);
      slots.answered(slot, nanos);
      if (instead) {
        slots.count(slot, Kind.FALLBACKS);
      }
    }
  }

  private static long saturated(Duration latency) {
    return latency.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : latency.toNanos();
  }

  @Override
  public void onFailure(FailedPrediction failure) {
    Objects.requireNonNull(failure, "failure");
    long slot = slot();
    synchronized (slots) {
      slots.count(
          slot,
          failure.reason() == FailedPrediction.Reason.INVALID_INPUT ? Kind.INVALID : Kind.FAILURES);
    }
  }

  private long slot() {
    return Math.floorDiv(time.nanos(), SLOT.toNanos());
  }

  private static int slots(Duration window, Duration longest) {
    if (window.compareTo(SLOT) < 0 || window.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "window: " + window + " (expected: " + SLOT + ".." + longest + ")");
    }
    return (int) window.dividedBy(SLOT);
  }

  /**
   * Returns what was in a window.
   *
   * @param window 1 minute to 1 hour
   * @return the numbers
   */
  public ServiceReport report(Duration window) {
    Objects.requireNonNull(window, "window");
    int n = slots(window, LONGEST_LATENCY);
    long slot = slot();
    synchronized (slots) {
      LatencyCells cells = slots.latencies(slot, n);
      return new ServiceReport(
          window,
          slots.sum(slot, n, Kind.ANSWERS),
          slots.sum(slot, n, Kind.FALLBACKS),
          slots.sum(slot, n, Kind.FAILURES),
          slots.sum(slot, n, Kind.INVALID),
          Duration.ofNanos(cells.quantile(0.5)),
          Duration.ofNanos(cells.quantile(0.95)),
          Duration.ofNanos(cells.quantile(0.99)));
    }
  }

  /**
   * Returns a check of a latency promised for a share of the answers, for example "99 % within 100
   * ms".
   *
   * @param share above 0, below 1
   * @param limit what is promised, more than 0; answers up to 6.25 % above it may count as kept
   * @param window 1 minute to 1 hour
   * @return the check
   */
  public Check latency(double share, Duration limit, Duration window) {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(window, "window");
    requireShare("share", share);
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: more than 0)");
    }
    int n = slots(window, LONGEST_LATENCY);
    long nanos = saturated(limit);
    return check(
        "latency",
        () -> {
          LatencyCells cells;
          synchronized (slots) {
            cells = slots.latencies(slot(), n);
          }
          String what =
              String.format(
                  Locale.ROOT,
                  "p%s is %s, promised is %s, over %,d answers in %s",
                  number(100 * share),
                  text(cells.quantile(share)),
                  text(nanos),
                  cells.total(),
                  window);
          return judge(cells.over(nanos), cells.total(), 1 - share, what);
        });
  }

  /**
   * Returns a check of the share of requests that end with an exception, for example at most 0.01.
   *
   * @param limit above 0, below 1
   * @param window 1 minute to 3 days
   * @return the check
   */
  public Check errorRate(double limit, Duration window) {
    Objects.requireNonNull(window, "window");
    requireShare("limit", limit);
    return share("error rate", Kind.FAILURES, "failed", limit, window);
  }

  /**
   * Returns a check of the share of answers that a fallback or an older version gave.
   *
   * @param limit above 0, below 1
   * @param window 1 minute to 3 days
   * @return the check
   */
  public Check fallbackRate(double limit, Duration window) {
    Objects.requireNonNull(window, "window");
    requireShare("limit", limit);
    return share("fallback rate", Kind.FALLBACKS, "were answered by a fallback", limit, window);
  }

  private Check share(String what, Kind kind, String did, double limit, Duration window) {
    int n = slots(window, LONGEST);
    return check(
        what,
        () -> {
          long bad;
          long all;
          synchronized (slots) {
            long slot = slot();
            bad = slots.sum(slot, n, kind);
            all = slots.sum(slot, n, Kind.ANSWERS) + slots.sum(slot, n, Kind.FAILURES);
          }
          String sentence =
              String.format(
                  Locale.ROOT,
                  "%,d of %,d requests %s in %s, allowed are %s %%",
                  bad,
                  all,
                  did,
                  window,
                  number(100 * limit));
          return judge(bad, all, limit, sentence);
        });
  }

  /**
   * Returns a check of how fast the failures that an objective allows are used up: it fails if they
   * are too fast over both windows.
   *
   * @param rate objective, factor and windows
   * @return the check
   */
  public Check burn(BurnRate rate) {
    Objects.requireNonNull(rate, "rate");
    Check slow = errorRate(rate.factor() * (1 - rate.objective()), rate.longWindow());
    Check now = errorRate(rate.factor() * (1 - rate.objective()), rate.shortWindow());
    return check(
        "burn rate",
        () -> {
          Check.Outcome overall = slow.evaluate();
          Check.Outcome latest = now.evaluate();
          String sentence =
              String.format(
                  Locale.ROOT,
                  "burn rate limit %s of objective %s %%: %s %s",
                  number(rate.factor()),
                  number(100 * rate.objective()),
                  overall.sentence(),
                  latest.sentence());
          if (overall instanceof Check.Fail && latest instanceof Check.Fail) {
            return new Check.Fail(sentence);
          }
          return overall instanceof Check.Pass || latest instanceof Check.Pass
              ? new Check.Pass(sentence)
              : new Check.NoData(sentence);
        });
  }

  private Check.Outcome judge(long bad, long n, double limit, String what) {
    if (n < minRequests) {
      return new Check.NoData(
          String.format(Locale.ROOT, "%s: %s; that is fewer than %,d.", name, what, minRequests));
    }
    if (bad <= limit * n) {
      return new Check.Pass(name + ": " + what + ".");
    }
    return wilsonLow(bad, n) > limit
        ? new Check.Fail(name + ": " + what + ".")
        : new Check.NoData(name + ": " + what + ", which may be chance.");
  }

  /** Wilson (1927), one-sided. */
  static double wilsonLow(long bad, long n) {
    double p = (double) bad / n;
    double z = Z * Z / n;
    double centre = p + z / 2;
    double half = Z * Math.sqrt(p * (1 - p) / n + z / (4 * n));
    return (centre - half) / (1 + z);
  }

  private static void requireShare(String property, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(property + ": " + value + " (expected: above 0, below 1)");
    }
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  private static String text(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  private interface Question {
    Check.Outcome answer();
  }

  private Check check(String what, Question question) {
    return new Check() {
      @Override
      public String name() {
        return what + " of " + name;
      }

      @Override
      public Outcome evaluate() {
        return question.answer();
      }
    };
  }
}
