package io.mlops4j.pipeline;

import java.time.Duration;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a step says of itself, without its types. */
record StepSettings(
    String name,
    SortedMap<String, String> parameters,
    Retry retry,
    @Nullable Duration timeout,
    Duration every,
    String code,
    boolean reused,
    boolean readsInterval) {}
