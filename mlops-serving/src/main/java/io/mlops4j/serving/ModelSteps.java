package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model with steps in code before and after it, itself a model: batches pass through whole, one
 * row's exception is found by the predictor like a model's own.
 *
 * <pre>{@code
 * Model<Payment, String> decision =
 *     ModelSteps.of(onnx)                      // Features -> Double
 *         .before(Payment::features)           // Payment -> Double
 *         .after(p -> p > 0.9 ? "review" : "accept");
 * }</pre>
 *
 * <p>Immutable and as thread-safe as its functions. Closing it closes the model.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class ModelSteps<I, O> implements Model<I, O> {
  private final Model<I, O> model;
  private final @Nullable Schema<I> schema;

  private ModelSteps(Model<I, O> model, @Nullable Schema<I> schema) {
    this.model = model;
    this.schema = schema;
  }

  /**
   * Returns a model without steps.
   *
   * @param model the model, handed over
   * @param <I> one input row
   * @param <O> one answer
   * @return a model that answers the same
   */
  public static <I, O> ModelSteps<I, O> of(Model<I, O> model) {
    return new ModelSteps<>(Objects.requireNonNull(model, "model"), null);
  }

  /**
   * Returns a model that takes other rows, made into this one's.
   *
   * @param step from the new row to this model's row
   * @param <J> the new row
   * @return the model, without a schema
   */
  public <J> ModelSteps<J, O> before(Function<? super J, ? extends I> step) {
    return new ModelSteps<>(new Before<>(model, step), null);
  }

  /**
   * Returns a model that takes other rows, made into this one's, and knows what they are.
   *
   * @param step from the new row to this model's row
   * @param rows what the new rows are, so that monitors and caches see their features
   * @param <J> the new row
   * @return the model
   */
  public <J> ModelSteps<J, O> before(Function<? super J, ? extends I> step, Schema<J> rows) {
    return new ModelSteps<>(new Before<>(model, step), Objects.requireNonNull(rows, "rows"));
  }

  /**
   * Returns a model that answers what is made of this one's answers.
   *
   * @param step from this model's answer to the new one
   * @param <P> the new answer
   * @return the model
   */
  public <P> ModelSteps<I, P> after(Function<? super O, ? extends P> step) {
    Objects.requireNonNull(step, "step");
    Steps.Step<O, P> each = answers -> mapped(answers, step);
    return new ModelSteps<>(new Steps<>(model, each, List.of(model)), schema);
  }

  private static <A, B> List<B> mapped(List<A> values, Function<? super A, ? extends B> step) {
    List<B> mapped = new ArrayList<>(values.size());
    for (A value : values) {
      mapped.add(step.apply(value));
    }
    return mapped;
  }

  /** Returns what this is made of. */
  List<?> parts() {
    return List.of(model);
  }

  /** A model behind a step. */
  record Before<J, I, O>(Model<I, O> model, Function<? super J, ? extends I> step)
      implements Model<J, O> {
    Before {
      Objects.requireNonNull(step, "step");
    }

    @Override
    public List<O> predict(List<J> inputs) {
      return model.predict(mapped(inputs, step));
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @Override
  public List<O> predict(List<I> inputs) {
    return model.predict(Objects.requireNonNull(inputs, "inputs"));
  }

  @Override
  public Optional<Schema<I>> schema() {
    return schema == null ? model.schema() : Optional.of(schema);
  }

  @Override
  public void close() {
    model.close();
  }
}
