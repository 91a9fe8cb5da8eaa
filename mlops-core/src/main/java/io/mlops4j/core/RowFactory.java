package io.mlops4j.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How rows are made from named values: what a CSV reader or a golden row needs. A schema derived
 * from a record, from names of floats or over maps has one.
 *
 * @param <T> the row type
 */
public interface RowFactory<T> {

  /**
   * Returns the fields a row is made of, in the order {@link #create} takes them. May hold fields
   * that are not features.
   *
   * @return the fields
   */
  List<RowField> fields();

  /**
   * Returns a new row.
   *
   * @param values one per field, each what {@link RowField#parse} or {@link RowField#convert}
   *     returned
   * @return the row
   * @throws MlopsException if the row's own constructor refuses the values; its exception is the
   *     cause
   */
  T create(@Nullable Object[] values);
}
