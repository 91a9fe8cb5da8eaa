package io.mlops4j.pipeline;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What every run of a runner needs. */
record Engine(
    Pipeline pipeline,
    ObjectStore store,
    String prefix,
    String writer,
    Time time,
    Executor executor,
    Elapsed elapsed,
    Leadership leadership,
    StepStore results,
    Progress progress,
    Function<String, @Nullable String> cancelled,
    Consumer<String> overran) {}
