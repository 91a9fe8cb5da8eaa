package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.DatasetFacts;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.lineage.LineageGraph;
import io.mlops4j.registry.lineage.ModelCard;
import io.mlops4j.registry.lineage.Reproduction;
import io.mlops4j.registry.lineage.Retraining;
import io.mlops4j.registry.tracking.Condition;
import io.mlops4j.registry.tracking.Field;
import io.mlops4j.registry.tracking.Query;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunSettings;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import io.mlops4j.registry.tracking.TrackingOptions;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in place of each argument of each public method, record and constructor of this module: one
 * NullPointerException that names the parameter. What is new is asked, too, without being listed.
 */
class NullArgumentsTest {
  private static final ObjectStore STORE = ObjectStore.inMemory();
  private static final ModelRegistry REGISTRY =
      ModelRegistry.on(
          STORE, RegistryOptions.withDefaults().withTime(VirtualTime.startingAt(Models.NOON)));
  private static final RegisteredModel<String, String> MODEL =
      REGISTRY.model("delay", Models.LOADER);
  private static final RegisteredVersion<String, String> VERSION = Models.champion(MODEL, "a", 0.7);
  private static final TrackedExperiment EXPERIMENT = Tracking.inMemory().experiment("e");
  private static final Run RUN = EXPERIMENT.start("r");

  /** A value for each type of a parameter, and an object for each type that has methods. */
  private static final Map<Class<?>, Object> SAMPLES = new HashMap<>();

  private static <T> void sample(Class<T> type, T value) {
    SAMPLES.put(type, value);
  }

  static {
    Models.validated(MODEL, "b", 0.8);
    sample(ModelRegistry.class, REGISTRY);
    sample(RegisteredModel.class, MODEL);
    sample(RegisteredVersion.class, VERSION);
    sample(VersionSelector.class, MODEL.select());
    sample(Promotions.class, MODEL.promotions());
    sample(GateDecision.class, MODEL.decide(2, Models.lenient()));
    sample(GatePolicy.class, Models.lenient());
    sample(GatePolicy.Named.class, GatePolicy.named("p"));
    sample(Gate.class, Gate.fleetCanServe());
    sample(Gate.OnMetric.class, Gate.metric(Metric.AUC));
    sample(Gate.OnSlice.class, Gate.metric(Metric.AUC).onSlice("a=b"));
    sample(Lineage.class, Lineage.unknown());
    sample(Gate.OnFairness.class, Gate.fairness("s", FairnessMeasure.DISPARATE_IMPACT));
    sample(Gate.OnLatency.class, Gate.latency(LatencyReport.Percentile.P99));
    sample(DecisionTerms.class, DecisionTerms.withDefaults());
    sample(AccessPolicy.Rules.class, AccessPolicy.rules());
    sample(Lineage.Licences.class, new Lineage.Licences("m", "d"));
    sample(DatasetFacts.class, new DatasetFacts("d", "ab", 1, "cd", Optional.empty()));
    sample(OptionalDouble.class, OptionalDouble.empty());
    sample(Lineage.Data.class, Lineage.unknown().data());
    sample(Lineage.Code.class, Lineage.unknown().code());
    sample(Environment.class, Environment.unknown());
    sample(AccessPolicy.class, AccessPolicy.allowingEverything());
    sample(RegistryOptions.class, RegistryOptions.withDefaults());
    sample(Margin.class, Margin.absolute(0.01));
    sample(Announcement.class, MODEL.announce("i", NullArgumentsTest::serving));
    sample(FleetInstance.class, MODEL.fleet().get(0));
    sample(TrackingOptions.class, TrackingOptions.withDefaults());
    sample(Tracking.class, Tracking.inMemory());
    sample(TrackedExperiment.class, EXPERIMENT);
    sample(Run.class, RUN);
    sample(RunSettings.class, RunSettings.named("r"));
    sample(Field.class, Field.metric("auc"));
    sample(Condition.class, Field.metric("auc").above(0));
    sample(Query.class, Query.all());
    sample(Query.Order.class, Field.metric("auc").ascending());
    sample(ModelCard.class, ModelCard.of(VERSION));
    sample(LineageGraph.class, LineageGraph.of(MODEL));
    sample(Retraining.class, Reproduction.of(VERSION));
    sample(Retraining.Trainer.class, version -> fail("not called"));
    sample(ModelArtifact.class, Models.constant("c"));
    sample(ModelLoader.class, Models.LOADER);
    sample(ModelVersion.class, VERSION.version());
    sample(EvaluationReport.class, Models.report(VERSION, Metric.AUC, 0.7));
    sample(CheckEvidence.class, Models.passing("mine", VERSION));
    sample(LatencyReport.class, Models.latency(VERSION, 1000));
    sample(RowFingerprint.class, Models.trainingRows());
    sample(Metric.class, Metric.AUC);
    sample(ObjectStore.class, STORE);
    sample(Time.class, VirtualTime.startingAt(Models.NOON));
    sample(Progress.class, Progress.silent());
    sample(Executor.class, Runnable::run);
    sample(DataSource.class, Databases.h2());
    sample(String.class, "x");
    sample(Object.class, "x");
    sample(Path.class, Path.of("no-such-directory", "x"));
    sample(Duration.class, Duration.ofDays(1));
    sample(Instant.class, Models.NOON);
    sample(Throwable.class, new IllegalStateException("x"));
    sample(Optional.class, Optional.empty());
    sample(OptionalInt.class, OptionalInt.empty());
    sample(OptionalLong.class, OptionalLong.empty());
    sample(Map.class, Map.of());
    sample(SortedMap.class, new TreeMap<>());
    sample(SortedSet.class, new TreeSet<>());
    sample(List.class, List.of());
    sample(Set.class, Set.of());
    sample(Class.class, Object.class);
    sample(int.class, 1);
    sample(long.class, 1L);
    sample(double.class, 0.5);
    sample(boolean.class, false);
    sample(byte[].class, new byte[1]);
    Consumer<Object> nobody = entry -> {};
    sample(Consumer.class, nobody);
    Function<Object, Object> same = value -> value;
    sample(Function.class, same);
    Supplier<ServingState> state = NullArgumentsTest::serving;
    sample(Supplier.class, state);
    sample(
        Check.class,
        new Check() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          public Outcome evaluate() {
            return new Pass("Fine.");
          }
        });
  }

  private static ServingState serving() {
    return new ServingState(Optional.empty(), Optional.empty());
  }

  /** One parameter of one public method or constructor. */
  record Asked(Executable of, int parameter) {
    String name() {
      return of.getParameters()[parameter].getName();
    }

    @Override
    public String toString() {
      return of.getDeclaringClass().getSimpleName() + "." + of.getName() + ": " + name();
    }
  }

  static Stream<Asked> parameters() throws Exception {
    Path classes =
        Path.of(ModelRegistry.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Asked> asked = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = classes.relativize(file).toString();
        if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
          add(Class.forName(name.replace(".class", "").replace('/', '.')), asked);
        }
      }
    }
    return asked.stream();
  }

  private static void add(Class<?> type, List<Asked> asked) {
    // Those are written by users and called by us.
    boolean theirs = type == AccessPolicy.class || type == Retraining.Trainer.class;
    if (theirs || !isPublic(type) || Throwable.class.isAssignableFrom(type)) {
      return;
    }
    List<Executable> all = new ArrayList<>(List.of(type.getConstructors()));
    all.addAll(Arrays.asList(type.getMethods()));
    for (Executable one : all) {
      boolean own = one.getDeclaringClass() == type && Modifier.isPublic(one.getModifiers());
      boolean given = one.isSynthetic() || one.getName().matches("equals|valueOf");
      for (int i = 0; own && !given && i < one.getParameterCount(); i++) {
        Parameter parameter = one.getParameters()[i];
        boolean nullable = parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
        if (!parameter.getType().isPrimitive() && !nullable) {
          asked.add(new Asked(one, i));
        }
      }
    }
  }

  private static boolean isPublic(@Nullable Class<?> type) {
    return type == null
        || (Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass()));
  }

  private static Object sample(Class<?> type) {
    Object known = SAMPLES.get(type);
    if (known != null) {
      return known;
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    return SAMPLES.values().stream()
        .filter(type::isInstance)
        .findFirst()
        .orElseThrow(() -> new AssertionError("add a sample of " + type));
  }

  private static @Nullable Throwable thrown(Asked asked) throws ReflectiveOperationException {
    Class<?>[] types = asked.of.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = i == asked.parameter ? null : sample(types[i]);
    }
    try {
      if (asked.of instanceof Constructor<?> constructor) {
        constructor.newInstance(arguments);
      } else if (asked.of instanceof Method method) {
        boolean free = Modifier.isStatic(method.getModifiers());
        method.invoke(free ? null : sample(method.getDeclaringClass()), arguments);
      }
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void everyArgument_null_isRefusedByItsName(Asked asked) throws Exception {
    String head = MODEL.head();
    assertThat(thrown(asked))
        .isInstanceOf(NullPointerException.class)
        .hasMessageMatching("(?s).*\\b" + asked.name() + "\\b.*");
    assertThat(MODEL.head()).as("nothing was written").isEqualTo(head);
  }

  /** The control: it does ask what there is. */
  @Test
  void parameters_ofThisModule_areMany() throws Exception {
    assertThat(parameters().map(Asked::toString))
        .hasSizeGreaterThan(200)
        .contains("RegisteredModel.register: artifact", "Query.parse: text");
  }
}
