package io.mlops4j.drift.log;

class PostgresPredictionLogTest extends PredictionLogContract {
  private final String table = Databases.table();

  @Override
  PredictionLog open() {
    return PredictionLog.jdbc(Databases.postgres(), table);
  }
}
