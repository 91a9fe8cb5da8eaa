package io.mlops4j.experiments;

import java.util.Map;
import java.util.Set;

/** Every named attribute has one of its values: the rule that has a JSON form. */
record RequiredValues(Map<String, Set<String>> allowed) implements ExperimentBuilder.Eligibility {
  RequiredValues {
    allowed = Map.copyOf(allowed);
    for (Map.Entry<String, Set<String>> rule : allowed.entrySet()) {
      ArmNames.checked("attribute", rule.getKey());
      if (rule.getValue().isEmpty()) {
        throw new IllegalArgumentException(
            "values of '" + rule.getKey() + "': none (expected: at least one)");
      }
    }
  }

  @Override
  public boolean test(Map<String, String> attributes) {
    for (Map.Entry<String, Set<String>> rule : allowed.entrySet()) {
      String value = attributes.get(rule.getKey());
      if (value == null || !rule.getValue().contains(value)) {
        return false;
      }
    }
    return true;
  }
}
