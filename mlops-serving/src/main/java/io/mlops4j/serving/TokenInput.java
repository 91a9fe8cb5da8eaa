package io.mlops4j.serving;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows that become sequences of tokens of different lengths: texts for a transformer. Immutable;
 * thread-safe if the tokenizer is.
 *
 * <pre>{@code
 * var tokens = TokenInput.of(tokenizer::encode).withMaxLength(256);
 * var model = OnnxModel.embedding(tokens, Pooling.MEAN.normalized()).load(Path.of("minilm.onnx"));
 * }</pre>
 *
 * <p>The graph takes int64 or int32 tensors {@code [n, length]}: {@code input_ids}, and where it
 * has them {@code attention_mask} (1 for a token, 0 for padding), {@code token_type_ids} (0) and
 * {@code position_ids} (0, 1, 2, …). The rows of one run are grouped by the length they are padded
 * to, so that a row is padded alike whatever it is batched with.
 *
 * @param <T> the row type
 */
public final class TokenInput<T> {
  /** Padding costs what tokens cost: at most 7, 15, 31 and 63 of them per row. */
  private static final int[] BUCKETS =
      IntStream.concat(
              IntStream.rangeClosed(1, 4).map(i -> 8 * i),
              IntStream.of(8, 16, 32, 64)
                  .flatMap(step -> IntStream.rangeClosed(5, 8).map(i -> step * i)))
          .toArray();

  private static final int MOST = 1 << 16;

  private final Function<? super T, long[]> tokenizer;
  private final int[] buckets;
  private final long padding;

  private TokenInput(Function<? super T, long[]> tokenizer, int[] buckets, long padding) {
    this.tokenizer = tokenizer;
    this.buckets = buckets;
    this.padding = padding;
  }

  /**
   * Returns rows of at most 512 tokens, padded with 0 to a multiple of 8 up to 64 tokens, then of
   * 16 up to 128, of 32 up to 256, and of 64.
   *
   * @param tokenizer from a row to its token ids, special tokens included; safe for concurrent
   *     calls. It truncates: a longer row is an error
   * @param <T> the row type
   * @return the input
   */
  public static <T> TokenInput<T> of(Function<? super T, long[]> tokenizer) {
    return new TokenInput<>(Objects.requireNonNull(tokenizer, "tokenizer"), BUCKETS, 0);
  }

  /**
   * Returns the same with another greatest length. Buckets above it are left out; it is the last.
   *
   * @param tokens 1 to 65,536
   * @return a copy
   */
  public TokenInput<T> withMaxLength(int tokens) {
    requireLength(tokens);
    int[] kept = Arrays.stream(buckets).filter(bucket -> bucket < tokens).toArray();
    int[] all = Arrays.copyOf(kept, kept.length + 1);
    all[kept.length] = tokens;
    return new TokenInput<>(tokenizer, all, padding);
  }

  /**
   * Returns the same with other lengths to pad to. Fewer mean more padding and larger groups.
   *
   * @param lengths ascending, at least one; the last is the most tokens a row may have
   * @return a copy
   */
  public TokenInput<T> withBuckets(int... lengths) {
    Objects.requireNonNull(lengths, "lengths");
    for (int i = 0; i < lengths.length; i++) {
      requireLength(lengths[i]);
      if (i > 0 && lengths[i] <= lengths[i - 1]) {
        throw new IllegalArgumentException(
            "buckets: " + Arrays.toString(lengths) + " (expected: ascending)");
      }
    }
    if (lengths.length == 0) {
      throw new IllegalArgumentException("buckets: none (expected: at least 1)");
    }
    return new TokenInput<>(tokenizer, lengths.clone(), padding);
  }

  /**
   * Returns the same with another token id to pad with.
   *
   * @param token the tokenizer's padding token
   * @return a copy
   */
  public TokenInput<T> withPadding(long token) {
    return new TokenInput<>(tokenizer, buckets, token);
  }

  private static void requireLength(int tokens) {
    if (tokens < 1 || tokens > MOST) {
      throw new IllegalArgumentException("length: " + tokens + " (expected: 1.." + MOST + ")");
    }
  }

  /** Returns the tokens of a row. */
  long[] tokens(T row) {
    long @Nullable [] tokens = tokenizer.apply(row);
    int most = buckets[buckets.length - 1];
    if (tokens == null || tokens.length == 0 || tokens.length > most) {
      throw new PredictionFailedException(
          "The tokenizer made "
              + (tokens == null ? "nothing" : tokens.length + " tokens")
              + " of a row (expected: 1.."
              + most
              + "). Let it add special tokens and truncate, or raise withMaxLength.");
    }
    return tokens;
  }

  /** Returns what so many tokens are padded to. */
  int bucket(int tokens) {
    for (int bucket : buckets) {
      if (tokens <= bucket) {
        return bucket;
      }
    }
    return buckets[buckets.length - 1];
  }

  List<Integer> buckets() {
    return Arrays.stream(buckets).boxed().toList();
  }

  int shortestBucket() {
    return buckets[0];
  }

  int longestBucket() {
    return buckets[buckets.length - 1];
  }

  long padding() {
    return padding;
  }
}
