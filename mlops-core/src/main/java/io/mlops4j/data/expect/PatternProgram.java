package io.mlops4j.data.expect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thompson's automaton of a pattern: nodes that take a character, nodes that lead to two others
 * without one, and the end. Built once, then immutable.
 */
final class PatternProgram {
  /** Counted repetition is written out: this bounds what {@code (a{100}){100}} can become. */
  static final int MAX_NODES = 4_000;

  static final int END = 0;

  /** Which characters a node takes. */
  @FunctionalInterface
  interface Chars {
    boolean has(int point);
  }

  private final List<@Nullable Chars> chars = new ArrayList<>();
  private final List<int[]> next = new ArrayList<>();
  private int first;

  PatternProgram() {
    chars.add(null);
    next.add(new int[0]);
  }

  /** Adds a node that takes a character and goes on at another. */
  int take(Chars of, int to) {
    return add(of, to);
  }

  /** Adds a node that goes on at two others. */
  int split(int one, int other) {
    return add(null, one, other);
  }

  /** Makes a loop's node point back. */
  void patch(int node, int one, int other) {
    next.set(node, new int[] {one, other});
  }

  void begin(int node) {
    first = node;
  }

  private int add(@Nullable Chars of, int... to) {
    if (chars.size() >= MAX_NODES) {
      throw new IllegalArgumentException(
          "it has more than " + MAX_NODES + " parts when its repetitions are written out");
    }
    chars.add(of);
    next.add(to);
    return chars.size() - 1;
  }

  int[] start() {
    BitSet reached = new BitSet();
    reach(first, reached);
    return positions(reached);
  }

  /** The positions after one more character. */
  int[] after(int[] positions, int point) {
    BitSet reached = new BitSet();
    for (int position : positions) {
      Chars of = chars.get(position);
      if (of != null && of.has(point)) {
        reach(next.get(position)[0], reached);
      }
    }
    return positions(reached);
  }

  boolean accepts(int[] positions) {
    return positions.length > 0 && positions[0] == END;
  }

  /** Everything a node leads to without a character; a stack of its own, for deep patterns. */
  private void reach(int node, BitSet reached) {
    int[] stack = new int[16];
    int top = 0;
    stack[top++] = node;
    while (top > 0) {
      int at = stack[--top];
      if (reached.get(at)) {
        continue;
      }
      reached.set(at);
      if (at != END && chars.get(at) == null) {
        for (int to : next.get(at)) {
          if (top == stack.length) {
            stack = Arrays.copyOf(stack, 2 * top);
          }
          stack[top++] = to;
        }
      }
    }
  }

  /** Only nodes that take a character, and the end, make a difference. */
  private int[] positions(BitSet reached) {
    return reached.stream().filter(at -> at == END || chars.get(at) != null).toArray();
  }
}
