package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.MlopsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a run's newest object says besides its counts.
 *
 * @param from the first of its objects with answers that still counts
 * @param to the last one that was complete when this was written
 * @param waiting how many answers wait in them
 * @param adopted gone runs whose answers are among them, or have been joined
 * @param closedBy who closed this run: itself at its end, or who takes its answers over. A closed
 *     run writes nothing more
 */
record RunState(long from, long to, long waiting, List<String> adopted, Optional<String> closedBy) {
  static final RunState NEW = new RunState(1, 0, 0, List.of(), Optional.empty());

  private static final String FIELD = "run";
  private static final Pattern RUN = Pattern.compile("\\d{6,9}");
  private static final long MOST = 1_000_000_000_000L;

  RunState {
    adopted = List.copyOf(adopted);
  }

  RunState closedBy(String run) {
    return new RunState(from, to, waiting, adopted, Optional.of(run));
  }

  void writeTo(ObjectNode document) {
    ObjectNode json = document.putObject(FIELD);
    json.put("from", from);
    json.put("to", to);
    json.put("waiting", waiting);
    ArrayNode runs = json.putArray("adopted");
    adopted.forEach(runs::add);
    closedBy.ifPresent(run -> json.put("closedBy", run));
  }

  /**
   * Returns what a document says; {@link #NEW} if it is of a version that had none of this.
   *
   * @throws MlopsException if it says something that cannot be
   */
  static RunState of(ObjectNode document, String what) {
    JsonNode json = document.path(FIELD);
    if (json.isMissingNode()) {
      return NEW;
    }
    long from = json.path("from").asLong(-1);
    long to = json.path("to").asLong(-1);
    long waiting = json.path("waiting").asLong(-1);
    boolean ranges = from >= 1 && to >= from - 1 && to < MOST && waiting >= 0 && waiting < MOST;
    List<String> adopted = new ArrayList<>();
    for (JsonNode run : json.path("adopted")) {
      adopted.add(run.asText());
    }
    Optional<String> closedBy =
        json.has("closedBy") ? Optional.of(json.path("closedBy").asText()) : Optional.empty();
    boolean names =
        adopted.stream().allMatch(run -> RUN.matcher(run).matches())
            && closedBy.stream().allMatch(run -> RUN.matcher(run).matches());
    if (!ranges || !names) {
      throw new MlopsException(
          what
              + " are refused: the run says answers "
              + from
              + " to "
              + to
              + ", "
              + waiting
              + " waiting (expected: 1 or more, not before it, 0 or more, and names of runs).");
    }
    return new RunState(from, to, waiting, adopted, closedBy);
  }
}
