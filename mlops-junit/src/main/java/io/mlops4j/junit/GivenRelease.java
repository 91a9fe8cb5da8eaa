package io.mlops4j.junit;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A version made of a factory, with what came with it. */
record GivenRelease<I, O>(
    ModelVersion version,
    Supplier<? extends Model<I, O>> factory,
    @Nullable Baseline storedBaseline,
    @Nullable GoldenRows storedGoldenRows)
    implements ModelRelease<I, O> {

  @Override
  public Optional<Baseline> baseline() {
    return Optional.ofNullable(storedBaseline);
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return Optional.ofNullable(storedGoldenRows);
  }

  @Override
  public Model<I, O> load() {
    return factory.get();
  }
}
