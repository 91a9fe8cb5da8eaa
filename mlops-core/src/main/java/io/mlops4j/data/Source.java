package io.mlops4j.data;

import java.util.stream.Stream;

/** Where rows come from; can be opened any number of times. */
@FunctionalInterface
interface Source<T> {
  Stream<T> open();
}
