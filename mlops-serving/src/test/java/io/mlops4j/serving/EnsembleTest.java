package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EnsembleTest {
  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  /** Counts calls and closes. */
  private static final class Member implements Model<Double, Double> {
    final List<Integer> batches = new ArrayList<>();
    private final double factor;
    int closed;

    Member(double factor) {
      this.factor = factor;
    }

    @Override
    public List<Double> predict(List<Double> inputs) {
      batches.add(inputs.size());
      return inputs.stream().map(x -> x * factor).toList();
    }

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void average_realModels_isAnsweredInBatchesAndClosedWithThem() {
    Model<float[], Double> mean =
        Ensemble.average(List.of(Models.one("plus1"), Models.one("plus2"), Models.one("identity")));
    try (Predictor<float[], Double> predictor = Predictor.of(mean).build()) {
      assertThat(OnnxSession.OPEN).hasValue(3);
      assertThat(predictor.predict(Models.row(6))).isEqualTo(7);
      List<Double> all =
          predictor.predictAll(IntStream.range(0, 200).mapToObj(Models::row).toList());
      for (int i = 0; i < 200; i++) {
        assertThat(all.get(i)).isCloseTo(i + 1.0, Assertions.within(1e-9));
      }
    }
  }

  @Test
  void weighted_members_getEachBatchOnceAndInOrder() {
    Member a = new Member(1);
    Member b = new Member(10);
    Model<Double, Double> both = Ensemble.weighted(List.of(a, b), 0.25, 0.75);
    assertThat(both.predict(List.of(1.0, 2.0))).containsExactly(7.75, 15.5);
    assertThat(both.predict(List.of())).isEmpty();
    assertThat(a.batches).containsExactly(2, 0);
    assertThat(b.batches).containsExactly(2, 0);
  }

  @Test
  void stacked_top_getsTheMembersAnswersRowByRow() {
    Member a = new Member(1);
    Member b = new Member(10);
    List<Integer> closed = new ArrayList<>();
    Model<List<Double>, String> top =
        new Model<>() {
          @Override
          public List<String> predict(List<List<Double>> rows) {
            return rows.stream().map(row -> row.get(0) + "/" + row.get(1)).toList();
          }

          @Override
          public void close() {
            closed.add(1);
          }
        };
    try (Model<Double, String> stacked = Ensemble.stacked(List.of(a, b), top)) {
      assertThat(stacked.predict(List.of(1.0, 2.0))).containsExactly("1.0/10.0", "2.0/20.0");
    }
    assertThat(closed).hasSize(1);
    assertThat(a.closed + b.closed).isEqualTo(2);
  }

  @Test
  void averageProbabilities_realModels_isClassByClass() {
    float[] row = {0.1f, 0.2f, 0.3f, 0.4f};
    ClassProbabilities one;
    try (Model<float[], ClassProbabilities> alone = multiclass()) {
      one = alone.predict(List.of(row)).get(0);
    }
    try (Model<float[], ClassProbabilities> twice =
        Ensemble.averageProbabilities(List.of(multiclass(), multiclass()))) {
      assertThat(twice.predict(List.of(row)).get(0).toArray())
          .containsExactly(one.toArray(), Assertions.within(1e-12));
    }
    Model<Double, ClassProbabilities> two = rows -> rows.stream().map(x -> classes(2)).toList();
    Model<Double, ClassProbabilities> three = rows -> rows.stream().map(x -> classes(3)).toList();
    assertThatThrownBy(
            () -> Ensemble.averageProbabilities(List.of(two, three)).predict(List.of(1.0)))
        .hasMessageContaining("member 1 answered 3 classes, member 0 answered 2");
  }

  private static Model<float[], ClassProbabilities> multiclass() {
    return OnnxModel.probabilities(Models.FOUR).load(Models.file("multiclass.onnx"));
  }

  private static ClassProbabilities classes(int count) {
    return ClassProbabilities.unnamed(new double[count]);
  }

  @Test
  void predict_memberSwallowsARow_namesTheMember() {
    Model<Double, Double> short1 = rows -> List.of();
    assertThatThrownBy(() -> Ensemble.average(List.of(new Member(1), short1)).predict(List.of(1.0)))
        .isInstanceOf(PredictionFailedException.class)
        .hasMessageContaining("Ensemble member 1 answered 0 rows, asked 1");
  }

  @Test
  void predict_memberFailsOnOneRow_onlyThatRowFails() {
    Model<Double, Double> picky =
        rows -> {
          if (rows.contains(13.0)) {
            throw new IllegalStateException("13");
          }
          return rows;
        };
    try (Predictor<Double, Double> predictor =
        Predictor.of(Ensemble.average(List.of(new Member(1), picky))).fallback(x -> -1.0).build()) {
      assertThat(predictor.predictAll(List.of(12.0, 13.0, 14.0))).containsExactly(12.0, -1.0, 14.0);
    }
  }

  @Test
  void close_oneMemberThrows_othersAreClosedEachOnce() {
    Member a = new Member(1);
    Model<Double, Double> stubborn =
        new Model<>() {
          @Override
          public List<Double> predict(List<Double> inputs) {
            return inputs;
          }

          @Override
          public void close() {
            throw new IllegalStateException("stuck");
          }
        };
    Model<Double, Double> both = Ensemble.average(List.of(stubborn, a, a));
    assertThatThrownBy(both::close).hasMessage("stuck");
    assertThat(a.closed).isEqualTo(1);
  }

  @Test
  void weights_thatDoNotFit_areNamed() {
    List<Member> two = List.of(new Member(1), new Member(2));
    assertThatThrownBy(() -> Ensemble.weighted(two, 1))
        .hasMessage("weights: 1 (expected: one for each of 2 members)");
    assertThatThrownBy(() -> Ensemble.weighted(two, 0.5, 0.6))
        .hasMessage("weights: sum 1.1 (expected: 1)");
    assertThatThrownBy(() -> Ensemble.weighted(two, 2, -1))
        .hasMessage("weights[1]: -1.0 (expected: finite, 0 or more)");
    assertThatThrownBy(() -> Ensemble.weighted(two, 0.5, Double.NaN))
        .hasMessageContaining("weights[1]: NaN");
    assertThatThrownBy(() -> Ensemble.average(List.<Member>of()))
        .hasMessage("members: 0 (expected: at least 1)");
  }

  @Test
  void schema_ofMembers_isTheirsOrRefused() {
    try (Model<float[], Double> one = Models.one("plus1");
        Model<float[], Double> other =
            OnnxModel.regression(Schema.floats("y")).load(Models.file("plus2.onnx"))) {
      assertThat(Ensemble.average(List.of(one)).schema()).contains(Models.ONE);
      assertThatThrownBy(() -> Ensemble.average(List.of(one, other)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("members[1] takes float[1](y: numeric), an earlier one")
          .hasMessageContaining("x: numeric");
    }
  }

  record Order(double price, int pieces) {}

  @Test
  void steps_beforeAndAfter_areBatchedCachedAndClosedWithTheModel() {
    Schema<Order> orders = Schema.of(Order.class);
    Model<Order, String> model =
        ModelSteps.of(Models.one("plus1"))
            .before((Order order) -> Models.row(order.price() * order.pieces()), orders)
            .after(y -> y > 10 ? "review" : "accept");
    assertThat(model.schema()).contains(orders);
    try (Predictor<Order, String> predictor =
        Predictor.of(model).cache(Caching.withDefaults()).build()) {
      assertThat(predictor.predict(new Order(3, 2))).isEqualTo("accept");
      assertThat(predictor.predict(new Order(3, 2))).isEqualTo("accept");
      assertThat(predictor.predictAll(List.of(new Order(3, 3), new Order(5, 2))))
          .containsExactly("accept", "review");
      assertThat(predictor.stats().cacheHits()).isEqualTo(1);
    }
    assertThat(ModelSteps.of(new Member(2)).before((String s) -> 1.0).schema())
        .isEqualTo(Optional.empty());
  }
}
