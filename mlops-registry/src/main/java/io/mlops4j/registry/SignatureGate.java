package io.mlops4j.registry;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The candidate reads no feature the champion does not read, so callers need no change. */
record SignatureGate() implements EvidenceGate {
  @Override
  public String subject() {
    return "signature";
  }

  @Override
  public String requirement() {
    return "reads what the champion reads";
  }

  @Override
  public GateResult judge(Bench bench) {
    if (!bench.hasChampion()) {
      return bench.withoutChampion(this);
    }
    Optional<Servable> mine = bench.servable();
    Optional<Servable> theirs = bench.championServable();
    if (mine.isEmpty() || theirs.isEmpty()) {
      return GateEvaluation.inconclusive(
          this, "A dry run of evaluations has no signatures. Decide on a registered version.");
    }
    return mine.get().encoding().isPresent() && theirs.get().encoding().isPresent()
        ? encodings(mine.get(), theirs.get())
        : signatures(mine.get(), theirs.get());
  }

  private GateResult encodings(Servable mine, Servable theirs) {
    Set<String> known = features(theirs.encoding().orElseThrow());
    List<String> more =
        features(mine.encoding().orElseThrow()).stream().filter(f -> !known.contains(f)).toList();
    return more.isEmpty()
        ? says(
            Verdict.PASS,
            "reads no more than the champion",
            mine.version() + " reads nothing that " + theirs.version() + " does not read.")
        : says(
            Verdict.FAIL,
            "reads more: " + String.join(", ", more),
            mine.version()
                + " reads "
                + String.join(", ", more)
                + ", which "
                + theirs.version()
                + " does not read. Send these features first.");
  }

  /** Name and whether it is read as a number: a number read as a category is another feature. */
  private static Set<String> features(InputEncoding encoding) {
    return encoding.columns().stream()
        .map(column -> column.feature() + " (" + kind(column) + ")")
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String kind(EncodedColumn column) {
    return column instanceof EncodedColumn.Numeric || column instanceof EncodedColumn.Scaled
        ? "number"
        : "other";
  }

  private GateResult signatures(Servable mine, Servable theirs) {
    Optional<String> one = mine.signature();
    Optional<String> two = theirs.signature();
    if (one.isEmpty() || two.isEmpty()) {
      ModelVersion silent = one.isEmpty() ? mine.version() : theirs.version();
      return GateEvaluation.inconclusive(
          this,
          silent
              + " stores neither encoding nor signature that could be compared. Register versions"
              + " with one of the two.");
    }
    boolean same = one.equals(two);
    return says(
        same ? Verdict.PASS : Verdict.FAIL,
        same ? "equal signatures" : "other signature",
        mine.version()
            + " has signature "
            + start(one.get())
            + ", "
            + theirs.version()
            + " has "
            + start(two.get())
            + ".");
  }

  private static String start(String signature) {
    return signature.substring(0, Math.min(12, signature.length()));
  }

  private GateResult says(Verdict verdict, String observed, String sentence) {
    return new GateResult(
        subject(),
        verdict,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        observed,
        requirement(),
        sentence);
  }
}
