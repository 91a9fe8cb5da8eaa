package io.mlops4j.registry.lineage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LineageGraphTest {
  private static final ModelFiles FILES = ModelFiles.of("x", Map.of("x", "x".getBytes(UTF_8)));

  private static ModelVersion v(String model, int number) {
    return new ModelVersion(model, number);
  }

  private static Lineage on(String data, String run) {
    return Lineage.unknown().withData(data, data.repeat(16).substring(0, 16), 9).withRun(run);
  }

  /** teacher:1 <- student:1 <- student:2, and student:3 of its own. */
  private static ModelRegistry registry() {
    ModelRegistry registry = ModelRegistry.inMemory();
    registry.model("teacher").register(FILES, on("january", "run-1"));
    registry.model("student").register(FILES, on("january", "run-2").withParent(v("teacher", 1)));
    registry.model("student").register(FILES, on("february", "run-2").withParent(v("student", 1)));
    registry.model("student").register(FILES, on("march", "run-3"));
    return registry;
  }

  @Test
  void queries_answerFromDataRunAndParents() {
    try (ModelRegistry registry = registry()) {
      LineageGraph graph = LineageGraph.of(registry);
      assertThat(graph.trainedOn("january")).containsExactly(v("student", 1), v("teacher", 1));
      assertThat(graph.trainedOn("februaryfebruary")).containsExactly(v("student", 2));
      assertThat(graph.trainedOn("none")).isEmpty();
      assertThat(graph.outOf("run-2")).containsExactly(v("student", 1), v("student", 2));
      assertThat(graph.descendants(v("teacher", 1)))
          .containsExactly(v("student", 1), v("student", 2));
      assertThat(graph.ancestors(v("student", 2)))
          .containsExactly(v("student", 1), v("teacher", 1));
      assertThat(graph.ancestors(v("student", 3))).isEmpty();
      assertThat(graph.nodes()).hasSize(4);
    }
  }

  @Test
  void toReport_drawsEachVersionUnderItsParent() {
    try (ModelRegistry registry = registry()) {
      String text = LineageGraph.of(registry).toReport().toText();
      assertThat(text.lines().map(String::stripTrailing))
          .anyMatch(line -> line.startsWith("teacher:1"))
          .anyMatch(line -> line.startsWith("└─ student:1"))
          .anyMatch(line -> line.startsWith("·  └─ student:2"))
          .anyMatch(line -> line.startsWith("student:3"));
      assertThat(LineageGraph.of(registry).toReport().toHtml()).contains("└─ student:1");
    }
  }

  @Test
  void of_oneModel_namesParentsElsewhere() {
    try (ModelRegistry registry = registry()) {
      LineageGraph graph = LineageGraph.of(registry.model("student"));
      assertThat(graph.descendants(v("teacher", 1))).hasSize(2);
      assertThat(graph.toReport().toText()).contains("teacher:1 (not in this registry)");
    }
  }

  /** Version 1 says it was made from version 2, which does not exist yet; then 2 is made from 1. */
  @Test
  void circles_areWalkedOnceAndDrawn() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      registry.model("m").register(FILES, Lineage.unknown().withParent(v("m", 2)));
      registry.model("m").register(FILES, Lineage.unknown().withParent(v("m", 1)));
      registry.model("m").register(FILES, Lineage.unknown().withParent(v("m", 3)));
      LineageGraph graph = LineageGraph.of(registry);
      assertThat(graph.descendants(v("m", 1))).containsExactly(v("m", 2));
      assertThat(graph.ancestors(v("m", 3))).isEmpty();
      String text = graph.toReport().toText();
      assertThat(text).contains("m:1 (see above)", "m:3 (see above)");
    }
  }

  @Test
  void aLongLine_isDrawnWithoutDeepStacks() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      registry.model("m").register(FILES, Lineage.unknown());
      for (int i = 1; i < 1_500; i++) {
        registry.model("m").register(FILES, Lineage.unknown().withParent(v("m", i)));
      }
      LineageGraph graph = LineageGraph.of(registry);
      assertThat(graph.descendants(v("m", 1))).hasSize(1_499);
      assertThat(graph.toReport().blocks()).isNotEmpty();
    }
  }

  @Test
  void hostileNames_areEscaped() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      String evil = "<script>alert(1)</script>";
      registry.model("m").register(FILES, Lineage.unknown().withData(evil, "d", 1).withRun(evil));
      assertThat(LineageGraph.of(registry).toReport().toHtml()).doesNotContain("<script>");
    }
  }

  /** Against a plain transitive closure, over random parents, circles included. */
  @Property(tries = 50)
  void reached_anyGraph_isTheTransitiveClosure(
      @ForAll @IntRange(min = 1, max = 12) int size, @ForAll long seed) {
    Random random = new Random(seed);
    Map<ModelVersion, Set<ModelVersion>> parents = new HashMap<>();
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      for (int i = 1; i <= size; i++) {
        Lineage lineage = Lineage.unknown();
        for (int n = random.nextInt(3); n > 0; n--) {
          ModelVersion parent = v("m", 1 + random.nextInt(size));
          lineage = lineage.withParent(parent);
          parents.computeIfAbsent(v("m", i), k -> new HashSet<>()).add(parent);
        }
        registry.model("m").register(FILES, lineage);
      }
      LineageGraph graph = LineageGraph.of(registry);
      List<ModelVersion> all = new ArrayList<>();
      for (int i = 1; i <= size; i++) {
        all.add(v("m", i));
      }
      for (ModelVersion one : all) {
        Set<ModelVersion> expected = new TreeSet<>(closure(parents, one));
        expected.remove(one);
        assertThat(graph.ancestors(one)).containsExactlyElementsOf(expected);
        Set<ModelVersion> below = new TreeSet<>();
        for (ModelVersion other : all) {
          if (!other.equals(one) && closure(parents, other).contains(one)) {
            below.add(other);
          }
        }
        assertThat(graph.descendants(one)).containsExactlyElementsOf(below);
      }
      assertThat(graph.toReport().toText()).isNotEmpty();
    }
  }

  private static Set<ModelVersion> closure(
      Map<ModelVersion, Set<ModelVersion>> parents, ModelVersion from) {
    Set<ModelVersion> reached = new HashSet<>(parents.getOrDefault(from, Set.of()));
    for (int size = -1; size != reached.size(); ) {
      size = reached.size();
      for (ModelVersion one : List.copyOf(reached)) {
        reached.addAll(parents.getOrDefault(one, Set.of()));
      }
    }
    return reached;
  }
}
