@NullMarked
package io.mlops4j.junit;

import org.jspecify.annotations.NullMarked;
