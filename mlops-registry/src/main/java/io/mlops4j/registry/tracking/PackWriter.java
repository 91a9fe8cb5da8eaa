package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/** Writes what {@link Pack} and {@link PackedRun} read. */
final class PackWriter {
  /** Runs beyond this size are looked up instead. */
  private static final int MAX_BYTES = 64 << 20;

  private final Map<String, Integer> texts = new LinkedHashMap<>();
  private final ByteArrayOutputStream rows = new ByteArrayOutputStream(1 << 16);
  private int count;

  void add(RunRecord run, long chunks) {
    try {
      ByteArrayOutputStream row = new ByteArrayOutputStream(512);
      DataOutputStream out = new DataOutputStream(row);
      boolean open = run.status() == RunStatus.RUNNING || rows.size() > MAX_BYTES;
      out.writeInt(text(run.id()));
      out.writeLong(chunks);
      out.writeByte(open ? 1 : 0);
      if (!open) {
        write(run, out);
      }
      DataOutputStream all = new DataOutputStream(rows);
      all.writeInt(row.size());
      row.writeTo(all);
      count++;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not in memory
    }
  }

  private void write(RunRecord run, DataOutputStream out) throws IOException {
    for (String text :
        new String[] {
          run.experiment(),
          run.name(),
          run.reason(),
          run.owner(),
          run.parent().orElse(""),
          run.environment(),
          run.status().name()
        }) {
      out.writeInt(text(text));
    }
    out.writeLong(run.seed());
    time(run.startedAt(), out);
    time(run.seenAt(), out);
    time(run.endedAt().orElse(Instant.MIN), out);
    texts(run.params(), out);
    texts(run.tags(), out);
    out.writeInt(run.metrics().size());
    for (Map.Entry<String, MetricSummary> entry : run.metrics().entrySet()) {
      MetricSummary metric = entry.getValue();
      out.writeInt(text(entry.getKey()));
      out.writeDouble(metric.last());
      out.writeDouble(metric.min());
      out.writeDouble(metric.max());
      out.writeLong(metric.lastStep());
      out.writeLong(metric.lastAt().toEpochMilli());
      out.writeLong(metric.points());
      out.writeLong(metric.nans());
    }
    out.writeInt(run.notes().size());
    for (String note : run.notes()) {
      out.writeInt(text(note));
    }
    out.writeInt(run.artifacts().size());
    for (Map.Entry<String, RunArtifact> entry : run.artifacts().entrySet()) {
      out.writeInt(text(entry.getKey()));
      out.writeInt(text(entry.getValue().digest()));
      out.writeLong(entry.getValue().bytes());
    }
    out.writeInt(run.versions().size());
    for (io.mlops4j.core.ModelVersion version : run.versions()) {
      out.writeInt(text(version.model()));
      out.writeInt(version.number());
    }
  }

  private static void time(Instant time, DataOutputStream out) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  private void texts(SortedMap<String, String> values, DataOutputStream out) throws IOException {
    out.writeInt(values.size());
    for (Map.Entry<String, String> entry : values.entrySet()) {
      out.writeInt(text(entry.getKey()));
      out.writeInt(text(entry.getValue()));
    }
  }

  private int text(String text) {
    Integer known = texts.putIfAbsent(text, texts.size());
    return known == null ? texts.size() - 1 : known;
  }

  byte[] toBytes() {
    try {
      ByteArrayOutputStream result = new ByteArrayOutputStream(rows.size() * 2);
      DataOutputStream out = new DataOutputStream(result);
      out.write(("mlops4j-runs " + StoredChunk.FORMAT + "\n").getBytes(UTF_8));
      out.writeInt(texts.size());
      for (String text : texts.keySet()) {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
      out.writeInt(count);
      rows.writeTo(out);
      return result.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not in memory
    }
  }
}
