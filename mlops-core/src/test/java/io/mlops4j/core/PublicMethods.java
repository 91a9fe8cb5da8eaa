package io.mlops4j.core;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every public method, record and constructor of a module, to be asked what it does with null and
 * with bad values. What is new is asked, too, without being listed. Each call gets new samples for
 * its other arguments and a new object to be called on.
 */
public final class PublicMethods {
  /** Text nobody should have to store. */
  public static final String LONG_TEXT = "x".repeat(100_000);

  /** One parameter of one public method or constructor of a type, which may inherit the method. */
  public record Place(Class<?> on, Executable of, int parameter) {
    /** The parameter's name. */
    public String name() {
      return ParameterNames.of(this.of).get(parameter);
    }

    /** The parameter's type. */
    public Class<?> type() {
      return of.getParameterTypes()[parameter];
    }

    String method() {
      String type = on.getName().replaceAll(".*\\.", "").replace('$', '.');
      return of instanceof Method ? type + "." + of.getName() : "new " + type;
    }

    @Override
    public String toString() {
      return method() + ": " + name();
    }
  }

  private final Class<?> anchor;
  private final Map<String, Supplier<?>> samples = new HashMap<>();
  private final Set<Class<?>> theirs = new LinkedHashSet<>();
  private boolean inherited;

  /** Asks about the module that {@code anchor} is in. */
  public PublicMethods(Class<?> anchor) {
    this.anchor = anchor;
    sample(String.class, () -> "x");
    sample(Object.class, () -> "x");
    sample(int.class, () -> 1);
    sample(long.class, () -> 1L);
    sample(double.class, () -> 0.5);
    sample(boolean.class, () -> false);
    sample(Duration.class, () -> Duration.ofHours(1));
    sample(Instant.class, () -> Instant.parse("2026-11-26T12:00:00Z"));
    sample(Optional.class, Optional::empty);
    sample(OptionalInt.class, OptionalInt::empty);
    sample(OptionalLong.class, OptionalLong::empty);
    sample(OptionalDouble.class, OptionalDouble::empty);
    sample(List.class, List::of);
    sample(Collection.class, List::of);
    sample(Iterable.class, List::of);
    sample(Stream.class, Stream::of);
    sample(Set.class, Set::of);
    sample(Map.class, Map::of);
    sample(SortedMap.class, TreeMap::new);
    sample(Class.class, () -> String.class);
    sample(Executor.class, () -> (Executor) Runnable::run);
    sample(Time.class, () -> VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z")));
    sample(ObjectStore.class, ObjectStore::inMemory);
    sample(Progress.class, Progress::silent);
    sample(ModelVersion.class, () -> new ModelVersion("m", 1));
  }

  /** A value of the type, for arguments and to call the type's methods on. */
  public <T> PublicMethods sample(Class<? super T> type, Supplier<T> value) {
    samples.put(type.getName(), value);
    return this;
  }

  /** A value for one parameter, written as {@link Place} writes it: "Type.method: parameter". */
  public PublicMethods sample(String place, Supplier<?> value) {
    samples.put(place, value);
    return this;
  }

  /** Types that users write and the library calls. */
  public PublicMethods theirs(Class<?>... types) {
    theirs.addAll(List.of(types));
    return this;
  }

  /** Asks of each type what it inherits from others of ours, too. */
  public PublicMethods inherited() {
    inherited = true;
    return this;
  }

  /** Every parameter of every public method and constructor, in one order on every machine. */
  public Stream<Place> places() {
    try {
      Path classes = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
      List<Place> all = new ArrayList<>();
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          String name = classes.relativize(file).toString();
          if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
            add(Class.forName(name.replace(".class", "").replace('/', '.')), all);
          }
        }
      }
      return all.stream();
    } catch (URISyntaxException | IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those that may not be null. */
  public Stream<Place> references() {
    return places()
        .filter(place -> !place.type().isPrimitive())
        .filter(place -> !nullable(place.of.getParameters()[place.parameter]));
  }

  private static boolean nullable(Parameter parameter) {
    return parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private void add(Class<?> type, List<Place> all) {
    if (theirs.contains(type) || !isPublic(type) || Throwable.class.isAssignableFrom(type)) {
      return;
    }
    List<Executable> own = new ArrayList<>(List.of(type.getConstructors()));
    Stream.of(type.getMethods())
        .filter(method -> isAsked(type, method.getDeclaringClass()))
        .filter(method -> !method.isSynthetic() && !method.getName().matches("equals|valueOf"))
        .sorted(Comparator.comparing(Method::toString))
        .forEach(own::add);
    for (Executable one : own) {
      for (int i = 0; i < one.getParameterCount(); i++) {
        all.add(new Place(type, one, i));
      }
    }
  }

  private boolean isAsked(Class<?> type, Class<?> declares) {
    return declares == type || (inherited && declares.getName().startsWith("io.mlops4j."));
  }

  private static boolean isPublic(@Nullable Class<?> type) {
    return type == null
        || (Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass()));
  }

  /** What is named, a part of the record there is, or what the type has. */
  private Object sample(Place place) throws ReflectiveOperationException {
    Supplier<?> named = samples.get(place.toString());
    if (named != null) {
      return named.get();
    }
    Supplier<?> made = samples.get(place.on.getName());
    if (made != null && place.on.isRecord() && place.of instanceof Constructor<?>) {
      return place.on.getMethod(place.name()).invoke(made.get());
    }
    return sample(place.type());
  }

  private Object sample(Class<?> type) {
    Supplier<?> known = samples.get(type.getName());
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

  /** What the place answers to the value, all other arguments being fine. */
  public Answer ask(Place place, @Nullable Object value) throws ReflectiveOperationException {
    Class<?>[] types = place.of.getParameterTypes();
    @Nullable Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      if (i == place.parameter) {
        arguments[i] = value;
      } else {
        arguments[i] = sample(new Place(place.on, place.of, i));
      }
    }
    Object subject = null;
    try {
      if (place.of instanceof Constructor<?> constructor) {
        return new Answer(null, constructor.newInstance(arguments), null);
      }
      Method method = (Method) place.of;
      if (!Modifier.isStatic(method.getModifiers())) {
        subject = sample(place.on);
      }
      method.setAccessible(true); // where the object's own class is hidden
      return new Answer(subject, method.invoke(subject, arguments), null);
    } catch (InvocationTargetException e) {
      return new Answer(subject, null, e.getCause());
    }
  }

  /** What came of a call: what it was called on, what came back, and what was thrown. */
  public record Answer(
      @Nullable Object subject, @Nullable Object returned, @Nullable Throwable thrown) {}

  /**
   * Values of the parameter's type that users get wrong; none for a type of our own. Lists, sets
   * and maps hold null; text is empty, blank, long, or has line breaks and control characters.
   */
  public static List<Object> badValues(Place place) {
    Class<?> type = place.type();
    Type generic = place.of.getGenericParameterTypes()[place.parameter];
    if (type == int.class) {
      return List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE);
    } else if (type == long.class) {
      return List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);
    } else if (type == double.class) {
      return Arrays.stream(DOUBLES).<Object>mapToObj(x -> x).toList();
    } else if (type == Duration.class) {
      return List.copyOf(DURATIONS);
    } else if (type == Instant.class) {
      return List.of(Instant.MIN, Instant.MAX, Instant.EPOCH);
    } else if (type == String.class) {
      return List.copyOf(TEXTS);
    } else if (type == Map.class || type == SortedMap.class) {
      Map<Object, @Nullable Object> nothing = new TreeMap<>();
      nothing.put("x", null);
      return List.of(new TreeMap<>(), nothing);
    } else if (type == Set.class) {
      return List.of(Set.of(), Collections.singleton(null));
    } else if (type == List.class || type == Collection.class || type == Iterable.class) {
      return generic.getTypeName().contains("String")
          ? List.of(List.of(), nulls(), TEXTS, List.of("x", "x"))
          : List.of(List.of(), nulls());
    } else if (type == Optional.class) {
      return optionals(generic.getTypeName());
    } else if (type == OptionalDouble.class) {
      return Arrays.stream(DOUBLES).<Object>mapToObj(OptionalDouble::of).toList();
    } else if (type == OptionalInt.class) {
      return List.of(OptionalInt.of(-1), OptionalInt.of(0), OptionalInt.of(Integer.MIN_VALUE));
    } else if (type == double[].class) {
      return Stream.concat(
              Stream.of(new double[0], new double[10_000]),
              Arrays.stream(DOUBLES).mapToObj(x -> new double[] {x}))
          .map(Object.class::cast)
          .toList();
    } else if (type == byte[].class) {
      return List.of(new byte[0], new byte[] {-1}, new byte[10_000]);
    } else if (type.isArray()) {
      return List.of(
          Array.newInstance(type.getComponentType(), 0),
          Array.newInstance(type.getComponentType(), 1));
    }
    return List.of();
  }

  /**
   * What is wrong with the answers to the bad values: a call may work, and so must what comes after
   * it, or say in one line what was given and what is allowed.
   */
  public List<String> faults(Place place) throws ReflectiveOperationException {
    List<String> faults = new ArrayList<>();
    for (Object value : badValues(place)) {
      Answer answer = ask(place, value);
      Optional<String> wrong = wrong(answer.thrown, place.name());
      if (answer.thrown == null) {
        wrong = after(answer.returned == null ? answer.subject : answer.returned);
      }
      wrong.ifPresent(fault -> faults.add(Text.printable(shown(value), 80) + ": " + fault));
    }
    return faults;
  }

  private static String shown(Object value) {
    return value.getClass().isArray()
        ? Array.getLength(value) + " of " + value.getClass().getComponentType()
        : value.toString();
  }

  private static Optional<String> wrong(@Nullable Throwable thrown, String name) {
    if (thrown == null) {
      return Optional.empty();
    }
    StackTraceElement[] stack = thrown.getStackTrace();
    String message = String.valueOf(thrown.getMessage());
    boolean helpful =
        message.length() < 1_000
            && message.matches(
                "(?s).*(\\(expected: |[Kk]nown|Features: |Give |annot |at least |Plan for |is not (a JSON|valid)).*")
            && message.chars().noneMatch(c -> c < ' ');
    boolean ours = thrown instanceof IllegalArgumentException || thrown instanceof MlopsException;
    boolean named =
        thrown instanceof NullPointerException
            && message.matches(".*\\b" + name + "\\b.*\\(expected: no nulls in it\\)");
    return named || (ours && helpful && stack[0].getClassName().startsWith("io.mlops4j."))
        ? Optional.empty()
        : Optional.of(Text.printable(thrown.toString(), 300) + " at " + stack[0]);
  }

  /** Calls everything without parameters on what an accepted value made: builds, reads, writes. */
  private Optional<String> after(@Nullable Object made) throws ReflectiveOperationException {
    if (made == null || !made.getClass().getName().startsWith("io.mlops4j.")) {
      return Optional.empty();
    }
    Optional<String> wrong = Optional.empty();
    for (Method method : made.getClass().getMethods()) {
      boolean asks =
          method.getParameterCount() == 0
              && method.getDeclaringClass() != Object.class
              && !Modifier.isStatic(method.getModifiers())
              && !method.getName().equals("close");
      if (wrong.isPresent() || !asks) {
        continue;
      }
      try {
        method.setAccessible(true);
        Object next = method.invoke(made);
        if (method.getName().equals("build") && next != null) {
          wrong = after(next);
        }
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof IllegalStateException)) {
          wrong =
              wrong(e.getCause(), method.getName()).map(text -> method.getName() + "() " + text);
        }
      }
    }
    if (wrong.isEmpty() && made instanceof AutoCloseable closeable) {
      close(closeable);
    }
    return wrong;
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Object> optionals(String generic) {
    if (generic.contains("Duration")) {
      return DURATIONS.stream().<Object>map(Optional::of).toList();
    } else if (generic.contains("String")) {
      return TEXTS.stream().<Object>map(Optional::of).toList();
    } else if (generic.contains("Double")) {
      return Arrays.stream(DOUBLES).<Object>mapToObj(Optional::of).toList();
    } else if (generic.contains("Instant")) {
      return List.of(Optional.of(Instant.MIN), Optional.of(Instant.MAX));
    }
    return List.of(Optional.empty());
  }

  private static Object nulls() {
    return Collections.singletonList(null);
  }

  private static final double[] DOUBLES = {
    0,
    -1,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };

  private static final List<Duration> DURATIONS =
      List.of(
          Duration.ZERO,
          Duration.ofNanos(1),
          Duration.ofSeconds(-1),
          Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
          Duration.ofSeconds(Long.MIN_VALUE));

  private static final List<String> TEXTS =
      List.of("", " ", LONG_TEXT, "a\nb", "a\u0000b\u001b[31m", "../x", "a\ud800b");
}
