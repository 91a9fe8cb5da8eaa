package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
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

  /** Open sessions in this JVM: state that must be global to prove that nothing leaks. */
  static final AtomicInteger OPEN = new AtomicInteger();

  private final OrtSession session;
  private final AtomicBoolean closed = new AtomicBoolean();

  private OnnxSession(OrtSession session) {
    this.session = session;
    OPEN.incrementAndGet();
  }

  /** Returns a session over exactly these bytes. */
  static OnnxSession open(ModelVersion who, byte[] bytes) {
    OnnxBytes.refuseExternalData(who, bytes);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // One call, one core: concurrency comes from callers and batches. A spinning pool would burn
      // the cores they run on.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      // What goes wrong is thrown; native lines on the process's stderr would only repeat it.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return new OnnxSession(environment().createSession(bytes, options));
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' is no model ONNX Runtime can open: " + e.getMessage(), e);
    }
  }

  /** Lazy, and content with an environment that another library has already made. */
  static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment();
  }

  OnnxGraph graph(
      ModelVersion who, InputEncoding encoding, OutputKind<?> kind, @Nullable String output) {
    try {
      return OnnxGraph.read(
          who,
          session.getInputInfo().values(),
          session.getOutputInfo().values(),
          encoding,
          kind,
          output);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' does not tell its inputs and outputs: " + e.getMessage(), e);
    }
  }

  /** Runs into a tensor that is already there. */
  void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) throws OrtException {
    session.run(inputs, outputs).close();
  }

  /**
   * Like {@link #run(Map, Map)}, unless or until another thread stops it. ONNX Runtime looks
   * between two operators, and between two rounds of a loop; one long operator runs to its end.
   */
  void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, NativeStop stop)
      throws OrtException {
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      if (!stop.begin(() -> terminate(options))) {
        throw new OrtException("stopped before it began");
      }
      try {
        session.run(inputs, Set.of(), outputs, options).close();
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

  /** Returns the shape the output really has for an input; runs once. */
  long[] shapeOf(OnnxTensor input, OnnxGraph graph) throws OrtException {
    try (OrtSession.Result result =
        session.run(Map.of(graph.input(), input), Set.of(graph.output()))) {
      return ((OnnxTensor) result.get(0)).getInfo().getShape();
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      OPEN.decrementAndGet();
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime could not close a session.", e);
      }
    }
  }
}
