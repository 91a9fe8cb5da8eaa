package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ClosedThing;
import io.mlops4j.core.Time;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything of this module that can be closed: what each public method does after that. */
class ClosedThingsTest {
  private static final Assignment.Included<String> UNIT =
      (Assignment.Included<String>)
          Experiment.named("x").control("old", "1").treatment("new", 0.5, "2").build().assign("u");

  private static ExposureLog log(ExposureSink sink) {
    return ExposureLog.to(
        sink, Runnable::run, Time.system(), ExposureLog.Options.withDefaults().withCapacity(50));
  }

  private static List<ClosedThing<?>> things() {
    return List.of(
        new ClosedThing<>(ExposureLog.class, "log", () -> log(ExposureSink.calling(e -> {})))
            .works("exposed", log -> log.exposed(UNIT))
            .works("flush", ExposureLog::flush)
            .works("written", ExposureLog::written)
            .works("dropped", ExposureLog::dropped)
            .works("duplicates", ExposureLog::duplicates)
            .works("failed", ExposureLog::failed));
  }

  static Stream<ClosedThing.Call<?>> calls() {
    return things().stream().flatMap(ClosedThing::calls);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyMethod_afterClose_works(ClosedThing.Call<?> call) throws Exception {
    assertThat(call.whileOpen()).isNull();
    assertThat(call.afterClose(1)).isNull();
    assertThat(call.afterClose(2)).isNull();
  }

  @Test
  void calls_ofThisModule_areAll() throws Exception {
    assertThat(ClosedThing.called(things())).isEqualTo(ClosedThing.methods(Experiment.class));
  }

  @Test
  void exposed_afterClose_isCountedAndNotWritten() {
    LongAdder taken = new LongAdder();
    ExposureLog log = log(ExposureSink.calling(e -> taken.increment()));
    log.exposed(UNIT);
    log.close();
    log.exposed(UNIT);
    log.close();
    assertThat(taken.sum()).isEqualTo(1);
    assertThat(log.written()).isEqualTo(1);
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void exposed_whileOthersClose_isWrittenOrCounted() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(5);
    try {
      for (int round = 0; round < 50; round++) {
        LongAdder taken = new LongAdder();
        ExposureLog log = log(ExposureSink.calling(e -> taken.increment()));
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all =
            IntStream.range(0, 5)
                .<Future<?>>mapToObj(
                    i ->
                        threads.submit(
                            () -> {
                              start.await();
                              for (int n = 0; n < 40; n++) {
                                log.exposed(UNIT);
                                if (i == 4 && n == 20) {
                                  log.close();
                                }
                              }
                              return null;
                            }))
                .toList();
        start.countDown();
        for (Future<?> one : all) {
          one.get();
        }
        assertThat(log.written()).isEqualTo(taken.sum());
        assertThat(log.written() + log.dropped()).as("round " + round).isEqualTo(5 * 40);
        assertThat(log.dropped()).isGreaterThanOrEqualTo(19);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void close_sinkRunsOutOfMemory_countsTheBatchAsFailed() {
    ExposureLog log =
        ExposureLog.to(
            batch -> {
              throw new OutOfMemoryError("made up");
            },
            task -> {},
            Time.system(),
            ExposureLog.Options.withDefaults());
    log.exposed(UNIT);
    log.exposed(UNIT);
    assertThatThrownBy(log::close).isInstanceOf(OutOfMemoryError.class);
    assertThat(log.failed()).isEqualTo(2);
    log.close(); // nothing waits any more
    assertThat(log.written() + log.dropped()).isZero();
  }
}
