package io.mlops4j.serving;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Many models in one process, by name, of which only some are in memory: a model is opened when it
 * is first used, and the one that has not been used for longest is closed when another needs its
 * room.
 *
 * <pre>{@code
 * try (var host = ModelHost.builder().memory(2L << 30).callsPerCaller(8).build()) {
 *   host.add("fraud-at", fileBytes, () -> Predictor.from(source).build());
 *   double risk = host.<Payment, Double, Double>use("fraud-at", "shop-7", p -> p.predict(payment));
 * }
 * }</pre>
 *
 * <p>A model counts as large as its files until it has been opened, and then as large as what the
 * process grew by, if that is more. One is opened at a time, so that this can be measured; callers
 * of other open models do not wait meanwhile. Nothing is closed under a call: a model in use is not
 * evicted. Thread-safe.
 */
public sealed interface ModelHost extends AutoCloseable permits LoadedModels {

  /**
   * Starts a host.
   *
   * @return a builder
   */
  static ModelHostBuilder builder() {
    return new ModelHostBuilder();
  }

  /**
   * Makes a model known. It is not opened.
   *
   * @param name unique in this host, as a {@code ModelVersion}'s
   * @param fileBytes how large its files are, 0 or more
   * @param open opens it; called again after an eviction
   * @param <I> one input row
   * @param <O> one answer
   * @throws IllegalArgumentException if the name is taken or no name, or the size is negative
   */
  <I, O> void add(String name, long fileBytes, Supplier<Predictor<I, O>> open);

  /**
   * Returns what a function makes of a model, which stays open at least until then.
   *
   * @param name of the model
   * @param caller whose quota it counts on
   * @param call asks the predictor; must neither keep nor close it
   * @param <I> one input row
   * @param <O> one answer
   * @param <R> the result
   * @return what the function returned
   * @throws ModelHostException if there is no such model, the caller's quota is used up, or there
   *     is no room; what the function or the opening threw
   */
  <I, O, R> R use(String name, String caller, Function<? super Predictor<I, O>, ? extends R> call);

  /**
   * Opens a model, if it is not open, and never evicts it from now on.
   *
   * @param name of the model
   * @throws ModelHostException if there is no such model or no room
   */
  void pin(String name);

  /**
   * Lets a pinned model be evicted again.
   *
   * @param name of the model
   * @throws ModelHostException if there is no such model
   */
  void unpin(String name);

  /**
   * Returns what is known and what is open.
   *
   * @return one entry per model, least recently used first
   */
  List<HostedModel> models();

  /** Closes within 30 seconds: see {@link #close(Duration)}. Idempotent. */
  @Override
  void close();

  /**
   * Opens nothing more, and closes all models once their calls have ended.
   *
   * @param limit how long to wait
   * @return whether all of them were closed in time; the others are closed by their last call
   */
  boolean close(Duration limit);
}
