package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks a candidate about one row, and says what became of it. Used by one thread. */
final class MirroredCall<I, O> {
  final MirrorRows<I> rows;
  private final Predictor<I, O> predictor;
  private final CallOptions options;
  private final Time time;

  MirroredCall(MirrorBuilder<I, O> builder, Time time) {
    this.predictor = builder.candidate;
    this.rows = new MirrorRows<>(builder.rows);
    this.options =
        CallOptions.withDefaults().withDeadline(builder.effectiveDeadline()).withoutCache();
    this.time = time;
  }

  Optional<ModelVersion> candidate() {
    return predictor.version();
  }

  /**
   * Returns both sides, or null if it is not certain which version failed, or none was there. An
   * answer says itself who gave it; a failure is that of the version that was served both before
   * and after the call.
   */
  @Nullable MirroredRow<I, O> ask(Prediction<I, O> live, I row) {
    Optional<ModelVersion> before = candidate();
    long start = time.nanos();
    MirroredRow.Failure failure;
    try {
      Prediction<I, O> answer = predictor.predictDetailed(row, options);
      if (answer.source() == Prediction.Source.MODEL) {
        return new MirroredRow<>(live, answer.version(), answer.output(), null, answer.latency());
      }
      if (answer.source() == Prediction.Source.PREVIOUS_VERSION) {
        return null;
      }
      failure = MirroredRow.Failure.ERROR;
    } catch (PredictorClosedException e) {
      return null;
    } catch (PredictionRejectedException e) {
      failure = rejection(e.reason());
    } catch (PredictionFailedException e) {
      failure = e.timedOut() ? MirroredRow.Failure.TIMEOUT : MirroredRow.Failure.ERROR;
    } catch (Throwable e) {
      // Whatever a candidate throws, the thread lives on.
      failure = MirroredRow.Failure.ERROR;
    }
    Duration latency = Duration.ofNanos(Math.max(0, time.nanos() - start));
    return failure == null || before.isEmpty() || !before.equals(candidate())
        ? null
        : new MirroredRow<>(live, before.get(), null, failure, latency);
  }

  private static MirroredRow.@Nullable Failure rejection(
      PredictionRejectedException.Reason reason) {
    return switch (reason) {
      case EXPIRED -> MirroredRow.Failure.TIMEOUT;
      case QUEUE_FULL, CIRCUIT_OPEN, INVALID_INPUT -> MirroredRow.Failure.REJECTED;
      case NOT_READY, INTERRUPTED -> null;
    };
  }
}
