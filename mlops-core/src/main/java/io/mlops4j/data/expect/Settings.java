package io.mlops4j.data.expect;

import io.mlops4j.core.Baseline;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a validation is given beside the rows. */
record Settings(
    Expectation.Environment environment,
    int examples,
    Instant now,
    OptionalLong previousRows,
    boolean first,
    @Nullable Baseline baseline,
    Map<String, ReferenceValues> references,
    @Nullable Path temporary,
    int keysInMemory,
    Salt salt) {}
