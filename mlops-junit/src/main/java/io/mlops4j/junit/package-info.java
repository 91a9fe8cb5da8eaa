/** Test support for services that use MLOps4J. For the test scope. */
@NullMarked
package io.mlops4j.junit;

import org.jspecify.annotations.NullMarked;
