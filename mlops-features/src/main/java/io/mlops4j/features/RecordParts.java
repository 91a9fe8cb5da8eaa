package io.mlops4j.features;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the components of a key. */
final class RecordParts {
  private RecordParts() {}

  static List<Function<Object, @Nullable Object>> of(Class<?> type) {
    List<Function<Object, @Nullable Object>> readers = new ArrayList<>();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (RecordComponent component : type.getRecordComponents()) {
        MethodHandle getter =
            lookup
                .unreflect(component.getAccessor())
                .asType(MethodType.methodType(Object.class, Object.class));
        readers.add(key -> read(type, getter, key));
      }
    } catch (IllegalAccessException e) {
      throw new FeatureException(
          "Key "
              + type.getName()
              + ": its module does not let this library read it. Add \"opens "
              + type.getPackageName()
              + " to io.mlops4j.features\" to module-info.java.",
          e);
    }
    return readers;
  }

  private static @Nullable Object read(Class<?> type, MethodHandle getter, Object key) {
    try {
      return getter.invokeExact(key);
    } catch (Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      throw new FeatureException("Key " + type.getName() + " cannot be read.", e);
    }
  }
}
