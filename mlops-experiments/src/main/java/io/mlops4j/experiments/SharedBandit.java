package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/*
 * Protocol. Under the prefix:
 *   rewards/<epoch>/<instance>/<n>   what one instance settled, as sums per arm; written once
 *   weights/<epoch>                  the weights, and the reward objects they were computed from
 * An instance writes its rewards under the epoch it knows to be in force. Whoever publishes reads all
 * reward objects, adds those of equal age, and tries to create weights/<epoch + 1>: the first one
 * wins, the others adopt its weights. No object is changed, so nothing is counted twice; an object
 * written while somebody publishes is in the next epoch's sums at the age of its own.
 * Sums are added in ascending order of keys: the same objects give the same bits.
 *   rewards/<epoch>/<instance>/settled-<n>   what a ledger settled as its batch n; at most once over all epochs
 *   stopped/<arm's index>                    why an arm is stopped, for good
 * Weights over stopped arms name them (format 2), so that they can be recomputed; older libraries refuse those.
 */

/**
 * A bandit whose rewards and weights live in an object store, so that several instances learn
 * together and a restart loses only what was not flushed. Any instance may publish; they all end
 * with the same weights. What was published can be recomputed from the store ({@link #verify}).
 *
 * <p>Cost: publishing lists the store and reads each new reward object once. Thread-safe.
 */
public final class SharedBandit implements RewardSink {
  private static final String FORMAT = "mlops4j-weights/1";
  private static final String FORMAT_WITH_STOPS = "mlops4j-weights/2";

  private final ObjectStore store;
  private final String prefix;
  private final String instance;
  private final List<String> arms;
  private final BanditAlgorithm algorithm;
  private final Bandit.Memory memory;
  private final double floor;
  private final Map<String, ArmMoments[]> read = new HashMap<>(); // guarded by this
  private final List<WeightVector> history = new ArrayList<>(); // guarded by this; epoch 1 first
  private ArmMoments[] local; // guarded by this
  private long written; // guarded by this

  private SharedBandit(
      ObjectStore store,
      String prefix,
      String instance,
      List<String> arms,
      BanditAlgorithm algorithm,
      Bandit.Memory memory,
      double floor) {
    this.store = Objects.requireNonNull(store, "store");
    this.prefix = ObjectStore.requireKey(prefix);
    this.instance = ObjectStore.requireKey(instance);
    this.arms = arms;
    this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
    this.memory = Objects.requireNonNull(memory, "memory");
    this.floor = floor;
    this.local = Bandit.nothing(arms.size());
  }

  /**
   * Returns the bandit that lives under a prefix, with all weights published so far.
   *
   * @param store where
   * @param prefix key parts for this bandit alone
   * @param instance one key part that no other running instance has; it may be reused after a
   *     restart
   * @param arms 2 to 127 distinct names, the same on every instance
   * @param algorithm the same on every instance
   * @param memory the same on every instance
   * @param floor the least probability of every arm, 0 to 1/arms
   * @return the bandit
   * @throws MlopsException if what is stored is of other arms or cannot be read
   */
  public static SharedBandit open(
      ObjectStore store,
      String prefix,
      String instance,
      List<String> arms,
      BanditAlgorithm algorithm,
      Bandit.Memory memory,
      double floor) {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(arms, "arms");
    SharedBandit bandit =
        new SharedBandit(
            store, prefix, instance, Bandit.checked(arms, floor), algorithm, memory, floor);
    bandit.refresh();
    return bandit;
  }

  @Override
  public synchronized void reward(String arm, double reward) {
    int index = ArmNames.indexOf(arms, arm);
    local[index] = local[index].plus(ArmMoments.of(reward));
  }

  /**
   * Stores the rewards added since the last time. Does nothing if there are none.
   *
   * @throws MlopsException if the store cannot; the rewards are kept and stored the next time
   */
  public synchronized void flush() {
    if (Arrays.stream(local).allMatch(arm -> arm.count() == 0)) {
      return;
    }
    byte[] json = json(local);
    while (!store.putIfAbsent(folder() + number(written), json)) {
      written++; // from before a restart of this instance
    }
    written++;
    local = Bandit.nothing(arms.size());
  }

  /**
   * Stores what a ledger settled, unless that batch was stored before, in whatever epoch: crediting
   * it again after a crash changes nothing.
   */
  synchronized void credit(long batch, Map<String, ArmMoments> settled) {
    ArmMoments[] sums = Bandit.nothing(arms.size());
    settled.forEach((arm, moments) -> sums[ArmNames.indexOf(arms, arm)] = moments);
    refresh();
    String name = "/" + instance + "/settled-" + number(batch);
    if (rewardKeys().stream().noneMatch(key -> key.endsWith(name))) {
      store.putIfAbsent(folder() + "settled-" + number(batch), json(sums));
    }
  }

  private String folder() {
    return prefix + "/rewards/" + number(epoch()) + "/" + instance + "/";
  }

  private byte[] json(ArmMoments[] moments) {
    ObjectNode root = Json.object().put("format", FORMAT);
    var sums = root.putArray("arms");
    for (int i = 0; i < moments.length; i++) {
      sums.addObject()
          .put("arm", arms.get(i))
          .put("count", moments[i].count())
          .put("sum", moments[i].sum())
          .put("squares", moments[i].squares());
    }
    return Json.canonical(root);
  }

  /**
   * Stops an arm for every instance and for good: weights published from now on give it 0, and its
   * share goes to the others in proportion, or to the first arm if there are none.
   *
   * @param arm any but the first, which takes what is left
   * @param reason for those who ask later
   * @return true if this call stopped it; false if it was stopped before, whose reason stays
   * @throws IllegalArgumentException if there is no such arm or it is the first
   */
  public boolean stop(String arm, String reason) {
    Objects.requireNonNull(reason, "reason");
    int index = ArmNames.indexOf(arms, arm);
    if (index == 0) {
      throw new IllegalArgumentException(
          "arm: '" + arm + "' is the first (expected: another; the first takes what is left)");
    }
    return store.putIfAbsent(
        prefix + "/stopped/" + index, Text.printable(reason, 1_000).getBytes(UTF_8));
  }

  /**
   * Returns the arms that are stopped, and why. Reads the store.
   *
   * @return in the order of the arms
   */
  public Map<String, String> stopped() {
    Map<String, String> result = new LinkedHashMap<>();
    for (int i = 1; i < arms.size(); i++) {
      Optional<byte[]> reason = store.get(prefix + "/stopped/" + i);
      if (reason.isPresent()) {
        result.put(arms.get(i), new String(reason.get(), UTF_8));
      }
    }
    return Collections.unmodifiableMap(result);
  }

  /**
   * Stores this instance's rewards and returns the weights of a new epoch, computed from the
   * rewards of all instances. If another instance publishes at the same time, its weights are
   * returned.
   *
   * @return the weights now in force
   */
  public synchronized WeightVector publish() {
    refresh();
    flush();
    long epoch = epoch() + 1;
    List<String> keys = rewardKeys();
    Set<String> out = stopped().keySet();
    WeightVector weights = weights(epoch, keys, out);
    ObjectNode root = Json.object().put("format", out.isEmpty() ? FORMAT : FORMAT_WITH_STOPS);
    if (!out.isEmpty()) {
      out.forEach(root.putArray("stopped")::add);
    }
    ArrayNode probabilities = root.putArray("probabilities");
    for (double probability : weights.toArray()) {
      probabilities.add(probability);
    }
    ArrayNode names = root.putArray("arms");
    arms.forEach(names::add);
    ArrayNode from = root.putArray("rewards");
    keys.forEach(from::add);
    store.putIfAbsent(weightsKey(epoch), Json.canonical(root));
    refresh();
    return history.get(history.size() - 1);
  }

  private WeightVector weights(long epoch, List<String> keys, Set<String> out) {
    ArmMoments[] total = Bandit.nothing(arms.size());
    int start = (prefix + "/rewards/").length();
    for (String key : keys) {
      long age = epoch - 1 - Long.parseLong(key.substring(start, key.indexOf('/', start)));
      double worth = memory.worth(age);
      ArmMoments[] sums = rewards(key);
      for (int i = 0; i < total.length; i++) {
        total[i] = total[i].plus(sums[i].times(worth));
      }
    }
    double[] weights = Bandit.floored(algorithm.weights(List.of(total)), floor);
    return WeightVector.of(epoch, arms, Bandit.without(out, arms, weights));
  }

  /**
   * Learns the weights that others published.
   *
   * @return all epochs, from 1 on, for {@link Experiment#catchUp}
   * @throws MlopsException if one cannot be read
   */
  public synchronized List<WeightVector> refresh() {
    while (true) {
      String key = weightsKey(epoch() + 1);
      var json = store.get(key);
      if (json.isEmpty()) {
        return List.copyOf(history);
      }
      history.add(parse(json.get(), key, epoch() + 1));
    }
  }

  /**
   * Recomputes an epoch's weights from the reward objects it names.
   *
   * @param epoch a published one
   * @return true if they are equal to the last bit
   * @throws IllegalArgumentException if the epoch is below 0
   * @throws MlopsException if the epoch or a reward object is missing
   */
  public synchronized boolean verify(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch: " + epoch + " (expected: 0 or more)");
    }
    String key = weightsKey(epoch);
    byte[] json =
        store
            .get(key)
            .orElseThrow(
                () ->
                    new MlopsException(
                        "No weights at '" + key + "' (expected: a published epoch)."));
    JsonFields root = new JsonFields(Json.parse(json, key), "$", key);
    Set<String> out = root.has("stopped") ? Set.copyOf(root.texts("stopped")) : Set.of();
    return weights(epoch, root.texts("rewards"), out).equals(parse(json, key, epoch));
  }

  private WeightVector parse(byte[] json, String key, long epoch) {
    JsonFields root =
        new JsonFields(Json.parse(json, key), "$", key)
            .only(Set.of("format", "arms", "probabilities", "rewards", "stopped"));
    requireFormat(root);
    if (!root.texts("arms").equals(arms)) {
      throw JsonFields.error(key, "$.arms", "are not " + arms);
    }
    JsonNode array = root.node().path("probabilities");
    double[] probabilities = new double[array.size()];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = array.get(i).isNumber() ? array.get(i).doubleValue() : Double.NaN;
    }
    return root.at("probabilities", () -> WeightVector.of(epoch, arms, probabilities));
  }

  private static void requireFormat(JsonFields root) {
    String format = root.text("format");
    if (!format.equals(FORMAT) && !format.equals(FORMAT_WITH_STOPS)) {
      throw JsonFields.error(
          root.what(),
          "$.format",
          "is not " + FORMAT + " or " + FORMAT_WITH_STOPS + ". Use a newer version.");
    }
  }

  private ArmMoments[] rewards(String key) {
    return read.computeIfAbsent(
        key,
        missing -> {
          byte[] json =
              store
                  .get(missing)
                  .orElseThrow(() -> new MlopsException("No rewards at '" + missing + "'."));
          JsonFields root = new JsonFields(Json.parse(json, missing), "$", missing);
          requireFormat(root);
          List<JsonFields> entries = root.objects("arms");
          ArmMoments[] sums = Bandit.nothing(arms.size());
          for (JsonFields entry : entries) {
            int index = entry.at("arm", () -> ArmNames.indexOf(arms, entry.text("arm")));
            sums[index] =
                entry.at(
                    "count",
                    () ->
                        new ArmMoments(
                            entry.number("count"), entry.number("sum"), entry.number("squares")));
          }
          return sums;
        });
  }

  private List<String> rewardKeys() {
    return store.list(prefix + "/rewards");
  }

  private long epoch() {
    return history.size();
  }

  private String weightsKey(long epoch) {
    return prefix + "/weights/" + number(epoch);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%012d", value);
  }
}
