package io.mlops4j.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Printing and parsing are inverse; selecting is what a second, naive evaluator says. */
class QueryPropertyTest {
  @Property(tries = 1_000)
  void parse_ofThePrintedQuery_isTheQuery(@ForAll("queries") Query query) {
    assertThat(Query.parse(query.toString())).isEqualTo(query);
  }

  @Property(tries = 1_000)
  void query_anyText_parsesOrPointsIntoIt(@ForAll("texts") String text) {
    try {
      Query query = Query.parse(text);
      assertThat(Query.parse(query.toString())).isEqualTo(query);
    } catch (QueryException e) {
      assertThat(e.column()).isBetween(1, text.length() + 1);
      assertThat(String.valueOf(e.getMessage()).lines()).hasSize(3);
    }
  }

  @Property(tries = 500)
  void select_manyRuns_isWhatTheNaiveEvaluatorSays(
      @ForAll("conditions") Condition condition, @ForAll("runs") List<RunRecord> runs) {
    Query query = new Query(Optional.of(condition), List.of(), OptionalInt.of(Query.MAX_LIMIT));
    Selection<RunRecord> selection = new Selection<>(query, RunRow::new);
    runs.forEach(selection);
    Set<RunRecord> expected = new java.util.HashSet<>();
    for (RunRecord run : runs) {
      if (Boolean.TRUE.equals(naive(condition, run))) {
        expected.add(run);
      }
    }
    assertThat(selection.result()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Property(tries = 300)
  void order_withLimit_isThePrefixOfTheWholeOrder(
      @ForAll("runs") List<RunRecord> runs, @ForAll("orders") List<Query.Order> orders) {
    List<RunRecord> all = select(new Query(Optional.empty(), orders, OptionalInt.empty()), runs);
    List<RunRecord> few = select(new Query(Optional.empty(), orders, OptionalInt.of(3)), runs);
    assertThat(few).isEqualTo(all.subList(0, Math.min(3, all.size())));
    assertThat(all).hasSameElementsAs(runs);
    if (!orders.isEmpty() && orders.get(0).field().kind() == Field.Kind.METRIC) {
      Field first = orders.get(0).field();
      List<Double> values =
          all.stream()
              .map(run -> Objects.requireNonNullElse(value(first, run), Double.NaN))
              .toList();
      long present = values.stream().filter(v -> !v.isNaN()).count();
      List<Double> head = values.subList(0, (int) present);
      assertThat(head).doesNotContain(Double.NaN);
      assertThat(head)
          .isSortedAccordingTo(
              orders.get(0).descending()
                  ? Comparator.<Double>reverseOrder()
                  : Comparator.<Double>naturalOrder());
    }
  }

  private static List<RunRecord> select(Query query, List<RunRecord> runs) {
    Selection<RunRecord> selection = new Selection<>(query, RunRow::new);
    runs.forEach(selection);
    return selection.result();
  }

  private static @Nullable Double value(Field field, RunRecord run) {
    Object value = new RunRow(run).value(field);
    return value instanceof Double number ? number : null;
  }

  /** Three values as true, false, null; written from the documentation, not from the code. */
  private static @Nullable Boolean naive(Condition condition, RunRecord run) {
    if (condition instanceof Conditions.And and) {
      List<@Nullable Boolean> parts = all(and.parts(), run);
      return parts.contains(false) ? Boolean.FALSE : parts.contains(null) ? null : Boolean.TRUE;
    } else if (condition instanceof Conditions.Or or) {
      List<@Nullable Boolean> parts = all(or.parts(), run);
      return parts.contains(true) ? Boolean.TRUE : parts.contains(null) ? null : Boolean.FALSE;
    } else if (condition instanceof Conditions.Not not) {
      Boolean inner = naive(not.part(), run);
      return inner == null ? null : Boolean.valueOf(!inner);
    } else if (condition instanceof Conditions.Compare c) {
      return compare(c.field(), c.operator().text, c.literal(), run);
    } else if (condition instanceof Conditions.In in) {
      List<@Nullable Boolean> parts = new ArrayList<>();
      in.literals().forEach(literal -> parts.add(compare(in.field(), "=", literal, run)));
      return parts.contains(true) ? Boolean.TRUE : parts.contains(null) ? null : Boolean.FALSE;
    } else if (condition instanceof Conditions.Like like) {
      String text = text(like.field(), run);
      String regex =
          Pattern.quote(like.pattern()).replace("%", "\\E(?s:.*)\\Q").replace("_", "\\E(?s:.)\\Q");
      return text == null ? null : Boolean.valueOf(text.matches(regex));
    } else if (condition instanceof Conditions.Contains contains) {
      String text = text(contains.field(), run);
      return text == null ? null : Boolean.valueOf(text.indexOf(contains.part()) >= 0);
    } else if (condition instanceof Conditions.IsNull isNull) {
      return text(isNull.field(), run) == null;
    }
    String text = text(((Conditions.IsNan) condition).field(), run);
    return "NaN".equals(text);
  }

  private static List<@Nullable Boolean> all(List<Condition> parts, RunRecord run) {
    List<@Nullable Boolean> values = new ArrayList<@Nullable Boolean>();
    parts.forEach(part -> values.add(naive(part, run)));
    return values;
  }

  private static @Nullable String text(Field field, RunRecord run) {
    if (field.kind() == Field.Kind.METRIC) {
      MetricSummary summary = run.metrics().get(field.name());
      return summary == null
          ? null
          : switch (field.summary()) {
            case LAST -> "" + summary.last();
            case MIN -> "" + summary.min();
            case MAX -> "" + summary.max();
          };
    }
    return field.kind() == Field.Kind.PARAM
        ? run.params().get(field.name())
        : field.kind() == Field.Kind.TAG ? run.tags().get(field.name()) : run.name();
  }

  private static @Nullable Boolean compare(
      Field field, String operator, Object literal, RunRecord run) {
    String text = text(field, run);
    if (text == null) {
      return null;
    }
    int order;
    if (literal instanceof Double bound) {
      double number;
      try {
        number = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        return null;
      }
      if (Double.isNaN(number)) {
        return null;
      }
      order = number == bound ? 0 : number > bound ? 1 : -1;
    } else {
      order = text.compareTo((String) literal);
    }
    return switch (operator) {
      case "=" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  // Few names and values, so that they meet.

  private static final List<String> NAMES = List.of("a", "b c", "d`e", "AND", "7", "x.y");

  private Arbitrary<Double> numbers() {
    return Arbitraries.of(
        0.0, 1.0, -1.0, 0.5, 1e-7, 1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  private Arbitrary<String> words() {
    return Arbitraries.of("", "a", "ab", "it's", "1", "0.5", "-1", "%", "a_b", "\"q\"", "é\n");
  }

  private Arbitrary<Field> loose() {
    return Combinators.combine(Arbitraries.of(NAMES), Arbitraries.of(true, false))
        .as((name, param) -> param ? Field.param(name) : Field.tag(name));
  }

  private Arbitrary<Field> metrics() {
    return Combinators.combine(Arbitraries.of(NAMES), Arbitraries.of(Field.Summary.values()))
        .as((name, summary) -> new Field(Field.Kind.METRIC, name, summary));
  }

  private Arbitrary<Condition> predicates() {
    Arbitrary<Conditions.Operator> operators = Arbitraries.of(Conditions.Operator.values());
    Arbitrary<String> patterns = Arbitraries.of("%", "a%", "%b", "_", "it's", "%''%", "");
    return Arbitraries.oneOf(
        Combinators.combine(metrics(), operators, numbers()).as(Conditions.Compare::new),
        Combinators.combine(loose(), operators, numbers()).as(Conditions.Compare::new),
        Combinators.combine(loose(), operators, words()).as(Conditions.Compare::new),
        Combinators.combine(loose(), words().list().ofMinSize(1).ofMaxSize(3))
            .as((f, v) -> f.in(v.toArray())),
        Combinators.combine(metrics(), numbers().list().ofMinSize(1).ofMaxSize(3))
            .as((f, v) -> f.in(v.toArray())),
        Combinators.combine(loose(), patterns).as(Field::like),
        Combinators.combine(loose(), words()).as(Field::contains),
        Arbitraries.oneOf(loose(), metrics()).map(Field::isMissing),
        metrics().map(Field::isNan),
        words().map(word -> Field.attribute("name").notEqualTo(word)));
  }

  @Provide
  Arbitrary<Condition> conditions() {
    return conditions(3);
  }

  private Arbitrary<Condition> conditions(int depth) {
    if (depth == 0) {
      return predicates();
    }
    Arbitrary<List<Condition>> parts =
        Arbitraries.lazy(() -> conditions(depth - 1)).list().ofMinSize(2).ofMaxSize(3);
    return Arbitraries.oneOf(
        predicates(),
        parts.map(Conditions.And::new),
        parts.map(Conditions.Or::new),
        Arbitraries.lazy(() -> conditions(depth - 1)).map(Condition::not));
  }

  @Provide
  Arbitrary<List<Query.Order>> orders() {
    return Combinators.combine(Arbitraries.oneOf(loose(), metrics()), Arbitraries.of(true, false))
        .as(Query.Order::new)
        .list()
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<Query> queries() {
    return Combinators.combine(
            conditions().optional(),
            orders(),
            Arbitraries.integers().between(1, Query.MAX_LIMIT).optional())
        .as(
            (condition, orders, limit) ->
                new Query(
                    condition, orders, limit.map(OptionalInt::of).orElse(OptionalInt.empty())));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "metric.a",
            "param.b",
            "tag.`c d`",
            "AND",
            "or",
            "NOT",
            "(",
            ")",
            ">",
            "<=",
            "=",
            "1",
            "-2.5e3",
            "'x'",
            "IN",
            "LIKE",
            "IS",
            "NULL",
            "ORDER BY",
            "LIMIT",
            ",",
            "name",
            "min(",
            "é",
            "`",
            "'",
            "..",
            "status",
            "'FAILED'")
        .list()
        .ofMaxSize(9)
        .map(words -> String.join(" ", words));
  }

  @Provide
  Arbitrary<List<RunRecord>> runs() {
    Arbitrary<java.util.Map<String, Double>> metrics =
        Arbitraries.maps(
                Arbitraries.of(NAMES), Arbitraries.oneOf(numbers(), Arbitraries.just(Double.NaN)))
            .ofMaxSize(4);
    Arbitrary<java.util.Map<String, String>> texts =
        Arbitraries.maps(Arbitraries.of(NAMES), words()).ofMaxSize(4);
    return Combinators.combine(metrics, texts, texts)
        .as(QueryPropertyTest::record)
        .list()
        .ofMaxSize(12)
        .map(QueryPropertyTest::numbered);
  }

  private static RunRecord record(
      java.util.Map<String, Double> metrics,
      java.util.Map<String, String> params,
      java.util.Map<String, String> tags) {
    Instant at = Instant.EPOCH;
    RunState state = new RunState("", "x", RunSettings.named("run"), "ana", 1, at, "");
    metrics.forEach(
        (name, value) ->
            state.metrics.put(name, MetricSummary.of(0, value, at).plus(1, -value, at)));
    state.params.putAll(new TreeMap<>(params));
    state.tags.putAll(tags);
    return state.toRecord(RunStatus.FINISHED);
  }

  private static List<RunRecord> numbered(List<RunRecord> runs) {
    List<RunRecord> result = new ArrayList<>();
    for (RunRecord run : runs) {
      RunState state =
          new RunState(
              "id" + result.size(), "x", RunSettings.named("n"), "ana", 1, run.startedAt(), "");
      state.metrics.putAll(run.metrics());
      state.params.putAll(run.params());
      state.tags.putAll(run.tags());
      result.add(state.toRecord(RunStatus.FINISHED));
    }
    return result;
  }
}
