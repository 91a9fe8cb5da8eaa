package io.mlops4j.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import io.mlops4j.serving.Predictor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A source whose version a test changes: version {@code n} answers {@code 1000 n + km}. Each asks
 * {@code before} how many rows it is about to answer, which may swap.
 */
final class Swapping implements ModelSource<Ride, Double> {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  volatile IntConsumer before = rows -> {};
  private volatile int number;

  Swapping(int first) {
    number = first;
  }

  /** Selects a version and returns when the predictor serves it. */
  void to(int next, Predictor<?, ?> predictor) {
    number = next;
    listeners.forEach(Runnable::run);
    long end = System.nanoTime() + 20_000_000_000L;
    while (predictor.version().map(ModelVersion::number).orElse(0) != next) {
      assertThat(System.nanoTime()).as("swap to version %d", next).isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public String name() {
    return "rides";
  }

  @Override
  public Selection<Ride, Double> current() {
    return new Selected<>(new Release(number));
  }

  @Override
  public Subscription subscribe(Runnable onChange) {
    listeners.add(onChange);
    return () -> listeners.remove(onChange);
  }

  static double answer(int version, Ride ride) {
    return 1000 * version + ride.km();
  }

  private final class Release implements ModelRelease<Ride, Double> {
    private final int of;

    Release(int of) {
      this.of = of;
    }

    @Override
    public ModelVersion version() {
      return new ModelVersion("rides", of);
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
    public Model<Ride, Double> load() {
      return rides -> {
        before.accept(rides.size());
        return rides.stream().map(ride -> answer(of, ride)).toList();
      };
    }
  }
}
