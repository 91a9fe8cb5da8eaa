package io.mlops4j.mlflow;

import io.mlops4j.core.Text;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * One input or output of a model, as its signature declares it.
 *
 * @param name the column's or tensor's name; empty if it has none
 * @param type MLflow's type of a column ({@code double}, {@code string}, …) or a tensor's element
 *     type ({@code float32}, …)
 * @param shape a tensor's dimensions, {@code -1} where they are free; empty for a column
 * @param required whether it must be there
 */
public record MlflowColumn(String name, String type, List<Long> shape, boolean required) {

  /** Checks for nulls and copies the shape. */
  public MlflowColumn {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    shape = List.copyOf(shape);
  }

  /** Whether it is a tensor, and not a column of a table. */
  boolean isTensor() {
    return !shape.isEmpty();
  }

  /** Returns such as {@code distance: double} or {@code features: float32[-1, 4]}. */
  @Override
  public String toString() {
    String dimensions =
        shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    return (name.isEmpty() ? "(unnamed)" : Text.printable(name, 64))
        + ": "
        + Text.printable(type, 32)
        + (isTensor() ? dimensions : "");
  }
}
