package io.mlops4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds passes; each planted bug is caught, and the message says which it is. */
@Timeout(60)
class SwapStressTest {
  private static final List<Double> ROWS =
      IntStream.range(0, 20).mapToObj(i -> (double) i * 10).toList();

  private static String caught(Class<?> fixture) {
    Throwable failure = Engine.failure(fixture);
    assertThat(failure).isInstanceOf(AssertionError.class);
    return String.valueOf(failure.getMessage());
  }

  private static boolean isUnderLoad() {
    String thread = Thread.currentThread().getName();
    return thread.startsWith("stress-caller") || thread.contains("worker");
  }

  private static List<Double> plus(double constant, List<Double> inputs) {
    List<Double> answers = new ArrayList<>();
    inputs.forEach(x -> answers.add(x + constant));
    return answers;
  }

  private static Model<Double, Double> adding(double constant) {
    return inputs -> plus(constant, inputs);
  }

  private static void stress(
      SwapStressRunner stress,
      Supplier<? extends Model<Double, Double>> first,
      Supplier<? extends Model<Double, Double>> second) {
    stress.run(SwapStressTarget.making(first, second).asking(ROWS));
  }

  static class Sound {
    static volatile SwapStressReport report =
        new SwapStressReport(
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, java.util.OptionalLong.empty(), List.of());

    @SwapStress(callers = 4, swaps = 40, closes = 8)
    void model(SwapStressRunner stress) {
      report = stress.run(SwapStressTarget.making(() -> adding(1), () -> adding(2)).asking(ROWS));
    }
  }

  @Test
  void run_soundModel_passesAndCounts() {
    Engine.passes(Sound.class, 1);
    SwapStressReport report = Sound.report;
    assertThat(report.swaps()).isEqualTo(40);
    assertThat(report.closes()).isEqualTo(8);
    assertThat(report.modelsClosed()).isEqualTo(report.modelsOpened()).isGreaterThanOrEqualTo(48);
    assertThat(report.answered()).isGreaterThan(40 * 4);
    assertThat(report.cancelled()).isPositive();
    assertThat(report.refused()).isPositive();
    assertThat(report.toString())
        .startsWith("The model held: no request lost, no wrong answer, nothing left open.")
        .contains("40 swaps, 8 predictors closed");
  }

  // Real sessions.

  private static final Schema<float[]> X = Schema.floats("x");
  private static final List<float[]> FLOATS =
      IntStream.range(0, 20).mapToObj(i -> new float[] {i * 10}).toList();

  private static Model<float[], Double> onnx(String name) {
    return OnnxModel.regression(X)
        .load(Path.of("../mlops-serving/src/test/resources/models", name + ".onnx"));
  }

  static class Onnx {
    @SwapStress(callers = 4, swaps = 40)
    void model(SwapStressRunner stress) {
      stress.run(SwapStressTarget.making(() -> onnx("plus1"), () -> onnx("plus2")).asking(FLOATS));
    }
  }

  @Test
  void run_onnxSessions_passesAndLeavesNoneOpen() {
    int before = OnnxModel.openSessions();
    Engine.passes(Onnx.class, 1);
    assertThat(OnnxModel.openSessions()).isEqualTo(before);
  }

  private static ModelFiles files(String name) {
    return ModelFiles.of(
        "onnx", Path.of("../mlops-serving/src/test/resources/models", name + ".onnx"));
  }

  static class Loaded {
    @SwapStress(callers = 2, swaps = 4)
    void files(SwapStressRunner stress) {
      stress.run(
          SwapStressTarget.loading(
                  OnnxModel.regression(X),
                  SwapStressTest.files("plus1"),
                  SwapStressTest.files("plus2"))
              .asking(FLOATS)
              .within(0.1));
    }

    @SwapStress(callers = 2, swaps = 4)
    void words(SwapStressRunner stress) {
      Model<Double, String> first = inputs -> inputs.stream().map(x -> "a" + x).toList();
      Model<Double, String> second = inputs -> inputs.stream().map(x -> "B" + x).toList();
      stress.run(
          SwapStressTarget.making(() -> first, () -> second)
              .asking(ROWS)
              .comparing((one, other) -> one.equals(other)));
    }
  }

  @Test
  void run_filesOrOtherAnswers_passes() {
    Engine.passes(Loaded.class, 2);
  }

  @Test
  void within_notANumber_isRefused() {
    assertThatThrownBy(
            () -> SwapStressTarget.making(() -> adding(1), () -> adding(2)).within(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tolerance: NaN");
  }

  /** A team's own model around a session, whose close() forgets it. */
  static class ForgottenSession {
    static final List<Model<float[], Double>> SESSIONS =
        Collections.synchronizedList(new ArrayList<>());

    private static Model<float[], Double> forgetful(String name) {
      Model<float[], Double> inner = onnx(name);
      SESSIONS.add(inner);
      return rows -> inner.predict(rows);
    }

    @SwapStress(callers = 2, swaps = 4, limitSeconds = 1)
    void model(SwapStressRunner stress) {
      stress.run(
          SwapStressTarget.making(() -> forgetful("plus1"), () -> forgetful("plus2"))
              .asking(FLOATS));
    }
  }

  @Test
  void run_sessionNeverClosed_isCaught() {
    try {
      assertThat(caught(ForgottenSession.class))
          .contains("Left open: ONNX sessions: 2 more than before are open")
          .contains("Free them in Model.close().");
    } finally {
      ForgottenSession.SESSIONS.forEach(Model::close);
    }
  }

  // Planted bugs.

  static class HandleLeftOpenUnderLoad {
    static final AtomicInteger OPEN = new AtomicInteger();

    /** Frees its handle unless a call has come by that nobody makes who asks it alone. */
    static final class Leaky implements Model<Double, Double> {
      private final double constant;
      private final AtomicBoolean loaded = new AtomicBoolean();

      Leaky(double constant) {
        this.constant = constant;
        OPEN.incrementAndGet();
      }

      @Override
      public List<Double> predict(List<Double> inputs) {
        loaded.compareAndSet(false, isUnderLoad());
        return plus(constant, inputs);
      }

      @Override
      public void close() {
        if (!loaded.get()) {
          OPEN.decrementAndGet();
        }
      }
    }

    @SwapStress(callers = 2, swaps = 8)
    void model(SwapStressRunner stress) {
      stress
          .leakLimit(1)
          .run(
              SwapStressTarget.making(() -> new Leaky(1), () -> new Leaky(2))
                  .asking(ROWS)
                  .counting("device buffers", OPEN::get));
    }
  }

  @Test
  void run_handleLeftOpenUnderLoad_isCaughtAndNamed() {
    assertThat(caught(HandleLeftOpenUnderLoad.class))
        .contains("Left open: device buffers: ")
        .contains("after all models were served and closed");
  }

  /** One session behind all models under load: the first close ends it for everyone. */
  static class SharedSession {
    static final class Session {
      volatile boolean closed;
    }

    private static final AtomicInteger LOADS = new AtomicInteger();
    static volatile Session session = new Session();

    private static Model<Double, Double> over(double constant) {
      if (LOADS.incrementAndGet() <= 3) { // both versions alone, and the first one under load
        session = new Session();
      }
      Session own = session;
      return new Model<>() {
        @Override
        public List<Double> predict(List<Double> inputs) {
          if (own.closed) {
            throw new IllegalStateException("session of secret-canary is closed");
          }
          return plus(constant, inputs);
        }

        @Override
        public void close() {
          own.closed = true;
        }
      };
    }

    @SwapStress(callers = 4, swaps = 40)
    void model(SwapStressRunner stress) {
      stress(stress, () -> over(1), () -> over(2));
    }
  }

  @Test
  void run_sessionSharedByVersions_isCaughtWithoutTheModelsOwnWords() {
    assertThat(caught(SharedSession.class))
        .contains("Unexpected exception")
        .contains("cause: IllegalStateException")
        .doesNotContain("secret-canary");
  }

  static class SharedObject {
    static final class Closeable implements Model<Double, Double> {
      @Override
      public List<Double> predict(List<Double> inputs) {
        return plus(1, inputs);
      }

      @Override
      public void close() {
        // Something would be freed here.
      }
    }

    static final Model<Double, Double> ONE = new Closeable();

    @SwapStress(callers = 2, swaps = 40)
    void model(SwapStressRunner stress) {
      Model<Double, Double> two = new ScriptedTwo();
      stress(stress, () -> ONE, () -> two);
    }

    static final class ScriptedTwo implements Model<Double, Double> {
      @Override
      public List<Double> predict(List<Double> inputs) {
        return plus(2, inputs);
      }

      @Override
      public void close() {
        // Something would be freed here.
      }
    }
  }

  @Test
  void run_oneObjectForSeveralLoads_isCaught() {
    assertThat(caught(SharedObject.class))
        .contains("Model shared by two versions")
        .contains("an object that was loaded before");
  }

  static class MixesRowsInABatch {
    @SwapStress(callers = 2, swaps = 4)
    void model(SwapStressRunner stress) {
      stress(
          stress,
          () ->
              inputs -> {
                List<Double> answers = plus(1, inputs);
                Collections.reverse(answers);
                return answers;
              },
          () -> adding(2));
    }
  }

  @Test
  void run_batchInAnotherOrder_isCaughtBeforeAnyLoad() {
    assertThat(caught(MixesRowsInABatch.class))
        .contains("Wrong answer (20 times)")
        .contains(
            "The first version, asked alone, answers 1.0 to row 0 alone and 191.0 in a batch");
  }

  /** Small batches come back in another order: asked alone, nobody sees it. */
  static class MixesRowsUnderLoad {
    private static List<Double> mixed(double constant, List<Double> inputs) {
      List<Double> answers = plus(constant, inputs);
      if (inputs.size() < ROWS.size()) {
        Collections.reverse(answers);
      }
      return answers;
    }

    @SwapStress(callers = 4, swaps = 40)
    void model(SwapStressRunner stress) {
      stress(stress, () -> in -> mixed(1, in), () -> in -> mixed(2, in));
    }
  }

  @Test
  void run_rowsOfOthers_areCaught() {
    assertThat(caught(MixesRowsUnderLoad.class))
        .contains("Wrong answer")
        .contains("answered")
        .contains("to it alone");
  }

  /** Rows go through a buffer that all calls share. */
  static class NotThreadSafe {
    static final class Buffered implements Model<Double, Double> {
      private final double constant;
      private final double[] buffer = new double[ROWS.size() + 1];

      Buffered(double constant) {
        this.constant = constant;
      }

      @Override
      public List<Double> predict(List<Double> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
          buffer[i] = inputs.get(i);
        }
        for (int i = 0; i < 2_000; i++) {
          Thread.onSpinWait();
        }
        List<Double> answers = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
          answers.add(buffer[i] + constant);
        }
        return answers;
      }
    }

    @SwapStress(callers = 8, swaps = 400)
    void model(SwapStressRunner stress) {
      stress(stress, () -> new Buffered(1), () -> new Buffered(2));
    }
  }

  @Test
  void run_modelThatIsNotThreadSafe_isCaught() {
    assertThat(caught(NotThreadSafe.class)).contains("Wrong answer").contains("to it alone");
  }

  /** Each third load of the second version brings the first one back. */
  static class StaleVersion {
    private static final AtomicInteger LOADS = new AtomicInteger();

    @SwapStress(callers = 4, swaps = 40)
    void model(SwapStressRunner stress) {
      stress(stress, () -> adding(1), () -> adding(LOADS.incrementAndGet() % 3 == 0 ? 1 : 2));
    }
  }

  @Test
  void run_versionThatAnswersAsAnother_isCaught() {
    assertThat(caught(StaleVersion.class))
        .contains("Wrong answer")
        .contains("was served, answered");
  }

  /** One caller's call never returns (here: not within a minute). */
  static class Hangs {
    private static final AtomicBoolean ONE = new AtomicBoolean();
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static List<Double> sometimes(double constant, List<Double> inputs) {
      if (Thread.currentThread().getName().startsWith("stress-caller")
          && ONE.compareAndSet(false, true)) {
        try {
          boolean came = NEVER.await(1, TimeUnit.MINUTES);
          assertThat(came).isFalse();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return plus(constant, inputs);
    }

    @SwapStress(callers = 2, swaps = 40, limitSeconds = 1)
    void model(SwapStressRunner stress) {
      stress(stress, () -> in -> sometimes(1, in), () -> in -> sometimes(2, in));
    }
  }

  @Test
  void run_requestThatIsNeverAnswered_isCaught() {
    assertThat(caught(Hangs.class)).contains("Lost request").contains("within 1 s");
  }

  static class Throws {
    private static final AtomicInteger CALLS = new AtomicInteger();

    @SwapStress(callers = 2, swaps = 40)
    void model(SwapStressRunner stress) {
      stress(
          stress,
          () -> adding(1),
          () ->
              inputs -> {
                // 21 calls are made while it is alone, and more than 20 once it is served.
                if (CALLS.incrementAndGet() > 30) {
                  throw new IllegalArgumentException("row secret-canary is bad");
                }
                return plus(2, inputs);
              });
    }
  }

  @Test
  void run_modelThatFailsSometimes_isCaughtWithoutItsWords() {
    assertThat(caught(Throws.class))
        .contains("Unexpected exception")
        .contains("IllegalArgumentException")
        .doesNotContain("secret-canary");
  }

  // Targets that could prove nothing.

  static class Alike {
    @SwapStress
    void versions(SwapStressRunner stress) {
      stress(stress, () -> adding(1), () -> adding(1));
    }
  }

  static class OneAnswer {
    @SwapStress
    void rows(SwapStressRunner stress) {
      stress.run(
          SwapStressTarget.making(() -> adding(1), () -> adding(2)).asking(List.of(3.0, 3.0)));
    }
  }

  static class Unused {
    @SwapStress
    void nothing() {}
  }

  static class OutOfRange {
    @SwapStress(callers = 1)
    void model(SwapStressRunner stress) {
      stress(stress, () -> adding(1), () -> adding(2));
    }
  }

  @Test
  void run_nothingToTellApart_refuses() {
    assertThat(caught(Alike.class)).contains("Both versions answer all 20 rows alike");
    assertThat(caught(OneAnswer.class)).contains("mixed-up rows could not be seen");
    assertThat(caught(Unused.class)).contains("has stressed nothing");
  }

  @Test
  void settings_outOfRange_areRefused() {
    String message =
        Stream.iterate(Engine.failure(OutOfRange.class), Throwable::getCause)
            .takeWhile(java.util.Objects::nonNull)
            .map(Throwable::getMessage)
            .reduce("", (all, one) -> all + "\n" + one);
    assertThat(message).contains("callers: 1 (expected: 2..64)");
  }
}
