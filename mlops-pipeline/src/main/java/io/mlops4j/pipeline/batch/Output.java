package io.mlops4j.pipeline.batch;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An output that this process alone writes. */
interface Output extends AutoCloseable {

  /** Returns how far an earlier attempt came. */
  Optional<Checkpoint> stored();

  /** Forgets an earlier attempt. */
  void forget();

  /** Begins, or goes on after a checkpoint. */
  void begin(@Nullable Checkpoint from, List<String> columns);

  /** Adds a row; nothing of it counts before the next checkpoint. */
  void write(@Nullable Object[] cells);

  /** Makes the rows and the checkpoint durable, both or neither. */
  void commit(Checkpoint state);

  /** Does what is left to do after the last checkpoint, which says that the job is complete. */
  void finish(Checkpoint complete);

  /** Returns where the job's state is, for messages. */
  String where();

  @Override
  void close();
}
