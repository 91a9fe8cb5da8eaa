package io.mlops4j.serving;

import java.util.concurrent.ThreadFactory;

/** Daemon threads with telling names: a predictor nobody closed does not keep the JVM alive. */
final class Threads {
  private Threads() {}

  static ThreadFactory named(String predictor, String role) {
    return task -> {
      Thread thread = new Thread(task, "mlops4j-" + predictor + "-" + role);
      thread.setDaemon(true);
      return thread;
    };
  }
}
