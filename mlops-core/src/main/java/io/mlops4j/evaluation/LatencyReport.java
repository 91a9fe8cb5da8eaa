package io.mlops4j.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How fast a version answers, measured beside the champion on the same rows in turns, and how much
 * of a difference the machine makes by itself: the evidence of a latency gate. Immutable; its
 * {@link #digest} names it in a decision.
 *
 * @param candidate the version that was measured, such as {@code flight-delay:3}
 * @param champion the version it was measured beside, or empty
 * @param data what the rows are: a content digest, or a name
 * @param environment where: JVM, system, processors
 * @param batch how many rows a call had, at least 1
 * @param rounds in how many rounds, at least 1
 * @param calls how many calls of each were timed, at least 1
 * @param times the candidate's, in nanoseconds of a call
 * @param championTimes the champion's; those of the candidate again if there is no champion
 * @param noise by which factor less 1 the same model differs from itself here, by percentile; at
 *     least 0
 * @param at when
 */
public record LatencyReport(
    String candidate,
    Optional<String> champion,
    String data,
    String environment,
    int batch,
    int rounds,
    long calls,
    Map<Percentile, Long> times,
    Map<Percentile, Long> championTimes,
    Map<Percentile, Double> noise,
    Instant at) {
  private static final int FORMAT = 1;
  private static final String WHAT = "Latency report";

  /** How many calls must be slower than a percentile for it to mean something. */
  private static final int ABOVE = 10;

  /** Which call of a hundred or a thousand. */
  public enum Percentile {
    /** The median. */
    P50(0.5),
    /** One call in twenty is slower. */
    P95(0.95),
    /** One call in a hundred is slower. */
    P99(0.99);

    private final double share;

    Percentile(double share) {
      this.share = share;
    }

    /**
     * Returns which share of the calls is at most as slow.
     *
     * @return such as 0.99
     */
    public double share() {
      return share;
    }

    /**
     * Returns how many calls it must rest on: ten are then slower.
     *
     * @return 20 for the median, 200 and 1,000 for the others
     */
    public long minCalls() {
      return Math.round(ABOVE / (1 - share));
    }
  }

  /** Checks that nothing is missing and the numbers can be. */
  public LatencyReport {
    if (candidate.isBlank() || data.isBlank() || batch < 1 || rounds < 1 || calls < 1) {
      throw new IllegalArgumentException(
          "latency of '"
              + candidate
              + "' on '"
              + data
              + "', batch="
              + batch
              + ", rounds="
              + rounds
              + ", calls="
              + calls
              + " (expected: texts, 1 or more each)");
    }
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(at, "at");
    times = complete("times", times);
    championTimes = complete("championTimes", championTimes);
    noise = complete("noise", noise);
    for (Percentile percentile : Percentile.values()) {
      require(percentile + " times", of(times, percentile) > 0);
      require(percentile + " championTimes", of(championTimes, percentile) > 0);
      double floor = of(noise, percentile);
      require(percentile + " noise", floor >= 0 && Double.isFinite(floor));
    }
  }

  private static <V> Map<Percentile, V> complete(String what, Map<Percentile, V> given) {
    Map<Percentile, V> copy = new EnumMap<>(given);
    require(what, copy.size() == Percentile.values().length);
    return Collections.unmodifiableMap(copy);
  }

  private static <V> V of(Map<Percentile, V> values, Percentile percentile) {
    return Objects.requireNonNull(values.get(percentile));
  }

  private static void require(String what, boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException(
          what + ": expected a number for every percentile; times above 0, noise 0 or more");
    }
  }

  /**
   * Returns the time of the candidate by the champion's.
   *
   * @param percentile which
   * @return below 1 if the candidate is faster
   */
  public double ratio(Percentile percentile) {
    return nanos(percentile) / (double) championNanos(percentile);
  }

  /**
   * Returns the candidate's time.
   *
   * @param percentile which
   * @return nanoseconds of a call
   */
  public long nanos(Percentile percentile) {
    return of(times, percentile);
  }

  /**
   * Returns the champion's time.
   *
   * @param percentile which
   * @return nanoseconds of a call
   */
  public long championNanos(Percentile percentile) {
    return of(championTimes, percentile);
  }

  /**
   * Returns how much the same model differs from itself here.
   *
   * @param percentile which
   * @return 0.05 if one run is up to 5 % slower than another
   */
  public double noiseOf(Percentile percentile) {
    return of(noise, percentile);
  }

  /**
   * Returns it as {@link #fromJson} reads it.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("kind", "latency");
    json.put("format", FORMAT);
    json.put("candidate", candidate);
    champion.ifPresent(version -> json.put("champion", version));
    json.put("data", data);
    json.put("environment", environment);
    json.put("batch", batch);
    json.put("rounds", rounds);
    json.put("calls", calls);
    ObjectNode mine = json.putObject("nanos");
    times.forEach((percentile, value) -> mine.put(percentile.name(), value));
    ObjectNode other = json.putObject("championNanos");
    championTimes.forEach((percentile, value) -> other.put(percentile.name(), value));
    ObjectNode floor = json.putObject("noise");
    noise.forEach((percentile, value) -> floor.set(percentile.name(), Decimals.node(value)));
    json.put("at", at.toString());
    return Json.canonical(json);
  }

  /**
   * Returns a stored report.
   *
   * @param bytes as {@link #toJson} wrote it
   * @return the report
   * @throws MlopsException if it is not one; says why
   */
  public static LatencyReport fromJson(byte[] bytes) {
    ObjectNode json = Json.parse(bytes, WHAT);
    if (!json.path("kind").asText().equals("latency") || json.path("format").asInt() != FORMAT) {
      throw new MlopsException(WHAT + " is refused: expected kind latency, format " + FORMAT + ".");
    }
    try {
      return new LatencyReport(
          json.path("candidate").asText(),
          json.has("champion") ? Optional.of(json.path("champion").asText()) : Optional.empty(),
          json.path("data").asText(),
          json.path("environment").asText(),
          json.path("batch").asInt(),
          json.path("rounds").asInt(),
          json.path("calls").asLong(),
          nanos(json.path("nanos")),
          nanos(json.path("championNanos")),
          noise(json.path("noise")),
          Instant.parse(json.path("at").asText()));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MlopsException(WHAT + " is refused: " + e.getMessage(), e);
    }
  }

  private static Map<Percentile, Long> nanos(JsonNode json) {
    Map<Percentile, Long> times = new EnumMap<>(Percentile.class);
    json.properties()
        .forEach(e -> times.put(Percentile.valueOf(e.getKey()), e.getValue().asLong()));
    return times;
  }

  private static Map<Percentile, Double> noise(JsonNode json) {
    Map<Percentile, Double> noise = new EnumMap<>(Percentile.class);
    json.properties()
        .forEach(e -> noise.put(Percentile.valueOf(e.getKey()), e.getValue().asDouble(Double.NaN)));
    return noise;
  }

  /**
   * Returns the report's identity.
   *
   * @return SHA-256 of {@link #toJson}, 64 hexadecimal digits
   */
  public String digest() {
    return Digests.sha256(toJson());
  }
}
