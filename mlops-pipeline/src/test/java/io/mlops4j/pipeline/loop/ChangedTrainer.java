package io.mlops4j.pipeline.loop;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.pipeline.StepContext;
import java.util.Map;

/** A trainer after somebody changed it: a class of its own, so its code is other code. */
final class ChangedTrainer implements LoopTrainer<LoopWorld.Reading> {
  @Override
  public ModelArtifact train(LoopData<LoopWorld.Reading> data, StepContext step) {
    return ModelFiles.of("sign", Map.of("slope", new byte[] {'2'}))
        .withSignature(LoopWorld.SCHEMA.fingerprint());
  }
}
