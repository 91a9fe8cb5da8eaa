/** Tests of feature views, joins and online stores. */
@NullMarked
package io.mlops4j.features;

import org.jspecify.annotations.NullMarked;
