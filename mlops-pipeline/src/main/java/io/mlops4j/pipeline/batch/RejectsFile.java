package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Text;
import io.mlops4j.pipeline.batch.Checkpoint.Mark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows that were left out, as far as a policy allows them. Grows as an output file does. */
final class RejectsFile implements AutoCloseable {
  private static final List<String> COLUMNS = List.of("row", "line", "reason");
  private static final int MAX_REASON = 500;

  private final BadRows policy;
  private final @Nullable GrowingFile growing;
  private final StringBuilder text = new StringBuilder();
  private long count;

  RejectsFile(BadRows policy, Disk disk) {
    this.policy = policy;
    this.growing = policy.rejects().map(file -> new GrowingFile(disk, file)).orElse(null);
  }

  void open() {
    if (growing != null) {
      growing.lock();
    }
  }

  void goOn(Mark mark, long rejected) {
    count = rejected;
    if (growing != null) {
      growing.goOn(mark);
    } else if (rejected > 0) {
      throw new ResumeRefusedException(
          "An earlier attempt left out "
              + rejected
              + " rows and listed them; this one has no list to go on with. Give the same list.",
          List.of("rejects was a file, is none"));
    }
  }

  /** Lists a bad row, or ends the job because it may not be left out. */
  void add(long row, long line, String reason) {
    String where = "row " + row + (line > 0 ? ", line " + line : "");
    if (growing == null) {
      throw new BatchException(
          BatchException.Side.INPUT,
          "Bad row: "
              + where
              + ": "
              + reason
              + ". Mend it, or leave such rows out with BadRows.skipTo.");
    }
    if (count >= policy.most()) {
      throw new BatchException(
          BatchException.Side.INPUT,
          "More than "
              + policy.most()
              + " bad rows; the next is "
              + where
              + ": "
              + reason
              + ". Look at the input, or allow more.");
    }
    count++;
    LineFormat.JSON_LINES.line(
        text, COLUMNS, new @Nullable Object[] {row, line, Text.printable(reason, MAX_REASON)});
  }

  long count() {
    return count;
  }

  Mark force() {
    if (growing == null) {
      return Mark.NOTHING;
    }
    growing.append(text.toString().getBytes(UTF_8));
    text.setLength(0);
    return growing.force();
  }

  /** Gives the list its name; also after a crash in the middle of that. */
  void finish(Mark mark) {
    if (growing == null) {
      return;
    }
    boolean whole = growing.isPartLong(mark);
    if (whole && (mark.length() > 0 || !growing.isComplete(mark))) {
      growing.finish(mark);
    } else {
      growing.discard();
    }
  }

  @Override
  public void close() {
    if (growing != null) {
      growing.close();
    }
  }
}
