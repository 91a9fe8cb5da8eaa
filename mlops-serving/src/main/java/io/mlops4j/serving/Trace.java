package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import org.jspecify.annotations.Nullable;

/** Where one answer came from, for a caller that wants to know. Written before it is completed. */
final class Trace {
  long sequence;
  long answeredAt;
  long latency;
  @Nullable ModelVersion version;
  Prediction.@Nullable Source source;
}
