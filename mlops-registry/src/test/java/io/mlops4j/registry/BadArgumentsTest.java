package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.BadValues;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.lineage.LineageGraph;
import io.mlops4j.registry.lineage.ModelCard;
import io.mlops4j.registry.tracking.Condition;
import io.mlops4j.registry.tracking.Query;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunSettings;
import io.mlops4j.registry.tracking.Tracking;
import io.mlops4j.registry.tracking.TrackingOptions;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Zeros, extremes, NaN, texts of any kind and collections that hold null in place of each argument
 * of each public method, record and constructor of this module: it works, also when what came back
 * is used, or it is refused in a short message without writing anything. What is new is asked, too,
 * without being listed.
 */
class BadArgumentsTest {
  private static final ObjectStore STORE = ObjectStore.inMemory();
  private static final ModelRegistry USED = ModelRegistry.on(STORE, RegistryOptions.withDefaults());

  private Samples samples = new Samples();

  @Test
  void everyArgument_bad_worksOrIsRefusedInAMessage() throws Exception {
    List<String> wrong = new ArrayList<>();
    int calls = 0;
    int refused = 0;
    for (Samples.Asked asked : (Iterable<Samples.Asked>) Samples.parameters()::iterator) {
      for (Iterator<?> values = BadValues.of(asked.type()).iterator(); values.hasNext(); ) {
        Object value = values.next();
        String head = samples.model.head();
        Answer answer = call(asked, value);
        calls++;
        refused += answer.thrown == null ? 0 : 1;
        String problem = answer.problem(asked, value);
        boolean wrote = !samples.model.head().equals(head);
        if (problem == null && answer.thrown != null && wrote) {
          problem = "was refused, and something was written";
        }
        if (problem != null) {
          wrong.add(asked + " <" + shown(value) + ">: " + problem);
        }
        if (wrote || asked.of().getDeclaringClass() == Run.class) {
          samples = new Samples();
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(calls).as("there is much to ask").isGreaterThan(2400);
    assertThat(refused).as("and much is refused").isGreaterThan(800);
  }

  private static String shown(Object value) {
    return io.mlops4j.core.Text.printable(
        value instanceof Object[] array ? java.util.Arrays.toString(array) : String.valueOf(value),
        40);
  }

  private record Answer(@Nullable Object value, @Nullable Throwable thrown, boolean later) {

    @Nullable String problem(Samples.Asked asked, Object bad) {
      if (thrown == null) {
        return BadValues.holdsNull(bad) ? "accepts a null in it" : null;
      }
      String message = thrown.getMessage();
      boolean expected =
          (thrown instanceof IllegalArgumentException && !(thrown instanceof NumberFormatException))
              || thrown instanceof MlopsException
              || thrown instanceof IllegalStateException
              || thrown instanceof UnsupportedOperationException
              || (thrown instanceof NullPointerException
                  && BadValues.holdsNull(bad)
                  && String.valueOf(message).startsWith(asked.name()));
      if (!expected || message == null) {
        return (later ? "accepted, then " : "") + thrown;
      }
      if (message.length() > 2_000) {
        return "a message of " + message.length() + " characters";
      }
      return message.chars().anyMatch(c -> c < ' ' && c != '\n') || message.contains("\u202e")
          ? "the message has control characters"
          : null;
    }
  }

  private Answer call(Samples.Asked asked, Object bad) throws ReflectiveOperationException {
    Object[] arguments = samples.arguments(asked, bad);
    Object value;
    try {
      value = samples.call(asked.of(), arguments);
    } catch (InvocationTargetException e) {
      return new Answer(null, e.getCause(), false);
    }
    try {
      use(value);
      return new Answer(value, null, true);
    } catch (RuntimeException e) {
      return new Answer(value, e, true);
    }
  }

  /** What people do with it next. */
  private void use(@Nullable Object value) {
    if (value instanceof Gate gate) {
      use(GatePolicy.named("used").require(gate));
    } else if (value instanceof GatePolicy policy) {
      GateDecision decision = samples.model.decide(2, policy);
      assertThat(decision.toString()).isNotBlank();
    } else if (value instanceof Lineage lineage) {
      RegisteredVersion<String, String> version =
          USED.model("used", Models.LOADER).register(Models.constant("u"), lineage);
      try (ModelRegistry other = ModelRegistry.on(STORE, RegistryOptions.withDefaults())) {
        assertThat(other.model("used").version(version.number()).lineage())
            .isEqualTo(version.lineage());
      }
      ModelCard.of(version).toReport().toText();
    } else if (value instanceof ModelCard card) {
      card.toReport().toHtml();
    } else if (value instanceof LineageGraph graph) {
      graph.toReport().toText();
    } else if (value instanceof RegistryOptions options) {
      try (ModelRegistry registry = ModelRegistry.on(ObjectStore.inMemory(), options)) {
        registry.model("used", Models.LOADER).register(Models.constant("u"), Lineage.unknown());
      }
    } else if (value instanceof TrackingOptions options) {
      try (Run run = Tracking.on(ObjectStore.inMemory(), options).experiment("used").start("u")) {
        run.metric("auc", 1);
      }
    } else if (value instanceof RunSettings settings) {
      samples.experiment.start(settings).close();
    } else if (value instanceof Condition condition) {
      samples.experiment.query(Query.where(condition));
    } else if (value instanceof Query query) {
      samples.experiment.query(query);
    }
  }
}
