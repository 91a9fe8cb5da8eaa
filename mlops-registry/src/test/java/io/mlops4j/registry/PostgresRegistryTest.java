package io.mlops4j.registry;

import javax.sql.DataSource;

class PostgresRegistryTest extends JdbcRegistryContract {
  @Override
  DataSource database() {
    return Databases.postgres();
  }

  @Override
  String flipped() {
    return "set_byte(content, 0, get_byte(content, 0) # 1)";
  }

  @Override
  String name(CharSequence hex) {
    return "'\\x" + hex + "'::bytea";
  }
}
