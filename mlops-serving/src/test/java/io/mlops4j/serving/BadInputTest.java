package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.PublicMethods.Place;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Numbers, durations, texts and lists nobody means, in place of each argument of each public
 * method, record and constructor of this module. Either what comes of the call can be used, or one
 * line says what was given and what is allowed. What is new is asked, too, without being listed.
 */
@Timeout(60)
class BadInputTest {
  private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
  private static final Duration PAST = Duration.ofSeconds(Long.MIN_VALUE);
  private static final int LONGEST_MESSAGE = 1_000;

  private static final List<Duration> DURATIONS =
      List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(-1), PAST, HUGE);

  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          -1.0,
          Double.MIN_VALUE,
          Double.MAX_VALUE,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY);

  private static final List<List<?>> LISTS =
      List.of(List.of(), Collections.singletonList(null), Arrays.asList(PublicCalls.ROW, null));

  private static final Map<Class<?>, List<?>> VALUES =
      Map.of(
          int.class,
          List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE),
          long.class,
          List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE),
          double.class,
          DOUBLES,
          double[].class,
          Stream.concat(Stream.of(new double[0]), DOUBLES.stream().map(d -> new double[] {d}))
              .toList(),
          int[].class,
          List.of(new int[0], new int[] {0}, new int[] {-1}, new int[] {Integer.MAX_VALUE}),
          Duration.class,
          DURATIONS,
          String.class,
          List.of("", " \t", "x".repeat(100_000), "a\r\nb\u001b[2J\0\u2028", "\ud800"),
          List.class,
          LISTS,
          Stream.class,
          List.of("stream"));

  static Stream<Place> parameters() {
    return PublicCalls.places().filter(asked -> !values(asked).isEmpty());
  }

  private static List<?> values(Place asked) {
    String type =
        asked.of().getParameters()[asked.parameter()].getParameterizedType().getTypeName();
    if (type.equals("java.util.Optional<java.time.Duration>")) {
      return DURATIONS.stream().map(Optional::of).toList();
    }
    return VALUES.getOrDefault(asked.type(), List.of());
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void everyArgument_thatNobodyMeans_worksOrIsRefusedInOneLine(Place asked) throws Exception {
    for (Object value : values(asked)) {
      Object given = value.equals("stream") ? LISTS.get(2).stream() : value;
      try (PublicCalls calls = new PublicCalls()) {
        try {
          use(calls, calls.call(asked, given));
        } catch (Throwable thrown) {
          requireClear(asked, value, thrown);
        }
      }
    }
  }

  private static void requireClear(Place asked, Object value, Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    String what = asked + " = " + (value instanceof double[] all ? Arrays.toString(all) : value);
    if (what.length() > 200) {
      what = what.substring(0, 200);
    }
    if (!(thrown instanceof MlopsException
        || thrown instanceof IllegalStateException
        || thrown instanceof IllegalArgumentException
        || ((value instanceof List<?> || value.equals("stream"))
            && message.matches("\\w+\\[\\d]: null \\(expected: no nulls in it\\)")))) {
      fail("%s threw %s", what, thrown);
    }
    assertThat(message.length()).as(what).isBetween(1, LONGEST_MESSAGE);
    assertThat(message.chars().filter(c -> c < ' ' || c == 0x2028 || c == 0x7f)).as(what).isEmpty();
    if (thrown instanceof IllegalArgumentException) {
      assertThat(message).as(what).contains("expected");
      assertThat(PublicCalls.names(asked))
          .as(what + ": " + message)
          .anyMatch(name -> names(message, name));
      if (value instanceof Number || value instanceof Duration) {
        assertThat(message).as(what).contains(value.toString());
      }
    }
  }

  private static boolean names(String message, String name) {
    String what = message.split("\\W", 2)[0].toLowerCase(Locale.ROOT);
    String called = name.toLowerCase(Locale.ROOT);
    return message.toLowerCase(Locale.ROOT).contains(called)
        || (!what.isEmpty() && called.contains(what));
  }

  /** Does with what came of a call what it is there for. */
  private static void use(PublicCalls calls, @Nullable Object made) throws Exception {
    if (made instanceof PredictorBuilder<?, ?> builder) {
      answered(calls, builder);
    } else if (made instanceof MicroBatching options) {
      answered(calls, PublicCalls.builder().microBatching(options));
    } else if (made instanceof Caching options) {
      answered(calls, PublicCalls.builder().schema(Models.ONE).cache(options));
    } else if (made instanceof CircuitBreaking options) {
      answered(calls, PublicCalls.builder().circuitBreaker(options));
    } else if (made instanceof CallOptions options) {
      answered(calls, options);
    } else if (made instanceof MirrorBuilder<?, ?> builder) {
      mirrored(calls, builder);
    } else if (made instanceof LatencyBenchmark<?> benchmark) {
      run(benchmark);
    } else if (made instanceof TokenInput<?> tokens) {
      assertThat(tokens.bucket(1)).isPositive();
    } else if (made instanceof OnnxLoader<?, ?> loader) {
      loader.load(Models.file("plus1.onnx")).close();
    } else if (made instanceof OnnxOptions options) {
      OnnxModel.regression(Models.ONE).options(options).load(Models.file("plus1.onnx")).close();
    } else if (made instanceof Model<?, ?> model) {
      assertThat(rows(model).predict(List.of(PublicCalls.ROW))).hasSize(1);
    } else if (made instanceof ModelHostBuilder builder) {
      hosted(calls, builder);
    } else if (made instanceof Stream<?> stream) {
      stream.forEach(scored -> {});
    }
    if (calls.subject() instanceof ModelHost host && host.models().size() > 1) {
      assertThat(host.<float[], Double, Object>use(PublicCalls.NAME, "c", PublicCalls::answer))
          .isEqualTo(PublicCalls.ANSWER);
    }
    if (calls.subject() instanceof Predictor<?, ?> predictor && !predictor.status().closed()) {
      assertThat(PublicCalls.answer(predictor)).isEqualTo(PublicCalls.ANSWER);
    }
  }

  private static void answered(PublicCalls calls, PredictorBuilder<?, ?> builder) {
    if (builder.meters == null) {
      builder.meters(new SimpleMeterRegistry());
    }
    Predictor<?, ?> predictor = calls.opened(builder.build());
    for (int i = 0; i < 3; i++) {
      assertThat(PublicCalls.answer(predictor)).isEqualTo(PublicCalls.ANSWER);
    }
    assertThat(predictor.close(Duration.ofSeconds(10))).isTrue();
  }

  private static void answered(PublicCalls calls, CallOptions options) throws Exception {
    Predictor<float[], Double> predictor = calls.predictor();
    assertThat(predictor.predict(PublicCalls.ROW, options)).isEqualTo(PublicCalls.ANSWER);
    assertThat(predictor.predictAsync(PublicCalls.ROW, options).get()).isNotNull();
    assertThat(predictor.predictAll(List.of(PublicCalls.ROW), options)).hasSize(1);
  }

  @SuppressWarnings("unchecked") // every mirror here is of that model
  private static void mirrored(PublicCalls calls, MirrorBuilder<?, ?> builder) {
    if (builder.meters == null) {
      builder.meters(new SimpleMeterRegistry());
    }
    var mirror = calls.opened(((MirrorBuilder<float[], Double>) builder).build());
    var live =
        calls.opened(PublicCalls.builder().schema(Models.ONE).mirror(mirror).seed(1).build());
    live.predict(PublicCalls.ROW);
    assertThat(live.awaitListeners(Duration.ofSeconds(10))).isTrue();
    assertThat(mirror.await(Duration.ofSeconds(10))).isTrue();
    assertThat(mirror.stats().answered() + mirror.stats().notSampled()).isEqualTo(1);
  }

  @SuppressWarnings("unchecked") // every row here is of that type
  private static void run(LatencyBenchmark<?> benchmark) {
    var report =
        ((LatencyBenchmark<float[]>) benchmark)
            .withCounts(5, 2, benchmark.warmUp() > 10 ? 0 : benchmark.warmUp())
            .run("m:1", PublicCalls.model());
    assertThat(report.batch()).isEqualTo(benchmark.batch());
  }

  @SuppressWarnings("unchecked") // every row here is of that type
  private static Model<float[], ?> rows(Model<?, ?> model) {
    return (Model<float[], ?>) model;
  }

  private static void hosted(PublicCalls calls, ModelHostBuilder builder) {
    try {
      builder.memory(1000);
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("memory is set already");
    }
    ModelHost host = calls.opened(builder.build());
    host.add("a", 1, calls::predictor);
    Object answer = host.<float[], Double, Object>use("a", "c", PublicCalls::answer);
    assertThat(answer).isEqualTo(PublicCalls.ANSWER);
  }

  /** The control: it does ask what there is. */
  @Test
  void parameters_ofThisModule_areMany() {
    assertThat(parameters().map(Place::toString))
        .hasSizeGreaterThan(100)
        .contains("Predictor.close: limit", "MicroBatching.withWorkers: count");
  }
}
