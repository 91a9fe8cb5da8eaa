package io.mlops4j.data.expect;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression that is matched in time proportional to its size times the text's, whatever
 * both hold: no backtracking, no recursion over the text. Immutable for users, thread-safe.
 *
 * <p>The pattern becomes Thompson's automaton; all its states are followed at once (Thompson 1968),
 * and sets of states that have been met are remembered as states of a deterministic one, up to
 * {@value #MAX_STATES} of them, so that ordinary texts cost one array look-up a character. States
 * are published by races that do no harm: a set is immutable, and two threads that find the same
 * one at once do the same work twice.
 *
 * @see <a href="https://doi.org/10.1145/363347.363387">Thompson (1968)</a>
 */
final class SafePattern {
  static final int MAX_STATES = 500;
  private static final int ASCII = 128;

  private final String text;
  private final PatternProgram program;
  private final Map<Key, State> states = new ConcurrentHashMap<>();
  private final State start;

  private SafePattern(String text, PatternProgram program) {
    this.text = text;
    this.program = program;
    this.start = new State(program.start(), program.accepts(program.start()));
  }

  /**
   * Returns the pattern of a text.
   *
   * @throws IllegalArgumentException saying where and why it is none, or is refused
   */
  static SafePattern of(String text) {
    return new SafePattern(text, new PatternParser(text).program());
  }

  /** A set of the automaton's positions. */
  private static final class State {
    final int[] positions;
    final boolean accepting;
    final @Nullable State[] next = new @Nullable State[ASCII];

    State(int[] positions, boolean accepting) {
      this.positions = positions;
      this.accepting = accepting;
    }
  }

  private static final class Key {
    private final int[] positions;

    Key(int[] positions) {
      this.positions = positions;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that && Arrays.equals(positions, that.positions);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(positions);
    }
  }

  /** Whether the whole of a value is of this pattern. */
  boolean matches(String value) {
    State state = start;
    int length = value.length();
    for (int i = 0; i < length; ) {
      int point = value.codePointAt(i);
      i += Character.charCount(point);
      state = after(state, point);
      if (state.positions.length == 0) {
        return false;
      }
    }
    return state.accepting;
  }

  private State after(State state, int point) {
    @Nullable State known = point < ASCII ? state.next[point] : null;
    if (known != null) {
      return known;
    }
    int[] positions = program.after(state.positions, point);
    Key key = new Key(positions);
    @Nullable State found = states.get(key);
    if (found == null) {
      found = new State(positions, program.accepts(positions));
      if (states.size() >= MAX_STATES) {
        return found; // Followed, not remembered: memory is bounded, time still linear.
      }
      states.put(key, found);
    }
    if (point < ASCII) {
      state.next[point] = found;
    }
    return found;
  }

  String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SafePattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return io.mlops4j.core.Text.printable(text, 100);
  }
}
