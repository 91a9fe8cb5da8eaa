package io.mlops4j.serving;

import org.jspecify.annotations.Nullable;

/**
 * Stops a run from another thread, once nobody wants its answer any more. Names no class of ONNX
 * Runtime: models of other kinds are served without it on the class path.
 *
 * <p>Stopping may come before, in or after the run, and what stops it is only touched while it
 * exists: both sides hold the lock, except for the run itself.
 */
final class NativeStop {
  private @Nullable Runnable terminator;
  private boolean stopped;

  /** Ends the run that is inside, and lets none begin. Returns at once. */
  synchronized void stop() {
    stopped = true;
    Runnable inside = terminator;
    if (inside != null) {
      inside.run();
    }
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** Says how the run that begins now is stopped; false if it must not begin. */
  synchronized boolean begin(Runnable how) {
    if (stopped) {
      return false;
    }
    terminator = how;
    return true;
  }

  /** The run is over: there is nothing to stop any more. */
  synchronized void end() {
    terminator = null;
  }
}
