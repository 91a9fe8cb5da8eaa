/**
 * What can be done with lineage: train a version again and compare, ask who came from what, write a
 * model card, carry lineage inside an ONNX file.
 *
 * <p>Start at {@code Reproduction}, {@code LineageGraph}, {@code ModelCard} or {@code OnnxLineage}.
 * Everything here reads what a registry stores and writes nothing into it. Immutable values are
 * safe to share between threads; builders belong to one thread.
 */
@NullMarked
package io.mlops4j.registry.lineage;

import org.jspecify.annotations.NullMarked;
