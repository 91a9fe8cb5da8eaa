package io.mlops4j.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls a record's canonical constructor. */
final class RecordFactory<T> implements RowFactory<T> {
  private final Class<T> type;
  private final List<RowField> fields;
  private final MethodHandle constructor;

  RecordFactory(Class<T> type) {
    this.type = type;
    RecordComponent[] components = type.getRecordComponents();
    this.fields =
        Arrays.stream(components).map(c -> new RowField(c.getName(), c.getType())).toList();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      this.constructor =
          MethodHandles.privateLookupIn(type, MethodHandles.lookup())
              .unreflectConstructor(type.getDeclaredConstructor(types))
              .asSpreader(Object[].class, types.length)
              .asType(java.lang.invoke.MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new MlopsException("Schema of " + type.getName() + ": no canonical constructor.", e);
    }
  }

  @Override
  public List<RowField> fields() {
    return fields;
  }

  @Override
  public T create(@Nullable Object[] values) {
    try {
      return type.cast((Object) constructor.invokeExact(values));
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new MlopsException(
          type.getSimpleName() + " refused the values: " + e.getClass().getSimpleName(), e);
    }
  }
}
