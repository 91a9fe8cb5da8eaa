package io.mlops4j.pipeline;

import io.mlops4j.core.MlopsException;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.pipeline.PipelineRun.StepRun;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Section;
import java.util.ArrayList;
import java.util.List;

/** What came of a run's suites of expectations, in full: every sentence and examples of rows. */
final class ValidationPages {
  private ValidationPages() {}

  static List<Section> of(Pipeline pipeline, PipelineRun run, StepStore results) {
    List<Section> sections = new ArrayList<>();
    for (Step<?> step : pipeline.order()) {
      StepRun did = run.step(step.name());
      if (step.codec() == Codec.validation() && !did.digest().isEmpty()) {
        sections.add(section(did, results));
      }
    }
    return sections;
  }

  private static Section section(StepRun step, StepStore results) {
    try {
      ValidationResult result = ValidationResult.fromJson(results.bytes(step.digest()));
      return Section.titled("Validation: " + result.data())
          .add(result.report().blocks().toArray(Block[]::new));
    } catch (MlopsException gone) {
      return Section.titled("Validation: " + step.name())
          .add(Callout.warning(String.valueOf(gone.getMessage())));
    }
  }
}
