package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.registry.LogCheckpoints.Part;
import io.mlops4j.registry.LogCheckpoints.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One model's log: models/<name>/log/<seq>.json, each record holding the digest of the one before.
 * Creating seq+1 exclusively is the compare-and-swap: whoever loses reads what the winner wrote and
 * decides again. The state is the fold of the records.
 *
 * A record without a valid seal is one whose writer died: not committed. It blocks its number, so
 * the next writer takes the following one and chains it to the last valid record ("bridging"). If
 * instead the following record chains to something else, the invalid one had been committed and has
 * been damaged since: the model is corrupt and says so, other models go on.
 *
 * ioLock serializes this process's reading and appending, so that its threads do not fight each
 * other for numbers; it is not needed for correctness. The monitor of `this` guards the state and
 * is never held during I/O. `production` is what everyone else reads.
 */
final class ModelLog {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);
  private static final Pattern KEY = Pattern.compile(".*/log/(\\d{10})\\.json");
  private static final int MAX_ATTEMPTS = 10_000;

  private final String model;
  private final ObjectStore store;
  private final RegistryOptions options;
  private final ReentrantLock ioLock = new ReentrantLock();
  private final ModelState state;
  private final LogCheckpoints checkpoints;
  private final LogAudience audience;
  private final Map<String, HistoryEntry> requests = new HashMap<>();
  private final List<Long> torn = new ArrayList<>();
  private String head = LogRecord.GENESIS;
  private long next = 1;
  private boolean opened;
  private int newerFormat;
  private @Nullable String corruption;
  private @Nullable String sought;
  private boolean pollFailing;
  private volatile Production production;

  /**
   * @param perCheckpoint records of a checkpoint to be written; 0 to neither read nor write any
   */
  ModelLog(String model, ObjectStore store, RegistryOptions options, int perCheckpoint) {
    this.checkpoints = new LogCheckpoints(model, store, perCheckpoint);
    this.model = model;
    this.store = store;
    this.options = options;
    this.state = new ModelState(model);
    this.production = state.production();
    this.audience = new LogAudience(this, production);
  }

  /** What to append: an entry without place, author and time. */
  record Draft(
      HistoryEntry.Kind kind,
      int version,
      Optional<Stage> stage,
      OptionalInt replaced,
      Optional<String> digest,
      String reason) {

    /** About the model as a whole. */
    static Draft ofModel(HistoryEntry.Kind kind, String reason) {
      return new Draft(kind, 0, Optional.empty(), OptionalInt.empty(), Optional.empty(), reason);
    }
  }

  String model() {
    return model;
  }

  Production production() {
    return production;
  }

  /** Reads the state as of now, of all processes. */
  <R> R read(Function<ModelState, R> query) {
    refresh();
    synchronized (this) {
      if (corruption != null) {
        throw new IntegrityException(corruption);
      }
      return query.apply(state);
    }
  }

  /** The digest of the last record: who keeps it elsewhere can tell whether the log was cut. */
  String head() {
    refresh();
    synchronized (this) {
      return head;
    }
  }

  /**
   * Appends what {@code decide} makes of the state; it is called again if another writer was
   * faster, and may throw to give up. A null draft appends nothing.
   */
  @Nullable HistoryEntry append(Function<ModelState, @Nullable Draft> decide) {
    return append(Optional.empty(), decide);
  }

  /** The same, unless a record of that request is there already: then that is the answer. */
  @Nullable HistoryEntry append(
      Optional<String> request, Function<ModelState, @Nullable Draft> decide) {
    ioLock.lock();
    try {
      for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        readNew();
        Optional<HistoryEntry> done = request.flatMap(this::made);
        if (done.isPresent()) {
          return done.get();
        }
        LogRecord record = propose(request, decide);
        if (record == null) {
          return null;
        }
        byte[] json = record.toJson();
        String key = key(record.sequence());
        // A store that retries may have created it and then say that it was there: compare.
        if (store.putIfAbsent(key, json) || isOurs(key, json)) {
          accept(record.sequence(), json);
          publish();
          checkpoints.appended(record.sequence(), this::key);
          return record.entry();
        }
      }
      throw new MlopsException(
          "Model "
              + model
              + ": gave up after losing "
              + MAX_ATTEMPTS
              + " races for the log's end. Are reads answered by a replica that lags behind?");
    } finally {
      ioLock.unlock();
      audience.tell();
    }
  }

  /** What was appended for a request, as far as the log has been read. */
  private synchronized Optional<HistoryEntry> made(String request) {
    return Optional.ofNullable(requests.get(request));
  }

  /** What was appended for a request, as of now. */
  Optional<HistoryEntry> request(String request) {
    return read(current -> made(request));
  }

  private synchronized @Nullable LogRecord propose(
      Optional<String> request, Function<ModelState, @Nullable Draft> decide) {
    if (corruption != null) {
      throw new IntegrityException(corruption);
    }
    if (newerFormat > LogRecord.NEWEST_RECORD) {
      throw ModelRegistry.newer("Model " + model, newerFormat, LogRecord.NEWEST_RECORD);
    }
    Draft draft = decide.apply(state);
    if (draft == null) {
      return null;
    }
    HistoryEntry entry =
        new HistoryEntry(
            next,
            draft.kind(),
            draft.version(),
            draft.stage(),
            draft.replaced(),
            draft.digest(),
            Text.printable(draft.reason(), 2000),
            Text.printable(options.actor(), 256),
            options.time().now());
    return new LogRecord(
        draft.kind().format(), model, next, head, UUID.randomUUID().toString(), request, entry);
  }

  private boolean isOurs(String key, byte[] json) {
    try {
      return store.get(key).filter(found -> Arrays.equals(found, json)).isPresent();
    } catch (IntegrityException e) {
      return false;
    }
  }

  void refresh() {
    ioLock.lock();
    try {
      readNew();
    } finally {
      ioLock.unlock();
      audience.tell();
    }
  }

  /** Like refresh, but leaves it to whoever is at it already, and reports a failure once. */
  void poll() {
    if (!ioLock.tryLock()) {
      return;
    }
    try {
      readNew();
      pollFailing = false;
    } catch (MlopsException e) {
      if (!pollFailing) {
        LOG.warn("Model {}: following the log failed, keeping the last state.", model, e);
      }
      pollFailing = true;
    } finally {
      ioLock.unlock();
      audience.tell();
    }
  }

  private void readNew() {
    if (isCorrupt()) {
      return;
    }
    long before = next;
    try {
      readRecords();
    } finally {
      if (next != before || isCorrupt()) {
        publish();
      }
    }
  }

  private void readRecords() {
    if (opened) {
      // Existing records have consecutive names, so one failed look-up says there is no news.
      while (readOne(next)) {}
      return;
    }
    // Before the log: so the log has at least what is in them.
    NavigableMap<Long, Range> ranges = checkpoints.list();
    long last = 0;
    for (String key : store.list("models/" + model + "/log")) {
      Matcher matcher = KEY.matcher(key);
      last = matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
      // What an attempt to open that failed half-way has read is not read again.
      if (last >= next && !readRange(ranges.get(last), last)) {
        readOne(last);
      }
      if (isCorrupt()) {
        return;
      }
    }
    for (Range range : ranges.values()) {
      if (range.last() > last && checkpoints.read(range).isPresent()) {
        cut(last, range);
        return;
      }
    }
    opened = true;
  }

  /** True if there is a checkpoint that begins here, and all its records were taken from it. */
  private boolean readRange(@Nullable Range range, long sequence) {
    if (range == null || sequence != next) {
      return false;
    }
    Optional<Part> part = checkpoints.part(range, head, this::key);
    part.ifPresent(this::take);
    return part.isPresent();
  }

  private synchronized void take(Part part) {
    try {
      part.records().forEach(this::apply);
    } catch (MlopsException e) {
      corrupt(e);
      return;
    }
    head = part.head();
    next = part.last() + 1;
  }

  private synchronized void cut(long last, Range range) {
    corrupt(
        new IntegrityException(
            "It was cut: its last record is "
                + last
                + ", but "
                + range.key()
                + " has records up to "
                + range.last()
                + "."));
  }

  private boolean readOne(long sequence) {
    try {
      Optional<byte[]> json = store.get(key(sequence));
      if (json.isEmpty()) {
        return false;
      }
      accept(sequence, json.get());
    } catch (IntegrityException e) {
      tornAt(sequence, e);
    }
    return !isCorrupt();
  }

  private synchronized boolean isCorrupt() {
    return corruption != null;
  }

  private synchronized void tornAt(long sequence, IntegrityException e) {
    LOG.warn("Model {}: log record {} is treated as not committed.", model, sequence, e);
    torn.add(sequence);
    state.skip();
    next = sequence + 1;
  }

  private synchronized void accept(long sequence, byte[] json) {
    try {
      LogRecord record = LogRecord.fromJson(json, what(sequence));
      if (!record.model().equals(model) || record.sequence() != sequence) {
        throw new IntegrityException(
            what(sequence) + " says it is " + record.model() + " " + record.sequence() + ".");
      }
      if (!record.prev().equals(head)) {
        throw new IntegrityException(
            what(sequence)
                + " follows a record with digest "
                + record.prev()
                + ", but the one before it has "
                + head
                + (torn.contains(sequence - 1) || sequence != next
                    ? ": record " + (sequence - 1) + " was damaged or deleted."
                    : ": one of the two was changed."));
      }
      apply(record);
    } catch (MlopsException e) {
      corrupt(e);
      return;
    }
    head = LogRecord.hash(json);
    if (head.equals(sought)) {
      sought = null;
    }
    next = sequence + 1;
  }

  private synchronized void apply(LogRecord record) {
    newerFormat = Math.max(newerFormat, record.format());
    HistoryEntry entry = record.entry();
    if (entry != null) {
      state.apply(entry);
      record.request().ifPresent(request -> requests.putIfAbsent(request, entry));
    }
  }

  private synchronized void corrupt(MlopsException e) {
    corruption =
        "The log of model "
            + model
            + " is corrupt: "
            + e.getMessage()
            + " Restore models/"
            + model
            + " from a backup; other models are not affected.";
    LOG.error("{}", corruption);
  }

  /** Once per batch of records. An equal snapshot is no news: readers compare by identity. */
  private synchronized void publish() {
    Production now =
        corruption == null
            ? state.production()
            : new Production(OptionalInt.empty(), "", corruption);
    if (!now.equals(production)) {
      production = now;
    }
  }

  Subscription subscribe(Runnable onChange) {
    return audience.subscribe(onChange);
  }

  /** Passes on what is and will be in the log, in order, each entry once, on the executor. */
  Subscription follow(long after, Executor executor, Consumer<HistoryEntry> listener) {
    return audience.follow(after, executor, listener);
  }

  /** The next entries of what this process has read; no I/O. */
  synchronized List<HistoryEntry> known(long after, int most) {
    return state.after(after, most);
  }

  /**
   * Reads everything again, trusting nothing, and says what is wrong; also if a head that was read
   * before is not in the chain.
   */
  static List<Problem> verify(
      String model, ObjectStore store, RegistryOptions options, @Nullable String head) {
    ModelLog fresh = new ModelLog(model, store, options, 0);
    fresh.sought = head;
    fresh.refresh();
    List<Problem> problems =
        new ArrayList<>(new LogCheckpoints(model, store, 1).verify(fresh::key));
    synchronized (fresh) {
      if (fresh.sought != null && !fresh.sought.equals(LogRecord.GENESIS)) {
        problems.add(
            new Problem(
                "log of " + model,
                "The head "
                    + fresh.sought
                    + " that was read before is not in the log: records were cut off or"
                    + " rewritten."));
      }
      for (long sequence : fresh.torn) {
        problems.add(
            new Problem(
                fresh.what(sequence),
                "The record is torn or damaged; it counts as not committed."));
      }
      if (fresh.corruption != null) {
        problems.add(new Problem("log of " + model, fresh.corruption));
      }
    }
    return problems;
  }

  private String what(long sequence) {
    return "log record " + sequence + " of " + model;
  }

  private String key(long sequence) {
    return String.format(Locale.ROOT, "models/%s/log/%010d.json", model, sequence);
  }
}
