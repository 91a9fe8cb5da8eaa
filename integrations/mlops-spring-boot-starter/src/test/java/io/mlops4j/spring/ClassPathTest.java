package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.serving.Predictor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Class paths and class loaders that applications really have. */
@Timeout(300)
class ClassPathTest {
  @TempDir Path directory;

  private ApplicationContextRunner runner(String rowType) {
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(MlopsAutoConfiguration.class))
        .withPropertyValues(
            "mlops.registry.directory=" + directory, "mlops.predictors.delay.row-type=" + rowType);
  }

  @Test
  void start_onnxVersionWithoutOnnxRuntime_saysWhichDependencyToAdd() {
    Models.promote(directory, "delay", Models.trees());
    runner(Flight.class.getName())
        .withClassLoader(new FilteredClassLoader(OrtEnvironment.class))
        .run(
            context -> {
              StartException failure = find(context.getStartupFailure());
              assertThat(failure.description())
                  .isEqualTo(
                      "Version delay:1 has the format onnx, and"
                          + " com.microsoft.onnxruntime:onnxruntime is not on the class path.");
              assertThat(failure.action())
                  .isEqualTo(
                      "Add the dependency com.microsoft.onnxruntime:onnxruntime, or declare a"
                          + " ModelLoader bean that reads onnx.");
            });
  }

  private static StartException find(@Nullable Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof StartException start) {
        return start;
      }
    }
    throw new AssertionError("no StartException", failure);
  }

  @Test
  void start_tribuoVersionWithoutOnnxRuntime_answers() throws Exception {
    RollingDeployTest.promoteLinear(directory, "delay", false);
    assertThat(answerWithout("ai.onnxruntime.OrtEnvironment", "onnxruntime")).isBetween(0.0, 1.0);
  }

  @Test
  void start_withoutActuator_answers() throws Exception {
    Models.promote(directory, "delay", Models.trees());
    assertThat(
            answerWithout(
                "org.springframework.boot.actuate.endpoint.Access",
                "spring-boot-actuator",
                "spring-boot-health",
                "spring-boot-micrometer",
                "spring-boot-security"))
        .isBetween(0.0, 1.0);
  }

  /** Starts in a class loader that has everything of this test but some jars. */
  private double answerWithout(String missing, String... jars) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Stream.of(jars).noneMatch(new File(entry).getName()::startsWith)) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      assertThatThrownBy(() -> without.loadClass(missing))
          .isInstanceOf(ClassNotFoundException.class);
      Class<?> program = without.loadClass(Isolated.class.getName());
      Thread.currentThread().setContextClassLoader(without);
      try {
        return (Double)
            program.getMethod("answer", String.class).invoke(null, directory.toString());
      } finally {
        Thread.currentThread().setContextClassLoader(ClassPathTest.class.getClassLoader());
      }
    }
  }

  /** What runs there. */
  public static final class Isolated {
    private Isolated() {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Everything {}

    /** Starts an application with all auto-configurations there are, and returns one answer. */
    public static Double answer(String directory) {
      SpringApplication spring = new SpringApplication(Everything.class);
      spring.setWebApplicationType(WebApplicationType.NONE);
      spring.setBannerMode(Banner.Mode.OFF);
      spring.setRegisterShutdownHook(false);
      try (ConfigurableApplicationContext context =
          spring.run(
              "--mlops.registry.directory=" + directory,
              "--mlops.predictors.delay.row-type=" + Flight.class.getName())) {
        return ask(context.getBean("delay"));
      }
    }

    @SuppressWarnings("unchecked")
    private static Double ask(Object predictor) {
      return ((Predictor<Flight, Double>) predictor).predict(Flight.ONE);
    }
  }

  /** Loads the row type itself and leaves everything else to its parent, as a restart does. */
  private static final class Restarted extends ClassLoader {
    private final byte[] row;

    Restarted(Class<?> type) throws IOException {
      super(type.getClassLoader());
      String file = type.getName().replace('.', '/') + ".class";
      try (InputStream in = type.getClassLoader().getResourceAsStream(file)) {
        row = java.util.Objects.requireNonNull(in).readAllBytes();
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Flight.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? defineClass(name, row, 0, row.length) : loaded;
      }
    }
  }

  @Test
  void predictor_rowOfARestartClassLoader_answersAsBefore() throws Exception {
    Models.promote(directory, "delay", Models.trees());
    List<Double> answers = new ArrayList<>();
    runner(Flight.class.getName())
        .run(context -> answers.add(Isolated.ask(context.getBean("delay"))));
    Restarted restarted = new Restarted(Flight.class);
    Class<?> again = restarted.loadClass(Flight.class.getName());
    assertThat(again).isNotEqualTo(Flight.class);
    var constructor =
        again.getDeclaredConstructor(
            String.class, String.class, double.class, int.class, int.class);
    constructor.setAccessible(true);
    Object row = constructor.newInstance("ORD", "LGA", 733.0, 17, 5);
    runner(Flight.class.getName())
        .withClassLoader(restarted)
        .run(context -> answers.add(ask(context.getBean("delay"), row)));
    assertThat(answers).hasSize(2);
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
  }

  @SuppressWarnings("unchecked")
  private static Double ask(Object predictor, Object row) {
    return ((Predictor<Object, Double>) predictor).predict(row);
  }
}
