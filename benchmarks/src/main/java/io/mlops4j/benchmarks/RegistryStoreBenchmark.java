package io.mlops4j.benchmarks;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * Registering, and following what another has written, on each store. {@code
 * benchmarks/python/mlflow_registry.py} does the same with MLflow.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@State(Scope.Thread)
public class RegistryStoreBenchmark {
  /** What the registry stands on. */
  @Param({"directory", "h2", "postgres"})
  public String store = "directory";

  private Path directory = Path.of("");
  private ModelRegistry writer = ModelRegistry.inMemory();
  private ModelRegistry reader = writer;
  private RegisteredModel<float[], Double> written = writer.model(Champion.NAME);
  private RegisteredModel<float[], Double> read = written;
  private int number;
  private @Nullable EmbeddedPostgres server;

  /** Opens the store twice, as two processes would. */
  @Setup
  public void open() {
    try {
      directory = Files.createTempDirectory("mlops4j-registry");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RegistryOptions options = RegistryOptions.withDefaults().withPollInterval(Duration.ofDays(1));
    writer = ModelRegistry.on(openStore(), options);
    reader = ModelRegistry.on(openStore(), options);
    written = writer.model(Champion.NAME);
    read = reader.model(Champion.NAME);
  }

  private ObjectStore openStore() {
    return switch (store) {
      case "h2" ->
          ObjectStores.jdbc(
              JdbcConnectionPool.create(
                  "jdbc:h2:file:" + directory.resolve("h2") + ";DB_CLOSE_DELAY=-1", "sa", ""));
      case "postgres" -> ObjectStores.jdbc(pooled(postgres()));
      default -> ObjectStores.directory(directory);
    };
  }

  /** One server for both, with its durable defaults. */
  private EmbeddedPostgres postgres() {
    EmbeddedPostgres running = server;
    if (running == null) {
      try {
        running = EmbeddedPostgres.builder().start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server = running;
    }
    return running;
  }

  /** Keeps connections, as a service's pool does. */
  private static JdbcConnectionPool pooled(EmbeddedPostgres server) {
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setUrl(server.getJdbcUrl("postgres", "postgres"));
    source.setUser("postgres");
    return JdbcConnectionPool.create(source);
  }

  /**
   * Closes and deletes everything.
   *
   * @throws IOException if the server cannot be stopped
   */
  @TearDown
  public void delete() throws IOException {
    writer.close();
    reader.close();
    if (server != null) {
      server.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The least durable write: one forced file.
   *
   * @return its name
   * @throws IOException if it cannot be written
   */
  @Benchmark
  public Path baseline() throws IOException {
    Path file = directory.resolve("baseline-" + UUID.randomUUID());
    try (var channel =
        java.nio.channels.FileChannel.open(
            file,
            java.nio.file.StandardOpenOption.CREATE_NEW,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {1}));
      channel.force(true);
    }
    return file;
  }

  /**
   * Registers a version of one small file.
   *
   * @return its number
   */
  @Benchmark
  public int register() {
    ModelFiles files = ModelFiles.of("onnx", Map.of("m.onnx", new byte[] {(byte) number++}));
    return written.register(files, Lineage.unknown()).number();
  }

  /**
   * Writes one record, and reads it as another process does.
   *
   * @return the digest that both see
   */
  @Benchmark
  public String follow() {
    written.freezePromotions("benchmark");
    String head = read.head();
    if (!head.equals(written.head())) {
      throw new IllegalStateException("The other one does not see it.");
    }
    return head;
  }
}
