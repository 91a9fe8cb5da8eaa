package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.registry.JdbcTransactions.Work;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/*
 * An object is one row, whose primary key is its name: inserting it is the compare-and-swap. What
 * is longer than a chunk lies in rows of a second table, inserted before it in the same
 * transaction, so an object that is visible is complete. Content is sealed as in a directory, blobs
 * are raw.
 *
 * The answer to a commit can get lost with the connection. So each call has a request id, which
 * stays the same in all its attempts and is written into the row: whoever finds a name taken
 * compares, and knows its own. A commit that is still on its way holds the key, so the second
 * attempt's insert waits for it.
 *
 * No row is ever changed but for `set_aside` (see Garbage), none removed but those below ephemeral/
 * and garbage. No lock is taken by us, and none of the database's outlives a transaction.
 */
final class JdbcObjectStore implements BlobStore {
  private static final int CHUNK_BYTES = JdbcRows.CHUNK_BYTES;

  private final JdbcTransactions transactions;
  private final JdbcRows rows;
  private final String name;

  private JdbcObjectStore(JdbcTransactions transactions, JdbcRows rows, String name) {
    this.transactions = transactions;
    this.rows = rows;
    this.name = name;
  }

  static JdbcObjectStore open(DataSource source, String prefix, Time time, LongConsumer pause) {
    JdbcTables tables = new JdbcTables(prefix);
    JdbcTransactions transactions = new JdbcTransactions(source, pause);
    tables.prepare(transactions);
    String name = "tables " + prefix + "*";
    return new JdbcObjectStore(transactions, new JdbcRows(tables, time, name), name);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    ObjectStore.requireKey(key);
    boolean blob = key.startsWith(DirectoryObjectStore.BLOBS);
    if (blob && !key.equals(DirectoryObjectStore.blobKey(Digests.sha256(value)))) {
      throw new IllegalArgumentException(key + " does not name the content it is given");
    }
    byte[] stored = blob ? value : Seal.seal(value);
    String request = UUID.randomUUID().toString();
    return call(
        key + " was not written",
        connection -> {
          String owner = rows.owner(connection, key);
          if (owner != null) {
            return owner.equals(request);
          }
          rows.insert(connection, key, request, stored);
          return true;
        });
  }

  @Override
  public Blobs.Stored putBlob(InputStream content, long maxBytes, String what) {
    try {
      byte[] first = content.readNBytes((int) Math.min(CHUNK_BYTES - 1, maxBytes) + 1);
      Blobs.requireAtMost(first.length, maxBytes, what);
      if (first.length < CHUNK_BYTES) {
        String digest = Digests.sha256(first);
        putIfAbsent(DirectoryObjectStore.blobKey(digest), first);
        return new Blobs.Stored(digest, first.length);
      }
      return new JdbcUpload(what, maxBytes).run(first, content);
    } catch (IOException e) {
      throw new MlopsException(what + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * A long blob, in one transaction that is open while its source is read. There is one attempt: a
   * stream cannot be read twice. What became of a lost commit is seen by the blob's name.
   */
  private final class JdbcUpload {
    private final String what;
    private final long maxBytes;
    private final String set = UUID.randomUUID().toString();
    private Blobs.@Nullable Stored stored;

    JdbcUpload(String what, long maxBytes) {
      this.what = what;
      this.maxBytes = maxBytes;
    }

    Blobs.Stored run(byte[] first, InputStream rest) throws IOException {
      try {
        return transactions.once(connection -> write(connection, first, rest));
      } catch (Unreadable e) {
        throw e.reason;
      } catch (SQLException e) {
        MlopsException failure =
            JdbcTransactions.failed("Store " + name, what + " was not written", e);
        Blobs.Stored known = stored;
        try {
          if (known != null && isThere(DirectoryObjectStore.blobKey(known.digest()))) {
            return known;
          }
        } catch (MlopsException unknown) {
          failure.addSuppressed(unknown);
        }
        throw failure;
      }
    }

    private Blobs.Stored write(Connection connection, byte[] first, InputStream rest)
        throws SQLException {
      var sha256 = Digests.sha256();
      long length = 0;
      int part = 0;
      for (byte[] chunk = first; chunk.length > 0; chunk = next(rest)) {
        length += chunk.length;
        Blobs.requireAtMost(length, maxBytes, what);
        sha256.update(chunk);
        rows.insertChunk(connection, set, part++, chunk);
      }
      Blobs.Stored result = new Blobs.Stored(Digests.hex(sha256.digest()), length);
      stored = result;
      String key = DirectoryObjectStore.blobKey(result.digest());
      if (rows.owner(connection, key) == null) {
        rows.insertRow(connection, key, set, length, null, set, part);
      } else {
        rows.deleteChunks(connection, set);
      }
      return result;
    }

    private byte[] next(InputStream rest) {
      try {
        return rest.readNBytes(CHUNK_BYTES);
      } catch (IOException e) {
        throw new Unreadable(e);
      }
    }
  }

  /** Carries the source's failure through the transaction, so that it is not taken for ours. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient IOException reason;

    Unreadable(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private boolean isThere(String key) {
    return call(key + " cannot be looked up", connection -> rows.owner(connection, key) != null);
  }

  @Override
  public Optional<byte[]> get(String key) {
    Optional<byte[]> stored = read(ObjectStore.requireKey(key));
    if (stored.isEmpty()) {
      return stored;
    }
    if (key.startsWith(DirectoryObjectStore.BLOBS)) {
      String actual = Digests.sha256(stored.get());
      if (!key.endsWith("/" + actual)) {
        throw new IntegrityException(
            "Store " + name + ": " + key + " is damaged: its digest is " + actual + ".");
      }
      return stored;
    }
    Optional<byte[]> opened = Seal.open(stored.get());
    if (opened.isEmpty()) {
      throw new IntegrityException(
          "Store "
              + name
              + ": "
              + key
              + " is damaged ("
              + stored.get().length
              + " bytes, no valid seal).");
    }
    return opened;
  }

  private Optional<byte[]> read(String key) {
    return call(
        key + " cannot be read",
        connection -> {
          JdbcRows.Row row = rows.row(connection, key);
          if (row == null) {
            return Optional.empty();
          }
          byte[] result = new byte[Math.toIntExact(row.length())];
          int at = 0;
          for (int part = 0; part < row.chunks(); part++) {
            byte[] chunk = row.chunk(connection, part);
            if (chunk.length > result.length - at) {
              throw row.incomplete();
            }
            System.arraycopy(chunk, 0, result, at, chunk.length);
            at += chunk.length;
          }
          if (at != result.length) {
            throw row.incomplete();
          }
          return Optional.of(result);
        });
  }

  @Override
  public Optional<byte[]> readBlob(String digest) {
    return read(DirectoryObjectStore.blobKey(digest));
  }

  @Override
  public boolean eachPart(String digest, PartVisitor visitor) {
    String key = DirectoryObjectStore.blobKey(digest);
    String failure = key + " cannot be read";
    Optional<JdbcRows.Row> found =
        call(failure, connection -> Optional.ofNullable(rows.row(connection, key)));
    if (found.isEmpty()) {
      return false;
    }
    JdbcRows.Row row = found.get();
    for (int part = 0; part < row.chunks(); part++) {
      int wanted = part;
      byte[] chunk = call(failure, connection -> row.chunk(connection, wanted));
      if (!visitor.visit(chunk, chunk.length)) {
        return true;
      }
    }
    return true;
  }

  @Override
  public List<Held> blobs() {
    return held("created", "set_aside IS NULL");
  }

  @Override
  public List<Held> aside() {
    return held("set_aside", "set_aside IS NOT NULL");
  }

  private List<Held> held(String since, String condition) {
    return call(
        "the list of blobs cannot be read",
        connection ->
            rows.held(connection, since, condition, DirectoryObjectStore.BLOBS, "blobs/sha2560"));
  }

  @Override
  public void setAside(String digest, Instant now) {
    String key = DirectoryObjectStore.blobKey(digest);
    call(
        key + " was not set aside",
        connection -> rows.setAside(connection, key, now.toEpochMilli()));
  }

  @Override
  public void takeBack(String digest) {
    String key = DirectoryObjectStore.blobKey(digest);
    call(key + " was not taken back", connection -> rows.takeBack(connection, key));
  }

  @Override
  public void discard(String digest) {
    String key = DirectoryObjectStore.blobKey(digest);
    call(key + " was not removed", connection -> rows.discard(connection, key));
  }

  @Override
  public List<String> strangers() {
    return List.of();
  }

  @Override
  public List<String> list(String prefix) {
    String from = prefix.isEmpty() ? "" : ObjectStore.requireKey(prefix) + "/";
    // '0' is the character after '/', and '~' comes after all that keys are made of.
    String to = prefix.isEmpty() ? "~" : prefix + "0";
    return call(
        "the list of " + (prefix.isEmpty() ? "all objects" : prefix) + " cannot be read",
        connection -> rows.names(connection, from, to));
  }

  @Override
  public boolean remove(String key) {
    ObjectStore.requireEphemeral(key);
    boolean[] seen = new boolean[1];
    return call(
        key + " was not removed",
        connection -> {
          JdbcRows.Row row = rows.row(connection, key);
          if (row == null) {
            // If an attempt before had seen it, that one's answer was lost: it is gone by us.
            return seen[0];
          }
          seen[0] = true;
          return rows.delete(connection, row);
        });
  }

  private <R> R call(String failure, Work<R> work) {
    try {
      return transactions.run(name, work);
    } catch (SQLException e) {
      throw JdbcTransactions.failed("Store " + name, failure, e);
    }
  }

  /** Returns the names of the tables; never an address, which may hold a password. */
  @Override
  public String toString() {
    return name;
  }
}
