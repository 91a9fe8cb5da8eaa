package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels that reach another instance than the one that gave the answer: what matches nothing where
 * it was reported is told to all, and matches where its answer waits. Not thread-safe.
 */
final class FleetLabels {
  private static final Logger LOG = LoggerFactory.getLogger(FleetLabels.class);
  private static final Pattern NAME = Pattern.compile("labels-\\d{10}");
  private static final String KIND = "rollout-labels";
  private static final int FORMAT = 1;
  private static final int CHUNK = 10_000;

  private final ObjectStore store;
  private final String prefix;
  private final FleetRun run;
  private final Set<String> read = new HashSet<>();
  private long told;

  FleetLabels(ObjectStore store, String prefix, FleetRun run) {
    this.store = store;
    this.prefix = prefix;
    this.run = run;
  }

  /** Tells all others. */
  void tell(Session<?, ?> session) {
    List<Ledger.Label> labels = session.outbox();
    for (int from = 0; from < labels.size(); from += CHUNK) {
      byte[] bytes = write(labels.subList(from, Math.min(labels.size(), from + CHUNK)));
      String key;
      do {
        key = prefix + "/" + run.name() + "/labels-" + String.format("%010d", ++told);
      } while (!store.putIfAbsent(key, bytes)); // taken by an attempt whose answer got lost
    }
    session.told(labels.size());
  }

  /** Returns what others have told since the last call, of what there is. */
  List<Ledger.Label> hear(List<String> keys) {
    String own = prefix + "/" + run.name() + "/";
    List<String> others =
        keys.stream().filter(key -> isLabels(key) && !key.startsWith(own)).toList();
    List<String> unread = others.stream().filter(key -> !read.contains(key)).toList();
    List<Ledger.Label> labels = read(unread);
    read.addAll(unread); // only now: a read that is broken off is done again
    return labels;
  }

  /** Returns everything that was ever told, here and there. */
  List<Ledger.Label> all(List<String> keys) {
    return read(keys.stream().filter(this::isLabels).toList());
  }

  private boolean isLabels(String key) {
    String[] parts = key.substring(prefix.length() + 1).split("/", -1);
    return parts.length == 2 && NAME.matcher(parts[1]).matches();
  }

  private List<Ledger.Label> read(List<String> keys) {
    List<Ledger.Label> labels = new ArrayList<>();
    for (String key : keys) {
      store.get(key).ifPresent(bytes -> labels.addAll(parse(bytes, key)));
    }
    return labels;
  }

  private static byte[] write(List<Ledger.Label> labels) {
    ObjectNode json = Json.object();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    ArrayNode all = json.putArray("labels");
    for (Ledger.Label label : labels) {
      all.addArray().add(label.byKey()).add(label.name()).add(label.value());
    }
    return Json.canonical(json);
  }

  private static List<Ledger.Label> parse(byte[] bytes, String key) {
    List<Ledger.Label> labels = new ArrayList<>();
    try {
      ObjectNode json = Json.parse(bytes, "Rollout labels " + key);
      boolean known =
          json.path("kind").asText().equals(KIND) && json.path("format").asInt() == FORMAT;
      for (JsonNode label : json.path("labels")) {
        if (!known
            || label.size() != 3
            || !label.get(0).isBoolean()
            || !label.get(1).isTextual()
            || !label.get(2).isNumber()) {
          throw new MlopsException("Rollout labels " + key + " are refused: no list of labels.");
        }
        labels.add(
            new Ledger.Label(
                label.get(0).booleanValue(), label.get(1).textValue(), label.get(2).doubleValue()));
      }
      return labels;
    } catch (MlopsException e) {
      LOG.warn("{} They are left out.", e.getMessage());
      return List.of();
    }
  }
}
