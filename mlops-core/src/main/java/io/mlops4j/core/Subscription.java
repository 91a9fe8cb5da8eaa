package io.mlops4j.core;

/** Something that goes on until it is closed. Closing is idempotent and never throws. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

  /** Ends it. A call already running may still finish. */
  @Override
  void close();
}
