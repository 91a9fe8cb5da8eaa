package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The registry's whole contract on a database. */
abstract class JdbcRegistryContract extends ModelRegistryContract {
  /** Set while the superclass is constructed or set up, so they have no initial value here. */
  private @Nullable DataSource source;

  private @Nullable String prefix;

  abstract DataSource database();

  @Override
  int many() {
    return 300;
  }

  @Override
  ObjectStore openStore() {
    if (source == null) {
      source = database();
      prefix = Databases.prefix();
    }
    return ObjectStores.jdbc(source, Objects.requireNonNull(prefix));
  }

  @Override
  void damage(String key) {
    StringBuilder hex = new StringBuilder();
    key.chars().forEach(c -> hex.append(Integer.toHexString(c)));
    int changed =
        Databases.execute(
            Objects.requireNonNull(source),
            "UPDATE "
                + prefix
                + "objects SET content = "
                + flipped()
                + " WHERE name = "
                + name(hex));
    if (changed != 1) {
      throw new AssertionError(key + ": " + changed + " rows");
    }
  }

  abstract String flipped();

  abstract String name(CharSequence hex);
}
