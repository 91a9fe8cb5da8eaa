/**
 * Unit tests of policies before production: a rollout, an experiment's analysis, an alert, a
 * monitor or a trigger runs unchanged, in virtual time, against simulated traffic. Start with
 * {@link io.mlops4j.junit.simulation.Traffic} (what arrives, and what turns out to be true), {@link
 * io.mlops4j.junit.simulation.Policy} (how your code is put into it) and {@link
 * io.mlops4j.junit.simulation.Simulation}.
 *
 * <p>Everything but {@link io.mlops4j.junit.simulation.World} is immutable and thread-safe. The
 * same seed gives the same result, whatever the machine and the number of threads.
 */
@NullMarked
package io.mlops4j.junit.simulation;

import org.jspecify.annotations.NullMarked;
