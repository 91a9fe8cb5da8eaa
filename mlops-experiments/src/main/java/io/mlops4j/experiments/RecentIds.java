package io.mlops4j.experiments;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The last ids seen, in two generations: at least {@code size} and at most twice as many. */
final class RecentIds {
  private final int size;
  private volatile Set<String> young = ConcurrentHashMap.newKeySet();
  private volatile Set<String> old = Set.of();

  RecentIds(int size) {
    this.size = size;
  }

  boolean add(String id) {
    if (old.contains(id) || !young.add(id)) {
      return false;
    }
    if (young.size() > size) {
      age();
    }
    return true;
  }

  void remove(String id) {
    young.remove(id);
  }

  private synchronized void age() {
    if (young.size() > size) {
      old = young;
      young = ConcurrentHashMap.newKeySet();
    }
  }
}
