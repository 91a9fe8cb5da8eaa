package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mlops4j.core.Time;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements of a {@link JdbcObjectStore}, each within its caller's transaction. */
final class JdbcRows {
  static final int CHUNK_BYTES = 512 << 10;
  private static final int FETCH_ROWS = 2_000;

  private final JdbcTables tables;
  private final Time time;
  private final String store;

  JdbcRows(JdbcTables tables, Time time, String store) {
    this.tables = tables;
    this.time = time;
    this.store = store;
  }

  /** The request that wrote an object, or null if there is none. A blob is wanted again. */
  @Nullable String owner(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT request, set_aside FROM " + tables.objects + " WHERE name = ?")) {
      select.setBytes(1, bytes(key));
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        String request = rows.getString(1);
        rows.getLong(2);
        return rows.wasNull() || takeBack(connection, key) ? request : null;
      }
    }
  }

  /** False if it has been removed meanwhile. */
  boolean takeBack(Connection connection, String key) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE " + tables.objects + " SET set_aside = NULL WHERE name = ?")) {
      update.setBytes(1, bytes(key));
      return update.executeUpdate() > 0;
    }
  }

  void insert(Connection connection, String key, String request, byte[] content)
      throws SQLException {
    if (content.length <= CHUNK_BYTES) {
      insertRow(connection, key, request, content.length, content, null, 0);
      return;
    }
    // Of this attempt alone: an earlier one's chunks may be on their way still.
    String set = UUID.randomUUID().toString();
    int parts = 0;
    for (int from = 0; from < content.length; from += CHUNK_BYTES) {
      int to = Math.min(content.length, from + CHUNK_BYTES);
      insertChunk(connection, set, parts, Arrays.copyOfRange(content, from, to));
      parts++;
    }
    insertRow(connection, key, request, content.length, null, set, parts);
  }

  void insertRow(
      Connection connection,
      String key,
      String request,
      long length,
      byte @Nullable [] content,
      @Nullable String set,
      int parts)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + tables.objects
                + " (name, request, created, bytes, content, chunk_set, parts)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      insert.setBytes(1, bytes(key));
      insert.setString(2, request);
      insert.setLong(3, time.now().toEpochMilli());
      insert.setLong(4, length);
      if (content == null) {
        insert.setNull(5, Types.VARBINARY);
      } else {
        insert.setBytes(5, content);
      }
      insert.setString(6, set);
      insert.setInt(7, parts);
      insert.executeUpdate();
    }
  }

  void insertChunk(Connection connection, String set, int part, byte[] content)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO " + tables.chunks + " (chunk_set, part, content) VALUES (?, ?, ?)")) {
      insert.setString(1, set);
      insert.setInt(2, part);
      insert.setBytes(3, content);
      insert.executeUpdate();
    }
  }

  void deleteChunks(Connection connection, String set) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM " + tables.chunks + " WHERE chunk_set = ?")) {
      delete.setString(1, set);
      delete.executeUpdate();
    }
  }

  @Nullable Row row(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT bytes, content, chunk_set, parts FROM " + tables.objects + " WHERE name = ?")) {
      select.setBytes(1, bytes(key));
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? new Row(key, rows.getLong(1), rows.getBytes(2), rows.getString(3), rows.getInt(4))
            : null;
      }
    }
  }

  /** An object's row, and what is in it or in its chunks, part by part. */
  final class Row {
    private final String key;
    private final long length;
    private final byte @Nullable [] content;
    private final @Nullable String set;
    private final int parts;

    Row(String key, long length, byte @Nullable [] content, @Nullable String set, int parts) {
      this.key = key;
      this.length = length;
      this.content = content;
      this.set = set;
      this.parts = parts;
    }

    long length() {
      return length;
    }

    int chunks() {
      return content != null ? 1 : parts;
    }

    byte[] chunk(Connection connection, int part) throws SQLException {
      if (content != null) {
        return content;
      }
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT content FROM " + tables.chunks + " WHERE chunk_set = ? AND part = ?")) {
        select.setString(1, set);
        select.setInt(2, part);
        try (ResultSet rows = select.executeQuery()) {
          byte[] chunk = rows.next() ? rows.getBytes(1) : null;
          if (chunk == null) {
            throw incomplete();
          }
          return chunk;
        }
      }
    }

    IntegrityException incomplete() {
      return new IntegrityException(
          "Store "
              + store
              + ": "
              + key
              + " is damaged: its "
              + length
              + " bytes are not all there.");
    }
  }

  /** Names from one to before another, in order. */
  List<String> names(Connection connection, String from, String to) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT name FROM " + tables.objects + " WHERE name >= ? AND name < ? ORDER BY name")) {
      select.setFetchSize(FETCH_ROWS);
      select.setBytes(1, bytes(from));
      select.setBytes(2, bytes(to));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          names.add(new String(rows.getBytes(1), US_ASCII));
        }
      }
    }
    return names;
  }

  /** Blobs from one name to before another, in order of their names. */
  List<BlobStore.Held> held(
      Connection connection, String since, String condition, String from, String to)
      throws SQLException {
    List<BlobStore.Held> held = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT name, bytes, "
                + since
                + " FROM "
                + tables.objects
                + " WHERE name >= ? AND name < ? AND "
                + condition
                + " ORDER BY name")) {
      select.setFetchSize(FETCH_ROWS);
      select.setBytes(1, bytes(from));
      select.setBytes(2, bytes(to));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          String name = new String(rows.getBytes(1), US_ASCII);
          held.add(
              new BlobStore.Held(
                  name.substring(name.lastIndexOf('/') + 1),
                  rows.getLong(2),
                  Instant.ofEpochMilli(rows.getLong(3))));
        }
      }
    }
    return held;
  }

  boolean setAside(Connection connection, String key, long now) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE "
                + tables.objects
                + " SET set_aside = ? WHERE name = ? AND set_aside IS NULL")) {
      update.setLong(1, now);
      update.setBytes(2, bytes(key));
      return update.executeUpdate() > 0;
    }
  }

  /** Removes it if it is set aside still: who wants it again has said so in the same row. */
  boolean discard(Connection connection, String key) throws SQLException {
    Row row = row(connection, key);
    if (row == null) {
      return false;
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM " + tables.objects + " WHERE name = ? AND set_aside IS NOT NULL")) {
      delete.setBytes(1, bytes(key));
      if (delete.executeUpdate() == 0) {
        return false;
      }
    }
    if (row.set != null) {
      deleteChunks(connection, row.set);
    }
    return true;
  }

  /** False if it was not there. */
  boolean delete(Connection connection, Row row) throws SQLException {
    if (row.set != null) {
      deleteChunks(connection, row.set);
    }
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM " + tables.objects + " WHERE name = ?")) {
      delete.setBytes(1, bytes(row.key));
      return delete.executeUpdate() > 0;
    }
  }

  private static byte[] bytes(String key) {
    return key.getBytes(US_ASCII);
  }
}
