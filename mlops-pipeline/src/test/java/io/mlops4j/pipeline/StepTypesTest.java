package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fits compiles, and what does not fit does not: each misfit is an error on its own line. */
class StepTypesTest {
  private static final String HEAD =
      """
      package app;

      import io.mlops4j.core.*;
      import io.mlops4j.data.expect.*;
      import io.mlops4j.delivery.*;
      import io.mlops4j.evaluation.*;
      import io.mlops4j.pipeline.*;
      import io.mlops4j.registry.*;

      abstract class App {
        abstract Step<String> rows();
        abstract Step<ModelArtifact> trained();
        abstract Step<ModelVersion> version();
        abstract Step<EvaluationReport> report();
        abstract ValidatedStep<String> valid();
        abstract ValidationResult asked();
        abstract RegisteredModel<String, Double> model();
        abstract Rollout<String, Double> rollout();
        abstract GatePolicy policy();
        abstract Lineage lineage();
        void steps() {
          Step.Builder a = Step.named("a");
      """;

  /**
   * A line that fits and the same with one thing changed.
   *
   * @param fits what compiles
   * @param was what is changed
   * @param becomes to what
   * @param named what the compiler names
   */
  private record Line(String fits, String was, String becomes, List<String> named) {
    static Line of(String fits, String was, String becomes, String... named) {
      return new Line(fits, was, becomes, List.of(named));
    }

    String misfit() {
      assertThat(fits).contains(was);
      return fits.replace(was, becomes);
    }
  }

  private static final List<Line> LINES =
      List.of(
          Line.of("a.source(Codec.text(), step -> \"rows\");", "\"rows\"", "17", "int", "String"),
          Line.of(
              "Step<String> made = a.map(rows(), Codec.text(), (rows, step) -> rows + \"!\");",
              "Step<String> made",
              "Step<Integer> made",
              "Integer"),
          Line.of(
              "a.map(rows(), Codec.text(), (rows, step) -> rows.strip());",
              "rows.strip()",
              "rows.length()",
              "int",
              "String"),
          Line.of(
              "a.map(rows(), Codec.text(), (String rows, StepContext step) -> rows);",
              "String rows",
              "Integer rows",
              "Integer"),
          Line.of(
              "a.map(version(), report(), Codec.version(), RegistrySteps.evaluated(model()));",
              "version(), report()",
              "report(), version()",
              "EvaluationReport",
              "ModelVersion"),
          Line.of(
              "a.map(version(), valid().result(), Codec.version(),"
                  + " RegistrySteps.validated(model()));",
              "valid().result()",
              "report()",
              "EvaluationReport"),
          Line.of(
              "a.map(trained(), Codec.version(), RegistrySteps.register(model(), m -> lineage()));",
              "trained()",
              "version()",
              "ModelVersion"),
          Line.of(
              "a.check(version(), RegistrySteps.gate(model(), policy()));",
              "version()",
              "trained()",
              "ModelArtifact"),
          Line.of(
              "a.check(rows(), (rows, step) -> new Check.Pass(\"all\"));",
              "new Check.Pass(\"all\")",
              "true",
              "boolean"),
          Line.of("a.validate(rows(), (rows, step) -> asked());", "asked()", "policy()", "Gate"),
          Line.of(
              "a.map(version(), Codec.version(), RegistrySteps.promote(model(), policy()));",
              "version(), Codec",
              "report(), Codec",
              "EvaluationReport"),
          Line.of(
              "a.await(version(), Codec.version(), RegistrySteps.approved(model(), policy()));",
              "Codec.version()",
              "Codec.text()",
              "String"),
          Line.of(
              "a.await(version(), Codec.version(), DeliverySteps.canary(rollout()));",
              "await(version()",
              "await(rows()",
              "String"),
          Line.of(
              "Pipeline.named(\"p\").onRollBack(version(), RegistrySteps.reject(model()));",
              "version()",
              "rows()",
              "String"));

  private static List<Sources.Misfit> compiled(Path directory, Function<Line, String> how) {
    String body = LINES.stream().map(how).collect(Collectors.joining("\n", "", "\n}}\n"));
    return Sources.compile(directory, "app.App", HEAD + body);
  }

  @Test
  void steps_allFit_compile(@TempDir Path directory) {
    assertThat(compiled(directory, Line::fits)).isEmpty();
  }

  @Test
  void steps_oneThingDoesNotFit_isAnErrorOnThatLine(@TempDir Path directory) {
    List<Sources.Misfit> found = compiled(directory, Line::misfit);

    assertThat(found).hasSize(LINES.size());
    long before = HEAD.lines().count();
    for (int i = 0; i < found.size(); i++) {
      Line line = LINES.get(i);
      assertThat(found.get(i).line()).as(line.misfit()).isEqualTo(before + i + 1);
      assertThat(found.get(i).message()).as(line.misfit()).contains(line.named());
    }
  }
}
