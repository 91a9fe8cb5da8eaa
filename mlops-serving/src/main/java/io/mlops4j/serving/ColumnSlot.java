package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any inputs and any outputs: one tensor per input, reused where it holds numbers; outputs are
 * copied out of what native code allocates in each run.
 *
 * @param <I> one input row
 */
final class ColumnSlot<I> extends OnnxSlot<I> {
  private final OnnxSession session;
  private final ColumnInputs<I> inputs;
  private final OutputKind<?> kind;
  private final List<String> labels;
  private final List<InputColumn> columns = new ArrayList<>();
  private final @Nullable FloatBuffer block;
  private final @Nullable OnnxTensor[] blocks;
  private final RowBuffer<I> row;
  private final Map<String, OutputValues> outputs = new LinkedHashMap<>();
  private final Set<String> names;
  private final OutputValues read;

  ColumnSlot(
      OnnxSession session,
      ColumnInputs<I> inputs,
      List<String> outputs,
      OutputKind<?> kind,
      List<String> labels,
      int capacity) {
    this.session = session;
    this.kind = kind;
    this.labels = labels;
    this.inputs = inputs;
    this.row = inputs.schema().newBuffer();
    for (InputColumn.Binding binding : inputs.columns()) {
      columns.add(binding.newColumn(inputs.schema().features().get(binding.feature()), capacity));
    }
    FloatInput encoded = inputs.block();
    this.block = encoded == null ? null : PinnedSlot.direct(capacity * encoded.width());
    this.blocks = new @Nullable OnnxTensor[encoded == null ? 0 : capacity + 1];
    outputs.forEach(name -> this.outputs.put(name, new OutputValues()));
    this.names = Set.copyOf(outputs);
    this.read = Objects.requireNonNull(this.outputs.get(outputs.get(0)));
  }

  @Override
  void encode(int place, I input) {
    row.set(input);
    encode(place, row);
  }

  @Override
  void encode(int place, RowBuffer<I> values) {
    for (InputColumn column : columns) {
      column.write(values, place);
    }
    RowEncoder<I> encoder = inputs.encoder();
    if (block != null && encoder != null) {
      encoder.encode(values, block, place * encoder.width());
    }
  }

  @Override
  RowBuffer<I> encodeAndKeep(int place, I input) {
    encode(place, input);
    return row;
  }

  @Override
  void run(int n, @Nullable NativeStop stop) throws OrtException {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try {
      for (int i = 0; i < columns.size(); i++) {
        tensors.put(inputs.columns().get(i).name(), columns.get(i).tensor(n));
      }
      FloatInput encoded = inputs.block();
      if (encoded != null && block != null) {
        OnnxTensor ready = blocks[n];
        if (ready == null) {
          ready = PinnedSlot.tensor(block, new long[] {n, encoded.width()});
          blocks[n] = ready;
        }
        tensors.put(encoded.name(), ready);
      }
      session.run(
          tensors,
          names,
          stop,
          (name, value) -> Objects.requireNonNull(outputs.get(name)).read(value, n));
      if (!kind.columns().test(read.columns)) {
        throw new PredictionFailedException(
            "The model answered "
                + read.columns
                + " numbers a row. Expected "
                + kind.wanted()
                + ".");
      }
    } finally {
      columns.forEach(column -> column.afterRun(n));
    }
  }

  @Override
  int columns() {
    return read.columns;
  }

  @Override
  double number(int place, int column) {
    return read.numbers[place * read.columns + column];
  }

  @Override
  List<String> labels() {
    return labels.isEmpty() ? read.labels : labels;
  }

  @Override
  OnnxOutputs outputs(int place) {
    return OnnxOutputs.of(outputs, place);
  }

  @Override
  void close() {
    columns.forEach(InputColumn::close);
    for (int n = 0; n < blocks.length; n++) {
      OnnxTensor made = blocks[n];
      if (made != null) {
        made.close();
        blocks[n] = null;
      }
    }
  }
}
