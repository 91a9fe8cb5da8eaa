package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other runs have counted, as last published: see {@link FleetRun}. Not thread-safe. */
final class FleetCounts {
  private static final Logger LOG = LoggerFactory.getLogger(FleetCounts.class);
  private static final Pattern COUNTS = Pattern.compile("\\d{10}");

  /** The newest object of a run. */
  record Read(String key, long number, Counts counts, RunState state) {}

  private final ObjectStore store;
  private final RolloutPlan plan;
  private final String prefix;
  private final Map<String, Read> read = new TreeMap<>();
  private final Map<String, String> refused = new HashMap<>();

  FleetCounts(ObjectStore store, RolloutPlan plan, String prefix) {
    this.store = store;
    this.plan = plan;
    this.prefix = prefix;
  }

  static String prefix(String model, long rollout) {
    return of(model) + "/" + rollout;
  }

  private static String of(String model) {
    return ObjectStore.EPHEMERAL + "/rollouts/" + model;
  }

  static String key(String prefix, String run, long number) {
    return prefix + "/" + run + "/" + String.format("%010d", number);
  }

  /**
   * Returns the newest object of every other run that can be read.
   *
   * @param keys what there is below the prefix
   * @param own the run that asks
   */
  Map<String, Read> others(List<String> keys, String own) {
    Map<String, String> newest = new TreeMap<>();
    for (String key : keys) {
      String[] parts = key.substring(prefix.length() + 1).split("/", -1);
      if (parts.length == 2 && COUNTS.matcher(parts[1]).matches() && !parts[0].equals(own)) {
        newest.merge(parts[0], key, (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    newest.forEach(this::read);
    return read;
  }

  private void read(String run, String key) {
    Read known = read.get(run);
    if ((known != null && known.key.compareTo(key) >= 0) || key.equals(refused.get(run))) {
      return;
    }
    byte[] bytes = store.get(key).orElse(null);
    if (bytes == null) {
      return; // Replaced since it was listed: what is known of that run is good for one look more.
    }
    try {
      String what = "Rollout counts " + key;
      ObjectNode json = Json.parse(bytes, what);
      long number = Long.parseLong(key.substring(key.lastIndexOf('/') + 1));
      read.put(
          run, new Read(key, number, Counts.fromJson(plan, json, what), RunState.of(json, what)));
    } catch (MlopsException e) {
      LOG.warn("{} The run is left out.", e.getMessage());
      read.remove(run);
      refused.put(run, key);
    }
  }

  /** Removes what is left of a model's rollouts up to one that is over. */
  static void clean(ObjectStore store, String model, long last) {
    String all = of(model);
    for (String key : store.list(all)) {
      String rollout = key.substring(all.length() + 1).split("/", 2)[0];
      if (rollout.matches("\\d{1,18}") && Long.parseLong(rollout) <= last) {
        remove(store, key);
      }
    }
  }

  static void remove(ObjectStore store, String key) {
    try {
      store.remove(key);
    } catch (UnsupportedOperationException e) {
      LOG.debug("{} is kept: the store keeps everything", key, e);
    }
  }
}
