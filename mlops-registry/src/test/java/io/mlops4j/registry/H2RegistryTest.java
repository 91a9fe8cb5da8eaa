package io.mlops4j.registry;

import javax.sql.DataSource;

class H2RegistryTest extends JdbcRegistryContract {
  @Override
  DataSource database() {
    return Databases.h2();
  }

  @Override
  String flipped() {
    return "X'00' || SUBSTRING(content FROM 2)";
  }

  @Override
  String name(CharSequence hex) {
    return "X'" + hex + "'";
  }
}
