package io.mlops4j.core;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A sorted map of copies. */
final class InMemoryObjectStore implements ObjectStore {
  private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return objects.putIfAbsent(ObjectStore.requireKey(key), value.clone()) == null;
  }

  @Override
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(objects.get(ObjectStore.requireKey(key))).map(byte[]::clone);
  }

  @Override
  public List<String> list(String prefix) {
    if (prefix.isEmpty()) {
      return List.copyOf(objects.keySet());
    }
    String from = ObjectStore.requireKey(prefix) + "/";
    // '0' is the character after '/': the range holds exactly the keys below the prefix.
    return List.copyOf(objects.subMap(from, prefix + "0").keySet());
  }

  @Override
  public boolean remove(String key) {
    return objects.remove(ObjectStore.requireEphemeral(key)) != null;
  }
}
