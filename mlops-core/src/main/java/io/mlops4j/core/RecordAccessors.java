package io.mlops4j.core;

import java.lang.invoke.CallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns the components of a record into features.
 *
 * <p>Each accessor becomes a functional object through {@link LambdaMetafactory}, the mechanism
 * behind lambdas: what runs per row is a plain call, without reflection and without boxing a
 * primitive. A record of another class loader (a development restart, an application server) is
 * read through method handles instead: {@link HandleAccessor}.
 */
final class RecordAccessors<T> {
  static final String SUPPORTED =
      "double, float, long, int, short, byte, boolean and their boxes, enums, String, float[],"
          + " Instant, LocalDateTime, LocalDate, OffsetDateTime, ZonedDateTime";

  private final Class<T> type;
  private final MethodHandles.Lookup lookup;

  RecordAccessors(Class<T> type) {
    this.type = type;
    try {
      this.lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw new MlopsException(
          "Schema of "
              + type.getName()
              + ": its module does not let this library read it. Add \"opens "
              + type.getPackageName()
              + " to io.mlops4j.core\" to module-info.java, or build the schema by hand.",
          e);
    }
  }

  Feature<T> feature(RecordComponent component) {
    String name = component.getName();
    Class<?> of = component.getType();
    if (of == boolean.class) {
      Predicate<T> getter = compile(component, Predicate.class, "test", boolean.class);
      return Feature.number(name, FeatureKind.NUMERIC, false, row -> getter.test(row) ? 1 : 0);
    }
    if (of.isPrimitive() && of != char.class) {
      // Integers up to 2^53 are exact in a double; ids beyond that are categorical, not numeric.
      ToDoubleFunction<T> getter =
          compile(component, ToDoubleFunction.class, "applyAsDouble", double.class);
      return Feature.number(name, FeatureKind.NUMERIC, false, getter);
    }
    if (Number.class.isAssignableFrom(of) && isBox(of)) {
      Function<T, @Nullable Number> getter = compile(component, Function.class, "apply", of);
      return Feature.number(name, FeatureKind.NUMERIC, true, row -> toDouble(getter.apply(row)));
    }
    if (of == Boolean.class) {
      Function<T, @Nullable Boolean> getter = compile(component, Function.class, "apply", of);
      return Feature.number(name, FeatureKind.NUMERIC, true, row -> toDouble(getter.apply(row)));
    }
    if (of == String.class) {
      Function<T, @Nullable String> getter = compile(component, Function.class, "apply", of);
      return Feature.text(name, FeatureKind.CATEGORICAL, List.of(), getter);
    }
    if (of.isEnum()) {
      Function<T, @Nullable Enum<?>> getter = compile(component, Function.class, "apply", of);
      List<String> domain =
          Arrays.stream(of.getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList();
      return Feature.text(name, FeatureKind.CATEGORICAL, domain, row -> nameOf(getter.apply(row)));
    }
    if (of == float[].class) {
      Function<T, float @Nullable []> getter = compile(component, Function.class, "apply", of);
      return Feature.vector(name, 0, getter);
    }
    ToDoubleFunction<@Nullable Object> toMillis = toMillis(of);
    if (toMillis != null) {
      Function<T, @Nullable Object> getter = compile(component, Function.class, "apply", of);
      return Feature.number(
          name, FeatureKind.TIME, true, row -> toMillis.applyAsDouble(getter.apply(row)));
    }
    throw new IllegalArgumentException(
        type.getSimpleName()
            + "."
            + name
            + " is a "
            + of.getTypeName()
            + ", which no feature can be made of. Supported: "
            + SUPPORTED
            + ". Build the schema by hand to convert it.");
  }

  private static boolean isBox(Class<?> type) {
    return type == Double.class
        || type == Float.class
        || type == Long.class
        || type == Integer.class
        || type == Short.class
        || type == Byte.class;
  }

  private static double toDouble(@Nullable Number value) {
    return value == null ? Double.NaN : value.doubleValue();
  }

  private static double toDouble(@Nullable Boolean value) {
    return value == null ? Double.NaN : value ? 1 : 0;
  }

  private static @Nullable String nameOf(@Nullable Enum<?> value) {
    return value == null ? null : value.name();
  }

  /** Returns how a temporal type becomes epoch milliseconds, or null if it is not one. */
  static @Nullable ToDoubleFunction<@Nullable Object> toMillis(Class<?> type) {
    if (type == Instant.class) {
      return v -> v == null ? Double.NaN : millis(((Instant) v).getEpochSecond(), (Instant) v);
    }
    if (type == LocalDateTime.class) {
      return v ->
          v == null
              ? Double.NaN
              : millis(((LocalDateTime) v).toEpochSecond(ZoneOffset.UTC), (LocalDateTime) v);
    }
    if (type == LocalDate.class) {
      return v -> v == null ? Double.NaN : ((LocalDate) v).toEpochDay() * 86_400_000.0;
    }
    if (type == OffsetDateTime.class) {
      return v ->
          v == null ? Double.NaN : millis(((OffsetDateTime) v).toEpochSecond(), (OffsetDateTime) v);
    }
    if (type == ZonedDateTime.class) {
      return v ->
          v == null ? Double.NaN : millis(((ZonedDateTime) v).toEpochSecond(), (ZonedDateTime) v);
    }
    return null;
  }

  /** Whole milliseconds, rounded down; a double reaches further than toEpochMilli's long. */
  private static double millis(long seconds, TemporalAccessor time) {
    return seconds * 1000.0 + time.get(ChronoField.MILLI_OF_SECOND);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // The call site returns exactly the functional type asked for.
  private <F> F compile(RecordComponent component, Class<?> shape, String method, Class<?> result) {
    Class<?> erased = result.isPrimitive() ? result : Object.class;
    try {
      MethodHandle getter = lookup.unreflect(component.getAccessor());
      if (!lookup.hasFullPrivilegeAccess()) {
        return (F) HandleAccessor.of(getter, result);
      }
      CallSite site =
          LambdaMetafactory.metafactory(
              lookup,
              method,
              MethodType.methodType(shape),
              MethodType.methodType(erased, Object.class),
              getter,
              MethodType.methodType(result, type));
      return (F) site.getTarget().invoke();
    } catch (Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      throw new MlopsException(
          "Schema of " + type.getName() + ": cannot read component " + component.getName() + ".",
          e);
    }
  }
}
