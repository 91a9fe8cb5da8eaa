package io.mlops4j.core;

class InMemoryObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore create() {
    return ObjectStore.inMemory();
  }
}
