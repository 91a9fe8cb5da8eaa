package io.mlops4j.junit;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A model whose first close is reported. */
final class CountedModel<I, O> implements Model<I, O> {
  private final Model<I, O> model;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  CountedModel(Model<I, O> model, Runnable onClose) {
    this.model = model;
    this.onClose = onClose;
  }

  @Override
  public List<O> predict(List<I> inputs) {
    return model.predict(inputs);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return model.schema();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.run();
    }
    model.close();
  }
}
