package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;

/**
 * What one instance has counted in one rollout: for every step and arm the number of requests, and
 * the counts of every watch. Merges by addition, in any order. Not thread-safe.
 */
final class Counts {
  private static final int FORMAT = 1;
  private static final String KIND = "rollout-counts";
  private static final int ARMS = 2;

  /** Places of {@link #labels()}: labels reported, joined, and answers given up without one. */
  static final int REPORTED = 0;

  static final int JOINED = 1;
  static final int GIVEN_UP = 2;
  private static final int LABELS = 3;

  private final RolloutPlan plan;
  private final double[][] requests; // [step][arm]
  private final double[][][][] watches; // [step][arm][watch]
  private final double[] labels = new double[LABELS];

  Counts(RolloutPlan plan) {
    this.plan = plan;
    int steps = plan.steps().size();
    requests = new double[steps][ARMS];
    watches = new double[steps][ARMS][plan.watches().size()][];
    for (int step = 0; step < steps; step++) {
      for (int arm = 0; arm < ARMS; arm++) {
        for (int watch = 0; watch < plan.watches().size(); watch++) {
          watches[step][arm][watch] = new double[plan.watches().get(watch).question().size()];
        }
      }
    }
  }

  private static int place(Arm arm) {
    return arm == Arm.CHAMPION ? 0 : 1;
  }

  void request(int step, Arm arm) {
    requests[step][place(arm)]++;
  }

  long requests(int step, Arm arm) {
    return (long) requests[step][place(arm)];
  }

  /** The counts of one watch, to be read or added to. */
  double[] of(int step, Arm arm, int watch) {
    return watches[step][place(arm)][watch];
  }

  /** What became of labels, to be read or added to. */
  double[] labels() {
    return labels;
  }

  void add(Counts other) {
    for (int i = 0; i < labels.length; i++) {
      labels[i] += other.labels[i];
    }
    for (int step = 0; step < requests.length; step++) {
      for (int arm = 0; arm < ARMS; arm++) {
        requests[step][arm] += other.requests[step][arm];
        for (int watch = 0; watch < watches[step][arm].length; watch++) {
          double[] into = watches[step][arm][watch];
          double[] from = other.watches[step][arm][watch];
          for (int i = 0; i < into.length; i++) {
            into[i] += from[i];
          }
        }
      }
    }
  }

  Counts copy() {
    Counts copy = new Counts(plan);
    copy.add(this);
    return copy;
  }

  /** Makes one step equal to another's. */
  void copyStep(Counts other, int step) {
    for (int arm = 0; arm < ARMS; arm++) {
      requests[step][arm] = other.requests[step][arm];
      for (int watch = 0; watch < watches[step][arm].length; watch++) {
        double[] from = other.watches[step][arm][watch];
        System.arraycopy(from, 0, watches[step][arm][watch], 0, from.length);
      }
    }
  }

  void copyLabels(Counts other) {
    System.arraycopy(other.labels, 0, labels, 0, labels.length);
  }

  byte[] toJson(RunState run) {
    ObjectNode json = Json.object();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    json.put("plan", plan.digest());
    run.writeTo(json);
    ArrayNode fates = json.putArray("labels");
    for (double number : labels) {
      fates.add(number);
    }
    ArrayNode steps = json.putArray("steps");
    for (int step = 0; step < requests.length; step++) {
      ArrayNode arms = steps.addArray();
      for (int arm = 0; arm < ARMS; arm++) {
        ObjectNode counts = arms.addObject();
        counts.put("requests", requests[step][arm]);
        ArrayNode all = counts.putArray("watches");
        for (double[] numbers : watches[step][arm]) {
          sparse(all.addArray(), numbers);
        }
      }
    }
    return Json.canonical(json);
  }

  /** Places and numbers in turn; most places are empty. */
  private static void sparse(ArrayNode into, double[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] != 0) {
        into.add(i).add(numbers[i]);
      }
    }
  }

  /**
   * Returns what another instance has counted.
   *
   * @throws MlopsException if it is no such object, or of another plan
   */
  static Counts fromJson(RolloutPlan plan, ObjectNode json, String what) {
    if (!json.path("kind").asText().equals(KIND)
        || json.path("format").asInt() != FORMAT
        || !json.path("plan").asText().equals(plan.digest())) {
      throw new MlopsException(
          what
              + " are refused: kind "
              + Text.printable(json.path("kind").asText(), 64)
              + ", format "
              + json.path("format").asInt()
              + " (expected: "
              + KIND
              + ", "
              + FORMAT
              + ", and of this plan).");
    }
    Counts counts = new Counts(plan);
    for (int i = 0; i < LABELS && json.has("labels"); i++) {
      counts.labels[i] = requireCount(json.path("labels").path(i), what);
    }
    for (int step = 0; step < counts.requests.length; step++) {
      for (int arm = 0; arm < ARMS; arm++) {
        JsonNode node = json.path("steps").path(step).path(arm);
        counts.requests[step][arm] = requireCount(node.path("requests"), what);
        for (int watch = 0; watch < counts.watches[step][arm].length; watch++) {
          fill(counts.watches[step][arm][watch], node.path("watches").path(watch), what);
        }
      }
    }
    return counts;
  }

  private static double requireCount(JsonNode node, String what) {
    double value = node.asDouble(-1);
    if (!(value >= 0 && value < 1e15)) {
      throw new MlopsException(what + " are refused: a count is missing or out of range.");
    }
    return value;
  }

  private static void fill(double[] numbers, JsonNode pairs, String what) {
    if (!pairs.isArray() || pairs.size() % 2 != 0) {
      throw new MlopsException(what + " are refused: a watch has no pairs of place and number.");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      int place = pairs.get(i).isInt() ? pairs.get(i).intValue() : -1;
      if (place < 0 || place >= numbers.length || !pairs.get(i + 1).isNumber()) {
        throw new MlopsException(
            what
                + " are refused: place "
                + Text.printable(pairs.get(i).asText(), 32)
                + " (expected: 0.."
                + (numbers.length - 1)
                + ", and a number).");
      }
      numbers[place] = pairs.get(i + 1).doubleValue();
    }
  }
}
