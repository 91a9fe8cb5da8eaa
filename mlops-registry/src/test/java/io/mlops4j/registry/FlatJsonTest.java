package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatJsonTest {
  @Property(tries = 300)
  void read_anyFlatObject_isWhatTheParserReadsOrNothing(
      @ForAll @Size(max = 6) Map<String, String> texts,
      @ForAll @Size(max = 6) Map<String, Long> numbers) {
    ObjectNode json = Json.object();
    texts.forEach(json::put);
    numbers.forEach(json::put);
    byte[] bytes = Json.canonical(json);
    ObjectNode flat = FlatJson.read(bytes);
    assertThat(flat == null || flat.equals(Json.parse(bytes, "x"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"b\"}",
        "{\"a\":0}",
        "{\"a\":2147483647,\"b\":2147483648,\"c\":\"\"}",
        "{\"\":1}"
      })
  void read_plainObject_isReadHere(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(FlatJson.read(bytes)).isNotNull().isEqualTo(Json.parse(bytes, "x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"a\":1",
        "{\"a\":1}x",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":-1}",
        "{\"a\":1.5}",
        "{\"a\":9999999999999999999}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\n\"}",
        "{\"a\":\"ä\"}",
        "{\"a\":\"b",
        "{\"a\":{}}",
        "{\"a\":[1]}",
        "{\"a\":null}",
        "{ \"a\":1}",
        "[1]"
      })
  void read_anythingElse_isLeftToTheParser(String text) {
    assertThat(FlatJson.read(text.getBytes(UTF_8))).isNull();
  }

  @Property(tries = 500)
  void instant_anyInstant_isWhatTheFormatterReads(
      @ForAll @LongRange(min = -100_000_000_000L, max = 400_000_000_000L) long seconds,
      @ForAll @LongRange(min = 0, max = 999_999_999) long nanos) {
    for (long fraction :
        new long[] {nanos, nanos / 1000 * 1000, nanos / 1_000_000 * 1_000_000, 0}) {
      Instant instant = Instant.ofEpochSecond(seconds, fraction);
      assertThat(FlatJson.instant(instant.toString())).isEqualTo(instant);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:01:00Z",
        "2026-01-01T00:00:00.12x4Z",
        "2026-01-0aT00:00:00Z",
        "2026-01-01 00:00:00Z"
      })
  void instant_malformed_isRefused(String text) {
    assertThatThrownBy(() -> FlatJson.instant(text)).isInstanceOf(DateTimeException.class);
  }
}
