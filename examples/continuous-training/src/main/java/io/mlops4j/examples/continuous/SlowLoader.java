package io.mlops4j.examples.continuous;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.tribuo.TribuoModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Loads the models of {@link Fault#SLOW}: Tribuo's, that take longer a call. */
final class SlowLoader implements ModelLoader<Flight, Double> {
  private static final String FORMAT = "slow-tribuo";

  private final ModelLoader<Flight, Double> tribuo = TribuoModel.probability(Flight.SCHEMA);

  static ModelFiles slow(ModelFiles files) {
    return relabelled(files, FORMAT);
  }

  private static ModelFiles relabelled(ModelArtifact from, String format) {
    Map<String, byte[]> files = new HashMap<>();
    from.files().forEach(name -> files.put(name, from.bytes(name)));
    ModelFiles to =
        ModelFiles.of(format, files)
            .withEncoding(from.encoding().orElseThrow())
            .withSignature(from.signature().orElseThrow());
    return from.baseline().map(to::withBaseline).orElse(to);
  }

  @Override
  public Set<String> formats() {
    return Set.of(FORMAT);
  }

  @Override
  public Model<Flight, Double> load(ModelVersion version, ModelArtifact artifact) {
    Model<Flight, Double> model = tribuo.load(version, relabelled(artifact, TribuoModel.FORMAT));
    return new Model<>() {
      @Override
      public List<Double> predict(List<Flight> inputs) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Fault.SLOW_MILLIS);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        return model.predict(inputs);
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }

  @Override
  public Optional<Schema<Flight>> schema() {
    return tribuo.schema();
  }

  @Override
  public boolean takesRowsAsTheyAre() {
    return tribuo.takesRowsAsTheyAre();
  }
}
