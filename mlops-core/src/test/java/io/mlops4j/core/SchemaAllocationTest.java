package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Reading primitives allocates nothing; the boxing control shows that the measurement would see it.
 */
@SuppressWarnings("ArrayRecordComponent")
class SchemaAllocationTest {
  private static final int READS = 100_000;

  record Row(double distance, int hour, long id, boolean late, String origin, float[] vector) {}

  private final Row row = new Row(1234.5, 1_000_000, 1L << 40, true, "ORD", new float[] {1, 2});
  private final Schema<Row> schema = Schema.of(Row.class).withLength("vector", 2);

  @Test
  void number_ofPrimitives_allocatesNothing() {
    Feature<Row> distance = schema.feature("distance");
    Feature<Row> hour = schema.feature("hour");
    Feature<Row> id = schema.feature("id");
    Feature<Row> late = schema.feature("late");
    double perRead =
        bytesPerRead(
            () -> distance.number(row) + hour.number(row) + id.number(row) + late.number(row));
    assertThat(perRead).isLessThan(2);
  }

  @Test
  void bytesPerRead_ofABoxedNumber_seesTheBox() {
    Object[] sink = new Object[1];
    double perRead =
        bytesPerRead(
            () -> {
              sink[0] = schema.feature("distance").number(row);
              return 0;
            });
    assertThat(perRead).isGreaterThan(12);
  }

  @Test
  void rowBufferAndEncoder_reused_allocateNothing() {
    RowEncoder<Row> encoder =
        InputEncoding.of(
                List.of(
                    new EncodedColumn.Scaled("distance", 10, 2, 0),
                    new EncodedColumn.OneHot(
                        "origin", List.of("ATL", "ORD"), EncodedColumn.Unseen.ZEROS),
                    new EncodedColumn.Ordinal(
                        "hour", List.of("1", "1000000"), EncodedColumn.Unseen.REJECT),
                    new EncodedColumn.Vector("vector", 2)))
            .bind(schema);
    RowBuffer<Row> buffer = schema.newBuffer();
    RowBuffer<Row> copy = schema.newBuffer();
    FloatBuffer out = FloatBuffer.allocate(encoder.width());
    double perRead =
        bytesPerRead(
            () -> {
              buffer.set(row);
              copy.copyFrom(buffer);
              encoder.encode(copy, out, 0);
              return out.get(0);
            });
    assertThat(perRead).isLessThan(2);
  }

  private interface Read {
    double once();
  }

  private static double bytesPerRead(Read read) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    double sum = 0;
    for (int i = 0; i < READS; i++) {
      sum += read.once(); // Warm up: linkage and compilation allocate.
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < READS; i++) {
      sum += read.once();
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(sum).isNotNaN();
    return (double) bytes / READS;
  }
}
