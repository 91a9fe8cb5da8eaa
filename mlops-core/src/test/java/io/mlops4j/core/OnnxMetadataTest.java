package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** That ONNX Runtime reads what is written here is shown in mlops-serving and mlops-junit. */
class OnnxMetadataTest {
  // Field 1 varint 8 (ir_version), field 7 with 2 bytes (graph), field 14 {1: "a", 2: "b"}.
  private static final byte[] MODEL = {
    0x08, 8, 0x3a, 2, 0x0a, 0, 0x72, 6, 0x0a, 1, 'a', 0x12, 1, 'b'
  };

  @Test
  void read_entries_areThere() {
    assertThat(OnnxMetadata.read(MODEL)).containsExactly(Map.entry("a", "b"));
  }

  @Test
  void with_moreEntries_appendsThemAndChangesNothingElse() {
    byte[] more = OnnxMetadata.with(MODEL, Map.of("z", "ä", "m", ""));
    assertThat(Arrays.copyOf(more, MODEL.length)).isEqualTo(MODEL);
    assertThat(OnnxMetadata.read(more))
        .containsExactly(Map.entry("a", "b"), Map.entry("m", ""), Map.entry("z", "ä"));
    assertThat(OnnxMetadata.without(more, name -> name.equals("m") || name.equals("z")))
        .isEqualTo(MODEL);
  }

  @Test
  void with_aNameThatIsThere_replacesIt() {
    assertThat(OnnxMetadata.read(OnnxMetadata.with(MODEL, Map.of("a", "c"))))
        .containsExactly(Map.entry("a", "c"));
  }

  @Test
  void read_whatIsNoModel_isRefused() {
    assertThatThrownBy(() -> OnnxMetadata.read(new byte[0]))
        .isInstanceOf(MlopsException.class)
        .hasMessage("The file is not an ONNX model: it has no graph.");
    assertThatThrownBy(() -> OnnxMetadata.read("PK\3\4 no model".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MlopsException.class);
  }

  @Test
  void read_cutOffAnywhere_isRefusedOrHasLess() {
    for (int length = 0; length < MODEL.length; length++) {
      byte[] cut = Arrays.copyOf(MODEL, length);
      if (length == 6) {
        assertThat(OnnxMetadata.read(cut)).as("a whole model without entries").isEmpty();
      } else {
        assertThatThrownBy(() -> OnnxMetadata.with(cut, Map.of("x", "y")))
            .as("%d bytes", length)
            .isInstanceOf(MlopsException.class);
      }
    }
  }

  @Property(tries = 300)
  void read_anyBytes_makeSenseOrAreRefused(@ForAll @Size(max = 64) byte[] bytes) {
    try {
      OnnxMetadata.read(bytes);
    } catch (MlopsException e) {
      assertThat(e).hasMessageStartingWith("The file is not an ONNX model: ");
    }
  }

  @Property(tries = 100)
  void with_anyTexts_readsThemBack(@ForAll @NotEmpty String name, @ForAll String text) {
    // A lone surrogate is not text in UTF-8.
    if (name.equals(roundTrip(name)) && text.equals(roundTrip(text))) {
      byte[] more = OnnxMetadata.with(MODEL, Map.of(name, text));
      assertThat(OnnxMetadata.read(more)).containsEntry(name, text);
    }
  }

  private static String roundTrip(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
