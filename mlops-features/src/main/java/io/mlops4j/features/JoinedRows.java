package io.mlops4j.features;

import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.JoinRecords.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One reading of a join: answers for each view first, then the rows once more beside them. */
final class JoinedRows<R> {
  private final JoinPlan<R> plan;
  private final Workspace workspace;
  private final List<ExternalSort<Answer>> answers = new ArrayList<>();
  private final List<Iterator<Answer>> sorted = new ArrayList<>();
  private @Nullable Stream<R> rows;

  JoinedRows(JoinPlan<R> plan) {
    this.plan = plan;
    this.workspace = new Workspace(plan.directory());
  }

  Stream<FeatureRow<R>> stream() {
    try {
      // Questions and events of one view and the answers of all must fit at the same time.
      long share = plan.memory() / (2 + plan.set().views().size());
      for (FeatureSet.Attached<R, ?> attached : plan.set().views()) {
        ExternalSort<Answer> found = answer(attached, share);
        sorted.add(found.sorted());
      }
      Stream<R> opened = plan.rows().stream();
      rows = opened;
      return StreamSupport.stream(new Zipped(opened.iterator()), false).onClose(this::close);
    } catch (Throwable e) {
      closeAfter(e);
      throw e;
    }
  }

  private <E, K> ExternalSort<Answer> answer(FeatureSet.Attached<R, K> attached, long share) {
    ExternalSort<Answer> into =
        new ExternalSort<>(new JoinRecords.Answers(attached.view().width()), workspace, share);
    answers.add(into);
    // The map is filled by a method that takes a view and its own events together.
    @SuppressWarnings("unchecked")
    FeatureView<E, K> view = (FeatureView<E, K>) attached.view();
    @SuppressWarnings("unchecked")
    Dataset<E> events =
        (Dataset<E>) Objects.requireNonNull(plan.events().get(attached.view().name()));
    try (ViewJoin<R, E, K> join = new ViewJoin<>(plan, attached, view, events, workspace, share)) {
      join.run(into);
    }
    return into;
  }

  private void close() {
    Stream<R> opened = rows;
    rows = null;
    if (opened != null) {
      opened.close();
    }
    answers.forEach(ExternalSort::close);
    answers.clear();
    workspace.close();
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private final class Zipped extends Spliterators.AbstractSpliterator<FeatureRow<R>> {
    private final Iterator<R> each;
    private boolean ended;

    Zipped(Iterator<R> each) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
      this.each = each;
    }

    @Override
    public boolean tryAdvance(Consumer<? super FeatureRow<R>> action) {
      if (ended) {
        return false;
      }
      FeatureRow<R> next;
      try {
        if (!each.hasNext()) {
          ended = true;
          requireEnd();
          close();
          return false;
        }
        next = next(each.next());
      } catch (Throwable e) {
        ended = true;
        closeAfter(e);
        throw e;
      }
      action.accept(next);
      return true;
    }

    private FeatureRow<R> next(R row) {
      Instant at = plan.set().timeOf(row);
      if (at == null) {
        throw changed();
      }
      FeatureValues[] values = new FeatureValues[sorted.size()];
      for (int i = 0; i < values.length; i++) {
        if (!sorted.get(i).hasNext()) {
          throw changed();
        }
        FeatureSet.Attached<R, ?> attached = plan.set().views().get(i);
        values[i] =
            attached
                .view()
                .values(attached.keyOf(row), Nanos.of(at), sorted.get(i).next().values());
      }
      return new FeatureRow<>(plan.set(), row, at, values);
    }

    private void requireEnd() {
      if (sorted.stream().anyMatch(Iterator::hasNext)) {
        throw changed();
      }
    }

    private DataException changed() {
      return new DataException(
          plan.rows().name()
              + " gave other rows when it was read again for the join. Read from a file or a query"
              + " that does not change meanwhile.");
    }
  }
}
