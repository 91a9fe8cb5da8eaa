package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What an experiment or an arm may be called, and how many arms there may be. */
final class ArmNames {
  /** An arm is a byte in the slot table. */
  static final int MAX_ARMS = 127;

  private static final int MAX_LENGTH = 200;

  private ArmNames() {}

  static List<String> checked(List<String> names) {
    List<String> copy = Elements.list("arms", names);
    if (copy.isEmpty() || copy.size() > MAX_ARMS) {
      throw new IllegalArgumentException(
          "arms: " + copy.size() + " (expected: 1.." + MAX_ARMS + ")");
    }
    Set<String> seen = new HashSet<>();
    for (String name : copy) {
      if (!seen.add(checked("arm", name))) {
        throw new IllegalArgumentException(
            "arm: '" + Text.printable(name, 80) + "' is named twice (expected: distinct names)");
      }
    }
    return copy;
  }

  static String checked(String what, String name) {
    Objects.requireNonNull(name, what);
    if (name.isBlank() || name.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          what
              + ": '"
              + Text.printable(name, 80)
              + "', "
              + name.length()
              + " characters (expected: 1.."
              + MAX_LENGTH
              + ", not blank)");
    }
    return name;
  }

  /** Returns the position of a name, or throws with the names there are. */
  static int indexOf(List<String> names, String name) {
    int index = names.indexOf(Objects.requireNonNull(name, "arm"));
    if (index < 0) {
      throw new IllegalArgumentException(
          "arm: '"
              + Text.printable(name, 80)
              + "' not found. Known arms: "
              + Text.printable(String.join(", ", names), 400));
    }
    return index;
  }
}
