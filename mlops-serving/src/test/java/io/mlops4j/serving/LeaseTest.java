package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The lease under every interleaving of a few visits and retirements (model checking) and under
 * stress.
 *
 * <pre>
 * visit    fine: never ended while inside; refused: retired before
 * endings  0 or 1, never 2
 * </pre>
 */
public class LeaseTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

  private final AtomicInteger ended = new AtomicInteger();
  private final Lease lease = new Lease(ended::incrementAndGet);

  /** Enters, looks whether it was ended although somebody is inside, and leaves. */
  @Operation
  public String visit() {
    if (!lease.enter()) {
      return "refused";
    }
    boolean endedInside = ended.get() > 0;
    lease.leave();
    return endedInside ? "ended under me" : "fine";
  }

  @Operation
  public void retire() {
    lease.retire();
  }

  @Operation
  public boolean endedTwice() {
    return ended.get() > 1;
  }

  /** What a lease is, without threads. */
  public static class Sequential {
    private boolean retired;

    public String visit() {
      return retired ? "refused" : "fine";
    }

    public void retire() {
      retired = true;
    }

    public boolean endedTwice() {
      return false;
    }
  }

  private static ModelCheckingOptions everyInterleaving() {
    return new ModelCheckingOptions()
        .iterations(PROOF ? 20 : 10)
        .invocationsPerIteration(500)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(1)
        .sequentialSpecification(Sequential.class);
  }

  @Test
  void operations_everyInterleaving_areLinearizable() {
    everyInterleaving().check(LeaseTest.class);
  }

  @Test
  void operations_underStress_areLinearizable() {
    new StressOptions()
        .iterations(PROOF ? 6 : 4)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(2)
        .sequentialSpecification(Sequential.class)
        .check(LeaseTest.class);
  }

  /** The negative control: looks first and counts afterwards, as one might write it. */
  public static class Careless {
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean retired;

    @Operation
    public String visit() {
      if (retired) {
        return "refused";
      }
      inside.incrementAndGet();
      boolean endedInside = ended.get() > 0;
      if (inside.decrementAndGet() == 0 && retired) {
        ended.incrementAndGet();
      }
      return endedInside ? "ended under me" : "fine";
    }

    @Operation
    public void retire() {
      retired = true;
      if (inside.get() == 0) {
        ended.incrementAndGet();
      }
    }

    @Operation
    public boolean endedTwice() {
      return ended.get() > 1;
    }
  }

  @Test
  void check_carelessLease_isCaught() {
    assertThatThrownBy(() -> everyInterleaving().check(Careless.class))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void retire_twiceWithSomebodyInside_endsOnceAndLast() {
    assertThat(lease.enter()).isTrue();
    assertThat(lease.inside()).isEqualTo(1);
    lease.retire();
    lease.retire();
    assertThat(lease.enter()).isFalse();
    assertThat(ended).hasValue(0);
    lease.leave();
    assertThat(ended).hasValue(1);
  }

  @Test
  void retire_nobodyInside_endsAtOnce() {
    lease.retire();
    assertThat(ended).hasValue(1);
    assertThat(lease.enter()).isFalse();
  }
}
