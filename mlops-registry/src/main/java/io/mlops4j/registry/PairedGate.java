package io.mlops4j.registry;

import io.mlops4j.evaluation.PairedComparison;

/** A gate on the candidate's comparison with the champion, row by row. */
sealed interface PairedGate extends EvidenceGate
    permits NonInferiorityGate, SignificanceGate, ChurnGate {

  /** What it says about the comparison. */
  GateResult judge(PairedComparison comparison, Bench.Found found);

  @Override
  default GateResult judge(Bench bench) {
    return bench.paired(this);
  }
}
