package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import org.jspecify.annotations.Nullable;

/**
 * Stops a native run from another thread, once nobody wants its answer any more. ONNX Runtime looks
 * at the flag between two operators (and between two rounds of a loop), so one long operator runs
 * to its end.
 *
 * <p>Stopping may come before, in or after the run, and the options are only touched while they
 * exist: both sides hold the lock, except for the run itself.
 */
final class NativeStop {

  /** One native run. */
  @FunctionalInterface
  interface NativeRun {
    void run(RunOptions options) throws OrtException;
  }

  private @Nullable RunOptions running;
  private boolean stopped;

  /** Ends the run that is inside, and lets none begin. Returns at once. */
  synchronized void stop() {
    stopped = true;
    RunOptions options = running;
    if (options != null) {
      try {
        options.setTerminate(true);
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime could not be told to stop.", e);
      }
    }
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** Runs, unless it was stopped before. */
  void run(NativeRun run) throws OrtException {
    try (RunOptions options = new RunOptions()) {
      if (!begin(options)) {
        throw new OrtException("stopped before it began");
      }
      try {
        run.run(options);
      } finally {
        end();
      }
    }
  }

  private synchronized boolean begin(RunOptions options) {
    if (stopped) {
      return false;
    }
    running = options;
    return true;
  }

  private synchronized void end() {
    running = null;
  }
}
