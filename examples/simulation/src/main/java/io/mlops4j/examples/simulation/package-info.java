/** The alerts of a spam filter, and the unit test that says what they are worth. */
@NullMarked
package io.mlops4j.examples.simulation;

import org.jspecify.annotations.NullMarked;
