package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * models/<name>/checkpoints/<first>-<last>: the records of a log from one sequence number to
 * another, one a line after a line of its own. One object instead of hundreds is what makes opening
 * a long log fast; nothing else rests on it. A checkpoint holds the records themselves, not a state
 * made of them, so it needs no format of its own for whatever a record may say, the hash chain
 * proves it, and it can be made again at any time. The log stays the authority: a checkpoint that
 * cannot be read, or whose last record is not the log's, is passed over.
 *
 * Ranges lie on a fixed grid, so that all writers make the same bytes. A range with a torn record
 * has no checkpoint.
 */
final class LogCheckpoints {
  static final int FORMAT = 1;
  static final int RECORDS = 512;

  /** So that the first append to a long log of an older library does not take long. */
  private static final int WRITTEN_AT_ONCE = 2;

  private static final Logger LOG = LoggerFactory.getLogger(LogCheckpoints.class);
  private static final Pattern KEY = Pattern.compile(".*/checkpoints/(\\d{10})-(\\d{10})");

  private final String model;
  private final ObjectStore store;
  private final int records;
  private long writtenTo;

  /**
   * @param records of a checkpoint to be written; 0 to neither read nor write any
   */
  LogCheckpoints(String model, ObjectStore store, int records) {
    this.model = model;
    this.store = store;
    this.records = records;
  }

  /** A checkpoint by its name. */
  record Range(long first, long last, String key) {}

  /** The checkpoints there are, by their first record. */
  NavigableMap<Long, Range> list() {
    NavigableMap<Long, Range> ranges = new TreeMap<>();
    if (records == 0) {
      return ranges;
    }
    for (String key : store.list("models/" + model + "/checkpoints")) {
      Matcher matcher = KEY.matcher(key);
      if (matcher.matches()) {
        Range range =
            new Range(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), key);
        ranges.merge(range.first(), range, (a, b) -> a.last() >= b.last() ? a : b);
      }
    }
    for (Range next = ranges.get(writtenTo + 1);
        next != null && next.last() == writtenTo + records;
        next = ranges.get(writtenTo + 1)) {
      writtenTo += records;
    }
    return ranges;
  }

  /** The records of a range as they were stored, or empty if it is damaged. */
  Optional<List<byte[]>> read(Range range) {
    try {
      Optional<byte[]> content = store.get(range.key());
      if (content.isEmpty()) {
        return Optional.empty();
      }
      List<byte[]> lines = lines(content.get());
      if (lines.size() != range.last() - range.first() + 2
          || !Arrays.equals(lines.get(0), header(range.first(), range.last()))) {
        throw new IntegrityException(range.key() + " is not what its name says.");
      }
      return Optional.of(lines.subList(1, lines.size()));
    } catch (IntegrityException e) {
      LOG.warn("Model {}: a checkpoint is damaged and passed over; the log is read.", model, e);
      return Optional.empty();
    }
  }

  /** Records that follow another, and the digest of their last. */
  record Part(List<LogRecord> records, long last, String head) {}

  /** A range's records if they continue the log from a head, as the log itself says. */
  Optional<Part> part(Range range, String head, LongFunction<String> keys) {
    Optional<List<byte[]>> jsons = read(range);
    if (jsons.isEmpty() || !isEndorsed(range, jsons.get(), keys)) {
      return Optional.empty();
    }
    List<LogRecord> taken = new ArrayList<>();
    String prev = head;
    for (byte[] json : jsons.get()) {
      LogRecord record = LogRecord.fromJson(json, range.key());
      if (!record.prev().equals(prev)
          || !record.model().equals(model)
          || record.sequence() != range.first() + taken.size()) {
        LOG.warn("Model {}: {} is not a part of this log and passed over.", model, range.key());
        return Optional.empty();
      }
      taken.add(record);
      prev = LogRecord.hash(json);
    }
    return Optional.of(new Part(taken, range.last(), prev));
  }

  /** The log's own record at the range's end proves, by the chain, all that came before it. */
  private boolean isEndorsed(Range range, List<byte[]> jsons, LongFunction<String> keys) {
    try {
      byte[] last = jsons.get(jsons.size() - 1);
      return store
          .get(keys.apply(range.last()))
          .filter(json -> Arrays.equals(json, last))
          .isPresent();
    } catch (IntegrityException e) {
      return false;
    }
  }

  private static List<byte[]> lines(byte[] content) {
    List<byte[]> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        lines.add(Arrays.copyOfRange(content, from, i));
        from = i + 1;
      }
    }
    return from == content.length ? lines : List.of();
  }

  private byte[] header(long first, long last) {
    ObjectNode json = Json.object();
    json.put("v", FORMAT);
    json.put("model", model);
    json.put("first", first);
    json.put("last", last);
    return Json.canonical(json);
  }

  /** Makes what is missing up to a record that has just been appended. Never fails the append. */
  void appended(long sequence, LongFunction<String> keys) {
    for (int i = 0; records > 0 && i < WRITTEN_AT_ONCE && writtenTo + records <= sequence; i++) {
      long first = writtenTo + 1;
      long last = writtenTo + records;
      // Whatever comes of it, it is not tried again before the log is opened anew.
      writtenTo = last;
      try {
        content(first, last, keys).ifPresent(bytes -> store.putIfAbsent(key(first, last), bytes));
      } catch (MlopsException e) {
        LOG.warn("Model {}: checkpoint {} to {} was not written.", model, first, last, e);
        return;
      }
    }
  }

  private Optional<byte[]> content(long first, long last, LongFunction<String> keys) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header(first, last));
    out.write('\n');
    for (long sequence = first; sequence <= last; sequence++) {
      Optional<byte[]> record;
      try {
        record = store.get(keys.apply(sequence));
      } catch (IntegrityException e) {
        return Optional.empty();
      }
      if (record.isEmpty() || new String(record.get(), UTF_8).indexOf('\n') >= 0) {
        return Optional.empty();
      }
      out.writeBytes(record.get());
      out.write('\n');
    }
    return Optional.of(out.toByteArray());
  }

  private String key(long first, long last) {
    return String.format(Locale.ROOT, "models/%s/checkpoints/%010d-%010d", model, first, last);
  }

  /** Compares every checkpoint with the log, record by record. */
  List<Problem> verify(LongFunction<String> keys) {
    List<Problem> problems = new ArrayList<>();
    for (Range range : list().values()) {
      Optional<List<byte[]>> kept = read(range);
      if (kept.isEmpty()) {
        problems.add(
            new Problem(range.key(), "The checkpoint is damaged; it is passed over. Delete it."));
        continue;
      }
      for (int i = 0; i < kept.get().size(); i++) {
        long sequence = range.first() + i;
        Optional<byte[]> record;
        try {
          record = store.get(keys.apply(sequence));
        } catch (IntegrityException e) {
          // The log says so itself.
          continue;
        }
        if (record.isEmpty() || !Arrays.equals(record.get(), kept.get().get(i))) {
          problems.add(
              new Problem(
                  "log record " + sequence + " of " + model,
                  "It is "
                      + (record.isEmpty() ? "missing" : "another one")
                      + " than in "
                      + range.key()
                      + "."));
        }
      }
    }
    return problems;
  }
}
