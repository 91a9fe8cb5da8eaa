/**
 * What a candidate answers on the live rows, beside what the live version answered: start at {@link
 * io.mlops4j.delivery.shadow.Shadow}. Everything but the builders is thread-safe.
 */
@NullMarked
package io.mlops4j.delivery.shadow;

import org.jspecify.annotations.NullMarked;
