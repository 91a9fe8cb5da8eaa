package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes in the store that nobody of ours wrote. */
class HostileStateTest {
  private static final List<String> DOCUMENTS =
      List.of(
          "",
          "{",
          "[]",
          "null",
          "{}",
          "{\"format\":1}",
          "{\"format\":2,\"type\":\"run\"}",
          "{\"format\":1,\"type\":7,\"at\":\"x\"}",
          "{\"format\":1,\"type\":\"run\",\"run\":\"r\",\"at\":\"yesterday\"}",
          "{\"format\":1,\"type\":\"run\",\"run\":{\"a\":[]},\"at\":\"2026-01-01T00:00:00Z\"}",
          "{\"format\":1,\"type\":\"over\",\"run\":\"r\",\"status\":\"WON\"}",
          "{\"format\":1,\"type\":\"claim\",\"epoch\":1.5,\"by\":\"x\",\"code\":\"\"}",
          "{\"format\":1,\"type\":\"claim\",\"epoch\":99999999999999999999,\"by\":\"x\"}",
          "{\"format\":1,\"type\":\"done\",\"step\":\"s\",\"at\":\"2026-01-01T00:00:00Z\"}");

  private static Pipeline pipeline() {
    return Pipeline.named("p").steps(Step.named("s").source(Codec.text(), step -> "x")).build();
  }

  @Test
  void build_pipelineLogIsNoLog_isRefusedAndNamesTheEvent() {
    for (String document : DOCUMENTS) {
      ObjectStore store = ObjectStore.inMemory();
      store.putIfAbsent("pipelines/p/log/0000000000", document.getBytes(UTF_8));
      assertThatThrownBy(() -> PipelineRunner.of(pipeline(), store, "pod").build())
          .as(document)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("pipelines/p/log/0000000000");
    }
  }

  @Test
  void pass_oneRunsLogIsDamaged_isSaidAndCancellingItLetsOthersGoOn() {
    for (String document : DOCUMENTS) {
      try (Bench bench = new Bench()) {
        PipelineRunner runner = bench.runner(pipeline());
        String damaged = runner.run("a", "").run();
        String other = runner.run("b", "").run();
        bench.store.putIfAbsent(
            "pipelines/p/runs/" + damaged + "/0000000000", document.getBytes(UTF_8));
        runner.start();
        bench.time.advance(Duration.ofMinutes(5));
        assertThat(runner.find(damaged).orElseThrow().reason())
            .as(document)
            .contains("cannot be read");

        runner.cancel(damaged, "its log is damaged");

        assertThat(runner.find(other).orElseThrow().status())
            .as(document)
            .isEqualTo(RunStatus.SUCCEEDED);
      }
    }
  }

  @Test
  void poll_epochIsNone_isRefusedAndNamesIt() {
    for (String document : DOCUMENTS) {
      ObjectStore store = ObjectStore.inMemory();
      store.putIfAbsent("pipelines/p/epochs/0000000000", document.getBytes(UTF_8));
      Leadership leadership =
          new Leadership(
              store,
              "pipelines/p",
              "a",
              "a",
              VirtualTime.startingAt(Bench.START),
              Duration.ofMinutes(1));
      assertThatThrownBy(leadership::poll)
          .as(document)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("pipelines/p/epochs/0000000000");
    }
  }

  @Test
  void find_keptResultIsNone_isRefusedAndNamesIt() {
    for (String document : DOCUMENTS) {
      ObjectStore store = ObjectStore.inMemory();
      store.putIfAbsent("pipelines/p/keys/k", document.getBytes(UTF_8));
      assertThatThrownBy(() -> new StepStore(store, "pipelines/p").find("k"))
          .as(document)
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("pipelines/p/keys/k");
    }
  }

  @Test
  void read_modelIsCutOrChangedAnywhere_isRefusedOrAnotherModel() {
    byte[] bytes =
        Codec.model()
            .write(
                ModelFiles.of("constant", Map.of("a", new byte[] {1, 2}, "b", new byte[] {3}))
                    .withSignature("a".repeat(64)));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Codec.model().read(cut))
          .as("cut to %d", length)
          .isInstanceOf(MlopsException.class);
    }
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      try {
        assertThat(Codec.model().write(Codec.model().read(changed))).isNotNull();
      } catch (MlopsException | IllegalArgumentException refused) {
        assertThat(refused).hasMessageNotContaining("null");
      }
    }
  }
}
