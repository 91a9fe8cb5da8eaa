package io.mlops4j.registry;

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
import io.mlops4j.registry.tracking.MetricSeries;
import io.mlops4j.registry.tracking.Query;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunSettings;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import io.mlops4j.registry.tracking.TrackingOptions;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
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

/**
 * A value for each type of a parameter of this module's public methods, and an object for each type
 * that has some; and which methods there are, without a list.
 */
final class Samples {
  private static final DataSource H2 = Databases.h2();
  final ObjectStore store = ObjectStore.inMemory();
  final ModelRegistry registry =
      ModelRegistry.on(
          store, RegistryOptions.withDefaults().withTime(VirtualTime.startingAt(Models.NOON)));
  final RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
  private final RegisteredVersion<String, String> version = Models.champion(model, "a", 0.7);
  final TrackedExperiment experiment = Tracking.inMemory().experiment("e");
  final Run run = experiment.start("r");

  private final Map<Class<?>, Object> samples = new HashMap<>();

  private <T> void sample(Class<T> type, T value) {
    samples.put(type, value);
  }

  Samples() {
    Models.validated(model, "b", 0.8);
    sample(ModelRegistry.class, registry);
    sample(RegisteredModel.class, model);
    sample(RegisteredVersion.class, version);
    sample(VersionSelector.class, model.select());
    sample(Promotions.class, model.promotions());
    sample(GateDecision.class, model.decide(2, Models.lenient()));
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
    sample(Announcement.class, model.announce("i", Samples::serving));
    sample(FleetInstance.class, model.fleet().get(0));
    run.metric("auc", 0.7);
    run.flush();
    sample(MetricSeries.class, experiment.series(run.id(), "auc"));
    sample(TrackingOptions.class, TrackingOptions.withDefaults());
    sample(Tracking.class, Tracking.inMemory());
    sample(TrackedExperiment.class, experiment);
    sample(Run.class, run);
    sample(RunSettings.class, RunSettings.named("r"));
    sample(Field.class, Field.metric("auc"));
    sample(Condition.class, Field.metric("auc").above(0));
    sample(Query.class, Query.all());
    sample(Query.Order.class, Field.metric("auc").ascending());
    sample(ModelCard.class, ModelCard.of(version));
    sample(LineageGraph.class, LineageGraph.of(model));
    sample(Retraining.class, Reproduction.of(version));
    sample(Retraining.Trainer.class, any -> fail("not called"));
    sample(ModelArtifact.class, Models.constant("c"));
    sample(ModelLoader.class, Models.LOADER);
    sample(ModelVersion.class, version.version());
    sample(EvaluationReport.class, Models.report(version, Metric.AUC, 0.7));
    sample(CheckEvidence.class, Models.passing("mine", version));
    sample(LatencyReport.class, Models.latency(version, 1000));
    sample(RowFingerprint.class, Models.trainingRows());
    sample(Metric.class, Metric.AUC);
    sample(ObjectStore.class, store);
    sample(Time.class, VirtualTime.startingAt(Models.NOON));
    sample(Progress.class, Progress.silent());
    sample(Executor.class, Runnable::run);
    sample(DataSource.class, H2);
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
    Supplier<ServingState> state = Samples::serving;
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

  Object sample(Class<?> type) {
    Object known = samples.get(type);
    if (known != null) {
      return known;
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    return samples.values().stream()
        .filter(type::isInstance)
        .findFirst()
        .orElseThrow(() -> new AssertionError("add a sample of " + type));
  }

  /** One parameter of one public method or constructor. */
  record Asked(Executable of, int parameter) {
    Class<?> type() {
      return of.getParameterTypes()[parameter];
    }

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
        if (!nullable) {
          asked.add(new Asked(one, i));
        }
      }
    }
  }

  private static boolean isPublic(@Nullable Class<?> type) {
    return type == null
        || (Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass()));
  }

  /** The arguments of a call, with this one in the parameter's place. */
  @Nullable Object[] arguments(Asked asked, @Nullable Object bad) {
    Class<?>[] types = asked.of.getParameterTypes();
    @Nullable Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = i == asked.parameter ? bad : sample(types[i]);
    }
    return arguments;
  }

  /** What the method returns, or null; what it throws is the cause of what this throws. */
  @Nullable Object call(Executable of, @Nullable Object[] arguments)
      throws ReflectiveOperationException {
    if (of instanceof Method method) {
      boolean free = Modifier.isStatic(method.getModifiers());
      return method.invoke(free ? null : sample(method.getDeclaringClass()), arguments);
    }
    return ((Constructor<?>) of).newInstance(arguments);
  }
}
