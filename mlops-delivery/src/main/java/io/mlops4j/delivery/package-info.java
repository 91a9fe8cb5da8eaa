/** Shadow analysis and canary rollouts with automatic rollback. */
@NullMarked
package io.mlops4j.delivery;

import org.jspecify.annotations.NullMarked;
