package io.mlops4j.pipeline;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What has been said of a step so far, each thing once. */
final class StepDraft {
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final String name;
  private final SortedMap<String, String> parameters = new TreeMap<>();
  private @Nullable Retry retry;
  private @Nullable Duration timeout;
  private @Nullable Duration every;
  private @Nullable String code;
  private @Nullable Boolean reused;
  private boolean readsInterval;

  StepDraft(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void parameter(String parameter, String value) {
    Names.require("parameter", parameter);
    once("parameter " + parameter, parameters.putIfAbsent(parameter, value));
  }

  void readsInterval() {
    readsInterval = true;
  }

  void retry(Retry rule) {
    once("retry", retry);
    retry = rule;
  }

  void timeout(Duration longest) {
    once("timeout", timeout);
    timeout = Lengths.require("timeout", longest);
  }

  void every(Duration period) {
    once("every", every);
    every = Lengths.require("every", period);
  }

  void code(String identity) {
    once("code", code);
    code = identity;
  }

  void reused(boolean always) {
    once("reused", reused);
    reused = always;
  }

  /**
   * Returns the settings of a step of this or another name, with defaults for what was not said.
   */
  StepSettings settings(String called, boolean reusedByDefault, Class<?> body) {
    return new StepSettings(
        called,
        Collections.unmodifiableSortedMap(new TreeMap<>(parameters)),
        retry == null ? Retry.never() : retry,
        timeout,
        every == null ? EVERY : every,
        code == null ? CodeIdentity.of(body) : code,
        reused == null ? reusedByDefault : reused,
        readsInterval);
  }

  private void once(String what, @Nullable Object old) {
    if (old != null) {
      throw new IllegalStateException(
          "Step '" + name + "': " + what + " is set already, to " + old + ".");
    }
  }
}
