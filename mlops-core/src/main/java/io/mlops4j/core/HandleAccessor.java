package io.mlops4j.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a component through its method handle, for records of another class loader than ours: there
 * the JDK does not spin functional objects (a lookup across unnamed modules has no full privilege).
 * A few nanoseconds slower than a plain call; neither reflects nor boxes a primitive.
 */
record HandleAccessor(MethodHandle getter)
    implements ToDoubleFunction<Object>, Predicate<Object>, Function<Object, @Nullable Object> {

  static HandleAccessor of(MethodHandle getter, Class<?> result) {
    Class<?> erased = result.isPrimitive() ? result : Object.class;
    return new HandleAccessor(getter.asType(MethodType.methodType(erased, Object.class)));
  }

  @Override
  public double applyAsDouble(Object row) {
    try {
      return (double) getter.invokeExact(row);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  @Override
  public boolean test(Object row) {
    try {
      return (boolean) getter.invokeExact(row);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  @Override
  public @Nullable Object apply(Object row) {
    try {
      return (Object) getter.invokeExact(row);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** An accessor throws what the user's own accessor method throws: never a checked exception. */
  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return (RuntimeException) e;
  }
}
