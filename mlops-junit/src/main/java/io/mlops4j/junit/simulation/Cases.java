package io.mlops4j.junit.simulation;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Draws what is asked, answered and true. */
interface Cases<I> {

  Case<I> draw(RandomGenerator random);

  record Case<I>(@Nullable I row, double answer, double label) {}
}
