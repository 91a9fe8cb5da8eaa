package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.validated;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is changed in the store, {@code verify} names it. */
class AuditTest {
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(VirtualTime.startingAt(Models.NOON));
  private Map<String, String> heads = Map.of();

  @BeforeEach
  void history() {
    RegisteredModel<String, String> model = as("trainer");
    champion(model, "a", 0.7);
    GatePolicy reviewed = lenient().requireApproval("risk officer");
    validated(model, "b", 0.8);
    GateDecision decision = model.promote(2, reviewed);
    as("rita").promotions().approve(decision, "risk officer", "fine");
    model.promote(2, reviewed);
    GatePolicy strict =
        GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9)).allowOverride();
    validated(model, "c", 0.6);
    GateDecision failed = as("ann").promotions().requestOverride(3, strict, "leaks");
    as("bob").promotions().override(failed, "agreed");
    model.freezePromotions("enough");
    model.rollback("it was worse");
    heads = Map.of("delay", model.head());
    assertThat(registry(store).verify(heads)).isEmpty();
  }

  private RegisteredModel<String, String> as(String actor) {
    return ModelRegistry.on(store, options.withActor(actor)).model("delay", LOADER);
  }

  private ModelRegistry registry(ObjectStore of) {
    return ModelRegistry.on(of, options);
  }

  private List<String> keys(String prefix) {
    return store.list(prefix);
  }

  /** The same store with other objects. */
  private ObjectStore with(Map<String, byte[]> changed, Set<String> gone) {
    return new ObjectStore() {
      @Override
      public boolean putIfAbsent(String key, byte[] value) {
        throw new AssertionError("verify writes nothing");
      }

      @Override
      public Optional<byte[]> get(String key) {
        byte[] other = changed.get(key);
        return gone.contains(key)
            ? Optional.empty()
            : other == null ? store.get(key) : Optional.of(other);
      }

      @Override
      public List<String> list(String prefix) {
        return store.list(prefix).stream().filter(key -> !gone.contains(key)).toList();
      }
    };
  }

  private ObjectStore changed(String key, UnaryOperator<String> change) {
    String before = new String(store.get(key).orElseThrow(), UTF_8);
    String after = change.apply(before);
    assertThat(after).as("a real change of " + key).isNotEqualTo(before);
    return with(Map.of(key, after.getBytes(UTF_8)), Set.of());
  }

  @Test
  void verify_anyRecordRewritten_isNamed() {
    List<String> log = keys("models/delay/log");
    assertThat(log).hasSize(20);
    for (String key : log) {
      ObjectStore forged =
          changed(key, json -> json.replaceFirst("\"by\":\"[a-z]+\"", "\"by\":\"x\""));
      assertThat(registry(forged).verify(heads)).as(key).isNotEmpty();
      boolean last = key.equals(log.get(log.size() - 1));
      assertThat(registry(forged).verify().isEmpty())
          .as("without a head that was kept elsewhere, only the last record can be rewritten")
          .isEqualTo(last);
    }
  }

  @Test
  void verify_anyRecordRemoved_isNamed() {
    for (String key : keys("models/delay/log")) {
      assertThat(registry(with(Map.of(), Set.of(key))).verify(heads)).as(key).isNotEmpty();
    }
    Set<String> all = Set.copyOf(keys("models/delay/log"));
    assertThat(registry(with(Map.of(), all)).verify(heads)).isNotEmpty();
  }

  @Test
  void verify_recordsSwapped_isNamed() {
    List<String> log = keys("models/delay/log");
    for (int i = 1; i < log.size(); i++) {
      Map<String, byte[]> swapped = new TreeMap<>();
      swapped.put(log.get(i), store.get(log.get(i - 1)).orElseThrow());
      swapped.put(log.get(i - 1), store.get(log.get(i)).orElseThrow());
      assertThat(registry(with(swapped, Set.of())).verify(heads)).as(log.get(i)).isNotEmpty();
    }
  }

  @Test
  void verify_anyBlobOrPolicyChangedOrGone_isNamed() {
    List<String> keys = new ArrayList<>(keys("blobs"));
    keys.addAll(keys("policies"));
    assertThat(keys).hasSizeGreaterThan(12);
    for (String key : keys) {
      ObjectStore forged =
          changed(
              key,
              json ->
                  key.startsWith("policies/")
                      ? json.replaceFirst("\"digest\":\"....", "\"digest\":\"beef")
                      : json + " ");
      assertThat(registry(forged).verify()).as("changed " + key).isNotEmpty();
      if (key.startsWith("blobs/")) {
        assertThat(registry(with(Map.of(), Set.of(key))).verify()).as("gone " + key).isNotEmpty();
      }
    }
  }

  @Test
  void verify_headFromBefore_isStillInTheChain() {
    as("trainer").unfreezePromotions("go on");
    assertThat(registry(store).verify(heads)).as("a log may grow").isEmpty();
    assertThat(registry(store).verify(Map.of("delay", "f".repeat(64))))
        .singleElement()
        .asString()
        .contains("is not in the log");
    assertThat(registry(store).verify(Map.of("fraud", "f".repeat(64))))
        .singleElement()
        .asString()
        .contains("whole model is missing");
  }

  /** A log written by hand: chained well, but by no rule of ours. */
  @Test
  void verify_overrideByOnePerson_isNoHistoryOfOurs() {
    RegisteredModel<String, String> model = as("trainer");
    model.unfreezePromotions("x");
    validated(model, "d", 0.6);
    GatePolicy strict =
        GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9)).allowOverride();
    GateDecision asked = as("ann").promotions().requestOverride(4, strict, "leaks");
    append(
        model,
        "\"kind\":\"OVERRIDE\",\"version\":4,\"stage\":\"PRODUCTION\",\"digest\":\""
            + asked.digest()
            + "\",\"reason\":\"\",\"by\":\"ann\",\"at\":\"2026-06-01T12:00:00Z\"");
    assertThat(registry(store).verify())
        .singleElement()
        .asString()
        .contains("without a request by somebody else");
  }

  @Test
  void verify_promotionByARefusal_isNamed() {
    RegisteredModel<String, String> model = as("trainer");
    model.unfreezePromotions("x");
    validated(model, "d", 0.4);
    GateDecision refused = model.promote(4, lenient());
    append(
        model,
        "\"kind\":\"PROMOTE\",\"version\":4,\"stage\":\"PRODUCTION\",\"digest\":\""
            + refused.digest()
            + "\",\"reason\":\"\",\"by\":\"eve\",\"at\":\"2026-06-01T12:00:00Z\"");
    assertThat(registry(store).verify())
        .singleElement()
        .asString()
        .contains("which says FAIL about delay:4");
  }

  private void append(RegisteredModel<String, String> model, String rest) {
    int next = model.history().size() + 1;
    String json =
        "{\"v\":3,\"model\":\"delay\",\"seq\":"
            + next
            + ",\"prev\":\""
            + model.head()
            + "\",\"id\":\"x\","
            + rest
            + "}";
    store.putIfAbsent(String.format("models/delay/log/%010d.json", next), json.getBytes(UTF_8));
  }
}
