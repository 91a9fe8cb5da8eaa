package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A canary as the value of sensitive features, and a search for it in everything that is written.
 */
class SensitiveValuesTest {
  private static final String CANARY = "CANARY4711";

  record Person(@Nullable String ssn, @Nullable Double salary, @Nullable String city) {
    Person {
      if (city != null && city.equals("nowhere")) {
        throw new IllegalArgumentException("refused " + ssn + " in " + city);
      }
    }
  }

  private final Schema<Person> schema = Schema.of(Person.class).withSensitive("ssn", "salary");

  @Test
  void toString_ofRowsAndSchemas_showsNamesOnly() {
    Person person = new Person(CANARY, 4711.25, "Rome");
    EncodedRow<Person> row = schema.encode(person);
    assertThat(row.toString())
        .isEqualTo("Person[ssn=(sensitive), salary=(sensitive), city=Rome]")
        .doesNotContain("4711");
    assertThat(schema.withDomain("ssn", CANARY).toString()).doesNotContain(CANARY);
    assertThat(schema.withDomain("ssn", CANARY).feature("ssn").toString()).doesNotContain(CANARY);
    InputEncoding encoding =
        InputEncoding.learn(schema).oneHot("ssn").from(() -> Stream.of(person));
    assertThat(encoding.toString()).doesNotContain(CANARY);
    Map<String, @Nullable Object> input = new HashMap<>(Map.of("ssn", CANARY));
    GoldenRows golden = new GoldenRows(0.1, List.of(new GoldenRows.Row(input, 0.5)));
    assertThat(golden.toString()).contains("ssn").doesNotContain(CANARY);
  }

  @Test
  void errors_thatCanBeProvoked_neverQuoteTheValue() {
    RowEncoder<Person> rejecting =
        InputEncoding.of(
                List.of(
                    new EncodedColumn.OneHot("ssn", List.of("other"), EncodedColumn.Unseen.REJECT)))
            .bind(schema);
    RowBuffer<Person> buffer = schema.newBuffer();
    buffer.set(new Person(CANARY, 1.0, "Rome"));
    Schema<Map<String, ?>> maps =
        Schema.ofMap("m").numeric("salary").build().withSensitive("salary");
    List<ThrowingCallable> provocations =
        List.of(
            () -> rejecting.encode(buffer, FloatBuffer.allocate(1), 0),
            () -> schema.row(Map.of("salary", CANARY)),
            () -> schema.row(Map.of("ssn", 4711)),
            () -> schema.row(Map.of("ssn", CANARY, "city", "nowhere")),
            () -> maps.encode(Map.of("salary", CANARY)),
            () -> maps.row(Map.of("salary", CANARY)),
            () ->
                InputEncoding.of(
                        List.of(
                            new EncodedColumn.OneHot(
                                "salary", List.of(CANARY), EncodedColumn.Unseen.ZEROS)))
                    .bind(schema),
            () ->
                new EncodedColumn.OneHot(
                    "ssn", List.of(CANARY, CANARY), EncodedColumn.Unseen.ZEROS),
            () -> Json.parse(utf8("{\"ssn\": " + CANARY + "}"), "Golden rows"),
            () -> Json.parse(utf8("{\"ssn\": \"" + CANARY + "}"), "Golden rows"),
            () -> Json.parse(utf8("{\"ssn\": \"" + CANARY + "\\q\"}"), "Golden rows"),
            () -> InputEncoding.learn(schema).maxVocabulary(1).oneHot("ssn").from(this::twoPeople));
    List<String> traces = new ArrayList<>();
    for (ThrowingCallable provocation : provocations) {
      assertThatThrownBy(provocation)
          .satisfies(
              e -> {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                traces.add(trace.toString());
              });
    }
    assertThat(traces).hasSameSizeAs(provocations).noneMatch(t -> t.contains(CANARY));
    assertThat(traces).noneMatch(t -> t.contains("4711"));
  }

  @Test
  void row_nothingSensitive_keepsTheRowsOwnException() {
    assertThatThrownBy(() -> Schema.of(Person.class).row(Map.of("city", "nowhere")))
        .isInstanceOf(MlopsException.class)
        .hasMessage("Person refused the values: IllegalArgumentException")
        .hasRootCauseMessage("refused null in nowhere");
  }

  private Stream<Person> twoPeople() {
    return Stream.of(new Person(CANARY, 1.0, "Rome"), new Person(CANARY + "b", 2.0, "Oslo"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
