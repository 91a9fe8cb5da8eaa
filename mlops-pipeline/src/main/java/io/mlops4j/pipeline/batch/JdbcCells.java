package io.mlops4j.pipeline.batch;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** How a value becomes a parameter of a column's type; texts are converted, times among them. */
final class JdbcCells {
  private JdbcCells() {}

  static void set(PreparedStatement statement, int parameter, @Nullable Object cell, int type)
      throws SQLException {
    if (cell == null || (cell instanceof String text && text.isEmpty())) {
      statement.setNull(parameter, type);
      return;
    }
    Object time = cell instanceof String text ? time(text, type) : null;
    if (time != null) {
      statement.setObject(parameter, time);
    } else {
      statement.setObject(parameter, cell, type);
    }
  }

  /** Drivers read their own forms of times; ISO 8601 is ours. Null if it is none. */
  private static @Nullable Object time(String text, int type) {
    try {
      if (type == Types.DATE) {
        return LocalDate.parse(text);
      }
      if (type == Types.TIMESTAMP || type == Types.TIMESTAMP_WITH_TIMEZONE) {
        String iso = text.strip().replace(' ', 'T');
        boolean zoned = iso.matches(".*T.*(Z|[+-][0-9:]+)");
        return zoned ? OffsetDateTime.parse(iso) : LocalDateTime.parse(iso);
      }
      return null;
    } catch (DateTimeException e) {
      return null; // The driver may know it, or say that it does not.
    }
  }
}
