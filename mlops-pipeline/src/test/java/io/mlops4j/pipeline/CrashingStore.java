package io.mlops4j.pipeline;

import io.mlops4j.core.ObjectStore;
import java.util.List;
import java.util.Optional;

/**
 * A store whose process dies at its n-th write, before or after the write: from then on every call
 * throws, as nothing runs any more.
 */
public final class CrashingStore implements ObjectStore {
  private final ObjectStore store;
  private final int at;
  private final boolean afterwards;
  private int puts;
  private boolean dead;

  /** What a process that was killed does not survive; no part of the library catches it. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Wraps a store.
   *
   * @param store survives
   * @param at at which write the process dies, from 1
   * @param afterwards whether that write still happens
   */
  public CrashingStore(ObjectStore store, int at, boolean afterwards) {
    this.store = store;
    this.at = at;
    this.afterwards = afterwards;
  }

  int puts() {
    return puts;
  }

  private void alive() {
    if (dead) {
      throw new Killed();
    }
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    alive();
    puts++;
    if (puts == at) {
      dead = true;
      if (afterwards) {
        store.putIfAbsent(key, value);
      }
      throw new Killed();
    }
    return store.putIfAbsent(key, value);
  }

  @Override
  public Optional<byte[]> get(String key) {
    alive();
    return store.get(key);
  }

  @Override
  public List<String> list(String prefix) {
    alive();
    return store.list(prefix);
  }

  @Override
  public boolean remove(String key) {
    alive();
    return store.remove(key);
  }
}
