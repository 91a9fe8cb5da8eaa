package io.mlops4j.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final Instant START = Instant.parse("2026-11-26T08:30:00.123456789Z");

  private static RunRecord full() {
    RunState state =
        new RunState(
            "20261126-083000-0123456789ab",
            "flights",
            RunSettings.named("naïve \ud83d\ude80").withParent("20261126-083000-0123456789aa"),
            "ana",
            Long.MIN_VALUE,
            START,
            "e".repeat(64));
    state.params.put("depth", "6");
    state.params.put("empty", "");
    state.tags.put("team", "depth");
    state.metrics.put(
        "auc", new MetricSummary(Double.NaN, 9, START.plusMillis(5), -0.0, Double.MAX_VALUE, 3, 1));
    state.metrics.put("loss", MetricSummary.of(0, Double.NEGATIVE_INFINITY, Instant.EPOCH));
    state.notes.add("two\nlines");
    state.artifacts.put("a/b", new RunArtifact("d".repeat(64), 1L << 40));
    state.versions.add(new ModelVersion("delay", 7));
    state.endedAt = Optional.of(START.plusSeconds(60));
    state.reason = "because";
    return state.toRecord(RunStatus.FAILED);
  }

  private static byte[] packed(RunRecord... runs) {
    PackWriter writer = new PackWriter();
    long chunks = 1;
    for (RunRecord run : runs) {
      writer.add(run, chunks++);
    }
    return writer.toBytes();
  }

  private static PackedRun only(RunRecord run) {
    Pack pack = Pack.open(1, packed(run), "pack");
    return pack.run(pack.lines().get(0));
  }

  /** Summaries are in milliseconds, as points are. */
  private static RunRecord milliseconds(RunRecord run) {
    RunState state = RunState.of(run);
    state.metrics.replaceAll(
        (name, m) ->
            new MetricSummary(
                m.last(),
                m.lastStep(),
                Instant.ofEpochMilli(m.lastAt().toEpochMilli()),
                m.min(),
                m.max(),
                m.points(),
                m.nans()));
    return state.toRecord(run.status());
  }

  @Test
  void pack_everyPart_isTheRecordAgain() {
    RunRecord run = milliseconds(full());
    assertThat(only(run).toRecord()).isEqualTo(run);
    RunRecord bare =
        new RunState("i", "e", RunSettings.named("n"), "o", 1, START, "")
            .toRecord(RunStatus.KILLED);
    assertThat(only(bare).toRecord()).isEqualTo(bare);
  }

  @Test
  void value_everyField_isWhatTheRecordSays() {
    for (RunRecord run :
        List.of(
            full(),
            new RunState("i", "e", RunSettings.named("n"), "o", 1, START, "")
                .toRecord(RunStatus.KILLED))) {
      Row packed = only(run);
      Row record = new RunRow(run);
      for (String name : RunRow.ATTRIBUTES) {
        Field field = Field.attribute(name);
        assertThat(packed.value(field)).as(name).isEqualTo(record.value(field));
      }
      for (String name : List.of("depth", "empty", "team", "auc", "loss", "none")) {
        for (Field field :
            List.of(
                Field.param(name),
                Field.tag(name),
                Field.metric(name),
                Field.metric(name).min(),
                Field.metric(name).max())) {
          assertThat(packed.value(field)).as(field.toString()).isEqualTo(record.value(field));
        }
      }
      assertThat(packed.attributes()).isEqualTo(record.attributes());
    }
  }

  @Test
  void lines_runningRun_isOpen() {
    RunRecord running =
        new RunState("i", "e", RunSettings.named("n"), "o", 1, START, "")
            .toRecord(RunStatus.RUNNING);
    List<Pack.Line> lines = Pack.open(3, packed(running, full()), "pack").lines();
    assertThat(lines).extracting(Pack.Line::open).containsExactly(true, false);
    assertThat(lines).extracting(Pack.Line::chunks).containsExactly(1L, 2L);
  }

  @Test
  void open_cutOrForeign_isRefusedAndNeverAnythingElse() {
    byte[] bytes = packed(full(), full());
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(MlopsException.class)
          .isThrownBy(() -> Pack.open(1, cut, "pack 1").lines())
          .withMessageContaining("pack 1");
    }
    bytes[13] = '2';
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> Pack.open(1, bytes, "pack 1"))
        .withMessageContaining("Update the library");
  }
}
