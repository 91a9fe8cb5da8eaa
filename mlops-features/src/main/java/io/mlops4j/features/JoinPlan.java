package io.mlops4j.features;

import io.mlops4j.core.Progress;
import io.mlops4j.data.Dataset;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything a join is told, frozen. */
record JoinPlan<R>(
    FeatureSet<R> set,
    Dataset<R> rows,
    Map<String, Dataset<?>> events,
    long memory,
    @Nullable Path directory,
    boolean knownOnly,
    Progress progress,
    Consumer<JoinFacts> facts) {}
