package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Scores all rows of an input with one version of a model into an output, each row exactly once: a
 * job that is killed at any moment goes on, when it is run again, after its last checkpoint, and
 * its output is byte for byte that of a job that was never killed.
 *
 * <pre>{@code
 * BatchResult result =
 *     BatchScoring.with(delay.champion().orElseThrow())
 *         .from(BatchSource.csv(Path.of("flights.csv"), Schema.of(Flight.class)))
 *         .keep("id")
 *         .answers(AnswerColumns.score("risk"))
 *         .to(BatchSink.csv(Path.of("risks.csv")))
 *         .run();
 * }</pre>
 *
 * <p>A job that goes on must be the same: content of the input, version and files of the model,
 * schema, columns, rows a chunk. If something differs it is refused and told ({@link
 * ResumeRefusedException}). A job that was complete does nothing.
 *
 * <p>Collects what a job works with; every value may be set once. Not thread-safe; a job runs on
 * the thread that calls {@link #run}.
 *
 * @param <T> one input row
 * @param <O> one answer
 */
public final class BatchScoring<T, O> {
  private static final int DEFAULT_CHUNK = 1_024;
  private static final int MOST_ROWS = 1 << 16;
  private static final int MOST_SWAPS = 100;
  private static final Duration LONGEST = Duration.ofDays(3_650);

  private final Function<Schema<T>, Scorer<T, O>> scorer;
  @Nullable BatchSource<T> source;
  @Nullable BatchSink sink;
  @Nullable AnswerColumns<O> answers;
  @Nullable BadRows badRows;
  @Nullable Baseline baseline;
  @Nullable Progress progress;
  @Nullable Time time;
  @Nullable Duration checkpointEvery;
  @Nullable Double rowsPerSecond;
  @Nullable Integer chunkRows;
  @Nullable Integer swaps;
  final List<BooleanSupplier> busy = new ArrayList<>();
  final List<String> kept = new ArrayList<>();
  boolean restart;

  private BatchScoring(Function<Schema<T>, Scorer<T, O>> scorer) {
    this.scorer = scorer;
  }

  /**
   * Starts a job that asks a model.
   *
   * @param version who it is: another attempt must have the same
   * @param model asked on the thread of the job, a chunk at a time; stays open
   * @param <T> one input row
   * @param <O> one answer
   * @return a job without input and output
   */
  public static <T, O> BatchScoring<T, O> with(ModelVersion version, Model<T, O> model) {
    return with(version, "", model);
  }

  /**
   * Starts a job that asks a model whose files are known.
   *
   * @param version who it is: another attempt must have the same
   * @param digest the SHA-256 of its files: another attempt must have the same
   * @param model asked on the thread of the job, a chunk at a time; stays open
   * @param <T> one input row
   * @param <O> one answer
   * @return a job without input and output
   */
  public static <T, O> BatchScoring<T, O> with(
      ModelVersion version, String digest, Model<T, O> model) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(model, "model");
    return new BatchScoring<>(
        schema -> new ModelScorer<>(version, digest, model, false, shown(schema)));
  }

  /**
   * Starts a job that asks a stored version, which is loaded when the job runs and closed after it.
   *
   * @param version of a model whose loaders read the source's rows; golden rows are not replayed
   * @param <T> one input row
   * @param <O> one answer
   * @return a job without input and output
   */
  public static <T, O> BatchScoring<T, O> with(RegisteredVersion<T, O> version) {
    Objects.requireNonNull(version, "version");
    String digest = Digests.sha256(version.digests().toString().getBytes(UTF_8));
    return new BatchScoring<>(
        schema ->
            new ModelScorer<>(
                version.version(), digest, version.release().load(), true, shown(schema)));
  }

  /**
   * Starts a job that asks a predictor that also serves, below its requests: runs are kept short
   * and begin only while no request waits ({@link Predictor#scoreAll}).
   *
   * <p>All rows of an output are answered by one version. A swap ends the job with a {@link
   * BatchException}: the output is not there, and the job goes on only if the version it began with
   * is served again. {@link #restartAtSwap} begins again instead. A model without a registry has no
   * version that tells it from another: such a job begins anew after a kill, unless {@link
   * #through(Predictor, String)} says what the model is.
   *
   * <p>How many rows are run at once depends on how busy it is, so the last bits of answers may,
   * too, unless the predictor is {@code deterministic(…)}: then, and only then, the output is byte
   * for byte the same after a kill.
   *
   * @param predictor serves a version now; of a traffic split, the champion is asked
   * @param <T> one input row
   * @param <O> one answer
   * @return a job without input and output
   */
  public static <T, O> BatchScoring<T, O> through(Predictor<T, O> predictor) {
    Objects.requireNonNull(predictor, "predictor");
    return new BatchScoring<>(
        schema -> {
          ModelVersion version = served(predictor);
          String digest =
              version.number() > 0 ? "" : "of an unregistered model, attempt " + UUID.randomUUID();
          return new PredictorScorer<>(predictor, version, digest, shown(schema));
        });
  }

  /**
   * Starts a job as {@link #through(Predictor)} does, of a model whose files are known.
   *
   * @param predictor serves a version now
   * @param digest the SHA-256 of its files: another attempt must have the same
   * @param <T> one input row
   * @param <O> one answer
   * @return a job without input and output
   */
  public static <T, O> BatchScoring<T, O> through(Predictor<T, O> predictor, String digest) {
    Objects.requireNonNull(predictor, "predictor");
    Objects.requireNonNull(digest, "digest");
    return new BatchScoring<>(
        schema -> new PredictorScorer<>(predictor, served(predictor), digest, shown(schema)));
  }

  private static ModelVersion served(Predictor<?, ?> predictor) {
    return predictor
        .version()
        .orElseThrow(
            () ->
                new BatchException(
                    BatchException.Side.STATE,
                    predictor.status().closed()
                        ? "The predictor is closed. Build another one."
                        : "The predictor serves nothing yet: "
                            + predictor.status()
                            + ". Wait until it does."));
  }

  private static boolean shown(Schema<?> schema) {
    return schema.features().stream().noneMatch(feature -> feature.sensitive());
  }

  /**
   * Says where rows come from.
   *
   * @param input the source
   * @return this
   */
  public BatchScoring<T, O> from(BatchSource<T> input) {
    source = once("from", source, input);
    return this;
  }

  /**
   * Says where scored rows go.
   *
   * @param output the sink
   * @return this
   */
  public BatchScoring<T, O> to(BatchSink output) {
    sink = once("to", sink, output);
    return this;
  }

  /**
   * Takes columns of the input to the output as they are, before those of the answer. May be called
   * several times.
   *
   * @param columns names in the input
   * @return this
   */
  public BatchScoring<T, O> keep(String... columns) {
    for (String column : Objects.requireNonNull(columns, "columns")) {
      kept.add(Objects.requireNonNull(column, "columns"));
    }
    return this;
  }

  /**
   * Says which columns an answer becomes.
   *
   * @param columns the columns
   * @return this
   */
  public BatchScoring<T, O> answers(AnswerColumns<O> columns) {
    answers = once("answers", answers, columns);
    return this;
  }

  /**
   * Says what becomes of rows that cannot be read or scored. By default the first one ends the job.
   *
   * @param policy what
   * @return this
   */
  public BatchScoring<T, O> badRows(BadRows policy) {
    badRows = once("badRows", badRows, policy);
    return this;
  }

  /**
   * Counts rows and scores over a version's baseline, to be compared with it afterwards.
   *
   * @param reference the version's baseline
   * @return this
   */
  public BatchScoring<T, O> profile(Baseline reference) {
    baseline = once("profile", baseline, reference);
    return this;
  }

  /**
   * Limits the speed.
   *
   * @param most rows a second, above 0
   * @return this
   */
  public BatchScoring<T, O> rowsPerSecond(double most) {
    if (!(most > 0)) {
      throw new IllegalArgumentException("rowsPerSecond: " + most + " (expected: above 0)");
    }
    rowsPerSecond = once("rowsPerSecond", rowsPerSecond, most);
    return this;
  }

  /**
   * Waits before each chunk while a predictor has requests waiting. May be called several times.
   *
   * @param predictor whose requests come first
   * @return this
   */
  public BatchScoring<T, O> yieldingTo(Predictor<?, ?> predictor) {
    Objects.requireNonNull(predictor, "predictor");
    return yieldingWhile(() -> predictor.stats().queueDepth() > 0);
  }

  /**
   * Waits before each chunk while something is busy. May be called several times.
   *
   * @param others asked every 0.2 to 50 milliseconds
   * @return this
   */
  public BatchScoring<T, O> yieldingWhile(BooleanSupplier others) {
    busy.add(Objects.requireNonNull(others, "others"));
    return this;
  }

  /**
   * Says how many rows the model is asked at once; 1,024 unless said. Part of what the job is: the
   * last bits of an answer may depend on it.
   *
   * @param rows 1 to 65,536
   * @return this
   */
  public BatchScoring<T, O> chunkRows(int rows) {
    if (rows < 1 || rows > MOST_ROWS) {
      throw new IllegalArgumentException(
          "chunkRows: " + rows + " (expected: 1.." + MOST_ROWS + ")");
    }
    chunkRows = once("chunkRows", chunkRows, rows);
    return this;
  }

  /**
   * Says how much work a crash may cost; two seconds unless said. A checkpoint is three forced
   * writes, or one transaction.
   *
   * @param interval zero for a checkpoint after each chunk
   * @return this
   */
  public BatchScoring<T, O> checkpointEvery(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.isNegative() || interval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "checkpointEvery: " + interval + " (expected: 0 to 3650 days)");
    }
    checkpointEvery = once("checkpointEvery", checkpointEvery, interval);
    return this;
  }

  /**
   * Says who is told how far the job is, in rows, after each chunk.
   *
   * @param listener such as {@link Progress#estimates}
   * @return this
   */
  public BatchScoring<T, O> progress(Progress listener) {
    progress = once("progress", progress, listener);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public BatchScoring<T, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Forgets an earlier attempt and begins again. A complete output file of before stays until the
   * new one takes its place; rows in a table stay for ever, so that it must be emptied first.
   *
   * @return this
   */
  public BatchScoring<T, O> restart() {
    restart = true;
    return this;
  }

  /**
   * Begins again, from the first row, whenever another version answers than the one the incomplete
   * output was begun with: at a swap of the predictor, or when the job is run again after a kill.
   * Without this the job ends or is refused. A complete output is never replaced.
   *
   * @param most how many swaps one call of {@link #run} takes, 1 to 100; the next one ends it
   * @return this
   */
  public BatchScoring<T, O> restartAtSwap(int most) {
    if (most < 1 || most > MOST_SWAPS) {
      throw new IllegalArgumentException(
          "restartAtSwap: " + most + " (expected: 1.." + MOST_SWAPS + ")");
    }
    swaps = once("restartAtSwap", swaps, most);
    return this;
  }

  /**
   * Runs the job to its end, on this thread. An interrupt ends it at the next chunk, after a
   * checkpoint.
   *
   * @return what was done
   * @throws BatchException if it cannot go on; says why, and what an attempt after it will do
   * @throws ResumeRefusedException if an earlier attempt was another job
   * @throws IllegalStateException if source, sink or answers were not set, two of its files are
   *     one, or a table is to begin again at a swap
   */
  public BatchResult run() {
    BatchSource<T> input = require("from", source);
    require("to", sink);
    require("answers", answers);
    requireApart(input);
    if (swaps != null && sink instanceof JdbcSink) {
      throw new IllegalStateException(
          "restartAtSwap: rows that are in a table stay there, so a job that begins again would"
              + " have them twice (expected: a file, or no restartAtSwap)");
    }
    int left = swaps == null ? 0 : swaps;
    while (true) {
      try (Scorer<T, O> opened = scorer.apply(input.schema())) {
        return new BatchRun<>(this, opened).run();
      } catch (SwappedException swap) {
        if (left-- == 0) {
          throw swap;
        }
      }
    }
  }

  /** An output that is the input, too, would replace it at the end. */
  private void requireApart(BatchSource<T> input) {
    Map<Path, String> known = new HashMap<>();
    if (input instanceof FileInput<T> rows) {
      apart("from", rows.file, known);
    }
    if (sink instanceof FileSink file) {
      apart("to", file.file(), known);
    }
    if (badRows != null) {
      badRows.rejects().ifPresent(list -> apart("badRows", list, known));
    }
  }

  private static void apart(String what, Path file, Map<Path, String> known) {
    String other = known.putIfAbsent(file.toAbsolutePath().normalize(), what);
    if (other != null) {
      throw new IllegalStateException(
          what + ": " + file + " is named by " + other + ", too (expected: a file of its own)");
    }
  }

  int effectiveChunkRows() {
    return chunkRows == null ? DEFAULT_CHUNK : chunkRows;
  }

  static <V> V require(String what, @Nullable V value) {
    if (value == null) {
      throw new IllegalStateException(what + "(…) must be called before run()");
    }
    return value;
  }

  private static <V> V once(String what, @Nullable V old, V value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
