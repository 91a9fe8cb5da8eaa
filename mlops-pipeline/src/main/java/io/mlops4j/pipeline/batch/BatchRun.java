package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.pipeline.batch.Checkpoint.Mark;
import io.mlops4j.pipeline.batch.Scorer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a job.
 *
 * <p>A chunk is always the same records of the input, counted from its beginning, and checkpoints
 * are between chunks only. So an attempt that goes on asks the model for the same rows together as
 * one that was never interrupted, and gets the same bits.
 */
final class BatchRun<T, O> {
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(2);

  private final BatchScoring<T, O> job;
  private final Scorer<T, O> scorer;
  private final BatchSource<T> source;
  private final AnswerColumns<O> answers;
  private final BatchSink sink;
  private final Time time;
  private final Progress progress;
  private final Pace pace;
  private final int chunkRows;
  private final long checkpointNanos;
  private final ProfileCounter<T> profile;
  private long records;

  BatchRun(BatchScoring<T, O> job, Scorer<T, O> scorer) {
    this.job = job;
    this.scorer = scorer;
    this.source = BatchScoring.require("from", job.source);
    this.answers = BatchScoring.require("answers", job.answers);
    this.sink = BatchScoring.require("to", job.sink);
    this.time = job.time == null ? Time.system() : job.time;
    this.progress = job.progress == null ? Progress.silent() : job.progress;
    this.chunkRows = job.effectiveChunkRows();
    Duration every = job.checkpointEvery == null ? CHECKPOINT_EVERY : job.checkpointEvery;
    this.checkpointNanos = every.toNanos();
    double most = job.rowsPerSecond == null ? Double.POSITIVE_INFINITY : job.rowsPerSecond;
    this.pace = new Pace(time, most, () -> job.busy.stream().anyMatch(busy -> busy.getAsBoolean()));
    this.profile = new ProfileCounter<>(job.baseline, scorer.version(), source.schema());
  }

  BatchResult run() {
    long start = time.nanos();
    List<String> columns = columns();
    BadRows policy = job.badRows == null ? BadRows.fail() : job.badRows;
    try (Output output = sink.open();
        RejectsFile rejects = new RejectsFile(policy, sink.disk())) {
      Map<String, String> identity = identity();
      Optional<Checkpoint> stored = before(output, identity);
      stored.ifPresent(before -> requireSame(before.identity(), identity, output.where()));
      rejects.open();
      if (stored.isPresent() && stored.get().complete()) {
        rejects.finish(stored.get().rejects());
        output.finish(stored.get());
        profile.goOn(stored.get().profile());
        return result(stored.get(), stored.get().records(), true, start);
      }
      output.begin(stored.orElse(null), columns);
      rejects.goOn(
          stored.map(Checkpoint::rejects).orElse(Mark.NOTHING),
          stored.map(Checkpoint::rejected).orElse(0L));
      stored.ifPresent(before -> profile.goOn(before.profile()));
      records = stored.map(Checkpoint::records).orElse(0L);
      long resumedAt = records;
      String position = stored.map(Checkpoint::position).orElse("");
      try (RecordCursor<T> cursor = source.open(List.copyOf(job.kept), records, position)) {
        scoreAll(cursor, output, rejects, identity);
        Checkpoint complete = checkpoint(cursor, rejects, identity, true);
        output.commit(complete);
        rejects.finish(complete.rejects());
        output.finish(complete);
        if (Math.max(cursor.total(), resumedAt) != records) {
          progress.report("rows", records, records); // The number of lines was an estimate.
        }
        return result(complete, resumedAt, false, start);
      }
    }
  }

  /** What an earlier attempt left that may go on. */
  private Optional<Checkpoint> before(Output output, Map<String, String> identity) {
    Optional<Checkpoint> stored = job.restart ? Optional.empty() : output.stored();
    boolean swapped =
        job.swaps != null
            && stored.isPresent()
            && !stored.get().complete()
            && !identity.equals(stored.get().identity())
            && identity.equals(withModelOf(identity, stored.get().identity()));
    if (job.restart || swapped) {
      output.forget();
      return Optional.empty();
    }
    return stored;
  }

  /** An identity, but for the model. */
  private static Map<String, String> withModelOf(
      Map<String, String> of, Map<String, String> otherwise) {
    Map<String, String> mixed = new TreeMap<>(otherwise);
    for (String name : List.of("model.version", "model.digest")) {
      mixed.put(name, of.getOrDefault(name, ""));
    }
    return mixed;
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>(job.kept);
    columns.addAll(answers.names());
    AnswerColumns.requireNames(columns);
    return columns;
  }

  private Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>(source.identity());
    identity.putAll(sink.identity());
    identity.put("model.version", scorer.version().toString());
    identity.put("model.digest", scorer.digest());
    identity.put("rows.schema", source.schema().fingerprint());
    identity.put("columns.kept", String.join(",", job.kept));
    identity.put("columns.answer", String.join(",", answers.names()));
    identity.put("chunk.rows", Integer.toString(chunkRows));
    identity.put("profile.baseline", job.baseline == null ? "" : job.baseline.fingerprint());
    return identity;
  }

  private static void requireSame(
      Map<String, String> before, Map<String, String> now, String where) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      String was = before.getOrDefault(name, "");
      String is = now.getOrDefault(name, "");
      if (!was.equals(is)) {
        differences.add(name + " was " + shown(was) + ", is " + shown(is));
      }
    }
    if (!differences.isEmpty()) {
      throw new ResumeRefusedException(
          "The output was begun by another job ("
              + where
              + "): "
              + String.join("; ", differences)
              + ". Give it the same again, choose another output, or begin again on purpose.",
          differences);
    }
  }

  private static String shown(String value) {
    if (value.isEmpty()) {
      return "nothing";
    }
    return value.length() == 64 ? value.substring(0, 12) + "…" : value;
  }

  private void scoreAll(
      RecordCursor<T> cursor, Output output, RejectsFile rejects, Map<String, String> identity) {
    long last = time.nanos();
    List<InputRecord<T>> chunk = new ArrayList<>(chunkRows);
    while (read(cursor, chunk)) {
      try {
        pace.await(chunk.size());
      } catch (InterruptedException e) {
        throw interrupted();
      }
      score(chunk, output, rejects);
      progress.report(
          "rows",
          records,
          cursor.total() < 0 ? Progress.UNKNOWN_TOTAL : Math.max(cursor.total(), records));
      // Cleared: a file that is written by an interrupted thread is closed.
      boolean stop = Thread.interrupted();
      if (stop || time.nanos() - last >= checkpointNanos) {
        output.commit(checkpoint(cursor, rejects, identity, false));
        last = time.nanos();
      }
      if (stop) {
        throw interrupted();
      }
    }
  }

  private boolean read(RecordCursor<T> cursor, List<InputRecord<T>> chunk) {
    chunk.clear();
    while (chunk.size() < chunkRows) {
      InputRecord<T> next = cursor.next();
      if (next == null) {
        break;
      }
      chunk.add(next);
    }
    return !chunk.isEmpty();
  }

  private void score(List<InputRecord<T>> chunk, Output output, RejectsFile rejects) {
    List<T> rows = new ArrayList<>(chunk.size());
    for (InputRecord<T> record : chunk) {
      if (record.row() != null) {
        rows.add(record.row());
      }
    }
    List<Answer<O>> scored = scorer.score(rows);
    int next = 0;
    for (InputRecord<T> record : chunk) {
      records++;
      T row = record.row();
      String problem =
          row == null ? record.problem() : write(record, row, scored.get(next++), output);
      if (problem != null) {
        rejects.add(records, record.line(), problem);
      }
    }
  }

  private @Nullable String write(InputRecord<T> record, T row, Answer<O> answer, Output output) {
    O value = answer.value();
    if (value == null) {
      return answer.problem();
    }
    @Nullable Object[] kept = record.kept();
    @Nullable Object[] cells = new @Nullable Object[kept.length + answers.names().size()];
    System.arraycopy(kept, 0, cells, 0, kept.length);
    String problem = answers.write(value, cells, kept.length);
    if (problem == null) {
      output.write(cells);
      profile.add(row, value);
    }
    return problem;
  }

  private Checkpoint checkpoint(
      RecordCursor<T> cursor, RejectsFile rejects, Map<String, String> identity, boolean complete) {
    Mark listed = rejects.force();
    return new Checkpoint(
        identity,
        records,
        cursor.position(),
        rejects.count(),
        Mark.NOTHING,
        listed,
        profile.toText(),
        complete);
  }

  private BatchException interrupted() {
    Thread.currentThread().interrupt();
    return new BatchException(
        BatchException.Side.STATE,
        "The job was interrupted after "
            + records
            + " rows. Run it again: it goes on after its last checkpoint.");
  }

  private BatchResult result(Checkpoint state, long resumedAt, boolean already, long start) {
    return new BatchResult(
        scorer.version(),
        state.records(),
        state.records() - state.rejected(),
        state.rejected(),
        resumedAt,
        already,
        Duration.ofNanos(time.nanos() - start),
        state.identity(),
        profile.counts());
  }
}
