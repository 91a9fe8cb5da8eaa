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
 * <p>Full means that all places are counted, also those of requests still on their way in, which
 * nobody can take yet. So what is refused is compared where one caller at a time offers, and
 * several offer at once where there is room for all.
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
  private static final int ALL = 3;

  private AdmissionQueue<Integer, Integer> queue = new AdmissionQueue<>(CAPACITY, false);
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

  @Operation(runOnce = true, nonParallelGroup = "offers")
  public boolean offer0() {
    return queue.offer(request(0));
  }

  @Operation(runOnce = true, nonParallelGroup = "offers")
  public boolean offer1() {
    return queue.offer(request(1));
  }

  @Operation(runOnce = true, nonParallelGroup = "offers")
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

  /** The same with room for all, so that they may offer at once. */
  public static class Roomy {
    private final AdmissionQueueTest of = new AdmissionQueueTest();

    /** Makes room. */
    public Roomy() {
      of.queue = new AdmissionQueue<>(ALL, false);
    }

    @Operation(runOnce = true)
    public boolean offer0() {
      return of.offer0();
    }

    @Operation(runOnce = true)
    public boolean offer1() {
      return of.offer1();
    }

    @Operation(runOnce = true)
    public boolean offer2() {
      return of.offer2();
    }

    @Operation(runOnce = true)
    public boolean giveUp0() {
      return of.giveUp0();
    }

    @Operation
    public List<Integer> takeOne() {
      return of.takeOne();
    }
  }

  /** The queue without threads, with room for all. */
  public static class SequentialRoomy extends Sequential {
    /** Makes room. */
    public SequentialRoomy() {
      super(ALL);
    }
  }

  /** The queue without threads. */
  public static class Sequential {
    private final List<Integer> waiting = new ArrayList<>();
    private final int capacity;

    /** Has two places. */
    public Sequential() {
      this(CAPACITY);
    }

    Sequential(int capacity) {
      this.capacity = capacity;
    }

    private boolean offer(int id) {
      return waiting.size() < capacity && waiting.add(id);
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

  private static ModelCheckingOptions everyInterleaving(Class<?> specification) {
    return new ModelCheckingOptions()
        .iterations(PROOF ? 6 : 2)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(1)
        .sequentialSpecification(specification);
  }

  private static StressOptions stress(Class<?> specification) {
    return new StressOptions()
        .iterations(PROOF ? 3 : 1)
        .invocationsPerIteration(300)
        .threads(3)
        .actorsPerThread(2)
        .sequentialSpecification(specification);
  }

  @Test
  void operations_everyInterleaving_areLinearizable() {
    everyInterleaving(Sequential.class).check(AdmissionQueueTest.class);
    everyInterleaving(SequentialRoomy.class).check(Roomy.class);
  }

  @Test
  void operations_underStress_areLinearizable() {
    stress(Sequential.class).check(AdmissionQueueTest.class);
    stress(SequentialRoomy.class).check(Roomy.class);
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
    assertThatThrownBy(
            () -> everyInterleaving(Sequential.class).iterations(50).check(Careless.class))
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
    everyInterleaving(Sequential.class)
        .sequentialSpecification(EndingOnce.class)
        .check(Ending.class);
  }
}
