package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The future of one request, which frees the request's place when its caller gives up: by {@code
 * cancel}, or by completing it in any other way ({@code orTimeout} does). Stages made from it are
 * plain futures.
 */
final class AnswerFuture<O> extends CompletableFuture<O> {
  private volatile @Nullable Runnable givenUp;
  private volatile @Nullable Consumer<@Nullable Throwable> before;

  /** Says what to do when the caller gives up. */
  void onGivingUp(Runnable action) {
    givenUp = action;
    if (isDone()) {
      action.run();
    }
  }

  /**
   * Says what to do before whoever waits knows; told the failure, if it is one. Not run if it is
   * completed already, or by its caller.
   */
  void beforeCompletion(Consumer<@Nullable Throwable> action) {
    before = action;
  }

  void answer(O answer) {
    Consumer<@Nullable Throwable> action = before;
    if (action != null) {
      action.accept(null);
    }
    super.complete(answer);
  }

  void fail(RuntimeException reason) {
    Consumer<@Nullable Throwable> action = before;
    if (action != null) {
      action.accept(reason);
    }
    super.completeExceptionally(reason);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return gaveUp(super.cancel(mayInterruptIfRunning));
  }

  @Override
  public boolean complete(O value) {
    return gaveUp(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable cause) {
    return gaveUp(super.completeExceptionally(cause));
  }

  private boolean gaveUp(boolean first) {
    Runnable action = givenUp;
    if (first && action != null) {
      action.run();
    }
    return first;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
