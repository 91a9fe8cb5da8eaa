package io.mlops4j.pipeline.batch;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The key of a row as a text that tells its type: {@code n17} is a number, {@code tORD} a text,
 * nothing is before the first.
 */
record JdbcKey(@Nullable Object value) {
  static final JdbcKey NONE = new JdbcKey(null);

  static JdbcKey of(@Nullable Object value, String column) {
    if (value instanceof Long || value instanceof Integer || value instanceof Short) {
      return new JdbcKey(((Number) value).longValue());
    }
    if (value instanceof BigDecimal decimal && decimal.stripTrailingZeros().scale() <= 0) {
      return new JdbcKey(decimal.longValueExact());
    }
    if (value instanceof String) {
      return new JdbcKey(value);
    }
    throw new BatchException(
        BatchException.Side.INPUT,
        "The key "
            + column
            + " is "
            + (value == null ? "null" : "a " + value.getClass().getSimpleName())
            + " in a row (expected: a whole number or a text).");
  }

  static JdbcKey read(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    try {
      return text.charAt(0) == 'n'
          ? new JdbcKey(Long.valueOf(text.substring(1)))
          : new JdbcKey(text.substring(1));
    } catch (NumberFormatException e) {
      throw new BatchException(
          BatchException.Side.STATE, "The job's position is damaged. Begin again.", e);
    }
  }

  boolean isNone() {
    return value == null;
  }

  void set(PreparedStatement statement, int parameter) throws SQLException {
    if (value instanceof Long number) {
      statement.setLong(parameter, number);
    } else {
      statement.setString(parameter, String.valueOf(value));
    }
  }

  @Override
  public String toString() {
    return value == null ? "" : (value instanceof Long ? "n" : "t") + value;
  }
}
