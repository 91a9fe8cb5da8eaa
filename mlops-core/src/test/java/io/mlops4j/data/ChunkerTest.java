package io.mlops4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChunkerTest {

  /** The numbers of SplitMix64, eight bytes each, most significant first. */
  static byte[] random(long seed, int bytes) {
    ByteBuffer data = ByteBuffer.allocate(bytes);
    SplittableRandom numbers = new SplittableRandom(seed);
    while (data.hasRemaining()) {
      data.putLong(numbers.nextLong());
    }
    return data.array();
  }

  private static List<Integer> lengths(InputStream in) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    Chunker chunker = new Chunker(in);
    for (byte[] chunk = chunker.next(); chunk.length > 0; chunk = chunker.next()) {
      lengths.add(chunk.length);
    }
    assertThat(chunker.next()).as("stays at the end").isEmpty();
    return lengths;
  }

  // oracle: oracles/chunks.py, a second implementation
  @Test
  void next_randomAndConstantData_cutsWhereTheOracleCuts() throws IOException {
    JsonNode oracle;
    try (InputStream in =
        Objects.requireNonNull(ChunkerTest.class.getResourceAsStream("/chunks.json"))) {
      oracle = Json.parse(in.readAllBytes(), "chunks.json");
    }
    for (String name : List.of("random", "zeros")) {
      JsonNode expected = oracle.path(name);
      int bytes = expected.path("bytes").asInt();
      byte[] data = name.equals("random") ? random(7, bytes) : new byte[bytes];
      assertThat(Digests.sha256(data)).as(name).isEqualTo(expected.path("sha256").asText());
      List<Integer> cuts = new ArrayList<>();
      expected.path("chunks").forEach(cut -> cuts.add(cut.asInt()));
      assertThat(lengths(new ByteArrayInputStream(data))).as(name).isEqualTo(cuts);
    }
  }

  @Test
  void next_aStreamThatGivesALittleAtATime_cutsTheSame() throws IOException {
    byte[] data = random(11, 1 << 20);
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(data)) {
          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            return super.read(into, from, Math.min(length, 1_000));
          }

          @Override
          public int readNBytes(byte[] into, int from, int length) throws IOException {
            int n = 0;
            for (int read = 0; read >= 0 && n < length; n += Math.max(read, 0)) {
              read = read(into, from + n, length - n);
            }
            return n;
          }
        };
    assertThat(lengths(slow)).isEqualTo(lengths(new ByteArrayInputStream(data)));
  }

  @Test
  void next_nothing_isNothing() throws IOException {
    assertThat(lengths(InputStream.nullInputStream())).isEmpty();
  }
}
