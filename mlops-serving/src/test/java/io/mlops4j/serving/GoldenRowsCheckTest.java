package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.CheckEvidence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoldenRowsCheckTest {
  record Row(double x) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);
  private static final GoldenRows GOLDEN =
      new GoldenRows(1e-6, List.of(new GoldenRows.Row(Map.of("x", 2.0), 4.0)));

  private static ModelRelease<Row, Double> release(
      Optional<GoldenRows> golden, Model<Row, Double> model) {
    return new ModelRelease<>() {
      @Override
      public ModelVersion version() {
        return new ModelVersion("square", 1);
      }

      @Override
      public Optional<Baseline> baseline() {
        return Optional.empty();
      }

      @Override
      public Optional<GoldenRows> goldenRows() {
        return golden;
      }

      @Override
      public Model<Row, Double> load() {
        return model;
      }
    };
  }

  private static Check.Outcome outcome(Optional<GoldenRows> golden, Model<Row, Double> model) {
    return GoldenRowsCheck.of(release(golden, model), SCHEMA).evaluate();
  }

  @Test
  void evaluate_rightWrongAndNoRows_passFailAndNoData() {
    Model<Row, Double> square = rows -> rows.stream().map(r -> r.x() * r.x()).toList();
    Model<Row, Double> twice = rows -> rows.stream().map(r -> r.x() * 3).toList();
    assertThat(outcome(Optional.of(GOLDEN), square))
        .isEqualTo(new Check.Pass("square:1 answered its 1 golden rows within 1.0E-6."));
    assertThat(outcome(Optional.of(GOLDEN), twice))
        .isInstanceOf(Check.Fail.class)
        .extracting(Check.Outcome::sentence)
        .asString()
        .contains("expected 4.0, answered 6.0");
    assertThat(outcome(Optional.empty(), square)).isInstanceOf(Check.NoData.class);
    assertThat(GoldenRowsCheck.of(release(Optional.of(GOLDEN), square)).evaluate())
        .as("nobody says what the rows are")
        .isInstanceOf(Check.Fail.class);
  }

  @Test
  void recorded_modelThatCannotBeLoaded_isAnError() {
    ModelRelease<Row, Double> broken =
        release(
            Optional.of(GOLDEN),
            rows -> {
              throw new MlopsException("never reached");
            });
    ModelRelease<Row, Double> gone =
        new ModelRelease<>() {
          @Override
          public ModelVersion version() {
            return broken.version();
          }

          @Override
          public Optional<Baseline> baseline() {
            return Optional.empty();
          }

          @Override
          public Optional<GoldenRows> goldenRows() {
            return broken.goldenRows();
          }

          @Override
          public Model<Row, Double> load() {
            throw new MlopsException("The store is gone.");
          }
        };
    Instant noon = Instant.parse("2026-11-26T12:00:00Z");
    CheckEvidence evidence = CheckEvidence.of(GoldenRowsCheck.of(gone, SCHEMA), "square:1", noon);
    assertThat(evidence.name()).isEqualTo(CheckEvidence.GOLDEN_ROWS);
    assertThat(evidence.outcome()).isEqualTo(CheckEvidence.Outcome.ERROR);
    assertThat(evidence.sentence()).contains("The store is gone.");
  }
}
