/**
 * Models that answer inside this process. Start at {@link io.mlops4j.serving.Predictor}; {@link
 * io.mlops4j.serving.OnnxModel} loads ONNX files.
 *
 * <p>Predictors and models are thread-safe; everything else that is public is a value.
 */
@NullMarked
package io.mlops4j.serving;

import org.jspecify.annotations.NullMarked;
