package io.mlops4j.pipeline.search;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What may be tried: named parameters with their types and ranges, some of which exist only if
 * another one has a certain value. Immutable; each method returns a larger space.
 *
 * <pre>{@code
 * SearchSpace space =
 *     SearchSpace.empty()
 *         .logUniform("learningRate", 1e-4, 1)
 *         .whole("depth", 2, 10)
 *         .oneOf("booster", "tree", "linear")
 *         .when("booster", "tree")
 *         .uniform("subsample", 0.5, 1);
 * }</pre>
 */
public final class SearchSpace {
  private static final int MAX_NAME = 250;

  private final List<Parameter> parameters;
  private final @Nullable Condition condition;

  /** One parameter and when it exists. */
  record Parameter(String name, Dimension dimension, @Nullable Condition condition) {}

  /** Another parameter, of those before, has one of some values. */
  record Condition(String parameter, List<String> values) {
    boolean holds(Map<String, Object> chosen) {
      Object value = chosen.get(parameter);
      return value != null && values.contains(value.toString());
    }

    @Override
    public String toString() {
      return " if " + parameter + " in " + values;
    }
  }

  private SearchSpace(List<Parameter> parameters, @Nullable Condition condition) {
    this.parameters = List.copyOf(parameters);
    this.condition = condition;
  }

  /**
   * Returns a space without parameters.
   *
   * @return the start
   */
  public static SearchSpace empty() {
    return new SearchSpace(List.of(), null);
  }

  /**
   * Adds whole numbers, all equally likely.
   *
   * @param name what it is called
   * @param low the lowest
   * @param high the highest, included
   * @return a larger space
   */
  public SearchSpace whole(String name, long low, long high) {
    return with(name, new Dimension.Whole(low, high));
  }

  /**
   * Adds numbers, all equally likely.
   *
   * @param name what it is called
   * @param low the lowest
   * @param high the highest
   * @return a larger space
   */
  public SearchSpace uniform(String name, double low, double high) {
    return with(name, new Dimension.Between(low, high, false));
  }

  /**
   * Adds numbers of which each order of magnitude is equally likely: rates, penalties.
   *
   * @param name what it is called
   * @param low the lowest, above 0
   * @param high the highest
   * @return a larger space
   */
  public SearchSpace logUniform(String name, double low, double high) {
    return with(name, new Dimension.Between(low, high, true));
  }

  /**
   * Adds one of some texts, all equally likely.
   *
   * @param name what it is called
   * @param values at least one, none twice
   * @return a larger space
   */
  public SearchSpace oneOf(String name, String... values) {
    return with(name, new Dimension.Choice(texts(values)));
  }

  /**
   * Returns this space, in which the parameters added next exist only if another one has one of
   * some values. A parameter that does not exist is not in a candidate, and two candidates that
   * differ in nothing else are one point of a grid.
   *
   * @param parameter added before; a text or a whole number
   * @param values which
   * @return for further parameters, until {@link #always} or another condition
   */
  public SearchSpace when(String parameter, Object... values) {
    Objects.requireNonNull(parameter, "parameter");
    for (Object value : Objects.requireNonNull(values, "values")) {
      Objects.requireNonNull(value, "values");
    }
    Parameter other =
        parameters.stream()
            .filter(p -> p.name().equals(parameter))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "when: "
                            + Text.printable(parameter, 64)
                            + " (expected: one of "
                            + names()
                            + ")"));
    if (other.dimension() instanceof Dimension.Between || values.length == 0) {
      throw new IllegalArgumentException(
          "when: " + parameter + " (expected: a text or a whole number, and at least one value)");
    }
    List<String> texts = Arrays.stream(values).map(String::valueOf).toList();
    if (other.dimension() instanceof Dimension.Choice choice
        && !choice.values().containsAll(texts)) {
      throw new IllegalArgumentException(
          "when: " + parameter + " in " + texts + " (expected: of " + choice.values() + ")");
    }
    return new SearchSpace(parameters, new Condition(parameter, texts));
  }

  /**
   * Returns this space, in which the parameters added next exist always.
   *
   * @return the end of a condition
   */
  public SearchSpace always() {
    return new SearchSpace(parameters, null);
  }

  private static List<String> texts(String[] values) {
    for (String value : Objects.requireNonNull(values, "values")) {
      Objects.requireNonNull(value, "values");
    }
    return List.of(values);
  }

  private SearchSpace with(String name, Dimension dimension) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank() || !name.equals(Text.printable(name, MAX_NAME))) {
      throw new IllegalArgumentException(
          "parameter: \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 250 printable characters)");
    }
    if (names().contains(name)) {
      throw new IllegalArgumentException("parameter: " + name + " is there already");
    }
    List<Parameter> more = new ArrayList<>(parameters);
    more.add(new Parameter(name, dimension, condition));
    return new SearchSpace(more, condition);
  }

  /**
   * Returns what the parameters are called.
   *
   * @return in the order they were added
   */
  public List<String> names() {
    return parameters.stream().map(Parameter::name).toList();
  }

  List<Parameter> parameters() {
    return parameters;
  }

  /** Returns the candidate at a point of the unit cube, one coordinate per parameter. */
  Candidate at(double[] point) {
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (int i = 0; i < point.length; i++) {
      Parameter parameter = parameters.get(i);
      if (parameter.condition() == null || parameter.condition().holds(chosen)) {
        chosen.put(parameter.name(), parameter.dimension().at(point[i]));
      }
    }
    return new Candidate(chosen);
  }

  /** Returns all points of a grid, in the order of the parameters, the last one fastest. */
  List<Candidate> grid(int levels, int most) {
    List<Map<String, Object>> points = new ArrayList<>(List.of(Map.of()));
    for (Parameter parameter : parameters) {
      List<Map<String, Object>> longer = new ArrayList<>();
      for (Map<String, Object> point : points) {
        if (parameter.condition() != null && !parameter.condition().holds(point)) {
          longer.add(point);
        } else {
          for (Object value : parameter.dimension().spread(levels)) {
            Map<String, Object> next = new LinkedHashMap<>(point);
            next.put(parameter.name(), value);
            longer.add(next);
          }
        }
        if (longer.size() > most) {
          throw new IllegalArgumentException(
              "grid: more than " + most + " points (expected: fewer levels or parameters)");
        }
      }
      points = longer;
    }
    return points.stream().map(Candidate::new).toList();
  }

  /** Returns what the space is, as a digest that differs if anything does. */
  String digest() {
    return Digests.sha256(toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the parameters with their ranges and conditions. */
  @Override
  public String toString() {
    Map<String, String> lines = new TreeMap<>();
    for (Parameter p : parameters) {
      lines.put(p.name(), p.dimension().describe() + (p.condition() == null ? "" : p.condition()));
    }
    return "SearchSpace" + names() + lines;
  }
}
