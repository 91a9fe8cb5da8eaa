/** A feature store on real flights: start with {@code FeatureStoreDemo}. */
@NullMarked
package io.mlops4j.examples.featurestore;

import org.jspecify.annotations.NullMarked;
