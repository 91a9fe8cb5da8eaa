package io.mlops4j.examples.continuous;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.Reign;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What is measured of a loop on the frozen scenario: the same as the other side's script. */
final class Measures {
  private static final Duration LOOK = Duration.ofHours(6);

  private final Replay replay;
  private final Map<Fault, Replay.Alarm> detected = new EnumMap<>(Fault.class);
  private final List<Replay.Alarm> others = new ArrayList<>();

  Measures(Replay replay) {
    this.replay = replay;
    Map<String, Instant> openUntil = new HashMap<>();
    for (Replay.Alarm alarm : replay.alarms) {
      Optional<Fault> fault = explained(alarm);
      fault.ifPresent(found -> detected.putIfAbsent(found, alarm));
      if (fault.isEmpty()
          && alarm.at().isAfter(openUntil.getOrDefault(alarm.check(), Instant.EPOCH))) {
        others.add(alarm);
      }
      openUntil.put(alarm.check(), alarm.at().plus(LOOK));
    }
    for (PipelineRun run : replay.loop.loop.runner().runs(1_000)) {
      if (in(Fault.SLOW, run.createdAt()) && run.reason().contains("latency")) {
        Instant end = run.endedAt().orElse(run.createdAt());
        detected.put(Fault.SLOW, new Replay.Alarm(end, "gates", run.reason()));
      }
    }
  }

  /** An alarm tells of a fault by its kind and moment; a window may look a day back. */
  private static Optional<Fault> explained(Replay.Alarm alarm) {
    String what = alarm.check();
    boolean quality = what.startsWith("quality");
    Map<Fault, Boolean> tells = new EnumMap<>(Fault.class);
    tells.put(Fault.SCHEMA, what.equals("refused rows"));
    tells.put(Fault.UNIT, what.startsWith("drift") && alarm.sentence().contains("distance"));
    tells.put(Fault.LABELS, what.equals("labels") || quality);
    tells.put(Fault.AIRPORT, quality && what.contains("LAX"));
    return tells.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .filter(
            fault ->
                alarm.at().isAfter(instant(fault.from()))
                    && !alarm.at().isAfter(instant(fault.to().plusDays(1))))
        .findFirst();
  }

  private static Instant instant(LocalDateTime local) {
    return local.toInstant(ZoneOffset.UTC);
  }

  private static boolean in(Fault fault, Instant at) {
    return fault.covers(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
  }

  Optional<Replay.Alarm> detected(Fault fault) {
    return Optional.ofNullable(detected.get(fault));
  }

  private Instant until(Fault fault) {
    return detected(fault).map(Replay.Alarm::at).orElse(instant(fault.to()));
  }

  /** Returns how many answers a fault made bad before anybody knew. */
  long bad(Fault fault) {
    return switch (fault) {
      case SCHEMA -> count(a -> a.row().containsKey("weekday") && a.version() > 0);
      case UNIT ->
          count(a -> in(fault, a.at()) && a.version() > 0 && a.at().isBefore(until(fault)));
      case LABELS, SLOW -> {
        Set<Integer> versions = trainedDuring(fault);
        yield count(a -> versions.contains(a.version()));
      }
      case AIRPORT ->
          count(
              a ->
                  in(fault, a.at())
                      && "LAX".equals(a.row().get("origin"))
                      && a.at().isBefore(until(fault)));
    };
  }

  private Set<Integer> trainedDuring(Fault fault) {
    Set<Integer> versions = new HashSet<>();
    for (var version : replay.delay.versions()) {
      Lineage lineage = version.lineage();
      String at = lineage.tags().getOrDefault("trigger.at", "1970-01-01T00:00:00Z");
      if (in(fault, Instant.parse(at))) {
        versions.add(version.number());
      }
    }
    return versions;
  }

  private long count(Predicate<Replay.Answer> which) {
    return replay.answers.stream().filter(which).count();
  }

  long falseAlarms() {
    return others.size();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    ObjectNode found = json.putObject("detected");
    ObjectNode bad = json.putObject("badPredictions");
    var missed = json.putArray("notDetected");
    for (Fault fault : Fault.values()) {
      String name = fault.name().toLowerCase(java.util.Locale.ROOT);
      bad.put(name, bad(fault));
      detected(fault)
          .ifPresentOrElse(
              alarm ->
                  found
                      .putObject(name)
                      .put(
                          "hours",
                          Duration.between(instant(fault.from()), alarm.at()).toMinutes() / 60.0)
                      .put("at", alarm.at().toString())
                      .put("by", alarm.check() + ": " + alarm.sentence()),
              () -> missed.add(name));
    }
    json.put("refusedRows", count(a -> a.version() == 0));
    json.put("answers", count(a -> a.version() > 0));
    json.put("falseAlarmEpisodes", falseAlarms());
    var told = json.putArray("falseAlarms");
    others.forEach(a -> told.add(a.at() + " " + a.check() + ": " + a.sentence()));
    var promoted = json.putArray("promoted");
    for (Reign reign : replay.delay.promotions().champions()) {
      promoted.add("version " + reign.version() + " at " + reign.since());
    }
    ObjectNode seconds = json.putObject("mechanismSeconds");
    replay.mechanism.forEach((version, s) -> seconds.put(version.toString(), s));
    var story = json.putArray("story");
    replay.loop.loop.story().stream()
        .filter(event -> !event.sentence().isBlank())
        .forEach(e -> story.add(e.at() + " " + e.kind() + " " + e.step() + ": " + e.sentence()));
    return json;
  }
}
