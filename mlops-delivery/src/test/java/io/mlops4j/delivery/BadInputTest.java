package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.ShadowBuilder;
import io.mlops4j.delivery.shadow.ShadowReport;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every public method says to what it cannot take: one sentence, with name and number. */
class BadInputTest {
  private record Row(String origin) {}

  private static final Schema<Row> ROWS = Schema.of(Row.class);
  private static final Duration TOO_LONG = Duration.ofSeconds(Long.MAX_VALUE);

  private static RolloutBuilder<Object, Double> builder() {
    return Rollout.of(Traffic.CHAMPION, RolloutPlan.withDefaults());
  }

  private static RolloutBuilder<Object, Double> still() {
    return builder().time(new LateAnswers.Clock());
  }

  private static ShadowBuilder<Row, Double> shadow() {
    return Shadow.of(ROWS, Comparison.probability(Tolerance.absolute(0.1)));
  }

  // Nulls: every reference parameter of every public method, one at a time.

  /** What a call is made on; a new one each time, as builders take a value once. */
  private static final Map<Class<?>, Supplier<Object>> SUBJECTS =
      Map.of(
          Rollout.class,
          () -> still().build(),
          RolloutBuilder.class,
          BadInputTest::builder,
          RolloutLog.class,
          () -> RolloutLog.of(ObjectStore.inMemory(), "m"),
          RolloutPlan.class,
          RolloutPlan::withDefaults,
          Watch.class,
          () -> Watch.errorRateAtMost(0.1),
          Shadow.class,
          () -> shadow().build(),
          ShadowBuilder.class,
          BadInputTest::shadow,
          Comparison.class,
          Comparison::<Double>ofFields);

  private static final List<Class<?>> VALUES =
      List.of(
          RolloutEvent.class,
          RolloutLabels.class,
          RolloutStatus.class,
          WatchResult.class,
          Tolerance.class,
          ShadowReport.class,
          ShadowReport.Latency.class,
          ShadowReport.Field.class,
          ShadowReport.SegmentShare.class,
          ShadowReport.Disagreement.class,
          ShadowReport.Difference.class);

  private static Map<Class<?>, Object> samples() {
    Map<Class<?>, Object> samples = new HashMap<>();
    samples.put(int.class, 1);
    samples.put(long.class, 1_000L);
    samples.put(double.class, 0.2);
    samples.put(boolean.class, true);
    samples.put(String.class, "name");
    samples.put(String[].class, new String[] {"a"});
    samples.put(double[].class, new double[] {0.2, 0.5});
    samples.put(Watch[].class, new Watch[] {Watch.errorRateAtMost(0.2)});
    samples.put(Watch.class, Watch.scoreShiftAtMost(0.2));
    samples.put(List.class, List.of());
    samples.put(Map.class, Map.of());
    samples.put(Optional.class, Optional.empty());
    samples.put(OptionalDouble.class, OptionalDouble.empty());
    samples.put(Duration.class, Duration.ofMinutes(1));
    samples.put(Instant.class, Traffic.START);
    samples.put(ModelVersion.class, Traffic.CHAMPION);
    samples.put(ObjectStore.class, ObjectStore.inMemory());
    samples.put(Time.class, new LateAnswers.Clock());
    samples.put(MeterRegistry.class, new SimpleMeterRegistry());
    samples.put(Predicate.class, (Predicate<Object>) any -> true);
    samples.put(ToDoubleFunction.class, (ToDoubleFunction<Object>) any -> 0);
    samples.put(ToDoubleBiFunction.class, (ToDoubleBiFunction<Object, Object>) (a, b) -> 0);
    samples.put(DoubleBinaryOperator.class, (DoubleBinaryOperator) (a, b) -> 0);
    samples.put(Function.class, (Function<Object, Object>) any -> any);
    samples.put(Tolerance.class, Tolerance.absolute(1));
    samples.put(Comparison.class, Comparison.number(Tolerance.absolute(1)));
    samples.put(Schema.class, ROWS);
    samples.put(Baseline.class, Baseline.of(ROWS).fit(() -> Stream.of(new Row("JFK"))));
    samples.put(Check.class, new Alike());
    samples.put(Check.Outcome.class, new Check.NoData("none"));
    samples.put(RolloutPlan.class, RolloutPlan.withDefaults());
    samples.put(RolloutPlan.Undecided.class, RolloutPlan.Undecided.PAUSE);
    samples.put(RolloutEvent.Kind.class, RolloutEvent.Kind.PAUSED);
    samples.put(RolloutStatus.Phase.class, RolloutStatus.Phase.NONE);
    samples.put(RolloutVerdict.class, RolloutVerdict.HOLD);
    samples.put(GatePolicy.class, GatePolicy.named("p").require(Gate.check("rollout")));
    samples.put(
        RegisteredModel.class,
        ModelRegistry.on(ObjectStore.inMemory(), RegistryOptions.withDefaults()).model("m"));
    samples.put(Prediction.class, new Traffic(1).prediction(Traffic.CHAMPION, "u", 0.5));
    samples.put(
        FailedPrediction.class,
        new FailedPrediction(
            Traffic.CHAMPION, FailedPrediction.Reason.MODEL, Traffic.START, Duration.ZERO));
    return samples;
  }

  private record Alike() implements Check {
    @Override
    public String name() {
      return "alike";
    }

    @Override
    public Outcome evaluate() {
      return new NoData("none");
    }
  }

  /** One parameter of one method or constructor. */
  private record Place(Executable of, int parameter) {
    @Override
    public String toString() {
      return of.getDeclaringClass().getSimpleName()
          + "."
          + of.getName()
          + "("
          + of.getParameters()[parameter].getName()
          + ")";
    }
  }

  static Stream<Place> places() {
    List<Executable> all = new ArrayList<>();
    for (Class<?> type : SUBJECTS.keySet()) {
      Arrays.stream(type.getMethods())
          .filter(m -> m.getDeclaringClass().getName().startsWith("io.mlops4j."))
          .filter(m -> !m.isBridge() && !m.getName().equals("equals"))
          .forEach(all::add);
    }
    VALUES.forEach(type -> all.addAll(List.of(type.getConstructors())));
    all.addAll(List.of(RolloutPlan.class.getConstructors()));
    return all.stream()
        .flatMap(
            of ->
                Stream.iterate(0, i -> i < of.getParameterCount(), i -> i + 1)
                    .filter(i -> !of.getParameterTypes()[i].isPrimitive())
                    .map(i -> new Place(of, i)));
  }

  @ParameterizedTest
  @MethodSource("places")
  void anyMethod_null_isRefusedByItsName(Place place) throws Exception {
    Map<Class<?>, Object> samples = samples();
    Parameter[] parameters = place.of().getParameters();
    @Nullable Object[] arguments = new Object[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      Class<?> type = parameters[i].getType();
      assertThat(i == place.parameter() || samples.containsKey(type))
          .as("a sample of %s for %s", type, place)
          .isTrue();
      arguments[i] = i == place.parameter() ? null : samples.get(type);
    }
    String parameter = parameters[place.parameter()].getName();
    assertThatThrownBy(() -> call(place.of(), arguments))
        .as("%s", place)
        .isInstanceOf(NullPointerException.class)
        .satisfies(thrown -> assertThat(thrown.getMessage()).isIn(parameter, place.of().getName()));
  }

  private static void call(Executable of, @Nullable Object[] arguments) throws Throwable {
    try {
      if (of instanceof Constructor<?> constructor) {
        constructor.newInstance(arguments);
      } else if (of instanceof Method method) {
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        Supplier<Object> subject = SUBJECTS.get(subject(method.getDeclaringClass()));
        method.invoke(isStatic || subject == null ? null : subject.get(), arguments);
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Whose method it is where an interface above declares it. */
  private static Class<?> subject(Class<?> declaring) {
    return SUBJECTS.keySet().stream()
        .filter(declaring::isAssignableFrom)
        .findFirst()
        .orElse(declaring);
  }

  @Test
  void places_coverEveryPublicType() {
    assertThat(places()).hasSizeGreaterThan(90);
  }

  // Values out of range.

  /** A call and what its error says. */
  private record Case(String message, Class<? extends Exception> type, ThrowingCallable call) {
    @Override
    public String toString() {
      return message;
    }
  }

  private static Case argument(String message, ThrowingCallable call) {
    return new Case(message, IllegalArgumentException.class, call);
  }

  private static Case state(String message, ThrowingCallable call) {
    return new Case(message, IllegalStateException.class, call);
  }

  static Stream<Case> cases() {
    RolloutLog log = RolloutLog.of(ObjectStore.inMemory(), "m");
    return Stream.of(
        argument("every: PT-1S (expected: positive", () -> builder().every(Duration.ofSeconds(-1))),
        argument("every: " + TOO_LONG, () -> builder().every(TOO_LONG)),
        argument("pendingLabels: -1", () -> builder().pendingLabels(-1)),
        argument("actor: \"\" (expected: one line", () -> builder().actor("")),
        argument("actor: \"a", () -> builder().actor("a\nb")),
        argument(
            "by: \"a?b\" (expected: one line",
            () -> log.request(new ModelVersion("m", 2), "why", "a\nb", Instant.EPOCH)),
        argument("by: \"\"", () -> log.pause("why", "", Instant.EPOCH)),
        argument("by: \"a?\"", () -> log.resume("why", "a\u2028", Instant.EPOCH)),
        argument("by: \"?[31m\"", () -> log.abort("why", "\u001b[31m", Instant.EPOCH)),
        argument("name: \" \" (expected: one line", () -> builder().segment(" ", any -> true)),
        argument("1 to 128", () -> builder().segmentOfRows("x".repeat(129), any -> true)),
        state("actor is set already: a", () -> builder().actor("a").actor("b")),
        state(
            "segment 'a' is set already",
            () -> builder().segment("a", any -> true).segmentOfRows("a", any -> true)),
        state(
            "check 'alike' is added already",
            () -> builder().check(new Alike()).guard(new Alike())),
        argument("steps: [NaN]", () -> RolloutPlan.steps(Double.NaN)),
        argument("steps: [-0.1]", () -> RolloutPlan.steps(-0.1)),
        argument("steps: [1.5]", () -> RolloutPlan.steps(1.5)),
        argument("steps: 33", () -> RolloutPlan.steps(new double[33])),
        argument(
            "minDuration: PT-1S",
            () -> RolloutPlan.steps(1).lasting(Duration.ofSeconds(-1), TOO_LONG)),
        argument("falseRollbacks: NaN", () -> RolloutPlan.steps(1).withFalseRollbacks(Double.NaN)),
        argument("minSamples: -9", () -> RolloutPlan.steps(1).withMinSamples(-9)),
        argument("margin: NaN", () -> Watch.errorRateNotWorseBy(Double.NaN)),
        argument("limit: NaN", () -> Watch.errorRateAtMost(Double.NaN)),
        argument("quantile: NaN", () -> Watch.latencyNotSlowerThan(Double.NaN, 2)),
        argument("factor: Infinity", () -> Watch.latencyNotSlowerThan(0.9, 1 / 0.0)),
        argument("limit: NaN", () -> Watch.scoreShiftAtMost(Double.NaN)),
        argument("edges[0]: NaN", () -> Watch.scoreShiftAtMost(0.1, Double.NaN)),
        argument("margin: Infinity", () -> Watch.squaredErrorNotWorseBy(1 / 0.0)),
        argument("margin: -1.0", () -> Watch.wrongDecisionsNotMoreBy(-1)),
        argument("segment: \"\"", () -> Watch.errorRateAtMost(0.1).inSegment("")),
        argument("name: \"../m\"", () -> RolloutLog.of(ObjectStore.inMemory(), "../m")),
        argument("label: NaN", () -> still().build().reportById("id", Double.NaN, Traffic.START)),
        argument("label: Inf", () -> still().build().reportByKey("k", 1 / 0.0, Traffic.START)),
        argument("labels: reported -1", () -> new RolloutLabels(-1, 0, 0, 0)),
        argument("absolute: Infinity", () -> Tolerance.absolute(1 / 0.0)),
        argument("most: NaN", () -> comparison().distance("d", (a, b) -> 0, Double.NaN)),
        argument("most: -1.0", () -> comparison().distance("d", (a, b) -> 0, -1)),
        argument(
            "threshold: NaN",
            () -> comparison().probability("p", p -> p, Double.NaN, Tolerance.absolute(1))),
        argument("saveEvery: " + TOO_LONG, () -> shadow().saveEvery(TOO_LONG)),
        argument("text: \"../a\"", () -> shadow().named("../a")),
        argument("ownName: \"\"", () -> shadow().fleet(ObjectStore.inMemory(), "")),
        argument("minimumRows: -1", () -> shadow().minimumRows(-1)),
        argument("disagreementAtMost: NaN", () -> shadow().disagreementAtMost(Double.NaN)),
        argument("segmentsAtMost: 1.0", () -> shadow().segmentsAtMost(1)),
        argument("p99AtMost: Infinity", () -> shadow().p99AtMost(1 / 0.0)),
        argument("psiAtMost: NaN", () -> shadow().psiAtMost(Double.NaN)),
        new Case(
            "No rollout of m is under way",
            Exception.class,
            () -> log.pause("why", "ann", Traffic.START)));
  }

  private static Comparison<Double> comparison() {
    return Comparison.ofFields();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anyMethod_outOfRange_saysWhatAndWhatIsExpected(Case bad) {
    assertThatThrownBy(bad.call()).isInstanceOf(bad.type()).hasMessageContaining(bad.message());
  }

  /** A call on a rollout that is closed. */
  private record OnClosed(String name, Function<Rollout<Object, Double>, Object> call) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<OnClosed> callsOnClosed() {
    return Stream.of(
        new OnClosed("look", Rollout::look),
        new OnClosed("start", rollout -> rollout.start(3, "more")),
        new OnClosed("pause", rollout -> rollout.pause("why")),
        new OnClosed("resume", rollout -> rollout.resume("why")),
        new OnClosed("abort", rollout -> rollout.abort("why")));
  }

  @ParameterizedTest
  @MethodSource("callsOnClosed")
  void closedRollout_saysSo_andLeavesTheLogAsItIs(OnClosed bad) {
    ObjectStore store = ObjectStore.inMemory();
    var rollout = still().store(store).build();
    rollout.start(2, "weekly");
    rollout.close();
    rollout.close(); // twice is once
    List<String> before = store.list("");
    assertThatThrownBy(() -> bad.call().apply(rollout))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Rollout of m is closed in this instance. Open another one");
    assertThat(store.list("")).isEqualTo(before);
    rollout.onPrediction(new Traffic(1).prediction(Traffic.CHAMPION, "u", 0.5));
    rollout.reportById("p0", 1, Traffic.START);
    assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.RUNNING);
    assertThat(rollout.history()).hasSize(2);
    assertThat(rollout.report().toText()).contains("m:2 is at step 1 of 3");
  }

  // What users' functions do.

  @Test
  void scoreThatThrows_countsAsAnErrorOfWhoAnswered() {
    Traffic traffic = new Traffic(1);
    try (var rollout =
        Rollout.<Object, Double>of(
                Traffic.CHAMPION, RolloutPlan.steps(0.5).watching(Watch.errorRateNotWorseBy(0.1)))
            .time(traffic.time)
            .scoreBy(BadInputTest::scoreOf)
            .build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 300; i++) {
        rollout.onPrediction(traffic.prediction(Traffic.CHAMPION, "u" + i, 0.5));
        rollout.onPrediction(traffic.prediction(Traffic.CANDIDATE, "u" + i, -1));
      }
      assertThat(rollout.look().phase()).isEqualTo(RolloutStatus.Phase.ROLLED_BACK);
      assertThat(rollout.status().reason()).contains("error rate");
    }
  }

  private static double scoreOf(double answer) {
    if (answer < 0) {
      throw new IllegalStateException("no score");
    }
    return answer;
  }

  @Test
  void segmentAndLossThatThrow_leaveOutWhatTheyAreAskedAbout_andNothingElse() {
    Traffic traffic = new Traffic(1);
    var plan =
        RolloutPlan.steps(0.5)
            .watching(
                Watch.scoreShiftAtMost(0.3).inSegment("broken"),
                Watch.outcomeNotWorseBy(
                    "broken loss",
                    (score, label) -> {
                      throw new IllegalStateException("no loss");
                    },
                    0.1),
                Watch.squaredErrorNotWorseBy(0.3));
    try (var rollout =
        Rollout.<Object, Double>of(Traffic.CHAMPION, plan)
            .time(traffic.time)
            .segment(
                "broken",
                any -> {
                  throw new IllegalStateException("no segment");
                })
            .build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 100; i++) {
        var answer = traffic.prediction(Traffic.CANDIDATE, "u" + i, 0.5);
        rollout.onPrediction(answer);
        rollout.reportById(answer.id(), 1, traffic.time.now());
      }
      rollout.look();
      assertThat(rollout.labels().joined()).isEqualTo(100);
      assertThat(rollout.results())
          .extracting(WatchResult::watch, WatchResult::candidateSamples)
          .contains(
              org.assertj.core.groups.Tuple.tuple("traffic", 100L),
              org.assertj.core.groups.Tuple.tuple("score shift, broken", 0L),
              org.assertj.core.groups.Tuple.tuple("broken loss", 0L),
              org.assertj.core.groups.Tuple.tuple("squared error", 100L));
    }
  }

  @Test
  void wallClockThatIsSetBack_countsGoOn_andNothingGoesOnEarly() {
    Traffic traffic = new Traffic(1);
    var plan =
        RolloutPlan.steps(0.4, 0.6)
            .watching(Watch.errorRateNotWorseBy(0.3))
            .lasting(Duration.ofMinutes(10), Duration.ofDays(1))
            .withMinSamples(50);
    try (var rollout =
        Rollout.<Object, Double>of(Traffic.CHAMPION, plan).time(traffic.time).build()) {
      rollout.start(2, "weekly");
      traffic.labels = false;
      traffic.send(rollout, 400, Duration.ofMinutes(9));
      traffic.time.setWallClock(Traffic.START.minus(Duration.ofHours(1)));
      traffic.send(rollout, 400, Duration.ofMinutes(9));
      assertThat(rollout.look().step()).as("by the wall clock it has not begun").isZero();
      long before = requests(rollout);
      assertThat(before).isBetween(390L, 800L); // those before the step's beginning are nobody's
      traffic.time.setWallClock(Traffic.START.plus(Duration.ofMinutes(11)));
      assertThat(rollout.look().step()).isEqualTo(1);
      traffic.time.setWallClock(Traffic.START.minus(Duration.ofHours(2)));
      rollout.look();
      traffic.send(rollout, 100, Duration.ofMinutes(1));
      rollout.look();
      assertThat(rollout.results().get(0).step()).isEqualTo(1);
      assertThat(requests(rollout)).isEqualTo(100);
    }
  }

  private static long requests(Rollout<Object, Double> rollout) {
    WatchResult traffic = rollout.results().get(0);
    return traffic.championSamples() + traffic.candidateSamples();
  }
}
