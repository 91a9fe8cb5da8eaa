package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PinnableSourceTest {
  private final Switchable below = new Switchable();
  private final PinnableSource<String, String> source = PinnableSource.of(below);

  /** A source that a test turns. */
  private static final class Switchable implements ModelSource<String, String> {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Selection<String, String> current = new Empty<>("nothing yet");

    void select(int number) {
      current = new Selected<>(new Release(new ModelVersion("delay", number)));
      listeners.forEach(Runnable::run);
    }

    @Override
    public String name() {
      return "delay@production";
    }

    @Override
    public Selection<String, String> current() {
      return current;
    }

    @Override
    public Subscription subscribe(Runnable onChange) {
      listeners.add(onChange);
      return () -> listeners.remove(onChange);
    }
  }

  private record Release(ModelVersion version) implements ModelRelease<String, String> {
    @Override
    public Optional<Baseline> baseline() {
      return Optional.empty();
    }

    @Override
    public Optional<GoldenRows> goldenRows() {
      return Optional.empty();
    }

    @Override
    public Model<String, String> load() {
      return inputs -> inputs;
    }
  }

  private static ModelRelease<String, String> release(int number) {
    return new Release(new ModelVersion("delay", number));
  }

  /** The number that a source selects; 0 for nothing. */
  private static int selected(ModelSource<String, String> source) {
    return source.current() instanceof ModelSource.Selected<String, String> selected
        ? selected.release().version().number()
        : 0;
  }

  @Test
  void current_notPinned_isTheSourceBelow() {
    assertThat(source.name()).isEqualTo("delay@production");
    assertThat(source.current()).isSameAs(below.current());
    below.select(3);
    assertThat(source.current()).isSameAs(below.current());
    assertThat(source.pinned()).isEmpty();
    assertThat(source).hasToString("delay@production");
  }

  @Test
  void pin_sourceBelowMovesOn_staysUntilUnpinned() {
    below.select(1);
    source.pin(release(1));
    below.select(2);
    assertThat(selected(source)).isEqualTo(1);
    assertThat(source.pinned()).contains(new ModelVersion("delay", 1));
    assertThat(source).hasToString("delay@production pinned to delay:1");
    source.pin(release(7));
    assertThat(selected(source)).isEqualTo(7);
    source.unpin();
    assertThat(selected(source)).isEqualTo(2);
    assertThat(source.pinned()).isEmpty();
  }

  @Test
  void subscribe_hearsPinAndUnpinAndTheSourceBelowWhileNotPinned() {
    List<Integer> heard = new ArrayList<>();
    Subscription subscription = source.subscribe(() -> heard.add(selected(source)));
    below.select(1);
    source.unpin();
    source.pin(release(9));
    below.select(2);
    below.select(3);
    source.unpin();
    below.select(4);
    assertThat(heard).containsExactly(1, 9, 3, 4);
    subscription.close();
    subscription.close();
    source.pin(release(5));
    source.unpin();
    below.select(6);
    assertThat(heard).hasSize(4);
    assertThat(below.listeners).isEmpty();
  }

  @Test
  void subscribe_aListenerThatThrows_keepsNobodyFromHearing() {
    AtomicInteger heard = new AtomicInteger();
    source.subscribe(
        () -> {
          throw new IllegalStateException("a bad listener");
        });
    source.subscribe(heard::incrementAndGet);
    source.pin(release(1));
    source.unpin();
    below.select(2);
    assertThat(heard).hasValue(3);
  }

  /** What a follower believes: it looks again on each call, as a predictor's loader does. */
  private static final class Follower {
    private final ModelSource<String, String> source;
    private int believes;

    Follower(ModelSource<String, String> source) {
      this.source = source;
      source.subscribe(this::look);
      look();
    }

    private synchronized void look() {
      believes = selected(source);
    }

    synchronized int believes() {
      return believes;
    }
  }

  @Test
  void follower_pinUnpinAndChangesAtOnce_alwaysEndsWithWhatIsSelected() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 2_000; round++) {
        Switchable turned = new Switchable();
        PinnableSource<String, String> pinnable = PinnableSource.of(turned);
        Follower follower = new Follower(pinnable);
        SplittableRandom random = new SplittableRandom(round);
        int pinned = random.nextInt(1, 100);
        boolean endsPinned = random.nextBoolean();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all =
            List.of(
                threads.submit(after(start, () -> turned.select(1000))),
                threads.submit(after(start, () -> pinnable.pin(release(pinned)))),
                threads.submit(
                    after(
                        start,
                        () -> {
                          pinnable.unpin();
                          if (endsPinned) {
                            pinnable.pin(release(pinned + 1));
                          } else {
                            pinnable.unpin();
                          }
                        })));
        start.countDown();
        for (Future<?> one : all) {
          one.get();
        }
        assertThat(follower.believes()).as("round %d", round).isEqualTo(selected(pinnable));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Runnable after(CountDownLatch start, Runnable action) {
    return () -> {
      try {
        start.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      action.run();
    };
  }

  /** The negative control: who tells before the change leaves followers behind. */
  @Test
  void follower_sourceThatTellsBeforeItChanges_isLeftBehind() {
    List<Runnable> listeners = new ArrayList<>();
    ModelSource<String, String> early =
        new ModelSource<>() {
          private ModelSource.@Nullable Selection<String, String> pin;

          @Override
          public String name() {
            return "early";
          }

          @Override
          public Selection<String, String> current() {
            return pin == null ? new Empty<>("nothing") : pin;
          }

          @Override
          public Subscription subscribe(Runnable onChange) {
            listeners.add(onChange);
            return () -> pin = new Selected<>(release(5));
          }
        };
    Follower follower = new Follower(early);
    listeners.get(0).run();
    early.subscribe(() -> {}).close();
    assertThat(follower.believes()).isNotEqualTo(selected(early));
  }
}
