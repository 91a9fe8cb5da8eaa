package io.mlops4j.drift.alert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/*
 * Design note. Below ephemeral/alerts/<group>/<rule>/ there are three kinds of logs, each of objects
 * numbered upwards of which the last one counts; older ones are removed.
 *
 *   local/<instance>/   the machine of one instance: survives its restart, and tells others that the
 *                       alert fires there, as long as it is fresh
 *   fleet/              what was told: FIRING, RESOLVED, FIRING, … Who creates the next number tells
 *   fleet-sent/         of which of those the sinks are done
 *   snooze/             until when nobody is told
 *
 * An alert fires for the fleet as soon as one instance says so, and is resolved when no instance
 * that was heard of lately says so. Nobody needs a lock or a leader.
 */

/** What alerts keep in an object store. Not thread-safe. */
final class AlertStore {
  private static final int KEPT = 20;

  /** The newest thing told about an alert. */
  record Told(
      long number,
      AlertEvent.Status status,
      long episode,
      String by,
      Instant at,
      Instant startsAt,
      String evidence) {}

  /** The machine of an instance, and when it was written. */
  record Local(AlertMachine machine, Instant at) {}

  private final ObjectStore store;
  private final String prefix;
  private final String instance;

  AlertStore(ObjectStore store, String group, String instance) {
    this.store = store;
    this.prefix = ObjectStore.EPHEMERAL + "/alerts/" + group + "/";
    this.instance = instance;
  }

  String instance() {
    return instance;
  }

  private static String numbered(String log, long number) {
    return String.format(Locale.ROOT, "%s/%019d", log, number);
  }

  private static long number(String key) {
    return Long.parseLong(key.substring(key.lastIndexOf('/') + 1));
  }

  private Optional<Entry> last(String log) {
    List<String> keys = store.list(log);
    for (int i = keys.size() - 1; i >= 0; i--) {
      String key = keys.get(i);
      Optional<byte[]> bytes = store.get(key);
      if (bytes.isPresent()) {
        return Optional.of(new Entry(number(key), Json.parse(bytes.get(), "Alert object " + key)));
      }
    }
    return Optional.empty();
  }

  private record Entry(long number, ObjectNode content) {}

  private boolean append(String log, long number, ObjectNode content, int kept) {
    boolean created = store.putIfAbsent(numbered(log, number), Json.canonical(content));
    if (created) {
      List<String> keys = store.list(log);
      for (String key : keys.subList(0, Math.max(0, keys.size() - kept))) {
        store.remove(key);
      }
    }
    return created;
  }

  Optional<Local> local(String rule) {
    return last(prefix + rule + "/local/" + instance).map(e -> local(e.content()));
  }

  void save(String rule, AlertMachine machine, Instant now) {
    String log = prefix + rule + "/local/" + instance;
    ObjectNode content =
        Json.object()
            .put("state", machine.state().name())
            .put("failing", machine.failing().toMillis())
            .put("fails", machine.fails())
            .put("passing", machine.passing().toMillis())
            .put("passes", machine.passes())
            .put("cooling", machine.cooling().toMillis())
            .put("blind", machine.blind().toMillis())
            .put("evidence", machine.evidence())
            .put("at", now.toString());
    long next = last(log).map(e -> e.number() + 1).orElse(0L);
    append(log, next, content, 1);
  }

  private static Local local(ObjectNode content) {
    try {
      return new Local(
          new AlertMachine(
              AlertState.valueOf(content.path("state").asText()),
              Duration.ofMillis(content.path("failing").asLong()),
              content.path("fails").asInt(),
              Duration.ofMillis(content.path("passing").asLong()),
              content.path("passes").asInt(),
              Duration.ofMillis(content.path("cooling").asLong()),
              Duration.ofMillis(content.path("blind").asLong()),
              content.path("evidence").asText()),
          Instant.parse(content.path("at").asText()));
    } catch (RuntimeException e) {
      throw new MlopsException("The stored state of an alert is damaged: " + e.getMessage(), e);
    }
  }

  /** Whether another instance, heard of since a time, says that the alert fires. */
  boolean firesElsewhere(String rule, Instant since) {
    Map<String, String> newest = new TreeMap<>();
    for (String key : store.list(prefix + rule + "/local")) {
      newest.put(key.substring(0, key.lastIndexOf('/')), key);
    }
    newest.remove(prefix + rule + "/local/" + instance);
    return newest.values().stream()
        .map(store::get)
        .flatMap(Optional::stream)
        .map(bytes -> local(Json.parse(bytes, "State of alert " + rule)))
        .anyMatch(
            other -> other.machine().state() == AlertState.FIRING && !other.at().isBefore(since));
  }

  Optional<Told> told(String rule) {
    return last(prefix + rule + "/fleet")
        .map(
            e ->
                new Told(
                    e.number(),
                    AlertEvent.Status.valueOf(e.content().path("status").asText()),
                    e.content().path("episode").asLong(),
                    e.content().path("by").asText(),
                    Instant.parse(e.content().path("at").asText()),
                    Instant.parse(e.content().path("startsAt").asText()),
                    e.content().path("evidence").asText()));
  }

  /** Says whether this instance was the first to say so. */
  boolean tell(String rule, Told next) {
    ObjectNode content =
        Json.object()
            .put("status", next.status().name())
            .put("episode", next.episode())
            .put("by", next.by())
            .put("at", next.at().toString())
            .put("startsAt", next.startsAt().toString())
            .put("evidence", next.evidence());
    return append(prefix + rule + "/fleet", next.number(), content, KEPT);
  }

  boolean isSent(String rule, long number) {
    return store.get(numbered(prefix + rule + "/fleet-sent", number)).isPresent();
  }

  void markSent(String rule, long number) {
    append(prefix + rule + "/fleet-sent", number, Json.object().put("by", instance), KEPT);
  }

  Optional<Instant> snoozedUntil(String rule) {
    return last(prefix + rule + "/snooze")
        .map(e -> Instant.parse(e.content().path("until").asText()));
  }

  void snooze(String rule, Instant until) {
    String log = prefix + rule + "/snooze";
    ObjectNode content = Json.object().put("until", until.toString()).put("by", instance);
    // Another instance may take the same number: then the next one is tried.
    List<Long> tried = new ArrayList<>();
    while (tried.size() < 100) {
      long next = last(log).map(e -> e.number() + 1).orElse(0L);
      tried.add(next);
      if (append(log, next, content, 1)) {
        return;
      }
    }
    throw new MlopsException("Alert " + rule + " could not be snoozed: others kept doing so.");
  }
}
