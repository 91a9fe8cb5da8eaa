package io.mlops4j.registry.lineage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.OnnxMetadata;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That ONNX Runtime reads it is shown in mlops-junit. */
class OnnxLineageTest {
  private static final byte[] ONNX = {0x08, 8, 0x3a, 2, 0x0a, 0};
  private static final Lineage LINEAGE = Lineage.unknown().withData("june", "d", 7);

  @Test
  void export_registeredFile_carriesVersionAndLineageAndGivesTheFileBack() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredVersion<?, ?> version =
          registry.model("delay").register(ModelFiles.of("onnx", Map.of("m.onnx", ONNX)), LINEAGE);
      byte[] copy = OnnxLineage.export(version);
      OnnxLineage read = OnnxLineage.read(copy).orElseThrow();
      assertThat(read.version()).contains(version.version());
      assertThat(read.lineage()).isEqualTo(version.lineage());
      assertThat(read.file()).isEqualTo(version.digests().get("m.onnx"));
      assertThat(read.intact()).isTrue();
      assertThat(OnnxLineage.plain(copy)).isEqualTo(ONNX);
      assertThat(version.artifact().bytes("m.onnx")).as("as registered").isEqualTo(ONNX);
    }
  }

  @Test
  void read_modelChangedAfterwards_isNotIntact() {
    byte[] copy = OnnxLineage.embed(ONNX, LINEAGE);
    copy[1] = 9; // Another IR version.
    assertThat(OnnxLineage.read(copy).orElseThrow().intact()).isFalse();
  }

  @Test
  void embed_beforeRegistering_isCoveredByTheRegisteredDigest() {
    byte[] own = OnnxLineage.embed(ONNX, LINEAGE);
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredVersion<?, ?> version =
          registry.model("delay").register(ModelFiles.of("onnx", Map.of("m.onnx", own)), LINEAGE);
      assertThat(version.digests().get("m.onnx")).isEqualTo(Digests.sha256(own));
      OnnxLineage exported = OnnxLineage.read(OnnxLineage.export(version)).orElseThrow();
      assertThat(exported.intact()).isTrue();
      assertThat(exported.version()).contains(version.version());
      assertThat(OnnxLineage.read(own).orElseThrow().version()).isEmpty();
    }
  }

  @Test
  void read_withoutLineage_isEmpty() {
    assertThat(OnnxLineage.read(ONNX)).isEmpty();
  }

  @Test
  void read_hostileTexts_areRefused() {
    for (String lineage : new String[] {"", "{", "[]", "{\"createdAt\":\"x\"}"}) {
      byte[] bad = OnnxMetadata.with(ONNX, Map.of("mlops4j.lineage", lineage));
      assertThatThrownBy(() -> OnnxLineage.read(bad)).isInstanceOf(MlopsException.class);
    }
    String good = new String(LINEAGE.toJson(), UTF_8);
    for (String version : new String[] {"", "x", "../x:1", "m:-1", "m:x", "m:99999999999"}) {
      byte[] bad =
          OnnxMetadata.with(ONNX, Map.of("mlops4j.lineage", good, "mlops4j.version", version));
      assertThatThrownBy(() -> OnnxLineage.read(bad))
          .as(version)
          .isInstanceOf(MlopsException.class);
    }
  }

  @Test
  void export_anotherFormat_isRefused() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredVersion<?, ?> version =
          registry.model("x").register(ModelFiles.of("y", Map.of("m.onnx", ONNX)), LINEAGE);
      assertThatThrownBy(() -> OnnxLineage.export(version))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("expected: format onnx");
    }
  }
}
