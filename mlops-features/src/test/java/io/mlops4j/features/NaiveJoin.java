package io.mlops4j.features;

import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the view of {@link Clicks} says of a row, from the definition, for each row over all events:
 * shares no code with the module.
 */
final class NaiveJoin {
  private NaiveJoin() {}

  static Map<String, @Nullable Object> of(
      Row row, List<Click> events, @Nullable Duration ttl, boolean knownOnly) {
    List<Click> seen = visible(row, events, ttl, knownOnly);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    Instant t = row.at();
    values.put("count", (double) within(seen, t, 3).size());
    values.put("amounts", (double) amounts(last(seen, 4)).size());
    values.put("sum", sum(amounts(within(seen, t, 5))));
    values.put("mean", mean(amounts(last(seen, 3))));
    List<Double> large =
        amounts(last(within(seen, t, 4), 2)).stream().map(a -> a > 10 ? 1.0 : 0.0).toList();
    values.put("largeShare", mean(large));
    values.put("rate", within(seen, t, 2).size() / 4.0);
    values.put(
        "pages",
        (double)
            within(seen, t, 6).stream()
                .map(Click::page)
                .filter(Objects::nonNull)
                .distinct()
                .count());
    values.put(
        "distinctAmounts",
        (double) amounts(last(seen, 5)).stream().map(a -> a + 0.0).distinct().count());
    values.put("lastPage", seen.isEmpty() ? null : seen.get(seen.size() - 1).page());
    List<Click> seven = within(seen, t, 7);
    Double lastAmount = seven.isEmpty() ? null : seven.get(seven.size() - 1).amount();
    values.put("lastAmount", lastAmount == null ? Double.NaN : lastAmount);
    values.put("fading", faded(within(seen, t, 8), t, Duration.ofHours(1), false));
    values.put("fadingMean", faded(last(seen, 6), t, Duration.ofHours(2), true));
    LocalDate today = t.atZone(Clicks.BERLIN).toLocalDate();
    values.put(
        "today",
        (double)
            seen.stream()
                .filter(e -> e.at().atZone(Clicks.BERLIN).toLocalDate().equals(today))
                .count());
    return values;
  }

  /** What the faded features of a row would be if every amount were its absolute value. */
  static Map<String, Double> fadedSizes(
      Row row, List<Click> events, @Nullable Duration ttl, boolean knownOnly) {
    List<Click> seen =
        visible(row, events, ttl, knownOnly).stream().map(NaiveJoin::positive).toList();
    return Map.of(
        "fading", faded(within(seen, row.at(), 8), row.at(), Duration.ofHours(1), false),
        "fadingMean", faded(last(seen, 6), row.at(), Duration.ofHours(2), true));
  }

  private static Click positive(Click click) {
    Double amount = click.amount();
    return new Click(
        click.id(),
        click.user(),
        click.at(),
        click.known(),
        amount == null ? null : Math.abs(amount),
        click.page());
  }

  private static List<Click> visible(
      Row row, List<Click> events, @Nullable Duration ttl, boolean knownOnly) {
    Comparator<Click> byKnown =
        Comparator.comparing((Click e) -> e.known() == null ? Instant.MAX : e.known())
            .thenComparing(e -> e.amount() == null ? Double.NaN : e.amount())
            .thenComparing(e -> e.amount() == null || e.amount() <= 10 ? 0.0 : 1.0)
            .thenComparing(Click::page, Comparator.nullsFirst(Comparator.naturalOrder()));
    Map<List<Object>, Click> versions = new HashMap<>();
    for (Click event : events) {
      boolean sees =
          event.user() != null
              && event.user().equals(row.user())
              && !event.at().isAfter(row.at())
              && (ttl == null || !event.at().isBefore(row.at().minus(ttl)))
              && (!knownOnly || (event.known() != null && !event.known().isAfter(row.at())));
      if (sees) {
        versions.merge(
            List.of(event.id(), event.at()), event, (a, b) -> byKnown.compare(a, b) >= 0 ? a : b);
      }
    }
    return versions.values().stream()
        .sorted(
            Comparator.comparing(Click::at)
                .thenComparing(e -> e.known() == null ? Instant.MAX : e.known())
                .thenComparing(Click::id))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static List<Click> within(List<Click> seen, Instant t, int hours) {
    Instant from = t.minus(Duration.ofHours(hours));
    return seen.stream().filter(e -> !e.at().isBefore(from)).toList();
  }

  private static List<Click> last(List<Click> seen, int n) {
    return seen.subList(Math.max(0, seen.size() - n), seen.size());
  }

  private static List<Double> amounts(List<Click> of) {
    return of.stream().map(Click::amount).filter(Objects::nonNull).toList();
  }

  private static BigDecimal exact(List<Double> values) {
    return values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static double sum(List<Double> values) {
    return values.isEmpty() ? Double.NaN : exact(values).doubleValue();
  }

  private static double mean(List<Double> values) {
    return values.isEmpty() ? Double.NaN : exact(values).doubleValue() / values.size();
  }

  private static double faded(List<Click> of, Instant t, Duration halfLife, boolean mean) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal weights = BigDecimal.ZERO;
    boolean any = false;
    for (Click event : of) {
      if (event.amount() != null) {
        any = true;
        double age = (double) Duration.between(event.at(), t).toNanos() / halfLife.toNanos();
        BigDecimal weight = new BigDecimal(Math.pow(0.5, age));
        sum = sum.add(weight.multiply(new BigDecimal(event.amount())));
        weights = weights.add(weight);
      }
    }
    return !any
        ? Double.NaN
        : (mean ? sum.divide(weights, MathContext.DECIMAL128) : sum).doubleValue();
  }
}
