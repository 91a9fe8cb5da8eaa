package io.mlops4j.serving;

import io.mlops4j.core.Prediction.Release;
import java.util.List;

/** Some requests that one worker answers together. */
final class Run<I, O> {
  final List<Request<I, O>> requests;
  final Release release;
  final long begin;
  final NativeStop stop = new NativeStop();

  Run(List<Request<I, O>> requests, Release release, long begin) {
    this.requests = requests;
    this.release = release;
    this.begin = begin;
  }

  /** Makes requests tell this run when nobody wants them any more. */
  void begin() {
    for (Request<I, O> request : requests) {
      request.joins(this);
    }
    stopIfUnwanted();
  }

  /**
   * Stops the run if nobody waits for any of its answers. Called after a request was claimed; a
   * request joins before it is looked at, so one of the two sees the other.
   */
  void stopIfUnwanted() {
    if (isUnwanted()) {
      stop.stop();
    }
  }

  boolean isUnwanted() {
    for (Request<I, O> request : requests) {
      if (!request.isDone()) {
        return false;
      }
    }
    return true;
  }
}
