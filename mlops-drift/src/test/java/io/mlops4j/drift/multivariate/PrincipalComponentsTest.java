package io.mlops4j.drift.multivariate;

import static io.mlops4j.drift.multivariate.RowSample.MONDAY;
import static io.mlops4j.drift.multivariate.RowSample.SCHEMA;
import static io.mlops4j.drift.multivariate.RowSample.doubles;
import static io.mlops4j.drift.multivariate.RowSample.feed;
import static io.mlops4j.drift.multivariate.RowSample.matrix;
import static io.mlops4j.drift.multivariate.RowSample.oracle;
import static io.mlops4j.drift.multivariate.RowSample.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Check;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.multivariate.PrincipalComponents.Options;
import io.mlops4j.drift.multivariate.RowSample.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrincipalComponentsTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Options OPTIONS = Options.withDefaults().withRows(1_000, 100, 3);

  private static PrincipalComponents<Row, Double> components(Options options) {
    return PrincipalComponents.comparing(SCHEMA, rows(3_000, 1, 0.8, 0, "Bonn").stream(), options);
  }

  private static Check.Outcome verdict(double correlation, double shift, String city) {
    var components = components(OPTIONS);
    feed(components, SCHEMA, 1, MONDAY, rows(1_000, 2, correlation, shift, city));
    return components.evaluate();
  }

  // python oracles/rows.py: scikit-learn's StandardScaler and PCA
  @Test
  void residual_ofOtherRows_equalsScikitLearn() {
    for (JsonNode c : oracle("components")) {
      PrincipalPlane plane = PrincipalPlane.fit(matrix(c.get("rows")), c.get("share").asDouble());
      assertThat(plane.components()).isEqualTo(c.get("components").asInt());
      double[][] others = matrix(c.get("others"));
      double[] errors = doubles(c.get("errors"));
      for (int i = 0; i < others.length; i++) {
        double[] residual = plane.residual(others[i]);
        assertThat(residual).containsExactly(doubles(c.get("residuals").get(i)), within(1e-9));
        assertThat(PrincipalPlane.length(residual)).isCloseTo(errors[i], within(1e-9));
      }
    }
  }

  // numpy.linalg.eigvalsh
  @Test
  void eigen_symmetricMatrices_equalsNumpy() {
    for (JsonNode c : oracle("eigen")) {
      double[][] matrix = matrix(c.get("matrix"));
      SymmetricEigen eigen = SymmetricEigen.of(matrix);
      assertThat(eigen.values()).containsExactly(doubles(c.get("values")), within(1e-12));
      for (int i = 0; i < matrix.length; i++) {
        for (int j = 0; j < matrix.length; j++) {
          double restored = 0;
          double product = 0;
          for (int k = 0; k < matrix.length; k++) {
            double[] vector = eigen.vectors()[k];
            restored += eigen.values()[k] * vector[i] * vector[j];
            product += eigen.vectors()[i][k] * eigen.vectors()[j][k];
          }
          assertThat(restored).isCloseTo(matrix[i][j], within(1e-12));
          assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-12));
        }
      }
    }
  }

  @Test
  void evaluate_sameRows_passes() {
    Check.Outcome outcome = verdict(0.8, 0, "Bonn");
    assertThat(outcome).isInstanceOf(Check.Pass.class);
    assertThat(outcome.sentence())
        .startsWith("correlations of live rows of Row against training: reconstruction error ")
        .contains("1,000 against 1,000 rows")
        .endsWith(", not more than 10.0 %.");
  }

  @Test
  void evaluate_correlationBrokeOrGrew_fails() {
    Check.Outcome broke = verdict(0, 0, "Bonn");
    assertThat(broke).isInstanceOf(Check.Fail.class);
    assertThat(broke.sentence()).contains(" %, by chance up to ").contains("most by [");
    var components = components(OPTIONS);
    feed(components, SCHEMA, 1, MONDAY, rows(1_000, 2, 0, 0, "Bonn"));
    Reconstruction more = components.reconstruction().orElseThrow();
    assertThat(more.telling().subList(0, 3)).containsExactlyInAnyOrder("x", "y", "z");
    assertThat(more.change()).isPositive();
    // Certainly different, but by less than a higher limit.
    var tolerant = components(OPTIONS.withLimit(10));
    feed(tolerant, SCHEMA, 1, MONDAY, rows(1_000, 2, 0, 0, "Bonn"));
    assertThat(tolerant.evaluate()).isInstanceOf(Check.Pass.class);
    // The other way round: rows that fit too well.
    var loose =
        PrincipalComponents.<Row, Double>comparing(
            SCHEMA, rows(3_000, 1, 0.5, 0, "Bonn").stream(), OPTIONS);
    feed(loose, SCHEMA, 1, MONDAY, rows(1_000, 2, 0.95, 0, "Bonn"));
    assertThat(loose.reconstruction().orElseThrow().change()).isNegative();
    assertThat(loose.evaluate()).isInstanceOf(Check.Fail.class);
  }

  /** What it is blind for, as documented: all correlated features moving together. */
  @Test
  void evaluate_changeAlongTheComponents_isNotSeen() {
    Options options = OPTIONS.withVariance(0.7);
    Check.Outcome[] outcomes = new Check.Outcome[2];
    for (int i = 0; i < 2; i++) {
      Schema<Row> numbers = SCHEMA.only("x", "y", "z");
      var components =
          PrincipalComponents.<Row, Double>comparing(
              numbers, rows(3_000, 1, 0.9, 0, "Bonn").stream(), options);
      feed(components, numbers, 1, MONDAY, rows(1_000, 2, i == 0 ? 0.9 : 0.6, 0.7, "Bonn"));
      outcomes[i] = components.evaluate();
    }
    assertThat(outcomes[0]).isInstanceOf(Check.Pass.class);
    assertThat(outcomes[1]).isInstanceOf(Check.Fail.class);
  }

  @Test
  void evaluate_missingOrNewValues_areNamed() {
    var components =
        PrincipalComponents.<Row, Double>comparing(
            SCHEMA.withSensitive("city"), rows(3_000, 1, 0.8, 0, "CANARY").stream(), OPTIONS);
    List<Row> holes =
        rows(1_000, 2, 0.8, 0, "CANARY").stream()
            .map(r -> new Row(r.x() > 0.5 ? Double.NaN : r.x(), r.y(), r.z(), r.city()))
            .toList();
    feed(components, SCHEMA.withSensitive("city"), 1, MONDAY, holes);
    assertThat(components.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(components.evaluate().sentence()).contains("most by [x missing, ");
    assertThat(components.evaluate() + "" + components.reconstruction() + components)
        .doesNotContain("CANARY");
    assertThat(verdict(0.8, 0, "Kiel\n<b>").sentence()).contains("most by [city = another, ");
  }

  /**
   * NannyML's thresholds are of the rows that its components were fitted to: too low (its #426).
   */
  @Test
  void pValue_rowsOfOneKind_isSmallAsOftenAsItSays() {
    int runs = PROOF ? 4_000 : 200;
    int small = 0;
    for (int run = 0; run < runs; run++) {
      PrincipalComponents<Row, Double> components =
          PrincipalComponents.comparing(
              SCHEMA,
              rows(100, 10_000 + run, 0.3, 0, "Bonn").stream(),
              new Options(0.65, 0.1, 0.05, 100, 50, 99, Duration.ofDays(7), run));
      feed(components, SCHEMA, 1, MONDAY, rows(60, 90_000 + run, 0.3, 0, "Bonn"));
      small += components.reconstruction().orElseThrow().pValue() <= 0.05 ? 1 : 0;
    }
    double deviation = Math.sqrt(runs * 0.05 * 0.95);
    assertThat((double) small).isBetween(runs * 0.05 - 4 * deviation, runs * 0.05 + 4 * deviation);
  }

  /** The control of the above: errors of fitted rows against others, as if they were not. */
  @Test
  void errors_ofTheRowsThatWereFitted_areTooSmall() {
    double fitted = 0;
    double others = 0;
    for (int run = 0; run < 50; run++) {
      double[][] rows = normals(60, 20, run);
      PrincipalPlane plane = PrincipalPlane.fit(rows, 0.65);
      for (double[] row : rows) {
        fitted += PrincipalPlane.length(plane.residual(row));
      }
      for (double[] row : normals(60, 20, 1_000 + run)) {
        others += PrincipalPlane.length(plane.residual(row));
      }
    }
    assertThat(others / fitted).isGreaterThan(1.15);
  }

  private static double[][] normals(int n, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] result = new double[n][d];
    for (double[] row : result) {
      for (int j = 0; j < d; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return result;
  }

  @Test
  void reconstruction_fewerRowsThanColumns_works() {
    int width = 120; // 240 columns with those for missing values, of 60 rows
    Schema<float[]> schema =
        Schema.floats(IntStream.range(0, width).mapToObj(i -> "f" + i).toArray(String[]::new));
    List<float[]> samples = new ArrayList<>();
    for (double[] row : normals(200, width, 5)) {
      float[] values = new float[width];
      for (int j = 0; j < width; j++) {
        values[j] = (float) row[j];
      }
      samples.add(values);
    }
    PrincipalComponents<float[], Double> components =
        PrincipalComponents.comparing(
            schema, samples.subList(0, 120).stream(), OPTIONS.withRows(100, 60, 1));
    feed(components, schema, 1, MONDAY, samples.subList(120, 200));
    Reconstruction found = components.reconstruction().orElseThrow();
    assertThat(found.components()).isLessThan(60);
    assertThat(found.columns()).isEqualTo(240);
    assertThat(found.pValue()).isGreaterThan(0.01);
    assertThat(found.expected()).isBetween(1.0, 20.0);
  }

  @Test
  void reconstruction_degenerateRows_areNeverNaN() {
    List<Row> broken = new ArrayList<>();
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, -Double.MAX_VALUE, Double.MIN_VALUE, 0};
    for (int i = 0; i < 250; i++) {
      broken.add(new Row(odd[i % 5], odd[i % 3], 7, null));
    }
    List<Row> same = IntStream.range(0, 250).mapToObj(i -> new Row(1, 1, 1, "x")).toList();
    for (List<Row> reference : List.of(broken, same)) {
      for (List<Row> live : List.of(broken, same)) {
        PrincipalComponents<Row, Double> components =
            PrincipalComponents.comparing(SCHEMA, reference.stream(), OPTIONS.withRows(100, 50, 1));
        feed(components, SCHEMA, 1, MONDAY, live);
        Reconstruction found = components.reconstruction().orElseThrow();
        assertThat(found.change()).isFinite();
        assertThat(found.byChance()).isFinite();
        assertThat(components.evaluate() instanceof Check.Fail).isEqualTo(reference != live);
        if (reference == same && live == same) {
          assertThat(found.error()).isZero();
          assertThat(found.pValue()).isEqualTo(1);
          assertThat(found.components()).isZero();
        }
      }
    }
  }

  @Test
  void evaluate_fewRowsOrWindows_hasNoData() {
    var components = components(OPTIONS.withLimit(0.06));
    assertThat(components.evaluate().sentence()).contains("fewer than 100 live rows");
    feed(components, SCHEMA, 1, MONDAY, rows(150, 8, 0.8, 0, "Bonn"));
    // Small, but chance alone would reach the limit with so few rows.
    assertThat(Math.abs(components.reconstruction().orElseThrow().change())).isLessThan(0.06);
    assertThat(components.reconstruction().orElseThrow().byChance()).isGreaterThan(0.06);
    assertThat(components.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(components.evaluate().sentence()).endsWith("whether it is more than 6.0 %.");
    Instant next = MONDAY.plus(Duration.ofDays(7));
    feed(components, SCHEMA, 1, next, rows(99, 3, 0.8, 0, "Bonn"));
    assertThat(components.reconstruction().orElseThrow().live()).isEqualTo(150);
    feed(components, SCHEMA, 2, next, rows(99, 3, 0.8, 0, "Bonn"));
    assertThat(components.reconstruction()).isEmpty();
    assertThat(components.toString()).isEqualTo("PrincipalComponents(Row, 1000 rows)");
  }

  @Test
  void options_outOfRange_areNamed() {
    assertThatThrownBy(() -> OPTIONS.withVariance(1)).hasMessageContaining("variance: 1.0");
    assertThatThrownBy(() -> OPTIONS.withLimit(0)).hasMessageContaining("limit: 0.0");
    assertThatThrownBy(() -> OPTIONS.withFalseAlarms(0.001, 998))
        .hasMessageContaining("permutations: 998 (expected: 999..99999, for alpha 0.001)");
    assertThatThrownBy(() -> OPTIONS.withRows(99, 50, 1)).hasMessageContaining("rows: 99");
    assertThatThrownBy(() -> OPTIONS.withWindow(Duration.ZERO)).hasMessageContaining("window");
    assertThatThrownBy(
            () -> PrincipalComponents.comparing(SCHEMA, rows(9, 1, 0, 0, "x").stream(), OPTIONS))
        .hasMessageContaining("reference: 9 rows of Row");
  }
}
