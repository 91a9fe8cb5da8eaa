package io.mlops4j.tribuo;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.RowEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.Model;
import org.tribuo.ONNXExportable;
import org.tribuo.Output;
import org.tribuo.Prediction;

/**
 * A Tribuo model with what turns rows into its examples and its predictions into answers, and how
 * it is stored.
 */
final class Scorer<T, O extends Output<O>, A> {
  private static final String ONNX_FILE = "model.onnx";

  private final String who;
  private final Task<O, A> task;
  private final Model<O> model;
  private final RowEncoder<T> encoder;
  private final String[] names;
  private final Function<Prediction<O>, A> answers;

  Scorer(String who, Task<O, A> task, Model<O> model, RowEncoder<T> encoder, String[] names) {
    this.who = who;
    this.task = task;
    this.model = model;
    this.encoder = encoder;
    this.names = names;
    this.answers = task.answers(model);
  }

  String who() {
    return who;
  }

  Model<O> model() {
    return model;
  }

  RowEncoder<T> encoder() {
    return encoder;
  }

  List<A> score(List<T> rows) {
    Examples<T> examples = new Examples<>(encoder, names);
    O unknown = task.factory().getUnknownOutput();
    boolean sparse = Examples.isSparse(encoder.encoding());
    List<A> scores = new ArrayList<>(rows.size());
    for (T row : rows) {
      scores.add(answers.apply(model.predict(examples.example(row, unknown, sparse, 0))));
    }
    return scores;
  }

  InputEncoding encoding() {
    return encoder.encoding();
  }

  Map<String, String> lineage() {
    return Provenances.lineage(model.getProvenance());
  }

  ModelFiles artifact() {
    return files(TribuoModel.FORMAT, TribuoModel.FILE, Timeless.bytes(model));
  }

  ModelFiles toOnnx() {
    try {
      if (model instanceof ONNXExportable
          && Timeless.model(model) instanceof ONNXExportable exportable) {
        return files("onnx", ONNX_FILE, exportable.exportONNXModel("io.mlops4j", 1).toByteArray());
      }
    } catch (IllegalStateException | UnsupportedOperationException e) {
      throw notExportable(e);
    }
    throw notExportable(null);
  }

  private MlopsException notExportable(@Nullable RuntimeException cause) {
    return new MlopsException(
        who
            + " cannot be exported to ONNX: Tribuo exports linear models, factorization machines,"
            + " LibLinear, LibSVM, sparse linear regression and ensembles of those, not trees,"
            + " forests of trees or XGBoost. Register artifact(), which TribuoModel loads.",
        cause);
  }

  private ModelFiles files(String format, String file, byte[] bytes) {
    return ModelFiles.of(format, Map.of(file, bytes))
        .withEncoding(encoding())
        .withSignature(encoder.schema().fingerprint());
  }
}
