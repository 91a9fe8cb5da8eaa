package io.mlops4j.delivery;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counts of a fleet: each run of each instance keeps one object below {@code ephemeral/} with
 * all it has counted, under a number that grows, and removes the one before. A restarted instance
 * is a new run, so the counts of the run before go on counting, and nothing counts twice. Not
 * thread-safe.
 */
final class FleetCounts {
  private static final Logger LOG = LoggerFactory.getLogger(FleetCounts.class);
  private static final String CLAIM = "claim";
  private static final Pattern COUNTS = Pattern.compile("\\d{10}");

  private record Read(String key, @Nullable Counts counts) {}

  private final ObjectStore store;
  private final RolloutPlan plan;
  private final String prefix;
  private final Map<String, Read> others = new HashMap<>();
  private @Nullable String run;
  private long published;
  private byte @Nullable [] last;

  FleetCounts(ObjectStore store, RolloutPlan plan, String model, long rollout) {
    this.store = store;
    this.plan = plan;
    this.prefix = prefix(model, rollout);
  }

  static String prefix(String model, long rollout) {
    return ObjectStore.EPHEMERAL + "/rollouts/" + model + "/" + rollout;
  }

  /** Takes the first run number that is free. */
  String run() {
    String mine = run;
    for (int i = 1; mine == null; i++) {
      String candidate = String.format("%06d", i);
      if (store.putIfAbsent(prefix + "/" + candidate + "/" + CLAIM, new byte[0])) {
        mine = candidate;
      }
    }
    run = mine;
    return mine;
  }

  /** Writes what this instance has counted, if that has changed. */
  void publish(Counts counts) {
    byte[] bytes = counts.toJson();
    if (last != null && java.util.Arrays.equals(last, bytes)) {
      return;
    }
    String mine = run();
    String key = key(mine, published + 1);
    if (!store.putIfAbsent(key, bytes)) {
      // An earlier attempt whose answer got lost: what it wrote is older than this.
      published++;
      publish(counts);
      return;
    }
    String before = key(mine, published);
    published++;
    last = bytes;
    if (published > 1) {
      remove(store, before);
    }
  }

  private String key(String of, long number) {
    return prefix + "/" + of + "/" + String.format("%010d", number);
  }

  /** Returns what all other runs have counted, as last published. */
  Counts others() {
    Map<String, String> newest = new TreeMap<>();
    for (String key : store.list(prefix)) {
      String[] parts = key.substring(prefix.length() + 1).split("/", -1);
      if (parts.length == 2 && COUNTS.matcher(parts[1]).matches() && !parts[0].equals(run)) {
        newest.merge(parts[0], key, (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    newest.forEach(this::read);
    Counts sum = new Counts(plan);
    others.values().stream()
        .map(Read::counts)
        .filter(Objects::nonNull)
        .forEach(counts -> sum.add(Objects.requireNonNull(counts)));
    return sum;
  }

  private void read(String of, String key) {
    Read known = others.get(of);
    if (known != null && known.key.compareTo(key) >= 0) {
      return;
    }
    byte[] bytes = store.get(key).orElse(null);
    if (bytes == null) {
      return; // Replaced since it was listed: what is known of that run is good for one look more.
    }
    try {
      others.put(of, new Read(key, Counts.fromJson(plan, bytes, key)));
    } catch (MlopsException e) {
      LOG.warn("{} The run is left out.", e.getMessage());
      others.put(of, new Read(key, null));
    }
  }

  /** Removes what is left of a rollout that is over. */
  static void clean(ObjectStore store, String model, long rollout) {
    store.list(prefix(model, rollout)).forEach(key -> remove(store, key));
  }

  private static void remove(ObjectStore store, String key) {
    try {
      store.remove(key);
    } catch (UnsupportedOperationException e) {
      LOG.debug("{} is kept: the store keeps everything", key, e);
    }
  }
}
