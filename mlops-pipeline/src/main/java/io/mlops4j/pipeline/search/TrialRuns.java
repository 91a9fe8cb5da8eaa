package io.mlops4j.pipeline.search;

import io.mlops4j.registry.tracking.MetricSummary;
import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.RunSettings;
import io.mlops4j.registry.tracking.RunStatus;
import io.mlops4j.registry.tracking.TrackedExperiment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A search as runs: one for itself, one for each trial, and what earlier processes had ended. */
final class TrialRuns implements AutoCloseable {
  private static final String DIGEST = "search.digest";
  private static final String TRIAL = "search.trial";
  private static final int MOST = 100_000;

  private final TrackedExperiment experiment;
  private final String objective;
  private final Run parent;
  private final Map<String, RunRecord> ended = new HashMap<>();
  private boolean failed;

  TrialRuns(Search search, TrackedExperiment experiment) {
    this.experiment = experiment;
    this.objective = Search.require("objective", search.objective);
    String digest = search.digest();
    Optional<RunRecord> before =
        search.continuing ? unfinished(digest) : Optional.<RunRecord>empty();
    if (before.isPresent()) {
      this.parent = experiment.resume(before.get().id());
      remember(before.get().id());
    } else {
      this.parent =
          experiment.start(
              RunSettings.named(Search.require("name", search.name))
                  .withSeed(search.effectiveSeed())
                  .withTag(DIGEST, digest)
                  .withTag("search.method", String.valueOf(search.method))
                  .withTag("search.space", shortened(search.space.toString())));
    }
  }

  private static String shortened(String text) {
    return text.length() <= 2_000 ? text : text.substring(0, 2_000);
  }

  private Optional<RunRecord> unfinished(String digest) {
    return experiment
        .query(
            "tag."
                + DIGEST
                + " = '"
                + digest
                + "' AND status != 'FINISHED' ORDER BY started DESC LIMIT 1")
        .stream()
        .findFirst();
  }

  private void remember(String parentId) {
    List<RunRecord> children =
        experiment.query("parent = '" + parentId + "' ORDER BY started DESC LIMIT " + MOST);
    for (RunRecord child : children) {
      boolean over = child.status() == RunStatus.FINISHED || child.status() == RunStatus.FAILED;
      String trial = child.tags().get(TRIAL);
      if (over && trial != null) {
        ended.put(trial, child);
      }
    }
  }

  String id() {
    return parent.id();
  }

  /** Returns what an earlier process had found out about a trial. */
  @Nullable TrialResult find(int number, int round, long budget, Candidate candidate) {
    RunRecord record = ended.get(key(number, round));
    if (record == null || !record.params().equals(texts(candidate))) {
      return null;
    }
    MetricSummary value = record.metrics().get(objective);
    boolean broken = record.status() == RunStatus.FAILED;
    return new TrialResult(
        number,
        round,
        budget,
        candidate,
        broken || value == null ? Double.NaN : value.last(),
        broken ? Optional.of(record.reason()) : Optional.empty(),
        record.took(),
        true,
        Optional.of(record.id()));
  }

  Run start(int number, int round, Candidate candidate, long seed) {
    Run run =
        experiment.start(
            RunSettings.named("trial " + number + (round > 0 ? ", round " + round : ""))
                .withParent(parent.id())
                .withSeed(seed)
                .withTag(TRIAL, key(number, round)));
    run.params(texts(candidate));
    return run;
  }

  private static String key(int number, int round) {
    return round + "/" + number;
  }

  private static Map<String, String> texts(Candidate candidate) {
    Map<String, String> texts = new TreeMap<>();
    candidate.values().forEach((name, value) -> texts.put(name, value.toString()));
    return texts;
  }

  void best(TrialResult best) {
    parent.metric(objective, 0, best.value());
    parent.tag("search.best", key(best.number(), best.round()));
  }

  void fail(Throwable cause) {
    failed = true;
    parent.fail(cause);
  }

  @Override
  public void close() {
    if (!failed) {
      parent.close();
    }
  }
}
