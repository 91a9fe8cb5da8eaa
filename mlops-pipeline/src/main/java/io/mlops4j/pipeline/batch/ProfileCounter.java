package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.DriftCounter;
import io.mlops4j.drift.DriftCounts;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts rows and scores of the job over a version's baseline, on the side. */
final class ProfileCounter<T> {
  private final @Nullable DriftCounter counter;
  private final Schema<T> schema;
  private @Nullable DriftCounts before;

  ProfileCounter(@Nullable Baseline baseline, ModelVersion version, Schema<T> schema) {
    this.counter = baseline == null ? null : new DriftCounter(version, baseline);
    this.schema = schema;
  }

  void goOn(String stored) {
    if (stored.isEmpty()) {
      return;
    }
    try {
      before = DriftCounts.fromBytes(Base64.getDecoder().decode(stored));
    } catch (IllegalArgumentException e) {
      throw new BatchException(
          BatchException.Side.STATE, "The job's profile is damaged. Begin again.", e);
    }
  }

  void add(T row, Object answer) {
    if (counter != null) {
      counter.observe(schema.encode(row));
      if (answer instanceof Number score) {
        counter.observeScore(score.doubleValue());
      }
    }
  }

  Optional<DriftCounts> counts() {
    if (counter == null) {
      return Optional.ofNullable(before);
    }
    DriftCounts now = counter.snapshot();
    return Optional.of(before == null ? now : before.plus(now));
  }

  /** Returns the counts so far as a text, nothing without a baseline. */
  String toText() {
    return counts().map(c -> Base64.getEncoder().encodeToString(c.toBytes())).orElse("");
  }
}
