package io.mlops4j.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Check;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a check said about a model version, kept so that a gate can read it later: a validation of
 * its training data, a reproduction, replayed golden rows, a shadow period, a check of one's own.
 * Immutable; its {@link #digest} names it in a decision.
 *
 * @param name what was checked, such as {@link #DATA_VALIDATION}: 1 to 128 characters
 * @param subject the version it is about, such as {@code flight-delay:3}
 * @param data the content digest of the data it is about, or empty
 * @param suite which questions were asked, such as {@link
 *     io.mlops4j.data.expect.Expectations#digest}: 1 to 128 characters; empty if the check does not
 *     say
 * @param outcome what came out
 * @param sentence why, with the numbers; one line
 * @param numbers what was counted or measured, by name; finite
 * @param at when
 */
public record CheckEvidence(
    String name,
    String subject,
    Optional<String> data,
    Optional<String> suite,
    Outcome outcome,
    String sentence,
    SortedMap<String, Double> numbers,
    Instant at) {
  /** The name of a validation of the training data. */
  public static final String DATA_VALIDATION = "data-validation";

  /** The name of a reproduction from the lineage. */
  public static final String REPRODUCIBILITY = "reproducibility";

  /** The name of a replay of the golden rows. */
  public static final String GOLDEN_ROWS = "golden-rows";

  /** The name of a period as a shadow of the champion. */
  public static final String SHADOW = "shadow";

  private static final int FORMAT = 1;
  private static final int MAX_NAME = 128;
  private static final int MAX_SENTENCE = 2000;
  private static final String WHAT = "Check evidence";

  /** What a check can come to. Only PASS is a pass. */
  public enum Outcome {
    /** The check says yes. */
    PASS,
    /** The check says no. */
    FAIL,
    /** The check cannot tell. */
    NO_DATA,
    /** The check could not be made. */
    ERROR
  }

  /** Checks the texts and numbers, and copies the numbers. */
  public CheckEvidence {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(subject, "subject");
    if (name.isBlank() || name.length() > MAX_NAME || subject.isBlank()) {
      throw new IllegalArgumentException(
          "check '"
              + Text.printable(name, MAX_NAME)
              + "' of '"
              + Text.printable(subject, MAX_NAME)
              + "' (expected: a name of 1 to 128 characters, and a version)");
    }
    Objects.requireNonNull(data, "data");
    if (suite.isPresent() && (suite.get().isBlank() || suite.get().length() > MAX_NAME)) {
      throw new IllegalArgumentException(
          "suite '"
              + Text.printable(suite.get(), MAX_NAME)
              + "' of check '"
              + name
              + "' (expected: 1 to 128 characters)");
    }
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(at, "at");
    sentence = Text.printable(Objects.requireNonNull(sentence, "sentence"), MAX_SENTENCE);
    Objects.requireNonNull(numbers, "numbers");
    for (Map.Entry<String, Double> number : numbers.entrySet()) {
      if (!Double.isFinite(number.getValue())) {
        throw new IllegalArgumentException(
            "number " + number.getKey() + ": " + number.getValue() + " (expected: finite)");
      }
    }
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  /**
   * Makes evidence that does not say which suite it is of.
   *
   * @param name what was checked
   * @param subject the version it is about
   * @param data the content digest of the data it is about, or empty
   * @param outcome what came out
   * @param sentence why, with the numbers; one line
   * @param numbers what was counted or measured, by name; finite
   * @param at when
   */
  public CheckEvidence(
      String name,
      String subject,
      Optional<String> data,
      Outcome outcome,
      String sentence,
      SortedMap<String, Double> numbers,
      Instant at) {
    this(name, subject, data, Optional.empty(), outcome, sentence, numbers, at);
  }

  /**
   * Returns what a check says now. One that throws is an ERROR, not a failure of the caller.
   *
   * @param check what to ask; called once
   * @param subject the version it is about
   * @param at when
   * @return the evidence, without data and numbers
   */
  public static CheckEvidence of(Check check, String subject, Instant at) {
    Outcome outcome;
    String sentence;
    try {
      Check.Outcome answer = check.evaluate();
      outcome =
          answer instanceof Check.Pass
              ? Outcome.PASS
              : answer instanceof Check.Fail ? Outcome.FAIL : Outcome.NO_DATA;
      sentence = answer.sentence();
    } catch (RuntimeException e) {
      outcome = Outcome.ERROR;
      sentence = "The check could not be made: " + e;
    }
    return new CheckEvidence(
        check.name(), subject, Optional.empty(), outcome, sentence, new TreeMap<>(), at);
  }

  /**
   * Returns a copy that says which data it is about.
   *
   * @param digest the content digest of a data set
   * @return the copy
   */
  public CheckEvidence onData(String digest) {
    return new CheckEvidence(
        name, subject, Optional.of(digest), suite, outcome, sentence, numbers, at);
  }

  /**
   * Returns a copy that says which suite asked.
   *
   * @param which its digest or another name: 1 to 128 characters
   * @return the copy
   */
  public CheckEvidence ofSuite(String which) {
    Objects.requireNonNull(which, "which");
    return new CheckEvidence(
        name, subject, data, Optional.of(which), outcome, sentence, numbers, at);
  }

  /**
   * Returns a copy with one more number.
   *
   * @param what its name
   * @param value finite
   * @return the copy
   */
  public CheckEvidence withNumber(String what, double value) {
    SortedMap<String, Double> more = new TreeMap<>(numbers);
    more.put(what, value);
    return new CheckEvidence(name, subject, data, suite, outcome, sentence, more, at);
  }

  /**
   * Returns it as {@link #fromJson} reads it.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("kind", "check");
    json.put("format", FORMAT);
    json.put("name", name);
    json.put("subject", subject);
    data.ifPresent(digest -> json.put("data", digest));
    suite.ifPresent(which -> json.put("suite", which));
    json.put("outcome", outcome.name());
    json.put("sentence", sentence);
    ObjectNode values = json.putObject("numbers");
    numbers.forEach((what, value) -> values.set(what, Decimals.node(value)));
    json.put("at", at.toString());
    return Json.canonical(json);
  }

  /**
   * Returns stored evidence.
   *
   * @param bytes as {@link #toJson} wrote it
   * @return the evidence
   * @throws MlopsException if it is not such evidence; says why
   */
  public static CheckEvidence fromJson(byte[] bytes) {
    ObjectNode json = Json.parse(bytes, WHAT);
    if (!json.path("kind").asText().equals("check") || json.path("format").asInt() != FORMAT) {
      throw new MlopsException(
          WHAT
              + " is refused: it is of kind "
              + Text.printable(json.path("kind").asText(), 64)
              + " and format "
              + json.path("format").asInt()
              + " (expected: check, "
              + FORMAT
              + ").");
    }
    SortedMap<String, Double> numbers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> number : json.path("numbers").properties()) {
      numbers.put(number.getKey(), number.getValue().asDouble(Double.NaN));
    }
    try {
      return new CheckEvidence(
          json.path("name").asText(),
          json.path("subject").asText(),
          text(json, "data"),
          text(json, "suite"),
          Outcome.valueOf(json.path("outcome").asText()),
          json.path("sentence").asText(),
          numbers,
          Instant.parse(json.path("at").asText()));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MlopsException(WHAT + " is refused: " + e.getMessage(), e);
    }
  }

  private static Optional<String> text(ObjectNode json, String key) {
    return json.has(key) ? Optional.of(json.path(key).asText()) : Optional.empty();
  }

  /**
   * Returns the evidence's identity.
   *
   * @return SHA-256 of {@link #toJson}, 64 hexadecimal digits
   */
  public String digest() {
    return Digests.sha256(toJson());
  }
}
