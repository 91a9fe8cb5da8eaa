/**
 * Models trained in Python, registered, gated and served in Java. Start at {@code FromPythonDemo};
 * docs/from-python.md is the tutorial.
 */
@NullMarked
package io.mlops4j.examples.frompython;

import org.jspecify.annotations.NullMarked;
