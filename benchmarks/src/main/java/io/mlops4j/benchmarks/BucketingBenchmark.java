package io.mlops4j.benchmarks;

import io.mlops4j.experiments.Assignment;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.stats.Bucketing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The arm of a user, by an id of 36 characters. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class BucketingBenchmark {
  private final String[] ids = Inputs.ids(Inputs.COUNT);
  private final Bucketing bucketing = Bucketing.salted("new-model");
  private final Experiment<String> experiment = split();
  private int next;

  static Experiment<String> split() {
    return Experiment.named("new-model")
        .control("champion", "champion")
        .treatment("challenger", 0.10, "challenger")
        .build();
  }

  /** The Optimizely SDK. */
  @State(Scope.Thread)
  public static class Peer {
    final OptimizelySplit optimizely = new OptimizelySplit();

    /** Closes the client. */
    @TearDown
    public void close() {
      optimizely.close();
    }
  }

  /** Other SDKs. */
  @State(Scope.Thread)
  public static class Vendors {
    final VendorSplits splits = new VendorSplits();

    /** Closes the clients. */
    @TearDown
    public void close() {
      splits.close();
    }
  }

  private String next() {
    return ids[next++ & Inputs.MASK];
  }

  /**
   * The least one can do with every character: what String.hashCode computes, without its cache.
   *
   * @return the hash
   */
  @Benchmark
  public int baseline() {
    String id = next();
    int hash = 0;
    for (int i = 0; i < id.length(); i++) {
      hash = 31 * hash + id.charAt(i);
    }
    return hash;
  }

  /**
   * One hash: the slot.
   *
   * @return the slot
   */
  @Benchmark
  public int slot() {
    return bucketing.slot(next());
  }

  /**
   * The experiment's arm: two hashes, "is it in?" and "which arm?".
   *
   * @return the arm's position
   */
  @Benchmark
  public int armIndex() {
    return experiment.armIndex(next());
  }

  /**
   * The whole assignment with its probabilities, a small object.
   *
   * @return the assignment
   */
  @Benchmark
  public Assignment<String> assign() {
    return experiment.assign(next());
  }

  /**
   * The Optimizely SDK's variation.
   *
   * @param peer the client
   * @return the variation's key
   */
  @Benchmark
  public String optimizely(Peer peer) {
    return peer.optimizely.variation(next());
  }

  /**
   * The LaunchDarkly SDK's variation, a whole evaluation.
   *
   * @param vendors the client
   * @return the variation's value
   */
  @Benchmark
  public String launchDarkly(Vendors vendors) {
    return vendors.splits.launchDarkly(next());
  }

  /**
   * PlanOut4J's parameter, a whole evaluation.
   *
   * @param vendors the namespace
   * @return the arm
   */
  @Benchmark
  public String planOut(Vendors vendors) {
    return vendors.splits.planOut(next());
  }

  /**
   * The Eppo SDK's shard only, the hash of one split.
   *
   * @param vendors holds nothing for it
   * @return the shard
   */
  @Benchmark
  public int eppoShard(Vendors vendors) {
    return vendors.splits.eppoShard(next());
  }

  /**
   * The Unleash SDK's normalized number only, the hash of a rollout.
   *
   * @param vendors holds nothing for it
   * @return 1 to 100
   */
  @Benchmark
  public int unleashNumber(Vendors vendors) {
    return vendors.splits.unleashNumber(next());
  }
}
