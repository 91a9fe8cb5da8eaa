@NullMarked
package io.mlops4j.delivery.shadow;

import org.jspecify.annotations.NullMarked;
