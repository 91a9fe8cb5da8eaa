package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.lineage.OnnxLineage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What the registry writes into an ONNX file, and captures of ONNX Runtime, as ONNX Runtime has it.
 */
class OnnxLineageRuntimeTest {
  private static final Path PLUS_1 =
      Path.of("../mlops-serving/src/test/resources/models/plus1.onnx");

  @Test
  void export_inOnnxRuntime_showsVersionLineageAndDigest() throws Exception {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredVersion<?, ?> version =
          registry
              .model("plus")
              .register(
                  ModelFiles.of("onnx", PLUS_1),
                  Lineage.unknown().withData("flüge", "d".repeat(64), 7));
      byte[] copy = OnnxLineage.export(version);
      assertThat(OnnxLineage.plain(copy)).isEqualTo(Files.readAllBytes(PLUS_1));
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(copy)) {
        Map<String, String> shown = session.getMetadata().getCustomMetadata();
        assertThat(shown)
            .containsEntry("mlops4j.version", "plus:1")
            .containsEntry(
                "mlops4j.lineage", new String(version.lineage().toJson(), StandardCharsets.UTF_8))
            .containsEntry("mlops4j.sha256", version.digests().get("plus1.onnx"));
      }
    }
  }

  /** Linux tells which libraries are loaded; elsewhere nobody does, and the environment says so. */
  @Test
  void capture_withOnnxRuntimeLoaded_namesItsLibraryAndVersion() {
    assertThat(OrtEnvironment.getEnvironment()).isNotNull();
    Environment here = Environment.capture();
    if (Files.isReadable(Path.of("/proc/self/maps"))) {
      assertThat(here.natives())
          .anySatisfy(
              library -> {
                assertThat(library.name()).startsWith("libonnxruntime");
                assertThat(library.from()).contains("onnxruntime").contains("1.28.0");
              });
    } else {
      assertThat(here.settings()).containsEntry("natives", "UNKNOWN");
    }
  }
}
