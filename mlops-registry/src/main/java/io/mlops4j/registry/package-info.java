/**
 * The model registry: versions with their lineage, promotion by evidence, rollback, and the store
 * they live in.
 *
 * <p>Start at {@code ModelRegistry.open}. All public types are immutable or thread-safe; any number
 * of threads and processes may use one store at once.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
