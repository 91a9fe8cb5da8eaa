package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Permissions as a list; a few dozen at most, so each question reads all of them. */
final class AccessRules implements AccessPolicy.Rules {
  static final AccessPolicy.Rules NONE = new AccessRules(List.of());

  static final AccessPolicy EVERYTHING =
      new AccessPolicy() {
        @Override
        public boolean allows(String actor, Operation operation, String model) {
          return true;
        }

        @Override
        public String toString() {
          return "everybody may do everything";
        }
      };

  private final List<Rule> rules;

  private AccessRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  private record Rule(String actor, String models, Set<Operation> operations) {
    boolean covers(String model) {
      return models.equals("*")
          || models.equals(model)
          || (models.endsWith(".*") && model.startsWith(models.substring(0, models.length() - 1)));
    }

    @Override
    public String toString() {
      return operations.stream().map(Operation::name).collect(Collectors.joining(", "))
          + " on "
          + models;
    }
  }

  @Override
  public AccessPolicy.Rules allow(String actor, String models, Operation... operations) {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(models, "models");
    Objects.requireNonNull(operations, "operations");
    RegistryOptions.requireActor("actor", actor);
    if (operations.length == 0) {
      throw new IllegalArgumentException("operations: none (expected: at least 1)");
    }
    if (!models.equals("*")) {
      requireModels(models);
    }
    List<Rule> more = new ArrayList<>(rules);
    more.add(
        new Rule(
            actor, models, Set.copyOf(EnumSet.copyOf(Elements.list("operations", operations)))));
    return new AccessRules(more);
  }

  private static void requireModels(String models) {
    try {
      ModelVersion.requireName(
          models.endsWith(".*") ? models.substring(0, models.length() - 2) : models);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "models: \""
              + Text.printable(models, 64)
              + "\" (expected: *, a namespace such as risk.*, or a model's full name)",
          e);
    }
  }

  @Override
  public boolean allows(String actor, Operation operation, String model) {
    return allowed(actor, model).contains(operation);
  }

  @Override
  public Set<Operation> allowed(String actor, String model) {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(model, "model");
    Set<Operation> allowed = EnumSet.noneOf(Operation.class);
    for (Rule rule : rules) {
      if (rule.actor().equals(actor) && rule.covers(model)) {
        allowed.addAll(rule.operations());
      }
    }
    return allowed;
  }

  @Override
  public String explain(String actor) {
    String may =
        rules.stream()
            .filter(rule -> rule.actor().equals(actor))
            .map(Rule::toString)
            .collect(Collectors.joining("; "));
    return may.isEmpty()
        ? "No rule of the access policy names " + Text.printable(actor, 64) + "."
        : Text.printable(actor, 64) + " may " + may + ".";
  }

  /** Returns all rules. */
  @Override
  public String toString() {
    return rules.isEmpty()
        ? "nobody may do anything"
        : rules.stream()
            .map(rule -> rule.actor() + " may " + rule)
            .collect(Collectors.joining("; "));
  }
}
