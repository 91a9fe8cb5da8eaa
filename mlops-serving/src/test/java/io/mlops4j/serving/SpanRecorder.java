package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the contexts of observations, in the order they stopped. */
final class SpanRecorder implements ObservationHandler<Observation.Context> {
  private final List<Observation.Context> started = new CopyOnWriteArrayList<>();
  private final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

  ObservationRegistry registry() {
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(this);
    return registry;
  }

  @Override
  public boolean supportsContext(Observation.Context context) {
    return true;
  }

  @Override
  public void onStart(Observation.Context context) {
    started.add(context);
  }

  @Override
  public void onStop(Observation.Context context) {
    stopped.add(context);
  }

  <C extends Observation.Context> List<C> all(Class<C> type) {
    return stopped.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <C extends Observation.Context> C only(Class<C> type) {
    assertThat(all(type)).hasSize(1);
    return all(type).get(0);
  }

  /** Contexts are told apart by identity. */
  void assertEachStoppedOnce() {
    GatedModel.until(() -> stopped.size() >= started.size());
    assertThat(stopped).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(started);
  }
}
