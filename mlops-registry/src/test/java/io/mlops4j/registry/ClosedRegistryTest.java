package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.tracking.Run;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every public method after close: it reads, or says that nothing can be written; nothing is. */
class ClosedRegistryTest {
  private static final Set<Class<?>> CLOSED =
      Set.of(
          ModelRegistry.class,
          RegisteredModel.class,
          RegisteredVersion.class,
          VersionSelector.class,
          Promotions.class,
          Announcement.class,
          Run.class);

  @Test
  void everyMethod_afterClose_readsOrRefusesAndWritesNothing() throws Exception {
    Samples samples = new Samples();
    ObjectStore store = samples.store;
    samples.run.close();
    samples.registry.close();
    samples.registry.close();
    List<String> before = store.list("");
    String runs = samples.experiment.query("").toString();
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    Set<Executable> methods = new LinkedHashSet<>();
    for (Class<?> type : CLOSED) {
      methods.addAll(List.of(type.getMethods()));
    }
    for (Executable method : methods) {
      if (!CLOSED.contains(method.getDeclaringClass())
          || List.of(method.getParameterTypes()).contains(Bundle.class)
          || Modifier.isStatic(method.getModifiers())) {
        continue;
      }
      try {
        samples.call(method, samples.arguments(new Samples.Asked(method, -1), null));
      } catch (InvocationTargetException e) {
        Throwable thrown = e.getTargetException();
        boolean closed = thrown instanceof IllegalStateException;
        refused += closed ? 1 : 0;
        if (!(closed
                || thrown instanceof MlopsException
                || thrown instanceof IllegalArgumentException
                || thrown instanceof UnsupportedOperationException)
            || thrown.getMessage() == null) {
          wrong.add(method + ": " + thrown);
        }
      }
      if (!store.list("").equals(before)) {
        wrong.add(method + " wrote");
        before = store.list("");
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(samples.experiment.query("").toString()).isEqualTo(runs);
    assertThat(refused).as("what writes says that it is closed").isGreaterThan(15);
  }

  /** The control: the same calls do write while it is open. */
  @Test
  void register_beforeClose_writes() {
    Samples samples = new Samples();
    List<String> before = samples.store.list("");
    samples.model.register(Models.constant("z"), Lineage.unknown());
    assertThat(samples.store.list("")).isNotEqualTo(before);
  }
}
