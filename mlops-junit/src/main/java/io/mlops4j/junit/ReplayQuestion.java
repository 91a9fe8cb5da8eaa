package io.mlops4j.junit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a replay reads: whose features, of when. */
record ReplayQuestion<K>(@Nullable K key, Instant at) {}
