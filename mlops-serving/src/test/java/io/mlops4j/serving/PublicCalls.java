package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Elements;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelReleases;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Every parameter of every public method, record and constructor of this module, found on the class
 * path, and a way to call it: what is new is found, too, without being listed. What a call opens is
 * closed with this.
 */
final class PublicCalls implements AutoCloseable {
  static final float[] ROW = {1};
  static final String NAME = "x";

  /** What the model here makes of the row. */
  static final Double ANSWER = 0.5;

  /** Written by python/make_vectors.py. */
  private static final Path EXPORT =
      Path.of("../mlops-core/src/test/resources/python-export/export-1");

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  /**
   * Parameters' names in the class files. A model checker that ran in this JVM before has changed
   * the classes it used, and what the JVM knows of their parameters has no names any more.
   */
  private static final class ClassFile extends ClassVisitor {
    private final Executable of;
    private final List<String> names = new ArrayList<>();

    private ClassFile(Executable of) {
      super(Opcodes.ASM9);
      this.of = of;
    }

    static String nameOf(Executable of, int parameter) {
      Class<?> type = of.getDeclaringClass();
      String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
      ClassFile found = new ClassFile(of);
      try (InputStream bytes = type.getResourceAsStream(file)) {
        new ClassReader(Objects.requireNonNull(bytes, file)).accept(found, ClassReader.SKIP_CODE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return found.names.get(parameter);
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      boolean same =
          of instanceof Method method
              ? name.equals(method.getName()) && descriptor.equals(Type.getMethodDescriptor(method))
              : name.equals("<init>")
                  && descriptor.equals(Type.getConstructorDescriptor((Constructor<?>) of));
      if (!same) {
        return null;
      }
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitParameter(String parameter, int flags) {
          names.add(parameter);
        }
      };
    }
  }

  /** One parameter of one public method or constructor of a type. */
  record Asked(Class<?> on, Executable of, int parameter) {
    String name() {
      return ClassFile.nameOf(of, parameter);
    }

    Class<?> type() {
      return of.getParameterTypes()[parameter];
    }

    /** The parameter, or the option that a builder's or record's method sets. */
    List<String> names() {
      String method = of.getName().replaceFirst("^with(?=[A-Z])", "");
      return List.of(name(), method.substring(0, 1).toLowerCase(Locale.ROOT) + method.substring(1));
    }

    @Override
    public String toString() {
      String method = of instanceof Constructor<?> ? "new" : of.getName();
      return on.getSimpleName() + "." + method + ": " + name();
    }
  }

  private final Map<Class<?>, Supplier<?>> samples = new HashMap<>();
  private final List<Runnable> opened = new ArrayList<>();
  private @Nullable Object subject;

  PublicCalls() {
    addSubjects();
    addValues();
  }

  private <T> void sample(Class<T> type, Supplier<? extends T> value) {
    samples.put(type, value);
  }

  <T extends AutoCloseable> T opened(T resource) {
    opened.add(() -> closed(resource));
    return resource;
  }

  static Model<float[], Double> model() {
    return rows -> Elements.list("inputs", rows).stream().map(row -> row[0] / 2.0).toList();
  }

  @SuppressWarnings("unchecked") // every predictor here is over that model
  static Object answer(Predictor<?, ?> predictor) {
    return ((Predictor<float[], Object>) predictor).predict(ROW);
  }

  static ModelRelease<float[], Double> release() {
    return Models.release(5, PublicCalls::model);
  }

  static PredictorBuilder<float[], Double> builder() {
    return Predictor.of(model());
  }

  Predictor<float[], Double> predictor() {
    return opened(builder().build());
  }

  private void addSubjects() {
    sample(Predictor.class, this::predictor);
    sample(PredictorBuilder.class, PublicCalls::builder);
    sample(MirrorBuilder.class, () -> Mirror.to(predictor()));
    sample(Mirror.class, () -> opened(Mirror.to(predictor()).build()));
    sample(ModelHostBuilder.class, ModelHost::builder);
    sample(
        ModelHost.class,
        () -> {
          ModelHost host = opened(ModelHost.builder().memory(1000).residentMemory(() -> 1).build());
          host.add("known", 1, this::predictor);
          return host;
        });
    sample(
        PredictorSet.class,
        () -> opened(PredictorSet.following(releases(), UnaryOperator.identity())));
    sample(
        TrafficSplit.class,
        () -> opened(TrafficSplit.of(predictor(), row -> "u", UnaryOperator.identity())));
    sample(ModelSteps.class, () -> ModelSteps.of(model()));
    sample(GoldenRowsCheck.class, () -> GoldenRowsCheck.of(release()));
    sample(OnnxLoader.class, () -> OnnxModel.regression(Models.ONE));
    sample(OnnxOutputs.class, () -> OnnxOutputs.of(Map.of(), 0));
    sample(OnnxOptions.class, OnnxOptions::withDefaults);
    sample(TokenInput.class, () -> TokenInput.<String>of(text -> new long[] {1}));
    sample(TrialRun.class, () -> TrialRun.of(OnnxModel.regression(Models.ONE)));
    sample(OnnxOptions.Cuda.class, () -> new OnnxOptions.Cuda(0, 1 << 20, 1));
    sample(
        OnnxOptions.CustomOperators.class,
        () -> new OnnxOptions.CustomOperators(Path.of("none.so"), "0".repeat(64)));
    sample(
        MirroredRow.class,
        () -> new MirroredRow<>(prediction(), Models.version(2), 0.5, null, Duration.ZERO));
    sample(Scored.class, () -> new Scored<float[], Double>(0, ROW, Models.version(1), 0.5, null));
    sample(Pooling.class, () -> Pooling.MEAN);
    sample(Caching.class, Caching::withDefaults);
    sample(CallOptions.class, CallOptions::withDefaults);
    sample(CircuitBreaking.class, CircuitBreaking::withDefaults);
    sample(MicroBatching.class, MicroBatching::withDefaults);
    sample(
        LatencyBenchmark.class,
        () -> LatencyBenchmark.on(List.of(ROW), "rows").withCounts(5, 2, 1));
  }

  private static ModelReleases<float[], Double> releases() {
    return ModelReleases.of("m", List.of(release()));
  }

  private void addValues() {
    sample(Model.class, PublicCalls::model);
    sample(ModelRelease.class, PublicCalls::release);
    sample(ModelReleases.class, PublicCalls::releases);
    sample(ModelSource.class, () -> ModelSource.of(release()));
    sample(ModelVersion.class, () -> Models.version(1));
    sample(ModelArtifact.class, () -> Models.artifact("plus1.onnx", null, null));
    sample(ModelExport.class, () -> ModelExport.read(EXPORT));
    sample(Schema.class, () -> Models.ONE);
    sample(InputEncoding.class, () -> InputEncoding.numeric(Models.ONE));
    sample(Prediction.class, PublicCalls::prediction);
    sample(ClassProbabilities.class, () -> ClassProbabilities.unnamed(0.5, 0.5));
    sample(MlopsException.class, () -> new MlopsException("x"));
    sample(MeterRegistry.class, SimpleMeterRegistry::new);
    sample(ObservationRegistry.class, ObservationRegistry::create);
    sample(PredictionListener.class, () -> (PredictionListener<float[], Double>) seen -> {});
    sample(MirrorListener.class, () -> (MirrorListener<float[], Double>) seen -> {});
    sample(SwapListener.class, () -> step -> {});
    sample(Time.class, () -> VirtualTime.startingAt(NOON));
    sample(Function.class, () -> (Function<Object, Object>) value -> value);
    sample(UnaryOperator.class, UnaryOperator::identity);
    sample(Predicate.class, () -> (Predicate<Object>) value -> true);
    sample(Supplier.class, () -> (Supplier<Object>) this::predictor);
    sample(LongSupplier.class, () -> () -> 1);
    sample(Object.class, () -> ROW);
    sample(String.class, () -> NAME);
    sample(Path.class, () -> Models.file("plus1.onnx"));
    sample(Duration.class, () -> Duration.ofSeconds(1));
    sample(Optional.class, Optional::empty);
    sample(Map.class, Map::of);
    sample(List.class, List::of);
    sample(Stream.class, Stream::empty);
    sample(int.class, () -> 5);
    sample(long.class, () -> 1L << 20);
    sample(double.class, () -> 0.5);
    sample(boolean.class, () -> false);
  }

  static Prediction<float[], Double> prediction() {
    return new Prediction<>(
        "p",
        null,
        null,
        Models.version(1),
        Prediction.Source.MODEL,
        Models.ONE.encode(ROW),
        0.5,
        NOON,
        Duration.ZERO);
  }

  static List<Asked> parameters() {
    try {
      Path classes =
          Path.of(Predictor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(classes)) {
        return files
            .map(file -> classes.relativize(file).toString())
            .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
            .sorted()
            .map(PublicCalls::type)
            .filter(PublicCalls::isAsked)
            .flatMap(PublicCalls::parameters)
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String file) {
    try {
      return Class.forName(file.replace(".class", "").replace('/', '.'));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isAsked(Class<?> type) {
    // Those are written by users and called by us.
    boolean theirs = type == MirrorListener.class || type == SwapListener.class;
    return !theirs && isPublic(type) && !Throwable.class.isAssignableFrom(type);
  }

  private static boolean isPublic(@Nullable Class<?> type) {
    return type == null
        || (Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass()));
  }

  private static Stream<Asked> parameters(Class<?> type) {
    List<Executable> all = new ArrayList<>(Arrays.asList(type.getConstructors()));
    all.addAll(Arrays.asList(type.getMethods()));
    all.removeIf(PublicCalls::isGiven);
    all.sort(Comparator.comparing(Executable::toString));
    return all.stream()
        .flatMap(
            of ->
                Stream.iterate(0, i -> i < of.getParameterCount(), i -> i + 1)
                    .map(i -> new Asked(type, of, i)));
  }

  private static boolean isGiven(Executable one) {
    return one.isSynthetic()
        || one.getName().matches("equals|valueOf")
        || !one.getDeclaringClass().getPackageName().startsWith("io.mlops4j");
  }

  /** A record is made of the parts of the sample there is. */
  private Object sample(Executable of, int parameter) {
    Class<?> made = of.getDeclaringClass();
    Parameter asked = of.getParameters()[parameter];
    try {
      if (of instanceof Constructor<?> && made.isRecord() && samples.containsKey(made)) {
        return made.getMethod(new Asked(made, of, parameter).name()).invoke(sample(made));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    if (asked.getType() != List.class) {
      return sample(asked.getType());
    }
    String elements = asked.getParameterizedType().getTypeName();
    return elements.contains("Model<")
        ? List.of(model())
        : elements.contains("Path") ? List.of(sample(Path.class)) : List.of(ROW);
  }

  private Object sample(Class<?> type) {
    Supplier<?> known = samples.get(type);
    if (known != null) {
      return known.get();
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    throw new AssertionError("add a sample of " + type);
  }

  /** Calls with samples and one other value. */
  @Nullable Object call(Asked asked, @Nullable Object value) throws Throwable {
    Object[] arguments = new Object[asked.of.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = i == asked.parameter ? value : sample(asked.of, i);
    }
    try {
      if (asked.of instanceof Constructor<?> constructor) {
        return constructor.newInstance(arguments);
      }
      subject = Modifier.isStatic(asked.of.getModifiers()) ? null : sample(asked.on);
      return ((Method) asked.of).invoke(subject, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Returns what the last method was called on; null if it was static. */
  @Nullable Object subject() {
    return subject;
  }

  private static void closed(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).run();
    }
  }
}
