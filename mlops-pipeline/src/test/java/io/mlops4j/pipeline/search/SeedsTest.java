package io.mlops4j.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A seed means the same points in every JVM of every version: a second implementation, {@code
 * oracles/seeds.py}, draws them, too, to the last bit.
 */
class SeedsTest {
  private static JsonNode oracle() throws IOException {
    return Json.parse(Files.readAllBytes(Path.of("../oracles/seeds.json")), "oracle");
  }

  private static double[][] points(JsonNode node) {
    double[][] points = new double[node.size()][];
    for (int i = 0; i < points.length; i++) {
      points[i] = new double[node.get(i).size()];
      for (int d = 0; d < points[i].length; d++) {
        points[i][d] = node.get(i).get(d).doubleValue();
      }
    }
    return points;
  }

  private static SearchSpace space(int parameters) {
    SearchSpace space = SearchSpace.empty();
    for (int d = 0; d < parameters; d++) {
      space = space.uniform("p" + d, 0, 1);
    }
    return space;
  }

  @Test
  void points_ofASeed_areThoseOfTheSecondImplementation() throws IOException {
    for (JsonNode c : oracle().get("points")) {
      double[][] random = points(c.get("random"));
      double[][] latin = points(c.get("latin"));
      SearchSpace space = space(random[0].length);
      long seed = c.get("seed").longValue();
      assertThat(UnitCube.random(random.length, space, seed).points())
          .as("random, seed %d", seed)
          .isDeepEqualTo(random);
      assertThat(UnitCube.latin(latin.length, space, seed).points())
          .as("latin, seed %d", seed)
          .isDeepEqualTo(latin);
      // The control: another seed has other points.
      assertThat(UnitCube.random(random.length, space, seed + 1).points()[0])
          .isNotEqualTo(random[0]);
    }
  }

  @Test
  void run_aSeed_triesThosePointsInThatOrder() throws IOException {
    JsonNode c = oracle().get("points").get(1);
    double[][] random = points(c.get("random"));
    SearchResult result =
        Search.over(space(random[0].length))
            .minimise("sum")
            .method(SearchMethod.random(random.length))
            .seed(c.get("seed").longValue())
            .run(trial -> trial.candidate().number("p0"));
    for (int i = 0; i < random.length; i++) {
      for (int d = 0; d < random[i].length; d++) {
        assertThat(result.trials().get(i).candidate().number("p" + d)).isEqualTo(random[i][d]);
      }
    }
  }

  @Test
  void permutation_ofASeed_isThatOfTheSecondImplementation() throws IOException {
    for (JsonNode c : oracle().get("permutations")) {
      List<Integer> order = new ArrayList<>();
      c.get("order").forEach(i -> order.add(i.intValue()));
      assertThat(
              UnitCube.permutation(order.size(), new SplittableRandom(c.get("seed").longValue())))
          .containsExactly(order.stream().mapToInt(i -> i).toArray());
    }
  }
}
