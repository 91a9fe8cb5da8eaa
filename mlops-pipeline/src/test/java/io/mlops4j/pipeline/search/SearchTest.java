package io.mlops4j.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.RunStatus;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is tried, in which order it counts, and what a search that was stopped does not repeat. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SearchTest {
  private static final SearchSpace SPACE =
      SearchSpace.empty()
          .logUniform("rate", 1e-4, 1)
          .whole("depth", 2, 10)
          .oneOf("booster", "tree", "linear")
          .when("booster", "tree")
          .uniform("subsample", 0.5, 1);

  /** Best at rate 0.01, depth 6, and with trees. */
  private static double loss(Candidate c) {
    double rate = Math.log10(c.number("rate")) + 2;
    double depth = c.whole("depth") - 6;
    double booster = c.text("booster").equals("tree") ? c.number("subsample") : 3;
    return rate * rate + depth * depth / 10 + booster;
  }

  private static Search search(SearchMethod method) {
    return Search.over(SPACE).minimise("loss").method(method).seed(42);
  }

  @Test
  void run_anyNumberOfThreads_theSameTrialsValuesAndBest() {
    for (SearchMethod method :
        List.of(
            SearchMethod.random(60),
            SearchMethod.latinHypercube(60),
            SearchMethod.grid(3),
            SearchMethod.successiveHalving(60, 1, 27, 3))) {
      Objective noisy = trial -> loss(trial.candidate()) + trial.random("noise").nextDouble() / 100;
      SearchResult alone = search(method).run(noisy);
      for (int threads : new int[] {2, 7}) {
        SearchResult together = inPool(threads, pool -> search(method).threads(pool).run(noisy));
        assertThat(values(together))
            .as("%s on %d threads", method, threads)
            .isEqualTo(values(alone));
        assertThat(together.best().number()).isEqualTo(alone.best().number());
      }
      assertThat(search(method).run(noisy).best().value()).isEqualTo(alone.best().value());
    }
  }

  @Test
  void run_trialsThatDependOnTheThread_areSeenToDiffer() {
    // The control of the test above: an objective that is not a function of its trial.
    Objective impure = trial -> System.nanoTime() % 1_000_003;
    assertThat(values(search(SearchMethod.random(20)).run(impure)))
        .isNotEqualTo(values(search(SearchMethod.random(20)).run(impure)));
  }

  private static List<String> values(SearchResult result) {
    return result.trials().stream()
        .map(t -> t.round() + "/" + t.number() + " " + t.candidate() + " " + t.value())
        .toList();
  }

  private interface Body<R> {
    R with(ExecutorService pool);
  }

  private static <R> R inPool(int threads, Body<R> body) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      return body.with(pool);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void run_otherSeed_otherCandidates() {
    SearchResult first = search(SearchMethod.random(5)).run(t -> loss(t.candidate()));
    SearchResult second =
        Search.over(SPACE)
            .minimise("loss")
            .method(SearchMethod.random(5))
            .seed(43)
            .run(t -> loss(t.candidate()));
    assertThat(values(first)).isNotEqualTo(values(second));
  }

  @Test
  void candidates_conditionDoesNotHold_theParameterIsNotThere() {
    SearchResult result = search(SearchMethod.random(100)).run(t -> loss(t.candidate()));
    assertThat(result.trials())
        .allSatisfy(
            t -> {
              Candidate c = t.candidate();
              assertThat(c.has("subsample")).isEqualTo(c.text("booster").equals("tree"));
              assertThat(c.number("rate")).isBetween(1e-4, 1.0);
              assertThat(c.integer("depth")).isBetween(2, 10);
            })
        .anySatisfy(t -> assertThat(t.candidate().has("subsample")).isTrue())
        .anySatisfy(t -> assertThat(t.candidate().has("subsample")).isFalse());
  }

  @Test
  void grid_conditionalParameter_multipliesOnlyWhereItExists() {
    SearchResult result = search(SearchMethod.grid(3)).run(t -> loss(t.candidate()));
    // rate 3 x depth 3 x (tree with 3 subsamples + linear)
    assertThat(result.trials()).hasSize(3 * 3 * (3 + 1));
    assertThat(result.trials().stream().map(TrialResult::candidate).distinct()).hasSize(36);
    assertThat(result.best().candidate().values())
        .containsEntry("depth", 6L)
        .containsEntry("booster", "tree")
        .containsEntry("subsample", 0.5);
    assertThat(result.best().candidate().number("rate")).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void grid_tooManyPoints_isRefused() {
    SearchSpace large =
        SearchSpace.empty().uniform("a", 0, 1).uniform("b", 0, 1).uniform("c", 0, 1);
    assertThatThrownBy(
            () -> Search.over(large).minimise("x").method(SearchMethod.grid(100)).run(t -> 0))
        .hasMessageContaining("more than 100000 points");
  }

  @Test
  void latinHypercube_everyParameter_hasOneInEachPart() {
    SearchSpace space =
        SearchSpace.empty().uniform("a", 0, 1).logUniform("b", 1, Math.E).whole("c", 0, 39);
    SearchResult result =
        Search.over(space).maximise("x").method(SearchMethod.latinHypercube(40)).run(t -> 1);
    Set<Integer> a = new java.util.TreeSet<>();
    Set<Integer> b = new java.util.TreeSet<>();
    Set<Integer> c = new java.util.TreeSet<>();
    for (TrialResult trial : result.trials()) {
      a.add((int) (trial.candidate().number("a") * 40));
      b.add((int) (Math.log(trial.candidate().number("b")) * 40));
      c.add(trial.candidate().integer("c"));
    }
    assertThat(a).hasSize(40);
    assertThat(b).hasSize(40);
    assertThat(c).hasSize(40);
    // The control: independent points leave parts empty.
    SearchResult random =
        Search.over(space).maximise("x").method(SearchMethod.random(40)).run(t -> 1);
    assertThat(random.trials().stream().map(t -> t.candidate().integer("c")).distinct())
        .hasSizeLessThan(40);
  }

  @Test
  void successiveHalving_roundsAndBudgets_areThoseOfThePaper() {
    SearchResult result =
        search(SearchMethod.successiveHalving(27, 1, 9, 3)).run(t -> loss(t.candidate()));
    List<String> rounds = new ArrayList<>();
    for (int r = 0; r < 4; r++) {
      int round = r;
      List<TrialResult> of = result.trials().stream().filter(t -> t.round() == round).toList();
      if (!of.isEmpty()) {
        rounds.add(of.size() + " x " + of.get(0).budget());
      }
    }
    // Jamieson and Talwalkar: n = 27, eta = 3: 27 with 1, 9 with 3, 3 with 9; 27 would exceed 9.
    assertThat(rounds).containsExactly("27 x 1", "9 x 3", "3 x 9");
    assertThat(result.best().round()).isEqualTo(2);
    assertThat(result.ranked().get(0)).isEqualTo(result.best());
    double best = result.trials().stream().mapToDouble(TrialResult::value).min().orElseThrow();
    assertThat(result.best().value()).isEqualTo(best);
  }

  @Test
  void run_someTrialsFailOrHaveNoValue_theyAreWorst() {
    SearchResult result =
        search(SearchMethod.random(20))
            .run(
                t -> {
                  if (t.number() % 3 == 0) {
                    throw new IllegalStateException("diverged");
                  }
                  return t.number() % 3 == 1 ? Double.NaN : loss(t.candidate());
                });
    assertThat(result.best().number() % 3).isEqualTo(2);
    assertThat(result.trials().get(0).failure())
        .hasValueSatisfying(f -> assertThat(f).contains("diverged"));
    assertThat(result.report().toText()).contains("diverged", "Search for the smallest loss");
    assertThatThrownBy(() -> search(SearchMethod.random(3)).run(t -> Double.NaN))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("No trial has a value (3 tried)");
  }

  @Test
  void patience_noGain_stopsTheTrial() {
    SearchResult result =
        search(SearchMethod.random(1))
            .patience(3)
            .run(
                t -> {
                  double[] curve = {5, 4, 3, 3.5, 3.2, 3, 2, 1};
                  int step = 0;
                  while (t.report(step, curve[step])) {
                    step++;
                  }
                  return step;
                });
    assertThat(result.best().value()).isEqualTo(5); // three reports after 3 that are no better
  }

  @Test
  void stopWithoutGain_anyNumberOfThreads_countsTheSameTrials() {
    Objective falling = t -> t.number() < 5 ? 10 - t.number() : 50;
    SearchResult alone = search(SearchMethod.random(200)).stopWithoutGain(4).run(falling);
    assertThat(alone.trials()).hasSize(9);
    SearchResult together =
        inPool(
            4,
            pool -> search(SearchMethod.random(200)).stopWithoutGain(4).threads(pool).run(falling));
    assertThat(values(together)).isEqualTo(values(alone));
  }

  @Test
  void trackedIn_search_isAParentWithChildrenAndAPage() {
    TrackedExperiment experiment = Tracking.inMemory().experiment("rides");
    SearchResult result =
        search(SearchMethod.random(8))
            .trackedIn(experiment, "boosting")
            .run(t -> loss(t.candidate()));

    RunRecord parent = experiment.find(result.run().orElseThrow()).orElseThrow();
    assertThat(parent.status()).isEqualTo(RunStatus.FINISHED);
    assertThat(parent.seed()).isEqualTo(42);
    List<RunRecord> children = experiment.query("parent = '" + parent.id() + "' LIMIT 100");
    assertThat(children).hasSize(8);
    TrialResult first = result.trials().get(0);
    RunRecord child = experiment.find(first.run().orElseThrow()).orElseThrow();
    assertThat(child.params().get("rate"))
        .isEqualTo(String.valueOf(first.candidate().number("rate")));
    assertThat(child.metrics().values()).hasSize(1).allMatch(m -> m.last() == first.value());
    assertThat(result.compare(experiment).toHtml()).contains("Parameters and results");
    assertThatThrownBy(() -> result.compare(Tracking.inMemory().experiment("other")))
        .hasMessageContaining("Track the search");
  }

  @Test
  void continuing_searchThatDied_runsOnlyWhatHadNotEnded() {
    TrackedExperiment experiment = Tracking.inMemory().experiment("rides");
    for (SearchMethod method :
        List.of(SearchMethod.random(12), SearchMethod.successiveHalving(9, 1, 9, 3))) {
      SearchResult whole = search(method).run(t -> loss(t.candidate()));
      Set<String> asked = ConcurrentHashMap.newKeySet();
      assertThatThrownBy(
              () ->
                  search(method)
                      .trackedIn(experiment, "s")
                      .run(
                          t -> {
                            if (asked.size() == 10) {
                              throw new OutOfMemoryError("the process dies");
                            }
                            asked.add(t.round() + "/" + t.number());
                            return loss(t.candidate());
                          }))
          .isInstanceOf(OutOfMemoryError.class);
      List<String> again = new ArrayList<>();

      SearchResult result =
          search(method)
              .trackedIn(experiment, "s")
              .continuing()
              .run(
                  t -> {
                    again.add(t.round() + "/" + t.number());
                    return loss(t.candidate());
                  });

      assertThat(values(result)).isEqualTo(values(whole));
      assertThat(again).doesNotContainAnyElementsOf(asked).hasSize(whole.trials().size() - 10);
      assertThat(result.trials().stream().filter(TrialResult::reused)).hasSize(10);
      // It has finished: another one begins anew.
      SearchResult next =
          search(method).trackedIn(experiment, "s").continuing().run(t -> loss(t.candidate()));
      assertThat(next.run()).isNotEqualTo(result.run());
    }
  }

  @Test
  void continuing_otherSearch_beginsAnew() {
    TrackedExperiment experiment = Tracking.inMemory().experiment("rides");
    assertThatThrownBy(
            () ->
                search(SearchMethod.random(3))
                    .trackedIn(experiment, "s")
                    .run(
                        t -> {
                          throw new StackOverflowError();
                        }))
        .isInstanceOf(StackOverflowError.class);
    SearchResult other =
        Search.over(SPACE)
            .minimise("loss")
            .method(SearchMethod.random(3))
            .seed(1)
            .trackedIn(experiment, "s")
            .continuing()
            .run(t -> loss(t.candidate()));
    assertThat(experiment.find(other.run().orElseThrow()).orElseThrow().seed()).isEqualTo(1);
    assertThat(other.trials()).noneMatch(TrialResult::reused);
  }

  @Test
  void run_interrupted_endsAndSaysSo() {
    assertThatThrownBy(
            () ->
                search(SearchMethod.random(50))
                    .run(
                        t -> {
                          if (t.number() == 7) {
                            Thread.currentThread().interrupt();
                          }
                          return 1;
                        }))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("interrupted after 8 trials");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void builders_badValues_sayWhatIsExpected() {
    SearchSpace empty = SearchSpace.empty();
    assertThatThrownBy(() -> Search.over(empty)).hasMessageContaining("at least one parameter");
    assertThatThrownBy(() -> empty.logUniform("a", 0, 1)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> empty.uniform("a", 1, 1)).hasMessageContaining("low below high");
    assertThatThrownBy(() -> empty.whole("a", 2, 1)).hasMessageContaining("range: 2..1");
    assertThatThrownBy(() -> empty.oneOf("a", "x", "x")).hasMessageContaining("none twice");
    assertThatThrownBy(() -> empty.whole("a", 1, 2).whole("a", 1, 2))
        .hasMessageContaining("already");
    assertThatThrownBy(() -> empty.when("a", "x")).hasMessageContaining("expected: one of []");
    assertThatThrownBy(() -> SPACE.when("booster", "dart")).hasMessageContaining("[tree, linear]");
    assertThatThrownBy(() -> SPACE.when("rate", 1))
        .hasMessageContaining("a text or a whole number");
    assertThatThrownBy(() -> SPACE.uniform(" ", 1, 2)).hasMessageContaining("printable");
    assertThatThrownBy(() -> SearchMethod.random(0)).hasMessageContaining("1..100000");
    assertThatThrownBy(() -> SearchMethod.successiveHalving(9, 5, 4, 3))
        .hasMessageContaining("5..4");
    assertThatThrownBy(() -> SearchMethod.successiveHalving(9, 1, 4, 1))
        .hasMessageContaining("eta: 1");
    assertThatThrownBy(() -> search(SearchMethod.grid(1)).seed(2))
        .hasMessageContaining("seed is set already: 42");
    assertThatThrownBy(() -> search(SearchMethod.grid(1)).continuing().run(t -> 1))
        .hasMessageContaining("needs trackedIn");
    assertThatThrownBy(
            () -> search(SearchMethod.successiveHalving(9, 1, 9, 3)).stopWithoutGain(2).run(t -> 1))
        .hasMessageContaining("does not go with");
    Candidate candidate = search(SearchMethod.random(1)).run(t -> 1).best().candidate();
    assertThatThrownBy(() -> candidate.whole("rate")).hasMessageContaining("a whole number");
    assertThatThrownBy(() -> candidate.number("booster")).hasMessageContaining("a number");
    assertThatThrownBy(() -> candidate.text("depth")).hasMessageContaining("a text");
    assertThatThrownBy(() -> candidate.text("x")).hasMessageContaining("does not exist here");
  }
}
