package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.serving.MirrorListener;
import io.mlops4j.serving.MirroredRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what a candidate answers on live rows with what the live version answered, field by
 * field: give it to a mirror as its listener, ask it as a {@link Check}.
 *
 * <pre>{@code
 * var shadow = Shadow.of(schema, Comparison.probability(Tolerance.absolute(0.02)))
 *     .flipsAtMost(0.03).errorsAtMost(0.001).psiAtMost(0.1)
 *     .build();
 * try (var next = Predictor.from(delay.select().latest()).build();
 *     var mirror = Mirror.to(next).share(0.2).listener(shadow).build();
 *     var predictor = Predictor.from(delay.production()).mirror(mirror).build()) { … }
 * }</pre>
 *
 * <p>Counts are kept by the pair of versions, so that a swap on either side mixes nothing; the
 * newest eight pairs are kept. They are whole numbers: those of a fleet add up exactly, in any
 * order. Thread-safe; the check may be asked at any time.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class Shadow<I, O> implements MirrorListener<I, O>, Check {
  private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);
  private static final int MOST_PAIRS = 8;

  private final String name;
  private final Comparison<O> comparison;
  private final RowSegments<I> segments;
  private final ShadowVerdicts verdicts;
  private final Time time;
  private final long every;
  private final String instance;
  private final @Nullable ShadowFleet fleet;
  private final Map<Pair, PairCounts> counts = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Pair newest;
  private long savedAt;
  private boolean storeFailed;

  Shadow(ShadowBuilder<I, O> builder) {
    name = builder.effectiveName();
    comparison = builder.comparison;
    segments = new RowSegments<>(builder.segments);
    verdicts =
        new ShadowVerdicts(
            comparison, segments.names(), List.copyOf(builder.rules), builder.effectiveMinimum());
    time = builder.effectiveTime();
    every = builder.effectiveInterval().toNanos();
    savedAt = time.nanos();
    instance = builder.instance == null ? "" : builder.instance;
    fleet =
        builder.store == null
            ? null
            : new ShadowFleet(
                builder.store,
                instance,
                name,
                comparison.fingerprint(segments.names()),
                this::empty);
  }

  /**
   * Starts a shadow.
   *
   * @param schema what rows are
   * @param comparison which fields of the answers are compared, at least one
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  public static <I, O> ShadowBuilder<I, O> of(Schema<I> schema, Comparison<O> comparison) {
    return new ShadowBuilder<>(schema, comparison);
  }

  private PairCounts empty() {
    return new PairCounts(comparison, segments.names().size());
  }

  @Override
  public void onMirrored(MirroredRow<I, O> row) {
    Objects.requireNonNull(row, "row");
    synchronized (counts) {
      of(new Pair(row.live().version(), row.candidate()))
          .add(row, comparison, segments.of(row.live().row()));
    }
    saveIfDue();
  }

  @Override
  public void onLiveFailure(FailedPrediction failure, ModelVersion candidate) {
    Objects.requireNonNull(failure, "failure");
    Objects.requireNonNull(candidate, "candidate");
    synchronized (counts) {
      of(new Pair(failure.version(), candidate)).liveFailures++;
    }
    saveIfDue();
  }

  private PairCounts of(Pair pair) {
    newest = pair;
    PairCounts known = counts.get(pair);
    if (known == null) {
      known = empty();
      counts.put(pair, known);
      if (counts.size() > MOST_PAIRS) {
        counts.remove(counts.keySet().iterator().next());
      }
    }
    return known;
  }

  private void saveIfDue() {
    if (fleet != null) {
      boolean due;
      synchronized (counts) {
        due = time.nanos() - savedAt >= every;
      }
      if (due) {
        save();
      }
    }
  }

  /**
   * Stores this instance's counts, if there is a {@link ShadowBuilder#fleet}. Done by itself every
   * so often while rows come in; call it when a service stops. A store that fails is logged once,
   * and harms nobody.
   */
  public void save() {
    if (fleet == null) {
      return;
    }
    Map<Pair, PairCounts> copies = new LinkedHashMap<>();
    synchronized (counts) {
      savedAt = time.nanos();
      counts.forEach((pair, own) -> copies.put(pair, copy(own)));
    }
    try {
      copies.forEach(fleet::save);
    } catch (RuntimeException e) {
      boolean first;
      synchronized (counts) {
        first = !storeFailed;
        storeFailed = true;
      }
      if (first) {
        LOG.warn("Shadow '{}': counts were not stored; further failures are silent", name, e);
      }
    }
  }

  private PairCounts copy(PairCounts own) {
    PairCounts copy = empty();
    copy.plus(own);
    return copy;
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Returns what the limits say of the newest pair of versions. Reads the fleet's counts if there
   * is a fleet; a store that cannot be read is no data.
   *
   * @return the worst of all verdicts
   */
  @Override
  public Outcome evaluate() {
    try {
      return report()
          .map(ShadowReport::outcome)
          .orElseGet(() -> new NoData(name + ": nothing has been mirrored yet."));
    } catch (MlopsException e) {
      return new NoData(name + ": " + e.getMessage());
    }
  }

  /**
   * Returns a check of one pair of versions, for a gate or a rollout of that candidate.
   *
   * @param live who answers the callers
   * @param candidate who is asked afterwards
   * @return a check that has no data as long as that pair has no rows
   */
  public Check check(ModelVersion live, ModelVersion candidate) {
    Objects.requireNonNull(live, "live");
    Objects.requireNonNull(candidate, "candidate");
    return new PairCheck(this, live, candidate);
  }

  private record PairCheck(Shadow<?, ?> shadow, ModelVersion live, ModelVersion candidate)
      implements Check {
    @Override
    public String name() {
      return shadow.name() + " of " + candidate;
    }

    @Override
    public Outcome evaluate() {
      try {
        return shadow
            .report(live, candidate)
            .map(ShadowReport::outcome)
            .orElseGet(() -> new NoData(name() + ": nothing has been mirrored yet."));
      } catch (MlopsException e) {
        return new NoData(name() + ": " + e.getMessage());
      }
    }
  }

  /**
   * Returns what there is about the newest pair of versions this instance has seen.
   *
   * @return the report, or empty if it has seen none
   * @throws MlopsException if the fleet's counts cannot be read
   */
  public Optional<ShadowReport> report() {
    Pair pair;
    synchronized (counts) {
      pair = newest;
    }
    return pair == null ? Optional.empty() : report(pair.live(), pair.candidate());
  }

  /**
   * Returns what there is about a pair of versions, in the whole fleet if there is one.
   *
   * @param live who answered the callers
   * @param candidate who was asked afterwards
   * @return the report, or empty if nobody has seen that pair
   * @throws MlopsException if the fleet's counts cannot be read
   */
  public Optional<ShadowReport> report(ModelVersion live, ModelVersion candidate) {
    Pair pair = new Pair(live, candidate);
    PairCounts sum = empty();
    Set<String> instances = new TreeSet<>();
    synchronized (counts) {
      PairCounts own = counts.get(pair);
      if (own != null) {
        sum.plus(own);
        instances.add(instance);
      }
    }
    if (fleet != null) {
      instances.addAll(fleet.addOthers(pair, sum));
    }
    return instances.isEmpty()
        ? Optional.empty()
        : Optional.of(verdicts.report(pair, sum, instances.size(), time.now()));
  }
}
