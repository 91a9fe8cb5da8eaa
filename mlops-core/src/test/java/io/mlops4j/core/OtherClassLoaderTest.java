package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records loaded by another class loader than the library, as a development restart does. */
class OtherClassLoaderTest {
  enum Colour {
    RED
  }

  @SuppressWarnings("ArrayRecordComponent") // What users write.
  record Payment(
      double amount,
      int count,
      boolean repeated,
      @Nullable Integer age,
      String country,
      Colour colour,
      Instant at,
      float[] embedding) {
    Payment {
      if (count < 0) {
        throw new IllegalArgumentException("negative");
      }
    }
  }

  record Throwing(double value) {
    @Override
    public double value() {
      throw new IllegalStateException("from the accessor");
    }
  }

  @Test
  void of_recordOfAnotherLoader_readsEveryKind() throws Exception {
    Schema<?> schema = schema(Payment.class);
    assertThat(schema.features().get(0)).isNotNull();
    EncodedRow<?> row = row(schema);
    assertThat(row.number(0)).isEqualTo(12.5);
    assertThat(row.number(1)).isEqualTo(3);
    assertThat(row.number(2)).isEqualTo(1);
    assertThat(row.number(3)).isNaN();
    assertThat(row.text(4)).isEqualTo("FI");
    assertThat(row.number(6)).isEqualTo(1000);
    assertThat(schema.fingerprint()).isEqualTo(Schema.of(Payment.class).fingerprint());
  }

  @Test
  void of_accessorThrows_theUsersExceptionComesThrough() throws Exception {
    Schema<?> schema = schema(Throwing.class);
    assertThatThrownBy(() -> encode(schema, Map.of("value", 1.0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("from the accessor");
  }

  private static EncodedRow<?> row(Schema<?> schema) {
    return encode(
        schema,
        Map.of(
            "amount",
            12.5,
            "count",
            3,
            "repeated",
            true,
            "country",
            "FI",
            "at",
            Instant.ofEpochMilli(1000)));
  }

  private static <T> EncodedRow<T> encode(Schema<T> schema, Map<String, Object> values) {
    return schema.encode(schema.row(values));
  }

  @SuppressWarnings("unchecked")
  private static Schema<?> schema(Class<?> type) throws Exception {
    Class<?> other = Class.forName(type.getName(), true, new ChildFirst());
    assertThat(other).isNotEqualTo(type);
    return Schema.of((Class<? extends Record>) other);
  }

  /** Loads the classes of this test again, everything else from its parent. */
  private static final class ChildFirst extends ClassLoader {
    ChildFirst() {
      super(OtherClassLoaderTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(OtherClassLoaderTest.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      String file = "/" + name.replace('.', '/') + ".class";
      try (InputStream in = OtherClassLoaderTest.class.getResourceAsStream(file)) {
        byte[] bytes = List.of(in).get(0).readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (java.io.IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
