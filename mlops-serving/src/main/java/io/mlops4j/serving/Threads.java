package io.mlops4j.serving;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Daemon threads with telling names: a predictor nobody closed does not keep the JVM alive. */
final class Threads {
  /** {@code Thread.isVirtual()}, where the JDK has it (21). */
  private static final @Nullable MethodHandle IS_VIRTUAL = isVirtualHandle();

  private Threads() {}

  private static @Nullable MethodHandle isVirtualHandle() {
    try {
      return MethodHandles.lookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Returns whether the calling thread is a virtual one. */
  static boolean isVirtual() {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static String name(String predictor, String role) {
    return "mlops4j-" + predictor + "-" + role;
  }

  static ThreadFactory named(String predictor, String role) {
    return task -> {
      Thread thread = new Thread(null, task, name(predictor, role), 0, false);
      ownNothing(thread);
      return thread;
    };
  }

  /**
   * Like {@link #named}, for work that must not hold up requests. On Linux the JVM looks at
   * priorities only with {@code -XX:ThreadPriorityPolicy=1}.
   */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing is right or wrong by it, only sooner or later.
  static ThreadFactory inBackground(String predictor, String role) {
    ThreadFactory named = named(predictor, role);
    return task -> {
      Thread thread = named.newThread(task);
      thread.setPriority(Thread.MIN_PRIORITY);
      return thread;
    };
  }

  /**
   * Prepares a thread that was made without inheritable thread locals: whoever happens to make it
   * is one caller of many, and its logging context would stay with the thread for good.
   */
  static void ownNothing(Thread thread) {
    thread.setDaemon(true);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
  }
}
