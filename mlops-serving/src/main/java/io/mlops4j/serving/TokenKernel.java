package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session from token ids {@code [n, length]} to one row of numbers a text. */
final class TokenKernel<I> implements OnnxKernel<I> {
  /** More rows than this gain nothing and need memory for every token of each. */
  private static final int MOST_ROWS = 32;

  private static final List<String> KNOWN =
      List.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

  private final OnnxSession session;
  private final TokenInput<I> tokens;
  private final @Nullable Pooling pooling;
  private final List<TokenTensor> inputs;
  private final String output;
  private final OutputKind<?> kind;
  private final int capacity;

  /**
   * An input of the graph.
   *
   * @param name its name
   * @param wide whether it is int64, not int32
   */
  record TokenTensor(String name, boolean wide) {}

  private TokenKernel(
      OnnxSession session,
      TokenInput<I> tokens,
      @Nullable Pooling pooling,
      List<TokenTensor> inputs,
      String output,
      OutputKind<?> kind,
      int capacity) {
    this.session = session;
    this.tokens = tokens;
    this.pooling = pooling;
    this.inputs = inputs;
    this.output = output;
    this.kind = kind;
    this.capacity = capacity;
  }

  /** How token rows are fed and what becomes of the output. */
  record Input<I>(TokenInput<I> tokens, @Nullable Pooling pooling) implements OnnxInput<I> {
    @Override
    public OnnxKernel<I> kernel(
        OnnxGraph graph,
        OnnxSession session,
        OutputKind<?> kind,
        @Nullable String output,
        Stored stored) {
      boolean oneRow = false;
      for (NodeInfo input : graph.inputs()) {
        if (!KNOWN.contains(input.getName()) || !isTokens(input)) {
          throw new ModelLoadException(
              "Model '"
                  + graph.who()
                  + "' takes "
                  + OnnxGraph.list(graph.inputs())
                  + ". Tokens are fed to int64 or int32 tensors [n, length] named "
                  + String.join(", ", KNOWN)
                  + ". Export the model with those inputs only.");
        }
        oneRow |= graph.oneRow(input);
      }
      if (graph.inputs().stream().noneMatch(i -> i.getName().equals(KNOWN.get(0)))) {
        throw new ModelLoadException(
            "Model '"
                + graph.who()
                + "' takes no input_ids, but "
                + OnnxGraph.list(graph.inputs())
                + ".");
      }
      List<TokenTensor> inputs =
          graph.inputs().stream()
              .map(
                  i ->
                      new TokenTensor(
                          i.getName(), ((TensorInfo) i.getInfo()).type == OnnxJavaType.INT64))
              .toList();
      String name =
          pooling == null ? graph.output(kind, output).getName() : vectors(graph, output).getName();
      TokenKernel<I> kernel =
          new TokenKernel<>(session, tokens, pooling, inputs, name, kind, oneRow ? 1 : MOST_ROWS);
      kernel.probe(graph);
      return kernel;
    }
  }

  private static boolean isTokens(NodeInfo input) {
    return input.getInfo() instanceof TensorInfo tensor
        && (tensor.type == OnnxJavaType.INT64 || tensor.type == OnnxJavaType.INT32)
        && tensor.getShape().length == 2;
  }

  /** Returns the output of one vector a token or a text. */
  private static NodeInfo vectors(OnnxGraph graph, @Nullable String chosen) {
    List<NodeInfo> fitting =
        graph.outputs().stream()
            .filter(o -> chosen == null || o.getName().equals(chosen))
            .filter(
                o ->
                    o.getInfo() instanceof TensorInfo tensor
                        && tensor.type == OnnxJavaType.FLOAT
                        && tensor.getShape().length >= 2
                        && tensor.getShape().length <= 3)
            .toList();
    if (fitting.size() > 1) {
      List<NodeInfo> told =
          fitting.stream().filter(o -> o.getName().equals("last_hidden_state")).toList();
      fitting = told.isEmpty() ? fitting : told;
    }
    if (fitting.size() != 1) {
      throw new ModelLoadException(
          "Model '"
              + graph.who()
              + "' has "
              + fitting.size()
              + " outputs to read as embeddings: a float output [n, length, d] or [n, d]. Outputs: "
              + OnnxGraph.list(graph.outputs())
              + "."
              + (fitting.isEmpty()
                  ? ""
                  : " Say which one with .output(\"" + fitting.get(0).getName() + "\")."));
    }
    return fitting.get(0);
  }

  private void probe(OnnxGraph graph) {
    int n = Math.min(2, capacity);
    OnnxSlot<I> slot = newSlot();
    try {
      slot.run(n);
      if (!kind.columns().test(slot.columns())) {
        throw PinnedKernel.unexpected(
            graph, output, kind, n, "[" + n + ", " + slot.columns() + "]");
      }
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '"
              + graph.who()
              + "' cannot run "
              + n
              + " rows of "
              + tokens.shortestBucket()
              + " tokens: "
              + OnnxSession.because(e)
              + ". If its length is fixed, say so: withBuckets.",
          e);
    } catch (PredictionFailedException e) {
      throw new ModelLoadException("Model '" + graph.who() + "': " + e.getMessage(), e);
    } finally {
      slot.close();
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public OnnxSlot<I> newSlot() {
    return new TokenSlot<>(session, tokens, pooling, inputs, output, capacity);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.empty();
  }

  @Override
  public void close() {
    session.close();
  }
}
