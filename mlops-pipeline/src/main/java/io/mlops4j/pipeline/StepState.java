package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.pipeline.PipelineRun.StepRun;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run's log says of one step. Not thread-safe. */
final class StepState {
  private final String name;
  private StepStatus status = StepStatus.PENDING;
  private int attempts;
  private int failures;
  private int interruptions;
  private long millis;
  private String key = "";
  private String digest = "";
  private @Nullable String reusedFrom;
  private @Nullable String differs;
  private String note = "";
  private String error = "";
  private @Nullable String token;
  private @Nullable String undone;
  private @Nullable Instant startedAt;
  private Instant changedAt = Instant.EPOCH;

  StepState(String name) {
    this.name = name;
  }

  void apply(String type, ObjectNode event) {
    changedAt = Fields.instant(event, "at");
    switch (type) {
      case "started" -> {
        // One that never ended: its process did.
        interruptions += status == StepStatus.RUNNING ? 1 : 0;
        status = StepStatus.RUNNING;
        attempts++;
        start(event);
      }
      case "begun" -> {
        status = StepStatus.WAITING;
        token = Fields.text(event, "token");
        failures = 0;
        start(event);
      }
      case "asked" -> failures = 0;
      case "failed" -> failed(event);
      case "done" -> done(event);
      case "refused" -> {
        status = StepStatus.REFUSED;
        error = Fields.text(event, "error");
      }
      case "undone" -> undone = Fields.text(event, "how");
      default -> throw Fields.unknown(type);
    }
  }

  private void start(ObjectNode event) {
    key = Fields.text(event, "key");
    if (startedAt == null) {
      startedAt = changedAt;
    }
  }

  private void failed(ObjectNode event) {
    error = Fields.text(event, "error");
    millis += Fields.number(event, "millis");
    if (Fields.flag(event, "shutdown")) {
      attempts--;
    } else {
      failures++;
    }
    status =
        Fields.flag(event, "last")
            ? StepStatus.FAILED
            : token == null ? StepStatus.RETRYING : StepStatus.WAITING;
  }

  private void done(ObjectNode event) {
    reusedFrom = event.has("reusedFrom") ? Fields.text(event, "reusedFrom") : null;
    differs = event.has("differs") ? Fields.text(event, "differs") : null;
    status = reusedFrom == null ? StepStatus.DONE : StepStatus.REUSED;
    key = Fields.text(event, "key");
    digest = Fields.text(event, "digest");
    note = Fields.text(event, "note", "");
    millis += Fields.number(event, "millis");
    if (startedAt == null) {
      startedAt = changedAt;
    }
  }

  boolean done() {
    return status == StepStatus.DONE || status == StepStatus.REUSED;
  }

  StepStatus status() {
    return status;
  }

  /** Failed attempts, or failed questions if it waits. */
  int failures() {
    return failures;
  }

  int interruptions() {
    return interruptions;
  }

  int attempts() {
    return attempts;
  }

  String digest() {
    return digest;
  }

  String error() {
    return error;
  }

  /** What it waits for, if it was begun. */
  @Nullable String token() {
    return token;
  }

  boolean undone() {
    return undone != null;
  }

  Instant changedAt() {
    return changedAt;
  }

  @Nullable Instant startedAt() {
    return startedAt;
  }

  StepRun picture() {
    return new StepRun(
        name,
        status,
        attempts,
        key,
        digest,
        Optional.ofNullable(reusedFrom),
        Optional.ofNullable(differs),
        note,
        error,
        Duration.ofMillis(millis),
        Optional.ofNullable(startedAt),
        undone == null ? "" : undone);
  }
}
