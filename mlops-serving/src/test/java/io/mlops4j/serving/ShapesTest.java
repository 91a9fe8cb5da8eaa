package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShapesTest {
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final ConcurrentLinkedQueue<List<String>> batches = new ConcurrentLinkedQueue<>();

  /** Takes words of one length only, as a stacked tensor would. */
  private final Model<String, Integer> stacked =
      words -> {
        batches.add(List.copyOf(words));
        inside.countDown();
        GatedModel.await(open);
        assertThat(words.stream().map(String::length).distinct()).hasSize(1);
        return words.stream().map(String::hashCode).toList();
      };

  private PredictorBuilder<String, Integer> predictor() {
    return Predictor.of(stacked).batchBy(String::length);
  }

  @Test
  void batches_ofMixedShapes_areFilledPastOthersAndTheOldestGoesFirst() {
    try (Predictor<String, Integer> predictor = predictor().build()) {
      CompletableFuture<Integer> held = predictor.predictAsync("held");
      GatedModel.await(inside);
      List<String> words = List.of("a", "bb", "c", "dd", "e", "fff", "gg", "h");
      List<CompletableFuture<Integer>> answers =
          words.stream().map(predictor::predictAsync).toList();
      open.countDown();
      assertThat(held.join()).isEqualTo("held".hashCode());
      for (int i = 0; i < words.size(); i++) {
        assertThat(answers.get(i).join()).isEqualTo(words.get(i).hashCode());
      }
      assertThat(batches)
          .containsExactly(
              List.of("held"),
              List.of("a", "c", "e", "h"),
              List.of("bb", "dd", "gg"),
              List.of("fff"));
    }
  }

  @Test
  void predictAll_ofMixedShapes_keepsOrder() {
    open.countDown();
    List<String> words = IntStream.range(0, 300).mapToObj(i -> "x".repeat(i % 5) + i).toList();
    try (Predictor<String, Integer> predictor = predictor().build()) {
      List<Integer> expected = words.stream().map(String::hashCode).toList();
      assertThat(predictor.predictAll(words)).isEqualTo(expected);
      assertThat(predictor.scoreAll(words.stream()).map(Scored::output).toList())
          .isEqualTo(expected);
    }
  }

  @Test
  void batchBy_thatThrows_failsItsRowAndTheLoopGoesOn() {
    open.countDown();
    try (Predictor<String, Integer> predictor =
        Predictor.of(stacked)
            .batchBy(
                word -> {
                  if (word.isEmpty()) {
                    throw new IllegalStateException("no shape");
                  }
                  return word.length();
                })
            .build()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> predictor.predictAsync("").join())
            .hasCauseInstanceOf(PredictionFailedException.class)
            .hasRootCauseMessage("no shape");
        assertThat(predictor.predictAsync("ok").join()).isEqualTo("ok".hashCode());
      }
      assertThat(predictor.stats().failed()).isEqualTo(3);
      assertThat(predictor.stats().queueDepth()).isZero();
    }
  }
}
