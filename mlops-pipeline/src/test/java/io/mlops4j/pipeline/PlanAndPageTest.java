package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.pipeline.RunPlan.Will;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlanAndPageTest {
  private static Pipeline pipeline(AtomicInteger calls) {
    Step<String> load =
        Step.named("load")
            .readsInterval()
            .reused()
            .source(
                Codec.text(),
                step -> {
                  calls.incrementAndGet();
                  return "rows";
                });
    Step<String> train =
        Step.named("train")
            .with("rate", 0.1)
            .map(load, Codec.text(), (rows, step) -> "model at " + step.number("rate"));
    Step<String> register =
        Step.named("register").everyRun().map(train, Codec.text(), (model, step) -> "version");
    Step<String> tell = Step.named("tell").map(register, Codec.text(), (version, step) -> "told");
    return Pipeline.named("planned").steps(tell).build();
  }

  private static RunRequest request(String id) {
    return RunRequest.of(
        new Occasion("manual", Occasion.Kind.MANUAL, id, Bench.START, "to see"),
        Interval.at(Bench.START));
  }

  /** A store that can be read and nothing else. */
  private static ObjectStore readOnly(ObjectStore store) {
    return new ObjectStore() {
      @Override
      public boolean putIfAbsent(String key, byte[] value) {
        throw new MlopsException("It was written to: " + key);
      }

      @Override
      public Optional<byte[]> get(String key) {
        return store.get(key);
      }

      @Override
      public List<String> list(String prefix) {
        return store.list(prefix);
      }
    };
  }

  @Test
  void plan_beforeAndAfterARun_saysWhatWouldRunAndWritesNothing() {
    AtomicInteger calls = new AtomicInteger();
    try (Bench bench = new Bench()) {
      Pipeline pipeline = pipeline(calls);
      PipelineRunner reader = bench.runner(readOnly(bench.store), pipeline, "reader", b -> b);
      assertThat(reader.plan(request("1")).steps())
          .extracting(step -> step.will())
          .containsExactly(Will.RUN, Will.DEPENDS, Will.RUN, Will.DEPENDS);
      assertThat(calls).hasValue(0);

      bench.runner(pipeline).start().run(request("1"));

      assertThat(reader.plan(request("1")).start().outcome()).isEqualTo(RunStart.Outcome.EXISTS);
      RunPlan plan = reader.plan(request("2"));
      assertThat(plan.steps())
          .extracting(step -> step.will())
          .containsExactly(Will.REUSE, Will.REUSE, Will.RUN, Will.DEPENDS);
      assertThat(reader.plan(request("2").with("rate", 0.2)).steps())
          .extracting(step -> step.will())
          .containsExactly(Will.REUSE, Will.RUN, Will.RUN, Will.DEPENDS);
      assertThat(reader.plan(request("2").withFreshSteps()).steps())
          .extracting(step -> step.will())
          .containsExactly(Will.RUN, Will.DEPENDS, Will.RUN, Will.DEPENDS);
      assertThat(plan.toString()).contains("load: REUSE, result ").contains("tell: DEPENDS");
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void page_run_hasTriggerStepsAndResultsAndNoMarkupOfAnybody() {
    try (Bench bench = new Bench()) {
      List<String> lines = new ArrayList<>();
      PipelineRunner runner =
          bench
              .runner(
                  pipeline(new AtomicInteger()),
                  "pod-1",
                  b ->
                      b.trigger(Trigger.cron("nightly", "0 3 * * *", ZoneOffset.UTC))
                          .progress((what, done, total) -> lines.add(done + "/" + total)))
              .start();
      String id = runner.run("x", "<script>alert('because')</script> of a bad month").run();

      String html = runner.page(id).toHtml();
      assertThat(html)
          .contains("4 of 4 steps are done")
          .contains("of a bad month")
          .doesNotContain("<script>alert");
      assertThat(runner.page(id).toText()).contains("register").contains("DONE");
      assertThat(lines).containsExactly("1/4", "2/4", "3/4", "4/4");
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.overview(10).toText())
          .contains("Led by pod-1")
          .contains("nightly")
          .contains("SUCCEEDED");
      assertThatThrownBy(() -> runner.page("nothing"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nothing");
    }
  }
}
