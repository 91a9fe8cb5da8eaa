package io.mlops4j.junit;

import io.mlops4j.core.MlopsException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened so far, counted by all threads of a stress. */
final class StressTally {
  final LongAdder asked = new LongAdder();
  final LongAdder answered = new LongAdder();
  final LongAdder cancelled = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder swaps = new LongAdder();
  final LongAdder closes = new LongAdder();
  final LongAdder opened = new LongAdder();
  final LongAdder closed = new LongAdder();

  private final Map<Kind, Case> problems = new EnumMap<>(Kind.class);
  private volatile boolean failed;

  enum Kind {
    LOST("Lost request"),
    WRONG("Wrong answer"),
    FAILED("Unexpected exception"),
    CLOSED_EARLY("Model closed too early"),
    SHARED("Model shared by two versions"),
    STUCK("Stuck"),
    LEFT_OPEN("Left open");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private record Case(String first, int count) {}

  void problem(Kind kind, String sentence) {
    synchronized (problems) {
      problems.merge(
          kind, new Case(sentence, 1), (old, one) -> new Case(old.first(), old.count() + 1));
    }
    failed = true;
  }

  boolean failed() {
    return failed;
  }

  List<String> problems() {
    List<String> sentences = new ArrayList<>();
    synchronized (problems) {
      problems.forEach(
          (kind, seen) ->
              sentences.add(
                  kind.words
                      + (seen.count() == 1 ? ": " : " (" + seen.count() + " times), the first: ")
                      + seen.first()));
    }
    return sentences;
  }

  /** Only our own messages are repeated: they never hold values of rows, others may. */
  static String because(@Nullable Throwable thrown) {
    if (thrown == null) {
      return "nothing";
    }
    Throwable cause = thrown.getCause();
    String own = thrown.getClass().getSimpleName();
    if (thrown instanceof MlopsException) {
      own += ": " + thrown.getMessage();
    }
    return cause == null || cause == thrown ? own : own + " (cause: " + because(cause) + ")";
  }
}
