package io.mlops4j.experiments.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TeamDraftTest {
  @Property(tries = 300)
  void of_anyRankings_showsEachItemOnceAndKeepsTeamsEven(
      @ForAll @IntRange(min = 0, max = 12) int length,
      @ForAll @IntRange(min = 0, max = 12) int other,
      @ForAll long request) {
    List<Integer> first = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      first.add(i);
    }
    List<Integer> second = new ArrayList<>();
    for (int i = other - 1; i >= 0; i--) {
      second.add(i * 2);
    }
    TeamDraft<Integer> draft = TeamDraft.of(first, second, 8, "e", "r" + request);
    Set<Integer> all = new LinkedHashSet<>(first);
    all.addAll(second);

    assertThat(draft.items()).doesNotHaveDuplicates().hasSize(Math.min(8, all.size()));
    assertThat(draft).isEqualTo(TeamDraft.of(first, second, 8, "e", "r" + request));
    if (length == other && length >= 8) {
      long seconds = draft.teams().stream().filter(team -> team == 1).count();
      assertThat(seconds).isEqualTo(4);
    }
    // Every pick is its ranker's best item that was not shown yet.
    for (int i = 0; i < draft.items().size(); i++) {
      List<Integer> ranking = draft.teams().get(i) == 0 ? first : second;
      List<Integer> left = new ArrayList<>(ranking);
      left.removeAll(draft.items().subList(0, i));
      assertThat(draft.items().get(i)).isEqualTo(left.get(0));
    }
  }

  @Test
  void of_manyRequests_isFairToBoth() {
    int starts = 0;
    int runs = 10_000;
    for (int i = 0; i < runs; i++) {
      starts += TeamDraft.of(List.of("a"), List.of("b"), 2, "e", "r" + i).teams().get(0);
    }
    assertThat((double) starts / runs).isEqualTo(0.5, within(Simulated.bound(0.5, runs)));
  }

  // scipy.stats.binomtest(15, 50, 0.5).pvalue
  @Test
  void votes_perUnit_matchTheSignTest() {
    RankerDuel duel = new RankerDuel();
    for (int i = 0; i < 50; i++) {
      duel.credit("u" + i, i < 15 ? 0 : 1);
    }
    for (int i = 0; i < 100; i++) {
      duel.credit("u0", 0); // one user who clicks a lot still has one vote
    }
    duel.credit("tie", 0);
    duel.credit("tie", 1);
    RankerDuel.Votes votes = duel.votes();

    assertThat(votes.first()).isEqualTo(15);
    assertThat(votes.second()).isEqualTo(35);
    assertThat(votes.ties()).isEqualTo(1);
    assertThat(votes.pValue()).isEqualTo(0.006600447966810918, within(1e-12));
    assertThat(votes.preference().orElseThrow().contains(0.7)).isTrue();
    assertThat(new RankerDuel().votes().pValue()).isEqualTo(1);
    assertThat(new RankerDuel().votes().preference()).isEmpty();
  }

  /** Users click a good item wherever it is from: the better ranker wins, equal ones do not. */
  @Test
  void votes_betterRanker_wins() {
    assertThat(duel(true).preference().orElseThrow().low()).isGreaterThan(0.5);
    assertThat(duel(false).preference().orElseThrow().contains(0.5)).isTrue();
  }

  private static RankerDuel.Votes duel(boolean secondIsBetter) {
    SplittableRandom random = new SplittableRandom(8);
    RankerDuel duel = new RankerDuel();
    for (int user = 0; user < 1_500; user++) {
      List<Integer> good = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      List<Integer> bad = new ArrayList<>(good);
      Collections.shuffle(bad, new Random(user));
      List<Integer> other = new ArrayList<>(good);
      Collections.shuffle(other, new Random(user + 7_777L));
      TeamDraft<Integer> draft =
          TeamDraft.of(bad, secondIsBetter ? good : other, 6, "e", "u" + user);
      for (int item : draft.items()) {
        if (random.nextDouble() < 0.5 / (1 + item)) {
          duel.credit("u" + user, draft.team(item));
        }
      }
    }
    return duel.votes();
  }

  @Test
  void arguments_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TeamDraft.of(List.of(1), List.of(2), 0, "e", "r"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TeamDraft.of(List.of(1), List.of(2), 2, "e", "r").team(3))
        .withMessage("the clicked item was not among the 2");
    assertThatIllegalArgumentException().isThrownBy(() -> new RankerDuel().credit("u", 2));
    assertThatIllegalArgumentException().isThrownBy(() -> new TeamDraft<>(List.of(1), List.of()));
  }
}
