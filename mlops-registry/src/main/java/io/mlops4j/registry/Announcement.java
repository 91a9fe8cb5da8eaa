package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;

/**
 * An instance's word to the fleet that it is there and what it can serve. It is renewed until it is
 * closed; a process that dies without closing it is forgotten after a minute (docs/registry.md has
 * the rule). Thread-safe.
 */
public interface Announcement extends AutoCloseable {

  /**
   * Returns what the instance calls itself.
   *
   * @return one printable line
   */
  String instance();

  /**
   * Tells the fleet what the instance serves now, without waiting for the next renewal: after a
   * swap, or before a promotion that is waiting for this instance. Writes one object.
   *
   * @throws MlopsException if the store cannot be written
   * @throws IllegalStateException if it is closed
   */
  void refresh();

  /** Withdraws: the fleet is without this instance from now on. Idempotent, never throws. */
  @Override
  void close();
}
