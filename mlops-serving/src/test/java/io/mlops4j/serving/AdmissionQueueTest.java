package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Handing requests over, under every interleaving of offering, taking and giving up: a request ends
 * in exactly one place, a lane never holds more than its capacity, and who is refused was refused
 * by a full one.
 *
 * <pre>
 * offer    true: there was a place; false: full
 * take     the ids taken, oldest first
 * giveUp   true: it left the queue this way, and take never sees it
 * </pre>
 */
public class AdmissionQueueTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

  private static final int CAPACITY = 2;

  private final AdmissionQueue<Integer, Integer> queue = new AdmissionQueue<>(CAPACITY, false);
  private final Map<Integer, Request<Integer, Integer>> requests = requests();

  private static Map<Integer, Request<Integer, Integer>> requests() {
    Map<Integer, Request<Integer, Integer>> requests = new HashMap<>();
    for (int id = 0; id < 3; id++) {
      requests.put(
          id,
          Request.async(id, 0, Deadline.NONE, Priority.NORMAL, null, null, new AnswerFuture<>()));
    }
    return requests;
  }

  private Request<Integer, Integer> request(int id) {
    Request<Integer, Integer> request = requests.get(id);
    if (request == null) {
      throw new AssertionError(id);
    }
    return request;
  }

  @Operation(runOnce = true)
  public boolean offer0() {
    return queue.offer(request(0));
  }

  @Operation(runOnce = true)
  public boolean offer1() {
    return queue.offer(request(1));
  }

  @Operation(runOnce = true)
  public boolean offer2() {
    return queue.offer(request(2));
  }

  @Operation(runOnce = true)
  public boolean giveUp0() {
    return queue.withdraw(request(0));
  }

  @Operation
  public List<Integer> takeOne() {
    List<Integer> taken = new ArrayList<>();
    queue.take(
        Priority.NORMAL,
        new Lane.Taker<>() {
          @Override
          public Lane.Look look(Request<Integer, Integer> request) {
            return taken.isEmpty() ? Lane.Look.TAKE : Lane.Look.STOP;
          }

          @Override
          public void taken(Request<Integer, Integer> request) {
            taken.add(request.input);
          }
        });
    return taken;
  }

  /** The queue without threads. */
  public static class Sequential {
    private final List<Integer> waiting = new ArrayList<>();

    private boolean offer(int id) {
      return waiting.size() < CAPACITY && waiting.add(id);
    }

    public boolean offer0() {
      return offer(0);
    }

    public boolean offer1() {
      return offer(1);
    }

    public boolean offer2() {
      return offer(2);
    }

    public boolean giveUp0() {
      return waiting.remove((Integer) 0);
    }

    public List<Integer> takeOne() {
      List<Integer> taken = new ArrayList<>();
      if (!waiting.isEmpty()) {
        taken.add(waiting.remove(0));
      }
      return taken;
    }
  }

  private static ModelCheckingOptions everyInterleaving() {
    return new ModelCheckingOptions()
        .iterations(PROOF ? 6 : 3)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(1)
        .sequentialSpecification(Sequential.class);
  }

  @Test
  void operations_everyInterleaving_areLinearizable() {
    everyInterleaving().check(AdmissionQueueTest.class);
  }

  @Test
  void operations_underStress_areLinearizable() {
    new StressOptions()
        .iterations(PROOF ? 3 : 2)
        .invocationsPerIteration(300)
        .threads(3)
        .actorsPerThread(2)
        .sequentialSpecification(Sequential.class)
        .check(AdmissionQueueTest.class);
  }

  /** The negative control: looks first and removes afterwards, as a check-then-act queue does. */
  public static class Careless {
    private final Queue<Integer> queue = new ConcurrentLinkedQueue<>();

    @Operation(runOnce = true)
    public boolean offer0() {
      return queue.add(0);
    }

    @Operation(runOnce = true)
    public boolean offer1() {
      return queue.add(1);
    }

    @Operation(runOnce = true)
    public boolean offer2() {
      return queue.size() < CAPACITY && queue.add(2);
    }

    @Operation(runOnce = true)
    public boolean giveUp0() {
      boolean there = queue.contains(0);
      queue.remove(0);
      return there;
    }

    @Operation
    public List<Integer> takeOne() {
      List<Integer> taken = new ArrayList<>();
      Integer first = queue.peek();
      if (first != null) {
        queue.remove(first);
        taken.add(first);
      }
      return taken;
    }
  }

  @Test
  void check_carelessQueue_isCaught() {
    assertThatThrownBy(() -> everyInterleaving().iterations(50).check(Careless.class))
        .isInstanceOf(AssertionError.class);
  }

  /** One request that is answered, given up and timed out at once: one of them wins. */
  public static class Ending {
    private final AtomicInteger ends = new AtomicInteger();
    private final Request<Integer, Integer> request =
        Request.async(1, 0, Deadline.NONE, Priority.NORMAL, null, null, new AnswerFuture<>());

    private boolean ended(boolean won) {
      if (won) {
        ends.incrementAndGet();
      }
      return won;
    }

    @Operation
    public boolean answer() {
      return ended(request.complete(7));
    }

    @Operation
    public boolean giveUp() {
      return ended(request.abandon());
    }

    @Operation
    public boolean fail() {
      return ended(request.fail(new PredictionFailedException("late")));
    }

    @Operation
    public boolean endedTwice() {
      return ends.get() > 1;
    }
  }

  /** The same without threads. */
  public static class EndingOnce {
    private boolean ended;

    private boolean end() {
      boolean won = !ended;
      ended = true;
      return won;
    }

    public boolean answer() {
      return end();
    }

    public boolean giveUp() {
      return end();
    }

    public boolean fail() {
      return end();
    }

    public boolean endedTwice() {
      return false;
    }
  }

  @Test
  void endings_everyInterleaving_areOne() {
    everyInterleaving().sequentialSpecification(EndingOnce.class).check(Ending.class);
  }
}
