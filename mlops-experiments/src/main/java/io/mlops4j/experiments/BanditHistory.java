package io.mlops4j.experiments;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A bandit's states in an object store, one immutable object per epoch without gaps: what a restart
 * continues from, and what other JVMs replay to assign alike.
 *
 * <p>Rewards after the last stored epoch are not in it: a crash loses them. Several writers are
 * detected, not merged: one of them gets each epoch, and the others are told. Thread-safe as far as
 * the store is.
 */
public final class BanditHistory {
  private static final Pattern EPOCH = Pattern.compile("[0-9]{12}");

  private final ObjectStore store;
  private final String prefix;

  private BanditHistory(ObjectStore store, String prefix) {
    this.store = Objects.requireNonNull(store, "store");
    this.prefix = ObjectStore.requireKey(prefix);
  }

  /**
   * Returns the history that lives under a prefix.
   *
   * @param store where
   * @param prefix key parts for this bandit alone, for example {@code "bandits/new-model"}
   * @return the history, possibly empty
   */
  public static BanditHistory in(ObjectStore store, String prefix) {
    return new BanditHistory(store, prefix);
  }

  /**
   * Stores a published state as its epoch. Doing it again with the same state is harmless.
   *
   * @param state with weights, of the epoch after the last stored one
   * @return true if the epoch now holds this state; false if another writer got it first with
   *     another: continue from {@link #latest}
   * @throws IllegalArgumentException if nothing was published yet
   * @throws MlopsException if the epoch before is missing
   */
  public boolean append(BanditState state) {
    long epoch =
        state
            .weights()
            .orElseThrow(
                () -> new IllegalArgumentException("state: no weights yet (call publish() first)"))
            .epoch();
    if (epoch < 1 || (epoch > 1 && store.get(key(epoch - 1)).isEmpty())) {
      throw new MlopsException(
          "Bandit history '"
              + prefix
              + "' cannot take epoch "
              + epoch
              + ": epoch "
              + (epoch - 1)
              + " is not stored. Append every published epoch, from 1 on.");
    }
    byte[] json = state.toJson();
    return store.putIfAbsent(key(epoch), json)
        || store.get(key(epoch)).filter(there -> Arrays.equals(there, json)).isPresent();
  }

  /**
   * Returns the state of the last epoch.
   *
   * @return the state, or empty if nothing was stored
   * @throws MlopsException if the object cannot be read; names its key
   */
  public Optional<BanditState> latest() {
    List<String> keys = keys();
    return keys.isEmpty() ? Optional.empty() : Optional.of(read(keys.get(keys.size() - 1)));
  }

  /**
   * Returns the weights of all epochs, for {@link Experiment#catchUp}.
   *
   * @return ascending by epoch, from 1 without gaps
   * @throws MlopsException if an object cannot be read; names its key
   */
  public List<WeightVector> weights() {
    List<WeightVector> result = new ArrayList<>();
    for (String key : keys()) {
      result.add(read(key).weights().orElseThrow());
    }
    return result;
  }

  private BanditState read(String key) {
    String what = "Bandit state '" + key + "'";
    byte[] json =
        store.get(key).orElseThrow(() -> new MlopsException(what + " is listed but missing."));
    BanditState state = BanditState.parse(json, what);
    if (state.weights().isEmpty() || !key(state.weights().get().epoch()).equals(key)) {
      throw new MlopsException(what + " holds another epoch than its key says.");
    }
    return state;
  }

  private List<String> keys() {
    int start = prefix.length() + 1;
    return store.list(prefix).stream()
        .filter(key -> EPOCH.matcher(key.substring(start)).matches())
        .sorted()
        .toList();
  }

  private String key(long epoch) {
    return prefix + "/" + String.format(Locale.ROOT, "%012d", epoch);
  }
}
