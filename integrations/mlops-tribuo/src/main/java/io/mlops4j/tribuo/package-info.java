/**
 * Tribuo models in MLOps4J: trained on a labeled data set, stored as protobuf or exported to ONNX,
 * loaded for serving.
 *
 * <p>Start at {@code TribuoTrainer}; {@code TribuoModel} is what comes out, and has the loaders.
 * Both are thread-safe. Tribuo reports its progress through {@code java.util.logging}; this package
 * configures no logging, see docs/tribuo.md.
 */
@NullMarked
package io.mlops4j.tribuo;

import org.jspecify.annotations.NullMarked;
