package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.RowTest.Answer;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** A rule in Java. It has no form in JSON; what was stored of it is its sentence. */
record PredicateRule(String what, Predicate<Object> holds) implements RowRule {
  PredicateRule {
    Objects.requireNonNull(holds, "holds");
    if (what.isBlank() || what.length() > 200) {
      throw new IllegalArgumentException("what: expected 1 to 200 characters, not blank");
    }
  }

  /** A stored one: it can be shown, not asked. */
  static PredicateRule stored(String what) {
    return new PredicateRule(
        what,
        row -> {
          throw new MlopsException("The rule \"" + what + "\" is in Java, not in this file.");
        });
  }

  @Override
  public String kind() {
    return "row";
  }

  @Override
  public List<String> features() {
    return List.of();
  }

  @Override
  public String sentence(Schema<?> schema) {
    return what;
  }

  @Override
  public void write(ObjectNode json) {
    json.put("what", what);
  }

  @Override
  public String java() {
    return "/* in Java: " + what.replace("*/", "* /").replace("\\", "/") + " */";
  }

  @Override
  public void requireFits(Schema<?> schema) {}

  @Override
  public <T> RowTest<T> test(Schema<T> schema) {
    return (values, row) -> {
      try {
        return RowTest.answer(holds.test(Objects.requireNonNull(row)));
      } catch (MlopsException e) {
        throw e;
      } catch (RuntimeException e) {
        return Answer.FAILS; // A row that makes a rule throw does not hold.
      }
    };
  }
}
