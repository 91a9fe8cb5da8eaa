package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Elements;
import io.mlops4j.stats.Bucketing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One list made of two rankings by team draft: in each round a coin decides which ranker picks its
 * best item first, then the other one picks. Clicks are credited to the team that picked the item.
 *
 * <p>The coin is a hash of the request, so the same request shows the same list on every JVM.
 *
 * @param items what to show, in order, each once
 * @param teams which ranker picked each item: 0 for the first, 1 for the second
 * @param <T> the items, compared by equals
 * @see <a href="https://doi.org/10.1145/1458082.1458092">Radlinski, Kurup, Joachims (2008)</a>
 */
public record TeamDraft<T>(List<T> items, List<Integer> teams) {
  /** Copies the lists. */
  public TeamDraft {
    items = Elements.list("items", items);
    teams = Elements.list("teams", teams);
    if (items.size() != teams.size()) {
      throw new IllegalArgumentException(
          "%d items of %d teams (expected: one team per item)"
              .formatted(items.size(), teams.size()));
    }
  }

  /**
   * Returns the interleaved list.
   *
   * @param first the first ranker's list, best item first
   * @param second the second ranker's list
   * @param length how many items to show, at least 1; fewer if the rankers have fewer
   * @param experiment its name, part of the coin
   * @param request identifies the request, the rest of the coin
   * @param <T> the items
   * @return the list with its teams
   */
  public static <T> TeamDraft<T> of(
      List<T> first, List<T> second, int length, String experiment, String request) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(request, "request");
    Elements.requireNoNulls("first", first);
    Elements.requireNoNulls("second", second);
    if (length < 1) {
      throw new IllegalArgumentException("length: " + length + " (expected: at least 1)");
    }
    Bucketing coin = Bucketing.salted(experiment).derive("team draft").derive(request);
    Set<T> items = new LinkedHashSet<>();
    List<Integer> teams = new ArrayList<>();
    List<List<T>> rankings = List.of(first, second);
    int[] next = new int[2];
    for (long round = 0; items.size() < length; round++) {
      int starts = coin.slot(round) < Bucketing.SLOTS / 2 ? 0 : 1;
      int before = items.size();
      for (int turn = 0; turn < 2 && items.size() < length; turn++) {
        int team = (starts + turn) % 2;
        List<T> ranking = rankings.get(team);
        while (next[team] < ranking.size()) {
          if (items.add(ranking.get(next[team]++))) {
            teams.add(team);
            break;
          }
        }
      }
      if (items.size() == before) {
        break; // both rankers are exhausted
      }
    }
    return new TeamDraft<>(List.copyOf(items), teams);
  }

  /**
   * Returns which team a clicked item is credited to.
   *
   * @param item what was clicked
   * @return 0 for the first ranker, 1 for the second
   * @throws IllegalArgumentException if the item was not shown
   */
  public int team(T item) {
    Objects.requireNonNull(item, "item");
    int index = items.indexOf(item);
    if (index < 0) {
      throw new IllegalArgumentException("the clicked item was not among the " + items.size());
    }
    return teams.get(index);
  }
}
