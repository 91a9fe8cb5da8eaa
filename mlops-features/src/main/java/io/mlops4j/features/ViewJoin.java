package io.mlops4j.features;

import io.mlops4j.core.Progress;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.JoinRecords.Answer;
import io.mlops4j.features.JoinRecords.Owned;
import io.mlops4j.features.JoinRecords.Question;
import java.time.Instant;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * Questions by key and time, events by key and the time from which they count, both from an external
 * sort; then one pass over both. For each question the timeline holds exactly the events that count
 * by then, as far as they matter.
 */
/** The join of rows with one view. Used by one thread. */
final class ViewJoin<R, E, K> implements AutoCloseable {
  private static final int STEP = 1 << 16;
  private static final int SLACK = 64;

  private final JoinPlan<R> plan;
  private final FeatureSet.Attached<R, K> attached;
  private final FeatureView<E, K> view;
  private final Dataset<E> source;
  private final ExternalSort<Question> questions;
  private final ExternalSort<Owned> events;
  private long rows;
  private long rowsWithoutKey;
  private long read;
  private long withoutKey;
  private long neverKnown;
  private long duplicates;

  ViewJoin(
      JoinPlan<R> plan,
      FeatureSet.Attached<R, K> attached,
      FeatureView<E, K> view,
      Dataset<E> source,
      Workspace workspace,
      long memory) {
    this.plan = plan;
    this.attached = attached;
    this.view = view;
    this.source = source;
    this.questions = new ExternalSort<>(new JoinRecords.Questions(), workspace, memory);
    this.events =
        new ExternalSort<>(new JoinRecords.Events(view.reader().columns()), workspace, memory);
  }

  void run(ExternalSort<Answer> into) {
    try (Stream<R> all = plan.rows().stream()) {
      all.sequential().forEachOrdered(this::ask);
    }
    report("rows", rows, true);
    try (Stream<E> all = source.stream()) {
      all.sequential().forEachOrdered(this::take);
    }
    report("events of " + view.name(), read, true);
    merge(questions.sorted(), events.sorted(), into);
    plan.facts()
        .accept(
            new JoinFacts(
                attached.prefix() + view.name(),
                rows,
                rowsWithoutKey,
                read,
                withoutKey,
                neverKnown,
                duplicates));
  }

  private void ask(R row) {
    Instant at = plan.set().timeOf(row);
    if (at == null || !Nanos.fits(at)) {
      throw new DataException(
          plan.rows().name()
              + ": row "
              + (rows + 1)
              + " asks for features at "
              + (at == null ? "no time" : at)
              + " (expected: 1678 to 2261). Filter such rows.");
    }
    String key = attached.keyOf(row);
    rowsWithoutKey += key.isEmpty() ? 1 : 0;
    questions.add(new Question(key, Nanos.of(at), rows++));
    report("rows", rows, false);
  }

  private void take(E element) {
    read++;
    report("events of " + view.name(), read, false);
    String key = view.reader().key(element);
    if (key.isEmpty()) {
      withoutKey++;
      return;
    }
    Event event = view.reader().read(element);
    if (event.known() == Event.NEVER) {
      neverKnown++;
      if (plan.knownOnly()) {
        return;
      }
    }
    long from = plan.knownOnly() ? event.visibleFrom() : event.happened();
    events.add(new Owned(key, from, event));
  }

  private void report(String what, long done, boolean end) {
    if (end || done % STEP == 0) {
      plan.progress().report(what, done, end ? done : Progress.UNKNOWN_TOTAL);
    }
  }

  private void merge(Iterator<Question> asked, Iterator<Owned> known, ExternalSort<Answer> into) {
    ViewEvaluator evaluator = view.evaluator(plan.knownOnly());
    @Nullable Owned next = known.hasNext() ? known.next() : null;
    String key = "";
    Timeline timeline = new Timeline(plan.knownOnly());
    int limit = SLACK;
    while (asked.hasNext()) {
      Question question = asked.next();
      if (!question.key().equals(key)) {
        key = question.key();
        timeline = new Timeline(plan.knownOnly());
        limit = SLACK;
      }
      while (next != null && next.key().compareTo(key) < 0) {
        next = known.hasNext() ? known.next() : null;
      }
      while (next != null && next.key().equals(key) && next.from() <= question.at()) {
        duplicates += timeline.add(next.event()) ? 0 : 1;
        if (timeline.size() > limit) {
          // As of the event, not of the question: what is between both may be a long history.
          timeline.prune(next.from(), view.reach());
          limit = 2 * timeline.size() + SLACK;
        }
        next = known.hasNext() ? known.next() : null;
      }
      into.add(new Answer(question.row(), evaluator.at(timeline, question.at())));
    }
  }

  @Override
  public void close() {
    questions.close();
    events.close();
  }
}
