package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.serving.TrialFailedException.Reason;
import java.util.Locale;

/** What the end of a child JVM says of a version. */
final class TrialVerdict {
  /** What a JVM ends with under {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int JVM_OUT_OF_MEMORY = 3;

  private static final int SIGNALS = 128;
  private static final int KILL = 9;

  private TrialVerdict() {}

  /**
   * Returns what a version has shown.
   *
   * @throws TrialFailedException if it has not passed
   */
  static TrialRun.Passed of(ModelVersion version, TrialCommand command, TrialProcess.Ended ended) {
    if (ended.late()) {
      throw failed(
          version,
          Reason.TIMED_OUT,
          "its child JVM was not done after " + command.limit() + " and was killed",
          ended,
          "If it is only large, raise withLimit(…); if it hangs, it would have hung here.");
    }
    TrialWire.Answer answer = ended.answer().orElse(null);
    if (answer != null && ended.code() == TrialChild.REFUSED) {
      throw new TrialFailedException(
          version,
          Reason.REFUSED,
          "Version '"
              + version
              + "' failed its trial run in a child JVM: "
              + Text.printable(answer.message(), 2_000),
          null);
    }
    if (ended.code() == TrialChild.OUT_OF_MEMORY || ended.code() == JVM_OUT_OF_MEMORY) {
      throw failed(
          version,
          Reason.OUT_OF_MEMORY,
          "its child JVM needed more than its heap of " + command.heapMegabytes() + " MB",
          ended,
          "Raise withHeap(…) if the model is meant to be that large.");
    }
    if (answer != null
        && answer.verdict() == TrialWire.Verdict.PASSED
        && ended.code() == TrialChild.PASSED) {
      return new TrialRun.Passed(version, answer.rows(), ended.took());
    }
    throw died(version, ended);
  }

  private static TrialFailedException died(ModelVersion version, TrialProcess.Ended ended) {
    int signal = ended.code() - SIGNALS;
    boolean signalled = signal > 0 && signal < 65;
    String how =
        signalled
            ? "its child JVM was ended by signal " + signal + named(signal)
            : ended.crashed() ? "its child JVM crashed" : "its child JVM ended by itself";
    String advice =
        signalled && signal == KILL
            ? "Where memory is short the kernel does that: give the container room for a second JVM"
                + " and a second copy of the model."
            : "Loaded here, it might have ended this service: export it again, or change the"
                + " version of ONNX Runtime.";
    return failed(version, Reason.DIED, how + " (exit code " + ended.code() + ")", ended, advice);
  }

  private static String named(int signal) {
    return switch (signal) {
      case 4 -> " (SIGILL)";
      case 6 -> " (SIGABRT)";
      case 7 -> " (SIGBUS)";
      case 8 -> " (SIGFPE)";
      case 9 -> " (SIGKILL)";
      case 11 -> " (SIGSEGV)";
      case 15 -> " (SIGTERM)";
      default -> "";
    };
  }

  private static TrialFailedException failed(
      ModelVersion version, Reason reason, String how, TrialProcess.Ended ended, String advice) {
    return new TrialFailedException(
        version,
        reason,
        "Version '"
            + version
            + "' failed its trial run: "
            + how
            + String.format(Locale.ROOT, ", after %.1f s. ", ended.took().toMillis() / 1e3)
            + (ended.said().isEmpty()
                ? "It said nothing. "
                : "Its last lines: " + ended.said() + ". ")
            + "It was not loaded here. "
            + advice,
        null);
  }
}
