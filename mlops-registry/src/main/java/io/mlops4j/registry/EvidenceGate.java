package io.mlops4j.registry;

/** A gate on what a report holds beside its metrics, or on the comparison with the champion. */
sealed interface EvidenceGate extends Gate
    permits SliceGate,
        EverySliceGate,
        SliceMarginGate,
        FairnessGate,
        FairnessMarginGate,
        CheckGate,
        LatencyGate,
        SignatureGate,
        PairedGate {

  /** What it says about the evidence; PASS only if the evidence is there and enough. */
  GateResult judge(Bench bench);
}
