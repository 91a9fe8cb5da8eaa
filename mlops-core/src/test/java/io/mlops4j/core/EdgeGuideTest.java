package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EdgeGuideTest {
  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Math.nextDown(Double.MIN_NORMAL),
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1,
    -1,
    Math.nextUp(1.0),
    Math.nextDown(1.0),
    1e-300,
    1e300
  };

  @Provide
  Arbitrary<double[]> edges() {
    Arbitrary<Double> values =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(
                3, Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite)),
            net.jqwik.api.Tuple.of(3, Arbitraries.integers().between(-20, 20).map(i -> i / 4.0)),
            net.jqwik.api.Tuple.of(
                1, Arbitraries.of(DoubleStream.of(SPECIAL).boxed().toArray(Double[]::new))));
    return values
        .list()
        .ofMaxSize(60)
        .map(list -> list.stream().mapToDouble(v -> v + 0.0).sorted().distinct().toArray());
  }

  /** How many edges are below the value, by definition. */
  private static int slow(double[] edges, double value) {
    int cell = 0;
    for (double edge : edges) {
      cell += edge < value ? 1 : 0;
    }
    return cell;
  }

  @Property(tries = 2_000)
  void cellOf_anyValueOverAnyEdges_equalsTheDefinition(
      @ForAll("edges") double[] edges, @ForAll long seed) {
    EdgeGuide guide = EdgeGuide.over(edges);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(guide.cellOf(value)).isEqualTo(slow(edges, value));
      }
      value = random.nextDouble(-6, 6);
      assertThat(guide.cellOf(value)).isEqualTo(slow(edges, value));
    }
    for (double value : SPECIAL) {
      assertThat(guide.cellOf(value)).isEqualTo(slow(edges, value));
    }
    for (double edge : edges) {
      for (double value : new double[] {edge, Math.nextUp(edge), Math.nextDown(edge)}) {
        if (Double.isFinite(value)) {
          assertThat(guide.cellOf(value)).as("%s", value).isEqualTo(slow(edges, value));
        }
      }
    }
  }

  @Test
  void cellOf_learnedEdges_equalsBinarySearch() {
    SplittableRandom random = new SplittableRandom(11);
    for (double spread : new double[] {0.1, 1, 3, 40}) {
      EdgeLearner learner = new EdgeLearner(10_000, 1);
      random.doubles(10_000).forEach(u -> learner.add(Math.exp(spread * (u - 0.5))));
      double[] edges = learner.edges(256, true);
      EdgeGuide guide = EdgeGuide.over(edges);
      for (int i = 0; i < 50_000; i++) {
        double value = Math.exp(spread * 1.2 * (random.nextDouble() - 0.5));
        int found = Arrays.binarySearch(edges, value);
        assertThat(guide.cellOf(value)).isEqualTo(found >= 0 ? found : -found - 1);
      }
    }
  }

  // python oracles/drift.py: numpy.quantile(method="linear") of "samples.normal"
  @Test
  void edges_normalSample_agreeWithNumpy() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            EdgeGuideTest.class.getResourceAsStream("/oracles/quantiles.json"))) {
      JsonNode oracle = new ObjectMapper().readTree(in);
      for (JsonNode expected : oracle.get("quantileEdges")) {
        EdgeLearner learner = new EdgeLearner(100_000, 1);
        oracle.get("samples").get("normal").forEach(v -> learner.add(v.doubleValue()));
        double[] edges = learner.edges(expected.get("bins").intValue(), true);
        double[] inner = Arrays.copyOfRange(edges, 1, edges.length - 1);
        assertThat(inner).hasSize(expected.get("edges").size());
        for (int i = 0; i < inner.length; i++) {
          assertThat(inner[i])
              .isCloseTo(expected.get("edges").get(i).doubleValue(), Offset.offset(1e-14));
        }
      }
    }
  }
}
