package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Schema;
import java.util.List;

/**
 * What has to hold, and of which features: the part of an expectation that is not about how often,
 * where and how bad. Immutable values with a form in JSON and in Java.
 */
interface Rule {
  /** Returns what it is called in JSON. */
  String kind();

  /** Returns the features it reads; empty if it is about rows as a whole. */
  List<String> features();

  /** Returns what has to hold, as in "origin is present". */
  String sentence(Schema<?> schema);

  /** Writes all that makes it up, but for kind and features. */
  void write(ObjectNode json);

  /** Returns the call that makes it, as in {@code feature("origin").isPresent()}. */
  String java();

  /**
   * Refuses a schema it cannot be asked of.
   *
   * @throws IllegalArgumentException naming the feature and what was expected of it
   */
  void requireFits(Schema<?> schema);

  /** Starts counting. */
  <T> Tally<T> tally(Pass<T> pass);
}
