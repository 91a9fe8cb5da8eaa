package io.mlops4j.registry.tracking;

import io.mlops4j.core.ModelVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is written at once: collected in a buffer, stored as one immutable object. */
final class Chunk {
  final SortedMap<String, String> params = new TreeMap<>();

  /** Empty removes the tag. */
  final SortedMap<String, Optional<String>> tags = new TreeMap<>();

  final List<String> notes = new ArrayList<>();
  final Map<String, Points> points = new LinkedHashMap<>();
  final SortedMap<String, RunArtifact> artifacts = new TreeMap<>();
  final List<ModelVersion> versions = new ArrayList<>();

  /** A new status, or null if it stays. */
  @Nullable RunStatus status;

  String reason = "";
  private int items;
  private int characters;

  void param(String name, String value) {
    params.put(name, value);
    count(name.length() + value.length());
  }

  void tag(String name, Optional<String> value) {
    tags.put(name, value);
    count(name.length() + value.orElse("").length());
  }

  void note(String text) {
    notes.add(text);
    count(text.length());
  }

  void point(String metric, long step, double value, long at) {
    points.computeIfAbsent(metric, name -> new Points()).add(step, value, at);
    count(0);
  }

  void artifact(String path, RunArtifact artifact) {
    artifacts.put(path, artifact);
    count(path.length());
  }

  void version(ModelVersion version) {
    versions.add(version);
    count(version.model().length());
  }

  void status(RunStatus newStatus, String why) {
    status = newStatus;
    reason = why;
    count(why.length());
  }

  private void count(int length) {
    items++;
    characters += length;
  }

  int items() {
    return items;
  }

  int characters() {
    return characters;
  }
}
