package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One native session. The only class that holds an {@link OrtSession}; never handed out of this
 * package.
 *
 * <p>{@code OrtSession.close()} frees native memory without looking whether a run is inside, and
 * kills the JVM then. So the owner ({@link OnnxRowModel}) closes only when it holds every slot.
 */
final class OnnxSession implements AutoCloseable {

  private static final int MOST_TEXT = 600;

  /** Open sessions in this JVM: state that must be global to prove that nothing leaks. */
  static final AtomicInteger OPEN = new AtomicInteger();

  private final OrtSession session;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OnnxSession(OrtSession session) {
    this.session = session;
    OPEN.incrementAndGet();
  }

  /** Makes ONNX Runtime's environment, with its threads, unless it is there. */
  static void requireEnvironment(ModelVersion who) {
    try {
      OrtEnvironment unused = OnnxEnvironment.require(who);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' cannot be opened, ONNX Runtime does not start: " + because(e), e);
    }
  }

  /**
   * Returns a session over exactly these bytes.
   *
   * @param content what the bytes hold; nothing that is refused
   * @param artifact where weights in other files are taken from; null: they are refused
   */
  static OnnxSession open(
      ModelVersion who,
      byte[] bytes,
      OnnxBytes content,
      @Nullable ModelArtifact artifact,
      OnnxOptions options) {
    try {
      OrtEnvironment environment = OnnxEnvironment.require(who);
      Map<String, OnnxTensor> weights =
          artifact == null
              ? Map.of()
              : ExternalTensor.load(who, content.external(), artifact, environment);
      try (OrtSession.SessionOptions session = new OrtSession.SessionOptions()) {
        if (!weights.isEmpty()) {
          session.addExternalInitializers(Map.copyOf(weights));
        }
        configure(who, session, options);
        return new OnnxSession(environment.createSession(bytes, session));
      } finally {
        weights.values().forEach(OnnxTensor::close);
      }
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' is no model ONNX Runtime can open: " + because(e), e);
    }
  }

  private static void configure(
      ModelVersion who, OrtSession.SessionOptions session, OnnxOptions options)
      throws OrtException {
    if (options.sharedPool()) {
      if (!OnnxEnvironment.isPooled()) {
        throw new ModelLoadException(
            "Model '"
                + who
                + "' asks for the shared pool, but another library made ONNX Runtime's environment"
                + " first, without one. Load a model here before that library starts, or run"
                + " without withSharedPool().");
      }
      session.disablePerSessionThreads();
    } else {
      // One call, one core: concurrency comes from callers and batches. A spinning pool would burn
      // the cores they run on.
      session.setIntraOpNumThreads(1);
      session.setInterOpNumThreads(1);
      session.addConfigEntry("session.intra_op.allow_spinning", "0");
      session.addConfigEntry("session.inter_op.allow_spinning", "0");
    }
    session.setOptimizationLevel(
        switch (options.optimization()) {
          case NONE -> OrtSession.SessionOptions.OptLevel.NO_OPT;
          case BASIC -> OrtSession.SessionOptions.OptLevel.BASIC_OPT;
          case EXTENDED -> OrtSession.SessionOptions.OptLevel.EXTENDED_OPT;
          case ALL -> OrtSession.SessionOptions.OptLevel.ALL_OPT;
        });
    // What goes wrong is thrown; native lines on the process's stderr would only repeat it.
    session.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    for (OnnxOptions.CustomOperators operators : options.customOperators()) {
      session.registerCustomOpLibrary(VerifiedLibrary.copy(who, operators).toString());
    }
    if (options.cuda().isPresent()) {
      addCuda(who, session, options.cuda().get());
    }
  }

  private static void addCuda(
      ModelVersion who, OrtSession.SessionOptions session, OnnxOptions.Cuda cuda)
      throws OrtException {
    Set<OrtProvider> available = OrtEnvironment.getAvailableProviders();
    if (!available.contains(OrtProvider.CUDA)) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' asks for CUDA device "
              + cuda.device()
              + ", but this build of ONNX Runtime runs on "
              + available
              + ". Depend on com.microsoft.onnxruntime:onnxruntime_gpu instead of onnxruntime, in"
              + " the same version, on a machine with CUDA and cuDNN; or leave out withCuda.");
    }
    try (OrtCUDAProviderOptions card = new OrtCUDAProviderOptions(cuda.device())) {
      card.add("gpu_mem_limit", Long.toString(cuda.memoryLimitBytes()));
      // Grow by what is asked for, not to the next power of two: the limit is meant.
      card.add("arena_extend_strategy", "kSameAsRequested");
      session.addCUDA(card);
    }
  }

  /**
   * Returns what ONNX Runtime says, in one line; its own text has several, and paths of its build.
   */
  static String because(OrtException failure) {
    return Text.printable(
        String.valueOf(failure.getMessage()).trim().replace('\n', ' '), MOST_TEXT);
  }

  /** Returns what the graph takes and gives, and what is known of its classes. */
  OnnxGraph graph(ModelVersion who, List<String> labels) {
    try {
      return new OnnxGraph(
          who,
          new ArrayList<>(session.getInputInfo().values()),
          new ArrayList<>(session.getOutputInfo().values()),
          labels);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' does not tell its inputs and outputs: " + because(e), e);
    }
  }

  /** Runs into tensors that are already there. */
  void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) throws OrtException {
    session.run(inputs, outputs).close();
  }

  /**
   * Like {@link #run(Map, Map)}, unless or until another thread stops it. ONNX Runtime looks
   * between two operators, and between two rounds of a loop; one long operator runs to its end.
   */
  void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, NativeStop stop)
      throws OrtException {
    stoppable(stop, options -> session.run(inputs, Set.of(), outputs, options).close());
  }

  /** One native run. */
  @FunctionalInterface
  private interface NativeRun {
    void run(OrtSession.RunOptions options) throws OrtException;
  }

  private static void stoppable(NativeStop stop, NativeRun run) throws OrtException {
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      if (!stop.begin(() -> terminate(options))) {
        throw new OrtException("stopped before it began");
      }
      try {
        run.run(options);
      } finally {
        stop.end();
      }
    }
  }

  private static void terminate(OrtSession.RunOptions options) {
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not be told to stop.", e);
    }
  }

  /** Runs, unless or until it is stopped, hands over what came out, and frees it. */
  void run(
      Map<String, OnnxTensor> inputs, Set<String> outputs, @Nullable NativeStop stop, Taker taker)
      throws OrtException {
    if (stop == null) {
      take(session.run(inputs, outputs), taker);
    } else {
      stoppable(stop, options -> take(session.run(inputs, outputs, options), taker));
    }
  }

  private static void take(OrtSession.Result from, Taker taker) throws OrtException {
    try (OrtSession.Result result = from) {
      for (Map.Entry<String, OnnxValue> output : result) {
        taker.take(output.getKey(), output.getValue());
      }
    }
  }

  /** Gets one output after a run; keeps nothing of it. */
  @FunctionalInterface
  interface Taker {
    void take(String output, OnnxValue value) throws OrtException;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      OPEN.decrementAndGet();
      try {
        OrtSession unused =
            Aside.call(
                () -> {
                  session.close();
                  return session;
                });
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime could not close a session.", e);
      }
    }
  }
}
