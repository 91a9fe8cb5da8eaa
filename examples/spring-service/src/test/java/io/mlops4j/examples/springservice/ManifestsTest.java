package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Manifests, Dockerfile and application.yml agree with each other. */
class ManifestsTest {

  @SuppressWarnings("unchecked")
  private static Map<String, Object> manifest(String kind) {
    List<Object> all = new ArrayList<>();
    new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Manifests.text()).forEach(all::add);
    return all.stream()
        .map(document -> (Map<String, Object>) document)
        .filter(document -> kind.equals(document.get("kind")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  /** Follows keys and positions. */
  private static Object at(Object node, Object... path) {
    Object found = node;
    for (Object step : path) {
      found = Objects.requireNonNull(step(found, step), () -> step + " in " + List.of(path));
    }
    return found;
  }

  private static @Nullable Object step(Object node, Object step) {
    return step instanceof Integer position
        ? ((List<?>) node).get(position)
        : ((Map<?, ?>) node).get(step);
  }

  private static Object container(Object... path) {
    Object container = at(manifest("Deployment"), "spec", "template", "spec", "containers", 0);
    return at(container, path);
  }

  @Test
  void deployment_grace_isLongerThanEverythingThatHasToEnd() throws IOException {
    int grace =
        (int)
            at(manifest("Deployment"), "spec", "template", "spec", "terminationGracePeriodSeconds");
    int preStop = (int) container("lifecycle", "preStop", "sleep", "seconds");
    String application = Files.readString(Path.of("src/main/resources/application.yml"));
    assertThat(application).contains("timeout-per-shutdown-phase: 20s");
    // Two phases can take their whole time: the web server's requests, then the predictors.
    long phases = Duration.ofSeconds(20).multipliedBy(2).toSeconds();
    assertThat((long) grace).isGreaterThan(preStop + phases);
  }

  @Test
  void deployment_probes_askTheActuator() {
    assertThat(container("readinessProbe", "httpGet", "path"))
        .isEqualTo("/actuator/health/readiness");
    assertThat(container("livenessProbe", "httpGet", "path"))
        .isEqualTo("/actuator/health/liveness");
    assertThat(container("startupProbe", "httpGet", "path")).isEqualTo("/actuator/health/liveness");
  }

  @Test
  void deployment_readOnlyRoot_hasAWritableDirectoryForTheNativeLibrary() throws IOException {
    assertThat(container("securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
    assertThat(container("securityContext", "runAsNonRoot")).isEqualTo(true);
    String dockerfile = Files.readString(Path.of("deploy/Dockerfile"));
    assertThat(container("volumeMounts").toString()).contains("mountPath=/tmp");
    assertThat(dockerfile)
        .contains("-Djava.io.tmpdir=/tmp")
        .contains("--enable-native-access=ALL-UNNAMED")
        .contains("USER " + container("securityContext", "runAsUser"));
  }

  @Test
  void autoscaler_metric_missingFromTheApplication_isNoticed() {
    assertThatThrownBy(() -> Manifests.assertAutoscalerReads("something_else{model=\"x\"} 1\n"))
        .isInstanceOf(AssertionError.class);
    Manifests.assertAutoscalerReads("mlops_predict_inflight{model=\"x\"} 1\n");
  }
}
