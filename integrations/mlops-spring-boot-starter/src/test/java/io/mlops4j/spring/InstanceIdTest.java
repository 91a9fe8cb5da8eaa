package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class InstanceIdTest {
  private static final String PID = "-" + ProcessHandle.current().pid();

  @Test
  void id_propertySet_isTheProperty() {
    assertThat(InstanceId.of(" pod-7 ", new MockEnvironment()).text()).isEqualTo("pod-7");
  }

  @Test
  void id_noProperty_isHostNameAndProcess() {
    MockEnvironment environment = new MockEnvironment();
    environment.setProperty("HOSTNAME", "flight service/1");
    assertThat(InstanceId.of(null, environment).text()).isEqualTo("flight_service_1" + PID);
    assertThat(InstanceId.of(" ", new MockEnvironment()).text()).endsWith(PID).doesNotContain("/");
  }
}
