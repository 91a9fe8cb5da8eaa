package io.mlops4j.registry;

import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Objects;

/**
 * How a registry behaves.
 *
 * @param pollInterval how often to look for what other processes wrote; at least 1 ms
 * @param maxFileBytes the largest model file accepted; loading needs this much heap
 * @param actor who is written into the log as the author; one line of 1 to 256 printable characters
 * @param time clocks and the scheduler of the polls
 * @param accessPolicy who may do what; by default everybody everything
 */
public record RegistryOptions(
    Duration pollInterval, long maxFileBytes, String actor, Time time, AccessPolicy accessPolicy) {
  private static final int MAX_ACTOR = 256;

  /** Checks the ranges. */
  public RegistryOptions {
    if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "pollInterval: " + pollInterval + " (expected: 1 ms or more)");
    }
    if (maxFileBytes < 1 || maxFileBytes > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "maxFileBytes: " + maxFileBytes + " (expected: 1.." + (Integer.MAX_VALUE - 16) + ")");
    }
    requireActor("actor", actor);
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(accessPolicy, "accessPolicy");
  }

  /** A person or system goes into logs, audits and reports: a line break could forge an entry. */
  static String requireActor(String what, String name) {
    Objects.requireNonNull(name, what);
    if (name.isBlank() || !Text.printable(name, MAX_ACTOR).equals(name)) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(name, 64)
              + "\" (expected: one line of 1 to "
              + MAX_ACTOR
              + " printable characters, not blank)");
    }
    return name;
  }

  /**
   * Returns the usual: polls every second, files up to 1 GiB, actor {@code UNKNOWN}, system time,
   * and everybody may do everything.
   *
   * @return the defaults
   */
  public static RegistryOptions withDefaults() {
    return new RegistryOptions(
        Duration.ofSeconds(1),
        1L << 30,
        Lineage.UNKNOWN,
        Time.system(),
        AccessPolicy.allowingEverything());
  }

  /**
   * Returns a copy with another poll interval.
   *
   * @param interval at least 1 ms
   * @return the copy
   */
  public RegistryOptions withPollInterval(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    return new RegistryOptions(interval, maxFileBytes, actor, time, accessPolicy);
  }

  /**
   * Returns a copy with another limit.
   *
   * @param bytes 1 to 2,147,483,631
   * @return the copy
   */
  public RegistryOptions withMaxFileBytes(long bytes) {
    return new RegistryOptions(pollInterval, bytes, actor, time, accessPolicy);
  }

  /**
   * Returns a copy with another author.
   *
   * @param name who acts, such as {@code ci} or a user's id
   * @return the copy
   */
  public RegistryOptions withActor(String name) {
    Objects.requireNonNull(name, "name");
    return new RegistryOptions(pollInterval, maxFileBytes, name, time, accessPolicy);
  }

  /**
   * Returns a copy with another time.
   *
   * @param newTime clocks and scheduler
   * @return the copy
   */
  public RegistryOptions withTime(Time newTime) {
    Objects.requireNonNull(newTime, "newTime");
    return new RegistryOptions(pollInterval, maxFileBytes, actor, newTime, accessPolicy);
  }

  /**
   * Returns a copy with other permissions.
   *
   * @param policy asked before anything is written
   * @return the copy
   */
  public RegistryOptions withAccessPolicy(AccessPolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return new RegistryOptions(pollInterval, maxFileBytes, actor, time, policy);
  }
}
