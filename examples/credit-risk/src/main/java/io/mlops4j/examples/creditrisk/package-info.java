/** Loan applications: a better ranking is not promoted if it treats the sexes too differently. */
@NullMarked
package io.mlops4j.examples.creditrisk;

import org.jspecify.annotations.NullMarked;
