/**
 * Test support: a clock that only moves when told. Start at {@link
 * io.mlops4j.junit.VirtualTime#startingAt}. For the test scope.
 */
@NullMarked
package io.mlops4j.junit;

import org.jspecify.annotations.NullMarked;
