@NullMarked
package io.mlops4j.junit.simulation;

import org.jspecify.annotations.NullMarked;
