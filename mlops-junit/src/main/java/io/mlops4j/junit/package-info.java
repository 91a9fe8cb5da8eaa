/**
 * Test support for services that use MLOps4J, for the test scope. Start with {@link
 * io.mlops4j.junit.MlopsTest} (an in-memory registry, a store, virtual time and a seed for each
 * test), {@link io.mlops4j.junit.ScriptedModel} and {@link io.mlops4j.junit.ScriptedSource} (models
 * that do as they are told), {@link io.mlops4j.junit.MlopsAssertions}, and {@link
 * io.mlops4j.junit.SwapStress} (your own model under swaps, cancellation and shutdown).
 *
 * <p>Scripted models and sources are thread-safe. Assertions are not: one thread uses one.
 */
@NullMarked
package io.mlops4j.junit;

import org.jspecify.annotations.NullMarked;
