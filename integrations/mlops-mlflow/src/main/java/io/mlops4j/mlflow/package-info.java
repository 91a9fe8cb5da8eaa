/**
 * MLflow in MLOps4J: ONNX models are imported from a model directory or a running server, with
 * their lineage; runs and versions are logged back, so that a team sees both in one place.
 *
 * <p>Start at {@code MlflowModel.read} for a directory and at {@code MlflowServer.at} for a server.
 * No Python runs, and nothing of what a model directory or a server says is executed or opened as
 * an address. Everything here but {@code MlflowRun} is thread-safe.
 */
@NullMarked
package io.mlops4j.mlflow;

import org.jspecify.annotations.NullMarked;
