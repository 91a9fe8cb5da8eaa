package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static io.mlops4j.data.expect.Expectation.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suites and results as JSON, and as Java source. */
class SuiteFilesTest {
  record Order(
      @Nullable String id,
      @Nullable String kind,
      double price,
      double paid,
      Instant at,
      boolean ok) {}

  private static final Schema<Order> SCHEMA =
      Schema.of(Order.class).withDomain("kind", "book", "pen");

  /** What has a form in both: one of every kind. */
  private static final Expectation[] EVERY = {
    feature("id").isPresent(),
    feature("id").isMissing().minRows(0),
    feature("id").missingAtMost(0.25),
    feature("price").isReadable().mostly(0.99),
    feature("price").isBetween(-0.5, 1e12),
    feature("price").isBetween(Double.NEGATIVE_INFINITY, 3),
    feature("at").isBetween(Instant.EPOCH, Instant.parse("2030-01-01T00:00:00Z")),
    feature("price").isAtLeast(0.1),
    feature("price").isAtMost(1e-7),
    feature("price").isAbove(0),
    feature("price").isBelow(4.25),
    feature("price").isFinite(),
    feature("price").isWhole(),
    feature("kind").isIn("book", "quote\" \\ \n \u0001 é 😀 \\u0022 */"),
    feature("kind").isNotIn("x"),
    feature("price").isIn(1, 2.5),
    feature("price").isNotIn(-1),
    feature("kind").isInDomain(),
    feature("kind").isKnownTo("kinds"),
    feature("id").matches("[A-Z]\\d+"),
    feature("id").matchesNot("x*"),
    feature("id").hasLength(1, 9),
    feature("id").isDate("yyyy-MM-dd"),
    feature("id").isNumber(),
    feature("id").isUnique(),
    unique("id", "kind"),
    feature("at").isIncreasing(),
    feature("price").isStrictlyDecreasing(),
    feature("paid").isAboveFeature("price"),
    feature("paid").isAtLeastFeature("price"),
    feature("paid").isBelowFeature("price"),
    feature("paid").isAtMostFeature("price"),
    feature("paid").isEqualFeature("price"),
    feature("id").isOtherThanFeature("kind"),
    feature("kind").distinctBetween(1, 7),
    feature("price").meanBetween(0, 1),
    feature("price").standardDeviationBetween(0, Double.POSITIVE_INFINITY),
    feature("price").sumBetween(-1, 1),
    feature("price").minimumBetween(0, 1),
    feature("price").maximumBetween(0, 1),
    feature("price").quantileBetween(0.9, 0, 1),
    feature("price").medianBetween(0, 1),
    feature("at").isFresherThan(Duration.ofMinutes(90)),
    feature("price").psiAtMost(0.2),
    feature("price").ksAtMost(0.05),
    rows().countBetween(1, 10),
    rows().countAtLeast(1),
    rows().countAgainstPrevious(0.5, 2),
    rows().areReadable().mostly(0.999),
    rows().haveAllColumns().onlyIn(Expectation.Environment.TRAINING),
    rows().haveNoOtherColumns(),
    rows().haveColumnsInOrder("id", "kind"),
    rows().areNotIn("training"),
    feature("price")
        .isAtLeast(1)
        .where(feature("kind").isIn("book"))
        .where(feature("ok").isIn(1))
        .mostly(0.9)
        .warning()
        .onlyIn(Expectation.Environment.SERVING)
        .minRows(7)
        .because("a book \"costs\""),
  };

  @TempDir Path directory;

  /** Compiles a class into a directory and asks it for its suite. */
  private Expectations<Order> pasted(String source) throws Exception {
    Path file = directory.resolve("Pasted.java");
    Files.writeString(file, source);
    Path classes = Files.createDirectories(directory.resolve("classes"));
    String path =
        Arrays.stream(
                new Class<?>[] {Expectations.class, org.jspecify.annotations.NullMarked.class})
            .map(c -> c.getProtectionDomain().getCodeSource().getLocation().getPath())
            .reduce((a, b) -> a + File.pathSeparator + b)
            .orElseThrow();
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", path, "-d", classes.toString(), file.toString());
    assertThat(exit).as(source).isZero();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      Method of = loader.loadClass("Pasted").getDeclaredMethod("of", Schema.class);
      of.setAccessible(true);
      @SuppressWarnings("unchecked")
      Expectations<Order> suite =
          (Expectations<Order>) Objects.requireNonNull(of.invoke(null, SCHEMA));
      return suite;
    }
  }

  @Test
  void toJava_everyKindOfExpectation_compilesToTheSame() throws Exception {
    Expectations<Order> suite = Expectations.of(SCHEMA, EVERY);

    assertThat(pasted(suite.toJava("Pasted")).expectations()).isEqualTo(suite.expectations());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> suite.toJava("A { static { System.exit(1); } } class B"));
  }

  @Test
  void toJava_inferredSuite_compilesAndHoldsOfItsRows() throws Exception {
    Random random = new Random(5);
    List<Order> orders = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String kind =
          random.nextInt(20) == 0 ? null : random.nextBoolean() ? "bo\"ok" : "p\\u0022en\n";
      double price = random.nextInt(1000) / 8.0;
      orders.add(
          new Order(
              "A" + i, kind, price, price + 1, Instant.ofEpochSecond(i), random.nextBoolean()));
    }
    Dataset<Order> rows = Dataset.of(SCHEMA, orders);

    Expectations<Order> suite = pasted(Expectations.inferred(rows).toJava("Pasted"));

    assertThat(suite.validate(rows).evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(suite.expectations())
        .contains(
            rows().countAtLeast(150),
            feature("id").isUnique(),
            feature("kind").isIn("bo\"ok", "p\\u0022en\n"),
            feature("ok").isIn(0, 1),
            feature("at").isIncreasing());
    // The control: other rows do not hold.
    assertThat(suite.validate(rows.filter(order -> order.price() < 10)).passed()).isFalse();
  }

  @Test
  void toJson_everyKindOfExpectation_isReadAsTheSame() {
    Expectations<Order> suite = Expectations.of(SCHEMA, EVERY);

    byte[] json = suite.toJson();

    assertThat(Expectations.fromJson(SCHEMA, json).expectations()).isEqualTo(suite.expectations());
    assertThat(Expectations.fromJson(SCHEMA, json).toJson()).isEqualTo(json);
  }

  @Test
  void digest_ofASuite_isItsExpectations() {
    Expectations<Order> suite = Expectations.of(SCHEMA, EVERY);

    assertThat(suite.digest()).matches("[0-9a-f]{64}");
    assertThat(Expectations.fromJson(SCHEMA, suite.toJson()).digest()).isEqualTo(suite.digest());
    assertThat(Expectations.of(SCHEMA.withDomain("kind", "pen", "book"), EVERY).digest())
        .as("a domain has no order")
        .isEqualTo(suite.digest());
    assertThat(Expectations.of(SCHEMA.withDomain("kind", "book", "pen", "map"), EVERY).digest())
        .as("a domain that is asked for")
        .isNotEqualTo(suite.digest());
    for (int i = 0; i < EVERY.length; i++) {
      List<Expectation> fewer = new ArrayList<>(List.of(EVERY));
      fewer.remove(i);
      assertThat(Expectations.of(SCHEMA, fewer.toArray(Expectation[]::new)).digest())
          .as("without %s", EVERY[i])
          .isNotEqualTo(suite.digest());
    }
  }

  @Test
  void digest_whatIsNotAsked_makesNoDifference() {
    record Wider(@Nullable String kind, double price, double more) {}
    Expectation[] asked = {feature("price").isAtLeast(1), feature("kind").isPresent()};
    Expectation[] turned = {asked[1], asked[0]};
    String digest = Expectations.of(SCHEMA, asked).digest();

    assertThat(Expectations.of(Schema.of(Wider.class), asked).digest()).isEqualTo(digest);
    assertThat(Expectations.of(Schema.of(Order.class), asked).digest()).isEqualTo(digest);
    assertThat(Expectations.of(SCHEMA, turned).digest()).isNotEqualTo(digest);
    assertThat(Expectations.of(SCHEMA, asked[0].mostly(0.9), asked[1]).digest())
        .isNotEqualTo(digest);
    Expectations<Order> java = Expectations.of(SCHEMA, asked).row("it is fine", Order::ok);
    assertThat(java.digest())
        .isNotEqualTo(digest)
        .isEqualTo(Expectations.of(SCHEMA, asked).row("it is fine", o -> true).digest());
  }

  /** Format 1 is kept and read for ever. */
  @Test
  void fromJson_fileOfFormat1_isRead() throws IOException {
    byte[] stored = Files.readAllBytes(Path.of("src/test/resources/validation/suite-1.json"));

    assertThat(Expectations.fromJson(SCHEMA, stored).expectations()).containsExactly(EVERY);
    byte[] result = Files.readAllBytes(Path.of("src/test/resources/validation/result-1.json"));
    assertThat(ValidationResult.fromJson(result).toJson()).isEqualTo(result);
    assertThat(ValidationResult.fromJson(result).suite()).as("of before suites").isEmpty();
    assertThat(ValidationResult.fromJson(result).evidence("m:1").suite()).isEmpty();
  }

  private static final String RESULT =
      new String(
          Expectations.of(SCHEMA, feature("price").isAtLeast(1))
              .validate(Dataset.of(SCHEMA, List.of(new Order("a", "b", 0, 1, Instant.EPOCH, true))))
              .toJson(),
          UTF_8);

  private static ValidationResult read(String json) {
    return ValidationResult.fromJson(json.getBytes(UTF_8));
  }

  @Test
  void fromJson_resultOfANewerMinor_isReadWithoutWhatIsNotKnown() {
    String newer =
        RESULT
            .replace("\"format\":1", "\"format\":1,\"minor\":3,\"machine\":{\"cores\":2}")
            .replace("\"considered\":", "\"skipped\":7,\"considered\":")
            .replace("\"line\":", "\"column\":4,\"line\":");
    assertThat(newer).contains("machine").contains("skipped").contains("\"column\":4");
    assertThat(read(newer)).isEqualTo(read(RESULT));
    assertThat(read(newer).toJson()).as("as this library has it").isEqualTo(read(RESULT).toJson());

    // The control: in its own minor, what it does not know is a mistake.
    for (String own : List.of("\"format\":1", "\"format\":1,\"minor\":0")) {
      assertThatThrownBy(() -> read(RESULT.replace("\"format\":1", own + ",\"machine\":1")))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("\"machine\" is not known here");
    }
  }

  @Test
  void fromJson_resultOfANewerMinor_whoseExpectationIsNotKnown_saysWhoWroteIt() {
    String newer = RESULT.replace("\"format\":1", "\"format\":1,\"minor\":3");
    for (String changed :
        List.of(
            newer.replace("\"expect\":\"between\"", "\"expect\":\"oracle\""),
            newer.replace("\"expect\":", "\"unless\":true,\"expect\":"),
            newer.replace("\"outcome\":\"FAIL\"", "\"outcome\":\"MAYBE\""))) {
      assertThat(changed).isNotEqualTo(newer);
      assertThatThrownBy(() -> read(changed))
          .as(changed)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("results[")
          .hasMessageContaining("It is of format 1.3, which a newer library wrote")
          .hasMessageContaining("this one knows 1.0. Update this one");
    }
  }

  @Test
  void fromJson_resultOfAnotherFormat_saysWhichAndWhatToDo() {
    assertThatThrownBy(() -> read(RESULT.replace("\"format\":1", "\"format\":2,\"x\":1")))
        .isInstanceOf(MlopsException.class)
        .hasMessage(
            "Validation result: of format 2.0, which a newer library wrote, and this one knows 1.0."
                + " Update this one, or let it make the result again.");
    for (String hostile : List.of("0", "-1", "1.5", "\"1\"", "null", "1,\"minor\":-1")) {
      assertThatThrownBy(() -> read(RESULT.replace("\"format\":1", "\"format\":" + hostile)))
          .as(hostile)
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Validation result: ");
    }
  }

  @Test
  void fromJson_hostileBytes_areRefusedWithOneSentence() {
    byte[] suite = Expectations.of(SCHEMA, EVERY).toJson();
    byte[] result =
        Expectations.of(SCHEMA, feature("price").isAtLeast(1))
            .validate(Dataset.of(SCHEMA, List.of(new Order("a", "b", 0, 1, Instant.EPOCH, true))))
            .toJson();
    Random random = new Random(20261126);
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bytes = (i % 2 == 0 ? suite : result).clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        if (i % 2 == 0) {
          Expectations.fromJson(SCHEMA, bytes);
        } else {
          ValidationResult.fromJson(bytes);
        }
      } catch (MlopsException e) {
        refused++; // Anything else fails the test.
      }
    }
    assertThat(refused).isGreaterThan(300);
  }

  @Test
  void fromJson_mistakes_areNamedWithTheirPath() {
    String[][] mistakes = {
      {"{}", "\"expectations\" is missing|\"format\" is missing"},
      {"{\"format\":2,\"expectations\":[]}", "format: 2 (expected: 1)"},
      {suite("{\"expect\":\"shiny\"}"), "expectations[0].expect: \"shiny\" is no expectation"},
      {suite("{\"expect\":\"present\"}"), "expectations[0]: \"feature\" is missing"},
      {
        suite("{\"expect\":\"present\",\"feature\":\"id\",\"mostyl\":1}"), "\"mostyl\" is not known"
      },
      {suite("{\"expect\":\"between\",\"feature\":\"id\"}"), "at least one of min and max"},
      {
        suite("{\"expect\":\"between\",\"feature\":\"price\",\"min\":2,\"max\":1}"),
        "holds no number"
      },
      {
        suite("{\"expect\":\"matches\",\"feature\":\"id\",\"pattern\":\"(\"}"),
        "pattern: pattern (, position 1"
      },
      {
        suite(
            "{\"expect\":\"present\",\"feature\":\"id\",\"where\":[{\"expect\":\"unique\",\"features\":[\"id\"]}]}"),
        "where[0]: where: unique"
      },
      {
        suite("{\"expect\":\"present\",\"feature\":\"id\",\"severity\":\"bad\"}"),
        "severity: unknown"
      },
      {
        suite("{\"expect\":\"fresh\",\"feature\":\"at\",\"age\":\"soon\"}"),
        "age: expected a duration"
      },
      {
        suite("{\"expect\":\"matches\",\"feature\":\"price\",\"pattern\":\"a\"}"),
        "do not fit schema Order"
      },
    };
    for (String[] mistake : mistakes) {
      assertThatExceptionOfType(MlopsException.class)
          .as(mistake[0])
          .isThrownBy(() -> Expectations.fromJson(SCHEMA, mistake[0].getBytes(UTF_8)))
          .satisfies(e -> assertThat(e.getMessage()).containsAnyOf(mistake[1].split("\\|")));
    }
  }

  private static String suite(String expectation) {
    return "{\"format\":1,\"expectations\":[" + expectation + "]}";
  }
}
