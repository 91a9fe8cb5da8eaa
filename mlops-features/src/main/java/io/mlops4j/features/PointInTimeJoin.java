package io.mlops4j.features;

import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows and the events of each view, to be joined as of each row's time. The contract:
 *
 * <ul>
 *   <li>One row out for each row in, in the same order, whatever the keys, also for equal rows and
 *       rows nobody knows anything of.
 *   <li>No event counts that happened, or was known, after the row's time; one that happened and
 *       was known at exactly that time does.
 *   <li>No event counts that is older than the view's time to live; one of exactly that age does.
 *   <li>Values do not depend on the order of rows, of events or of views, nor on duplicates.
 * </ul>
 *
 * <p>Rows and events are read as streams and sorted outside of memory, so that millions need no
 * more than {@link #memory}. What must fit is what one entity's windows hold. Used by one thread
 * until {@link #dataset}, whose result is immutable.
 *
 * @param <R> the type of the rows
 */
public final class PointInTimeJoin<R> {
  private static final long LEAST_MEMORY = 1 << 20;

  private final FeatureSet<R> set;
  private final Dataset<R> rows;
  private final Map<String, Dataset<?>> events = new HashMap<>();
  private long memory = 256L << 20;
  private @Nullable Path directory;
  private boolean knownOnly = true;
  private Progress progress = Progress.silent();
  private Consumer<JoinFacts> facts = seen -> {};

  PointInTimeJoin(FeatureSet<R> set, Dataset<R> rows) {
    this.set = set;
    this.rows = Objects.requireNonNull(rows, "dataset");
  }

  /**
   * Gives the events of a view: all of them, from anywhere, in any order.
   *
   * @param view one of the set
   * @param dataset its events
   * @param <E> their type
   * @return this join
   */
  public <E> PointInTimeJoin<R> events(FeatureView<E, ?> view, Dataset<E> dataset) {
    Objects.requireNonNull(view, "view");
    Objects.requireNonNull(dataset, "dataset");
    if (set.views().stream().noneMatch(attached -> attached.view() == view)) {
      throw new IllegalArgumentException("events: view " + view.name() + " is not in the set");
    }
    if (events.putIfAbsent(view.name(), dataset) != null) {
      throw new IllegalStateException("events of " + view.name() + " were already given");
    }
    return this;
  }

  /**
   * Says how much memory sorting may take; what does not fit goes into files.
   *
   * @param bytes about how many, at least 1 MiB; 256 MiB unless said
   * @return this join
   */
  public PointInTimeJoin<R> memory(long bytes) {
    if (bytes < LEAST_MEMORY) {
      throw new IllegalArgumentException(
          "memory: " + bytes + " (expected: at least " + LEAST_MEMORY + ")");
    }
    memory = bytes;
    return this;
  }

  /**
   * Says where files go while the joined rows are read. They are removed when the stream is closed
   * or read to its end.
   *
   * @param parent an existing directory; the one for temporary files unless said
   * @return this join
   */
  public PointInTimeJoin<R> directory(Path parent) {
    directory = Objects.requireNonNull(parent, "parent");
    return this;
  }

  /**
   * Gives a listener that is told how many rows and events were read.
   *
   * @param listener of the reading of each stream
   * @return this join
   */
  public PointInTimeJoin<R> progress(Progress listener) {
    progress = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Gives a listener that is told what was seen, once for each view and reading.
   *
   * @param listener of the facts
   * @return this join
   */
  public PointInTimeJoin<R> facts(Consumer<JoinFacts> listener) {
    facts = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Leaves out the cut-off by knowledge time: rows see events that had happened but that nobody
   * could know yet. Models trained on such rows look better than they are; this is here to show by
   * how much. The result's features have other definitions, so that such a model refuses serving
   * rows.
   *
   * @return this join
   */
  public PointInTimeJoin<R> ignoringKnowledgeTime() {
    knownOnly = false;
    return this;
  }

  /**
   * Returns the joined rows. Each reading joins anew; to read often, take {@link
   * Dataset#inMemory()}.
   *
   * @return one row for each row, in order
   * @throws IllegalStateException if the events of a view were not given
   */
  public Dataset<FeatureRow<R>> dataset() {
    for (FeatureSet.Attached<R, ?> attached : set.views()) {
      if (!events.containsKey(attached.view().name())) {
        throw new IllegalStateException(
            "join: the events of view " + attached.view().name() + " were not given");
      }
    }
    Schema<FeatureRow<R>> schema = knownOnly ? set.schema() : set.leakingSchema();
    JoinPlan<R> plan =
        new JoinPlan<>(
            set, rows, Map.copyOf(events), memory, directory, knownOnly, progress, facts);
    return Dataset.of(rows.name(), schema, () -> new JoinedRows<>(plan).stream());
  }

  /**
   * Returns where rows that were served differ from these joined ones: what was not written in
   * time, was written wrongly, or was corrected since.
   *
   * @param served the rows as the model saw them, in the order of this join's rows
   * @return counts and examples; values are compared bit by bit
   * @throws io.mlops4j.data.DataException if the rows are not the same, or not at the same times
   */
  public JoinDifferences differences(Dataset<FeatureRow<R>> served) {
    Objects.requireNonNull(served, "served");
    return new RowComparison<R>(set.schema()).of(served, dataset());
  }
}
