package io.mlops4j.drift.alert;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Whom alerts tell. A sink is called on a thread of its own, one event at a time; one that throws
 * or hangs harms neither the alerts nor other sinks. While it is busy 100 events wait; more are
 * dropped and counted.
 */
@FunctionalInterface
public interface AlertSink {

  /**
   * Tells of one event. May come again: {@link AlertEvent#id()} says whether it is the same.
   *
   * @param event what happened
   * @throws Exception if it could not be told; counted and logged, not tried again
   */
  void send(AlertEvent event) throws Exception;

  /**
   * Returns what the sink is called in meters and logs.
   *
   * @return a short name
   */
  default String name() {
    return "callback";
  }

  /** Ends what the sink itself began. */
  default void close() {}

  /**
   * Returns a sink that writes to SLF4J: a warning when an alert fires, information when it is
   * resolved.
   *
   * @return the sink
   */
  static AlertSink logging() {
    return new LoggingSink();
  }

  /**
   * Returns a sink that runs something when an alert fires, for example a retraining. A cool-down
   * of the rule keeps it from running too often, the store from running on every instance.
   *
   * @param action gets the event with its evidence; may take its time
   * @return the sink
   */
  static AlertSink trigger(Consumer<AlertEvent> action) {
    Objects.requireNonNull(action, "action");
    return new AlertSink() {
      @Override
      public void send(AlertEvent event) {
        if (event.status() == AlertEvent.Status.FIRING) {
          action.accept(event);
        }
      }

      @Override
      public String name() {
        return "trigger";
      }
    };
  }
}
