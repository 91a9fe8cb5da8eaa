/**
 * Two versions of a model behind a bandit, on real flights whose labels come when they land. Start
 * at {@link io.mlops4j.examples.banditrouting.BanditRoutingDemo}.
 */
@NullMarked
package io.mlops4j.examples.banditrouting;

import org.jspecify.annotations.NullMarked;
