package io.mlops4j.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * A {@link LinearBandit} whose rewards live in an object store: several instances learn together,
 * and a restart loses only what was not flushed. Each instance writes the sums it has added since
 * its last {@link #flush}, as an object of its own; {@link #refresh} reads each object once and
 * adds it. Sums add up in any order, so instances that have read the same objects agree to
 * rounding.
 *
 * <p>Cost: an object is {@code 8 (d (d + 1) / 2 + d + 1)} bytes per arm; a refresh that finds
 * something new factors each arm in O(d^3). Thread-safe.
 */
public final class SharedLinearBandit {
  private static final byte[] FORMAT = "mlops4j-linear/1\n".getBytes(UTF_8);
  private static final int MAX_DIMENSIONS = 500;

  private final ObjectStore store;
  private final String folder;
  private final String own;
  private final LinearBandit bandit;
  private final Set<String> read = new HashSet<>(); // guarded by this
  private final LinearSums[] total; // guarded by this: everything that is stored and was read
  private LinearSums[] local; // guarded by this: not stored yet
  private long written; // guarded by this

  private SharedLinearBandit(
      ObjectStore store, String prefix, String instance, LinearBandit bandit) {
    this.store = Objects.requireNonNull(store, "store");
    this.folder = ObjectStore.requireKey(prefix + "/linear");
    this.own = ObjectStore.requireKey(folder + "/" + instance) + "/";
    this.bandit = bandit;
    this.total = LinearSums.none(bandit.arms().size(), bandit.options().dimensions());
    this.local = LinearSums.none(bandit.arms().size(), bandit.options().dimensions());
  }

  /**
   * Returns the bandit that lives under a prefix, with everything that is stored there.
   *
   * @param store where
   * @param prefix key parts for this bandit alone
   * @param instance one key part that no other running instance has; it may be reused after a
   *     restart
   * @param bandit without any reward, of the same arms in the same order and the same dimensions
   *     (at most 500) on every instance; used by this object alone from now on
   * @return the bandit
   * @throws IllegalArgumentException if it has rewards or more dimensions
   * @throws MlopsException if what is stored is of other arms or dimensions, or cannot be read
   */
  public static SharedLinearBandit open(
      ObjectStore store, String prefix, String instance, LinearBandit bandit) {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(bandit, "bandit");
    if (bandit.updates() != 0) {
      throw new IllegalArgumentException(
          "bandit: " + bandit.updates() + " rewards (expected: none; they would not be stored)");
    }
    if (bandit.options().dimensions() > MAX_DIMENSIONS) {
      throw new IllegalArgumentException(
          "dimensions: "
              + bandit.options().dimensions()
              + " (expected: at most "
              + MAX_DIMENSIONS
              + " in a store)");
    }
    SharedLinearBandit result = new SharedLinearBandit(store, prefix, instance, bandit);
    result.refresh();
    return result;
  }

  /**
   * Returns each arm's probability in a context.
   *
   * @param context as {@link LinearBandit#weights}
   * @return the probabilities; the epoch is the number of rewards this instance knows of
   */
  public WeightVector weights(double... context) {
    return bandit.weights(context);
  }

  /**
   * Adds a settled reward. This instance decides with it at once, the others after {@link #flush}
   * here and {@link #refresh} there.
   *
   * @param arm the arm's name
   * @param reward finite
   * @param context the one the arm was chosen in
   * @throws IllegalArgumentException as {@link LinearBandit#reward}
   */
  public synchronized void reward(String arm, double reward, double... context) {
    bandit.reward(arm, reward, context);
    local[ArmNames.indexOf(bandit.arms(), arm)].add(context, reward);
  }

  /**
   * Stores the rewards added since the last time. Does nothing if there are none.
   *
   * @throws MlopsException if the store cannot; the rewards are kept and stored the next time
   */
  public synchronized void flush() {
    long rewards = 0;
    for (LinearSums arm : local) {
      rewards += arm.count();
    }
    if (rewards == 0) {
      return;
    }
    byte[] header = header();
    int dimensions = bandit.options().dimensions();
    ByteBuffer bytes =
        ByteBuffer.allocate(header.length + LinearSums.bytes(local.length, dimensions));
    bytes.put(header);
    for (LinearSums arm : local) {
      arm.write(bytes);
    }
    while (!store.putIfAbsent(own + number(written), bytes.array())) {
      written++; // from before a restart of this instance
    }
    read.add(own + number(written));
    written++;
    for (int i = 0; i < total.length; i++) {
      total[i].add(local[i]);
    }
    local = LinearSums.none(total.length, dimensions);
  }

  /**
   * Learns what the other instances have flushed.
   *
   * @return how many rewards this instance now knows of
   * @throws MlopsException if an object cannot be read; names its key, and what was known stays
   */
  public synchronized long refresh() {
    boolean news = false;
    for (String key : store.list(folder)) {
      if (!read.contains(key)) {
        LinearSums[] more = parse(key);
        for (int i = 0; i < total.length; i++) {
          total[i].add(more[i]);
        }
        read.add(key);
        news = true;
      }
    }
    if (news) {
      bandit.relearn(total, local);
    }
    return bandit.updates();
  }

  private LinearSums[] parse(String key) {
    byte[] bytes =
        store.get(key).orElseThrow(() -> new MlopsException("No rewards at '" + key + "'."));
    byte[] header = header();
    ByteBuffer from = ByteBuffer.wrap(bytes);
    if (bytes.length < header.length
        || !ByteBuffer.wrap(header).equals(from.slice(0, header.length))) {
      throw new MlopsException(
          key
              + ": is not of "
              + bandit.options().dimensions()
              + " dimensions and arms "
              + bandit.arms()
              + ", or of a newer format.");
    }
    from.position(header.length);
    LinearSums[] result = new LinearSums[total.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = LinearSums.read(from, bandit.options().dimensions(), key);
    }
    if (from.hasRemaining()) {
      throw new MlopsException(key + ": " + from.remaining() + " bytes too long.");
    }
    return result;
  }

  private byte[] header() {
    List<String> arms = bandit.arms();
    byte[] names =
        (bandit.options().dimensions() + "\n" + String.join("\n", arms) + "\n\n").getBytes(UTF_8);
    return ByteBuffer.allocate(FORMAT.length + names.length).put(FORMAT).put(names).array();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%012d", value);
  }
}
