package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void canonical_sameTreeInAnotherOrder_givesTheSameBytes() {
    ObjectNode one = parse("{\"b\":[1,{\"z\":1,\"y\":2}],\"a\":\"é\\u0000\"}");
    ObjectNode two = parse(" {\"a\":\"\\u00e9\\u0000\", \"b\":[1, {\"y\":2, \"z\":1}]} ");
    assertThat(Json.canonical(one)).isEqualTo(Json.canonical(two));
    assertThat(new String(Json.canonical(one), StandardCharsets.UTF_8))
        .isEqualTo("{\"a\":\"é\\u0000\",\"b\":[1,{\"y\":2,\"z\":1}]}");
    assertThat(Json.pretty(one)).isEqualTo(Json.pretty(two)).contains("\n");
  }

  @Test
  void canonical_nonFinite_isRefusedWhereverItIs() {
    ObjectNode tree = Json.object();
    tree.putArray("a").addObject().put("b", Double.NaN);
    assertThatThrownBy(() -> Json.canonical(tree)).isInstanceOf(MlopsException.class);
    assertThatThrownBy(() -> Json.canonical(Json.object().put("a", Float.NEGATIVE_INFINITY)))
        .hasMessageContaining("not a finite number");
  }

  @Test
  void canonical_loneSurrogate_isReadBack() {
    for (String text : List.of("\uD800", "\uDC00\uD800x")) {
      byte[] bytes = Json.canonical(Json.object().put("a", text));
      assertThat(Json.parse(bytes, "Test document").get("a").textValue()).isEqualTo(text);
    }
  }

  @Test
  void parse_depth64_isRead_andDepth65Refused() {
    assertThat(parse(nested(63)).size()).isEqualTo(1);
    assertThatThrownBy(() -> parse(nested(64))).hasMessageContaining("is not valid JSON");
    assertThatThrownBy(() -> parse(nested(100_000))).hasMessageContaining("is not valid JSON");
  }

  private static String nested(int arrays) {
    return "{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
  }

  @Test
  void parse_notOneObject_isRefused() {
    for (String text :
        List.of(
            "",
            " ",
            "null",
            "[]",
            "1",
            "\"a\"",
            "{",
            "{\"a\":1}}",
            "{\"a\":1} {}",
            "{\"a\":1} x",
            "{\"a\":1,\"a\":2}",
            "{\"b\":{\"a\":1,\"a\":2}}",
            "{'a':1}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":NaN}",
            "{\"a\":Infinity}",
            "{\"a\":1,}",
            "/**/{}",
            "{\"a\":\"\u0001\"}",
            "{\"a\":tru}")) {
      assertThatThrownBy(() -> parse(text))
          .as(text)
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Test document is not");
    }
  }

  @Test
  void parse_syntaxError_saysWhere() {
    assertThatThrownBy(() -> parse("{\"a\":1,\n \"b\":}"))
        .hasMessageContaining("line 2")
        .hasMessageContaining("Unexpected character")
        .hasNoCause();
  }

  @Test
  void parse_numbersBeyondADouble_areRefused() {
    for (String number :
        List.of(
            "1e999", "-1e999", "1e999999", "9".repeat(400), "1e99999999999999", "9".repeat(5000))) {
      assertThatThrownBy(() -> parse("{\"a\":[" + number + "]}"))
          .as(number)
          .isInstanceOf(MlopsException.class);
    }
    assertThat(parse("{\"a\":1e-999}").get("a").doubleValue()).isZero();
    assertThat(parse("{\"a\":1.7976931348623157e308}").get("a").doubleValue())
        .isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void parse_byteOrderMark_isSkipped() {
    assertThat(parse("\uFEFF{\"a\":1}").get("a").intValue()).isEqualTo(1);
  }

  @Test
  void parse_notUtf8_isRefused() {
    for (byte[] bytes :
        List.of(
            new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'},
            new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'},
            new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'},
            new byte[] {'{', '"', (byte) 0xE2, (byte) 0x82})) {
      assertThatThrownBy(() -> Json.parse(bytes, "Test document"))
          .hasMessage("Test document is not valid UTF-8.");
    }
    for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32BE")) {
      assertThatThrownBy(
              () -> Json.parse("{\"a\":1}".getBytes(Charset.forName(charset)), "Test document"))
          .as(charset)
          .isInstanceOf(MlopsException.class);
    }
  }

  @Test
  void parse_tooLong_isRefused() {
    byte[] large = new byte[Json.MAX_DOCUMENT_BYTES + 1];
    java.util.Arrays.fill(large, (byte) ' ');
    large[0] = '{';
    large[1] = '}';
    assertThatThrownBy(() -> Json.parse(large, "Test document"))
        .hasMessageContaining("16777217 bytes (at most 16777216)");
    assertThatThrownBy(() -> parse("{\"a\":\"" + "x".repeat((1 << 20) + 1) + "\"}"))
        .hasMessageContaining("is not valid JSON");
  }

  @Test
  void parse_error_neverQuotesTheDocumentAndIsOneLine() {
    assertThatThrownBy(() -> parse("{\"a\": CANARY, \"b\": 1}"))
        .hasMessageNotContaining("CANARY")
        .hasNoCause();
    assertThatThrownBy(() -> parse("{\"CANARY\":1,\"CANARY\":2}"))
        .hasMessageContaining("Duplicate")
        .hasMessageNotContaining("CANARY");
    assertThatThrownBy(() -> parse("{\"a\": \u0007\n}"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("\u0007"));
  }

  private static ObjectNode parse(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "Test document");
  }
}
