/** Feature views over typed events, point-in-time joins and online stores. */
@NullMarked
package io.mlops4j.features;

import org.jspecify.annotations.NullMarked;
