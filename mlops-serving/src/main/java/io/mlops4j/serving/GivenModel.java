package io.mlops4j.serving;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import java.util.Objects;
import java.util.Optional;

/** A model somebody has already loaded, as a source that never changes. */
record GivenModel<I, O>(Model<I, O> model) implements ModelSource<I, O>, ModelRelease<I, O> {
  GivenModel {
    Objects.requireNonNull(model, "model");
  }

  @Override
  public String name() {
    return version().model();
  }

  @Override
  public ModelVersion version() {
    OnnxRowModel<I, O> onnx = ServedVersion.kernelOf(model);
    return onnx == null ? ModelVersion.unregistered("model") : onnx.version();
  }

  @Override
  public Selection<I, O> current() {
    return new Selected<>(this);
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    return () -> {};
  }

  @Override
  public Optional<Baseline> baseline() {
    return Optional.empty();
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return Optional.empty();
  }

  @Override
  public Model<I, O> load() {
    return model;
  }
}
