package io.mlops4j.registry.tracking;

import io.mlops4j.core.ObjectStore;

class InMemoryTrackingTest extends TrackingContract {
  private final ObjectStore shared = ObjectStore.inMemory();

  @Override
  ObjectStore openStore() {
    return shared;
  }
}
