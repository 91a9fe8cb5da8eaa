package io.mlops4j.pipeline.batch;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes rows of values, and a reason without any value of what cannot be one. */
final class RowMaker<T> {
  private static final int MAX_NAME = 64;
  private static final int MAX_REASON = 300;

  private final RowFactory<T> factory;
  private final List<RowField> fields;
  private final boolean shown;

  RowMaker(Schema<T> schema) {
    this.factory =
        schema
            .factory()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "schema: "
                            + schema.name()
                            + " (expected: one that can make rows; give the builder a factory)"));
    this.fields = factory.fields();
    this.shown =
        fields.stream()
            .allMatch(f -> schema.has(f.name()) && !schema.feature(f.name()).sensitive());
  }

  List<RowField> fields() {
    return fields;
  }

  /** Says which value is not what its field needs; never repeats the value. */
  String misfit(int field, IllegalArgumentException e) {
    String name = Text.printable(fields.get(field).name(), MAX_NAME);
    return "column " + name + ": " + Text.printable(String.valueOf(e.getMessage()), MAX_REASON);
  }

  InputRecord<T> make(long line, @Nullable Object[] values, @Nullable Object[] kept) {
    try {
      return InputRecord.of(line, factory.create(values), kept);
    } catch (MlopsException e) {
      // A row's own constructor may quote what it was given.
      String why = shown ? Text.printable(String.valueOf(e.getMessage()), MAX_REASON) : "withheld";
      return InputRecord.bad(line, "the row refuses its values: " + why);
    }
  }
}
