package io.mlops4j.benchmarks;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/** Opening a directory with many versions of one model, cold: the first call of a process. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 0)
@Measurement(iterations = 3)
@State(Scope.Thread)
public class RegistryOpenBenchmark {
  /** How many versions there are. Making them takes longer than opening them. */
  @Param("10000")
  public int versions;

  private Path directory = Path.of("");

  /** Registers the versions, each of one small file. */
  @Setup
  public void create() {
    try {
      directory = Files.createTempDirectory("mlops4j-registry");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      RegisteredModel<float[], Double> model = registry.model(Champion.NAME);
      for (int i = 0; i < versions; i++) {
        ModelFiles files = ModelFiles.of("onnx", Map.of("m.onnx", new byte[] {(byte) i}));
        model.register(files, Lineage.unknown());
      }
    }
  }

  /** Deletes them. */
  @TearDown
  public void delete() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Lists the names, the least that reads nothing else.
   *
   * @return how many models there are
   */
  @Benchmark
  public int baseline() {
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      return registry.models().size();
    }
  }

  /**
   * Opens the registry and asks for the champion.
   *
   * @return how many versions there are
   */
  @Benchmark
  public int open() {
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      RegisteredModel<float[], Double> model = registry.model(Champion.NAME);
      return model.champion().map(version -> version.number()).orElse(0);
    }
  }
}
