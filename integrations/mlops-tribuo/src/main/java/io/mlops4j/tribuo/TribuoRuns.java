package io.mlops4j.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.tracking.Run;
import java.util.Map;
import java.util.TreeMap;
import org.tribuo.provenance.DatasetProvenance;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.TrainerProvenance;

/**
 * Logs trainings to runs: one line each. Needs {@code mlops-registry} on the class path, which
 * nothing else here does.
 *
 * <pre>{@code
 * TribuoModel<Flight> model = trainer.train(training, columns);
 * TribuoRuns.log(run, model, training, report);
 * }</pre>
 */
public final class TribuoRuns {
  private static final int MAX_VALUE = 4_000;

  private TribuoRuns() {}

  /**
   * Logs how a model was trained: as parameters the classes of model and trainer, every
   * hyperparameter and seed, how often the trainer had trained before, Tribuo's version, name,
   * digest and size of the data; as metrics those of the evaluations. JVM and class path are part
   * of every run. Paths of the training machine are left out. Cost: reads the rows once, for their
   * digest.
   *
   * @param run where
   * @param model what was trained
   * @param training what it learned from
   * @param reports evaluations of the model; may be none
   * @param <T> the row type
   */
  public static <T> void log(
      Run run, TribuoModel<T> model, LabeledDataset<T> training, EvaluationReport... reports) {
    log(run, model.lineage(), model.tribuo().getProvenance(), training, reports);
  }

  /**
   * Logs how a classifier was trained, as {@link #log(Run, TribuoModel, LabeledDataset,
   * EvaluationReport...)}.
   *
   * @param run where
   * @param model what was trained
   * @param training what it learned from
   * @param reports evaluations of the model; may be none
   * @param <T> the row type
   */
  public static <T> void log(
      Run run, TribuoClassifier<T> model, LabeledDataset<T> training, EvaluationReport... reports) {
    log(run, model.lineage(), model.tribuo().getProvenance(), training, reports);
  }

  private static void log(
      Run run,
      Map<String, String> lineage,
      ModelProvenance provenance,
      LabeledDataset<?> training,
      EvaluationReport... reports) {
    Map<String, Object> params = new TreeMap<>();
    lineage.forEach((name, value) -> params.put(name, shortened(value)));
    Object invocations =
        provenance
            .getTrainerProvenance()
            .getInstanceValues()
            .get(TrainerProvenance.TRAIN_INVOCATION_COUNT);
    if (invocations instanceof PrimitiveProvenance<?> count) {
      params.put("trainer.invocations", count.getValue());
    }
    DatasetProvenance data = provenance.getDatasetProvenance();
    params.put("data.examples", data.getNumExamples());
    params.put("data.features", data.getNumFeatures());
    params.put("data.outputs", data.getNumOutputs());
    params.put("data.name", shortened(training.name()));
    params.put("data.rows", training.rows());
    params.put("data.digest", training.digest());
    run.params(params);
    run.tag("tribuo.trainedAt", provenance.getTrainingTime().toString());
    for (EvaluationReport report : reports) {
      run.evaluation(report);
    }
  }

  /** Long lists of settings are cut: the whole of them is in the model's file. */
  private static String shortened(String value) {
    return value.length() <= MAX_VALUE
        ? value
        : value.substring(0, MAX_VALUE) + "… (" + value.length() + " characters)";
  }
}
