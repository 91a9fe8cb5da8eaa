package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The lease against its sequential self, under every interleaving of a few operations (model
 * checking) and under stress. {@code ended} is how often the last one out was told.
 */
public class LeaseTest {
  private final AtomicInteger ended = new AtomicInteger();
  private final Lease lease = new Lease(ended::incrementAndGet);

  @Operation
  public boolean enter() {
    return lease.enter();
  }

  /** Enters, looks whether it has ended although somebody is inside, and leaves. */
  @Operation
  public String visit() {
    if (!lease.enter()) {
      return "refused";
    }
    boolean endedInside = ended.get() > 0;
    lease.leave();
    return endedInside ? "closed under me" : "fine";
  }

  @Operation
  public void retire() {
    lease.retire();
  }

  @Operation
  public boolean endedTwice() {
    return ended.get() > 1;
  }

  @Test
  void operations_everyInterleaving_areLinearizable() {
    new ModelCheckingOptions()
        .iterations(8)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(Sequential.class)
        .check(getClass());
  }

  @Test
  void operations_underStress_areLinearizable() {
    new StressOptions()
        .iterations(6)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(Sequential.class)
        .check(getClass());
  }

  /** What a lease is, without threads. */
  public static class Sequential {
    private boolean retired;

    public boolean enter() {
      return !retired;
    }

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
    lease.retire();
    assertThat(ended).hasValue(1);
  }
}
