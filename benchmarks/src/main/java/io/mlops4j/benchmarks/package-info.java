/**
 * What the library's paths cost beside what people would use instead: JMH benchmarks, each with its
 * baseline, and {@link io.mlops4j.benchmarks.Guard}, which fails a build in which a path has become
 * far too slow. Never published. Start with docs/benchmarks.md.
 */
@NullMarked
package io.mlops4j.benchmarks;

import org.jspecify.annotations.NullMarked;
