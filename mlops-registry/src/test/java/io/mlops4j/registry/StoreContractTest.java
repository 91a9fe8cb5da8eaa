package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.ObjectStoreContract;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What every store does, by each of ours. */
class StoreContractTest {
  @TempDir Path root;

  @Nested
  class Directory extends ObjectStoreContract {
    @Override
    protected ObjectStore create() {
      return ObjectStores.directory(root);
    }
  }

  @Nested
  class DirectoryWithoutHardLinks extends ObjectStoreContract {
    @Override
    protected ObjectStore create() {
      Disk noLinks =
          new Disk() {
            @Override
            void link(Path link, Path existing) throws IOException {
              throw new UnsupportedOperationException("no hard links");
            }
          };
      return DirectoryObjectStore.open(root, noLinks, Time.system());
    }
  }

  @Nested
  class H2InMemory extends ObjectStoreContract {
    @Override
    protected ObjectStore create() {
      return ObjectStores.jdbc(Databases.h2());
    }
  }

  @Nested
  class H2InAFile extends ObjectStoreContract {
    @Override
    protected ObjectStore create() {
      return ObjectStores.jdbc(Databases.h2(root.resolve("h2")), "risk_");
    }
  }

  @Nested
  class Postgres extends ObjectStoreContract {
    @Override
    protected ObjectStore create() {
      return ObjectStores.jdbc(Databases.postgres(), Databases.prefix());
    }
  }
}
