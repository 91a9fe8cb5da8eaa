/** A small service that says how likely a flight arrives late. Its tests are the example. */
@NullMarked
package io.mlops4j.examples.unittesting;

import org.jspecify.annotations.NullMarked;
