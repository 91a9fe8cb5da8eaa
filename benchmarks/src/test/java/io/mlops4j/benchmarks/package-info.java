/** Tests of what decides and of what is compared; nothing here measures time. */
@NullMarked
package io.mlops4j.benchmarks;

import org.jspecify.annotations.NullMarked;
