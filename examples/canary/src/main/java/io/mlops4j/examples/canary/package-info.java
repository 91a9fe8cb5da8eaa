/** Canary rollouts of two candidates on real flights; start with {@code CanaryDemo}. */
@NullMarked
package io.mlops4j.examples.canary;

import org.jspecify.annotations.NullMarked;
