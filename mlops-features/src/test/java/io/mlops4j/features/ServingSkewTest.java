package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Clicks.Click;
import io.mlops4j.features.Clicks.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServingSkewTest {
  record Value(double x, @Nullable String letter) {}

  private static final Schema<Value> VALUE = Schema.of(Value.class);

  private static List<Value> values(long seed, int count, double shift) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> new Value(random.nextGaussian() + shift, random.nextInt(9) == 0 ? null : "a"))
        .toList();
  }

  @Test
  void check_sameDistribution_passesAndShiftedFails() {
    Baseline baseline = Baseline.fit(VALUE, () -> values(1, 5_000, 0).stream());
    ServingSkew<Value> same = ServingSkew.against(baseline, VALUE);
    ServingSkew<Value> shifted = ServingSkew.against(baseline, VALUE);
    values(2, 3_000, 0).forEach(same::add);
    values(2, 3_000, 0.7).forEach(shifted::add);

    assertThat(same.check(0.1).evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(same.rows()).isEqualTo(3_000);
    assertThat(shifted.check(0.1).evaluate())
        .isInstanceOf(Check.Fail.class)
        .extracting(Check.Outcome::sentence)
        .asString()
        .startsWith("PSI of x is 0.")
        .endsWith("of 3,000 served rows (limit 0.100).");
    // The PSI of two normal distributions a shift of d apart is d squared, less what cells lose.
    assertThat(shifted.features().get(0).psi()).isBetween(0.40, 0.60);
    assertThat(shifted.features().get(1).missingServed()).isCloseTo(1 / 9.0, within(0.02));
  }

  @Test
  void check_fewRows_isNoData() {
    Baseline baseline = Baseline.fit(VALUE, () -> values(1, 5_000, 0).stream());
    ServingSkew<Value> skew = ServingSkew.against(baseline, VALUE);
    Check check = skew.check(0.1);

    assertThat(check.evaluate()).isInstanceOf(Check.NoData.class);
    values(2, 50, 3).forEach(skew::add);
    assertThat(check.name()).isEqualTo("serving skew");
    assertThat(check.evaluate().sentence()).contains("a limit of 0.100 needs more rows");
    skew.add(new Value(0, "never seen"));
    assertThat(skew.features())
        .filteredOn(f -> f.feature().equals("letter"))
        .allSatisfy(f -> assertThat(f.unseenServed()).isCloseTo(1 / 51.0, within(1e-12)));
    assertThatThrownBy(() -> skew.check(0)).hasMessageContaining("maxPsi: 0.0");
    assertThatThrownBy(() -> ServingSkew.against(baseline, Clicks.ROW))
        .hasMessageContaining("The baseline is of feature x, which Row");
  }

  @Test
  void differences_servedOnTimeAndLate_findsTheLateOnes() {
    FeatureView<Click, String> view = Clicks.view(null);
    FeatureSet<Row> set = Clicks.set(view);
    VirtualTime time = VirtualTime.startingAt(Clicks.START);
    List<Click> events =
        List.of(
            new Click("a", "u0", Clicks.START, Clicks.START, 3.0, "p"),
            new Click("b", "u1", Clicks.START, Clicks.START, 4.0, "q"));
    OnlineFeatures<Row> online = OnlineFeatures.of(set, OnlineStore.inMemory(1 << 20, time), time);
    online.view(view).write(events.subList(0, 1)); // The second one was written too late.
    List<FeatureRow<Row>> served = new ArrayList<>();
    for (String user : List.of("u0", "u1", "u2")) {
      served.add(online.row(new Row(user, Clicks.START, 1)));
    }
    Dataset<FeatureRow<Row>> log = Dataset.of(set.schema(), served);

    JoinDifferences found =
        set.join(log.map(Clicks.ROW, FeatureRow::row))
            .events(view, Clicks.dataset(events))
            .differences(log);

    assertThat(found.rows()).isEqualTo(3);
    assertThat(found.differing()).isEqualTo(1);
    assertThat(found.byFeature()).containsEntry("count", 1L).containsEntry("lastPage", 1L);
    assertThat(found.examples())
        .contains("row 2 at 2026-03-28T20:00:00Z: count was served as 0.0 and is joined as 1.0");
    assertThatThrownBy(
            () ->
                set.join(Dataset.of(Clicks.ROW, List.of(new Row("u9", Clicks.START, 1))))
                    .events(view, Clicks.dataset(events))
                    .differences(log))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("or is another row");
    assertThatThrownBy(
            () ->
                set.join(Dataset.of(Clicks.ROW, List.of(served.get(0).row())))
                    .events(view, Clicks.dataset(events))
                    .differences(log))
        .hasMessageContaining("has other rows than the join: more or fewer than 1");
  }
}
