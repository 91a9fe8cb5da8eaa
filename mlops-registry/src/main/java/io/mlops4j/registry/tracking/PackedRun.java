package io.mlops4j.registry.tracking;

import io.mlops4j.core.ModelVersion;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A run in a pack, asked without building a record: most runs of a query are asked and dropped. */
final class PackedRun implements Row {
  private static final int PAIR = 8;
  private static final int METRIC = 4 + 3 * 8 + 4 * 8;

  private final Pack pack;
  private final ByteBuffer at;
  private final String id;
  private final int start;

  // Offsets from the start of the fields that all rows have.
  private static final int TEXTS = 0;
  private static final int SEED = TEXTS + 7 * 4;
  private static final int STARTED = SEED + 8;
  private static final int SEEN = STARTED + 12;
  private static final int ENDED = SEEN + 12;
  private static final int PARAMS = ENDED + 12;

  PackedRun(Pack pack, ByteBuffer at, String id) {
    this.pack = pack;
    this.at = at;
    this.id = id;
    this.start = at.position();
  }

  @Override
  public String kind() {
    return "Runs";
  }

  @Override
  public Set<String> attributes() {
    return RunRow.ATTRIBUTES;
  }

  private String text(int index) {
    return pack.text(at.getInt(start + TEXTS + 4 * index));
  }

  private Instant time(int offset) {
    return Instant.ofEpochSecond(at.getLong(start + offset), at.getInt(start + offset + 8));
  }

  private Optional<Instant> ended() {
    Instant ended = time(ENDED);
    return ended.equals(Instant.MIN) ? Optional.empty() : Optional.of(ended);
  }

  private RunStatus status() {
    return RunStatus.valueOf(text(6));
  }

  private int tags() {
    int params = start + PARAMS;
    return params + 4 + PAIR * at.getInt(params);
  }

  private int metrics() {
    int tags = tags();
    return tags + 4 + PAIR * at.getInt(tags);
  }

  @Override
  public @Nullable Object value(Field field) {
    return switch (field.kind()) {
      case PARAM -> pair(start + PARAMS, field.name());
      case TAG -> pair(tags(), field.name());
      case METRIC -> metric(field);
      case ATTRIBUTE -> attribute(field.name());
    };
  }

  private @Nullable String pair(int from, String name) {
    int count = at.getInt(from);
    for (int i = 0; i < count; i++) {
      int entry = from + 4 + PAIR * i;
      if (pack.text(at.getInt(entry)).equals(name)) {
        return pack.text(at.getInt(entry + 4));
      }
    }
    return null;
  }

  private @Nullable Double metric(Field field) {
    int from = metrics();
    int count = at.getInt(from);
    for (int i = 0; i < count; i++) {
      int entry = from + 4 + METRIC * i;
      if (pack.text(at.getInt(entry)).equals(field.name())) {
        int value =
            switch (field.summary()) {
              case LAST -> 0;
              case MIN -> 1;
              case MAX -> 2;
            };
        return at.getDouble(entry + 4 + 8 * value);
      }
    }
    return null;
  }

  private @Nullable Object attribute(String name) {
    return switch (name) {
      case "id" -> id;
      case "experiment" -> text(0);
      case "name" -> text(1);
      case "status" -> status().name();
      case "reason" -> text(2).isEmpty() ? null : text(2);
      case "owner" -> text(3);
      case "parent" -> text(4).isEmpty() ? null : text(4);
      case "seed" -> String.valueOf(at.getLong(start + SEED));
      case "started" -> time(STARTED);
      case "seen" -> time(SEEN);
      case "ended" -> ended().orElse(null);
      case "seconds" -> RunRecord.took(time(STARTED), ended().orElse(time(SEEN))).toMillis() / 1e3;
      default -> null;
    };
  }

  RunRecord toRecord() {
    ByteBuffer in = at.duplicate().position(start + PARAMS);
    SortedMap<String, String> params = pairs(in);
    SortedMap<String, String> tags = pairs(in);
    SortedMap<String, MetricSummary> metrics = metrics(in);
    List<String> notes = new ArrayList<>();
    for (int n = in.getInt(); n > 0; n--) {
      notes.add(pack.text(in.getInt()));
    }
    SortedMap<String, RunArtifact> artifacts = new TreeMap<>();
    for (int n = in.getInt(); n > 0; n--) {
      String path = pack.text(in.getInt());
      artifacts.put(path, new RunArtifact(pack.text(in.getInt()), in.getLong()));
    }
    List<ModelVersion> versions = new ArrayList<>();
    for (int n = in.getInt(); n > 0; n--) {
      versions.add(new ModelVersion(pack.text(in.getInt()), in.getInt()));
    }
    Optional<String> parent = text(4).isEmpty() ? Optional.empty() : Optional.of(text(4));
    return new RunRecord(
        id,
        text(0),
        text(1),
        status(),
        text(2),
        text(3),
        parent,
        at.getLong(start + SEED),
        time(STARTED),
        ended(),
        time(SEEN),
        params,
        metrics,
        tags,
        notes,
        artifacts,
        versions,
        text(5));
  }

  private SortedMap<String, String> pairs(ByteBuffer in) {
    SortedMap<String, String> pairs = new TreeMap<>();
    for (int n = in.getInt(); n > 0; n--) {
      pairs.put(pack.text(in.getInt()), pack.text(in.getInt()));
    }
    return pairs;
  }

  private SortedMap<String, MetricSummary> metrics(ByteBuffer in) {
    SortedMap<String, MetricSummary> metrics = new TreeMap<>();
    for (int n = in.getInt(); n > 0; n--) {
      String name = pack.text(in.getInt());
      double last = in.getDouble();
      double min = in.getDouble();
      double max = in.getDouble();
      long lastStep = in.getLong();
      Instant lastAt = Instant.ofEpochMilli(in.getLong());
      long points = in.getLong();
      metrics.put(name, new MetricSummary(last, lastStep, lastAt, min, max, points, in.getLong()));
    }
    return metrics;
  }
}
