package io.mlops4j.registry.tracking;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Progress;
import io.mlops4j.registry.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the runs of an experiment again, trusting no summary and no index. */
final class RunVerification {
  private final String experiment;
  private final TrackingStore store;
  private final RunIndex index;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Long> counts = new HashMap<>();

  RunVerification(String experiment, TrackingStore store, RunIndex index) {
    this.experiment = experiment;
    this.store = store;
    this.index = index;
  }

  List<Problem> run(List<String> ids, Progress progress) {
    counts.putAll(index.counts());
    int done = 0;
    for (String id : ids) {
      if (!counts.containsKey(id)) {
        problems.add(new Problem(where(id), "The index does not know it: queries do not find it."));
      }
      check(id);
      progress.report("runs verified of " + experiment, ++done, ids.size());
    }
    return problems;
  }

  private void check(String id) {
    RunChunks chunks = new RunChunks(store.objects(), experiment, id);
    try {
      chunks.replay(stored -> compare(id, chunks, stored));
      long known = counts.getOrDefault(id, 0L);
      if (chunks.last() < Math.max(1, known)) {
        problems.add(
            new Problem(
                where(id),
                "It ends with chunk " + chunks.last() + ", but had " + Math.max(1, known) + "."));
        return;
      }
      RunRecord record = chunks.state().toRecord(RunStatus.RUNNING);
      blob(id, "environment", record.environment());
      record.artifacts().forEach((path, artifact) -> blob(id, path, artifact.digest()));
    } catch (MlopsException e) {
      problems.add(new Problem(where(id), String.valueOf(e.getMessage())));
    }
  }

  private void compare(String id, RunChunks chunks, StoredChunk stored) {
    @Nullable RunRecord summary = stored.summary();
    RunState state = chunks.state();
    if (summary != null && !summary.equals(state.toRecord(state.status))) {
      problems.add(
          new Problem(
              where(id),
              "The summary in chunk " + stored.sequence() + " is not the fold of the chunks."));
    }
  }

  private void blob(String id, String what, String digest) {
    try {
      store.blob(digest, what);
    } catch (MlopsException e) {
      problems.add(new Problem(where(id), String.valueOf(e.getMessage())));
    }
  }

  private String where(String id) {
    return "run " + experiment + "/" + id;
  }
}
