package io.mlops4j.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;

/** What {@link ExternalSort} must know of its records. */
interface RecordForm<T> {
  /** A total order. */
  Comparator<T> order();

  /** About how many bytes of memory it takes. */
  long weight(T record);

  void write(T record, DataOutput out) throws IOException;

  T read(DataInput in) throws IOException;
}
