package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. The answers of a run that wait for labels are the fold of its objects answers-N: each
 * adds answers under ascending numbers, and says which earlier ones wait no more. The run's newest
 * counts say from which object to which the fold goes (RunState), so counts and answers are always
 * of the same moment: what was written after the last counts is not read.
 *
 * Nothing of a row is in them: an answer is its id, the user's key, its step, arm, cluster of units,
 * score, and a bit per watch.
 */

/** Waiting answers as objects of the store. */
final class AnswerObjects {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerObjects.class);
  private static final String KIND = "rollout-answers";
  private static final int FORMAT = 1;

  /** An object stays well below what {@link Json} reads. */
  private static final int MOST_ANSWERS = 10_000;

  private static final int MOST_CHARACTERS = 2_000_000;

  /** Longer names wait in memory only. */
  private static final int LONGEST_NAME = 1_024;

  private AnswerObjects() {}

  static String key(String prefix, String run, long number) {
    return prefix + "/" + run + "/answers-" + String.format("%010d", number);
  }

  /** Returns the objects that say a change; none if there is none. */
  static List<byte[]> of(Ledger.Change change) {
    List<byte[]> objects = new ArrayList<>();
    List<Ledger.Answer> chunk = new ArrayList<>();
    List<Long> gone = change.gone();
    int characters = 0;
    for (Ledger.Answer answer : change.added()) {
      int length = answer.id().length() + (answer.key() == null ? 0 : answer.key().length());
      if (length > LONGEST_NAME) {
        continue;
      }
      if (chunk.size() == MOST_ANSWERS || characters + length > MOST_CHARACTERS) {
        objects.add(write(chunk, gone));
        chunk.clear();
        gone = List.of();
        characters = 0;
      }
      chunk.add(answer);
      characters += length;
    }
    if (!chunk.isEmpty() || !gone.isEmpty()) {
      objects.add(write(chunk, gone));
    }
    return objects;
  }

  private static byte[] write(List<Ledger.Answer> answers, List<Long> gone) {
    ObjectNode json = Json.object();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    ArrayNode all = json.putArray("answers");
    for (Ledger.Answer answer : answers) {
      Ledger.Entry entry = answer.entry();
      all.addArray()
          .add(answer.number())
          .add(answer.id())
          .add(answer.key())
          .add(entry.step())
          .add(entry.arm() == Arm.CANDIDATE)
          .add(entry.cluster())
          .add(entry.score())
          .add(entry.segments());
    }
    ArrayNode numbers = json.putArray("gone");
    gone.forEach(numbers::add);
    return Json.canonical(json);
  }

  /**
   * Returns what waits in a run. Reads from its last object backwards and stops at one that is
   * missing or damaged: which of the answers before that have been joined since, nobody knows, and
   * an answer must not be joined twice.
   */
  static List<Ledger.Answer> read(
      ObjectStore store, String prefix, String run, RunState state, RolloutPlan plan) {
    List<Ledger.Answer> waiting = new ArrayList<>();
    Set<Long> gone = new HashSet<>();
    for (long number = state.to(); number >= state.from(); number--) {
      Ledger.Change change = read(store, key(prefix, run, number), plan);
      if (change == null) {
        break;
      }
      // An object says nothing about its own answers, so only later ones take them away.
      change.added().stream().filter(a -> !gone.contains(a.number())).forEach(waiting::add);
      gone.addAll(change.gone());
    }
    waiting.sort((a, b) -> Long.compare(a.number(), b.number()));
    return waiting;
  }

  /** Removes the answers of a run, of what there is. */
  static void remove(ObjectStore store, List<String> keys, String prefix, String run) {
    String answers = prefix + "/" + run + "/answers-";
    keys.stream()
        .filter(key -> key.startsWith(answers))
        .forEach(key -> FleetCounts.remove(store, key));
  }

  private static Ledger.@Nullable Change read(ObjectStore store, String key, RolloutPlan plan) {
    byte[] bytes = store.get(key).orElse(null);
    if (bytes == null) {
      LOG.warn("Rollout answers {} are missing: they and those before are left out.", key);
      return null;
    }
    try {
      return parse(bytes, key, plan);
    } catch (MlopsException e) {
      LOG.warn("{} They and those before are left out.", e.getMessage());
      return null;
    }
  }

  private static Ledger.Change parse(byte[] bytes, String key, RolloutPlan plan) {
    ObjectNode json = Json.parse(bytes, "Rollout answers " + key);
    if (!json.path("kind").asText().equals(KIND)
        || json.path("format").asInt() != FORMAT
        || !json.path("answers").isArray()
        || !json.path("gone").isArray()) {
      throw new MlopsException(
          "Rollout answers " + key + " are refused: not of kind " + KIND + ", format 1.");
    }
    List<Ledger.Answer> answers = new ArrayList<>();
    for (JsonNode node : json.path("answers")) {
      if (!isAnswer(node, plan)) {
        throw new MlopsException(
            "Rollout answers " + key + " are refused: answer " + answers.size() + " is none.");
      }
      answers.add(
          new Ledger.Answer(
              node.get(0).longValue(),
              node.get(1).textValue(),
              node.get(2).isNull() ? null : node.get(2).textValue(),
              new Ledger.Entry(
                  node.get(3).intValue(),
                  node.get(4).booleanValue() ? Arm.CANDIDATE : Arm.CHAMPION,
                  node.get(5).intValue(),
                  node.get(6).doubleValue(),
                  node.get(7).longValue())));
    }
    List<Long> gone = new ArrayList<>();
    for (JsonNode number : json.path("gone")) {
      if (!number.isIntegralNumber()) {
        throw new MlopsException(
            "Rollout answers " + key + " are refused: gone " + gone.size() + " is no number.");
      }
      gone.add(number.longValue());
    }
    return new Ledger.Change(answers, gone);
  }

  private static boolean isAnswer(JsonNode node, RolloutPlan plan) {
    return node.size() == 8
        && node.get(0).isIntegralNumber()
        && node.get(1).isTextual()
        && (node.get(2).isNull() || node.get(2).isTextual())
        && isBelow(node.get(3), plan.steps().size())
        && node.get(4).isBoolean()
        && isBelow(node.get(5), Clusters.COUNT)
        && node.get(6).isNumber()
        && isBelow(node.get(7), 1L << plan.watches().size());
  }

  private static boolean isBelow(JsonNode node, long limit) {
    return node.isIntegralNumber()
        && node.canConvertToLong()
        && node.longValue() >= 0
        && node.longValue() < limit;
  }
}
