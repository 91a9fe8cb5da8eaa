package io.mlops4j.core;

class InMemoryObjectStoreTest extends ObjectStoreContract {
  @Override
  ObjectStore create() {
    return ObjectStore.inMemory();
  }
}
