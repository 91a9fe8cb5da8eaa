package io.mlops4j.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Numbers computed elsewhere. */
final class Oracle {
  private Oracle() {}

  static JsonNode read(String name) {
    try (InputStream in =
        Objects.requireNonNull(Oracle.class.getResourceAsStream("/oracles/" + name))) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long[] longs(JsonNode array) {
    long[] result = new long[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).longValue();
    }
    return result;
  }

  static double[] doubles(JsonNode array) {
    double[] result = new double[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).doubleValue();
    }
    return result;
  }
}
