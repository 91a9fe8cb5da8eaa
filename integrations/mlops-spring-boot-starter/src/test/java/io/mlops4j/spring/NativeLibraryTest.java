package io.mlops4j.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.serving.Predictor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;

/** What is said when ONNX Runtime's native library cannot be loaded. */
@Timeout(300)
class NativeLibraryTest {
  @TempDir Path directory;

  private static StartException of(LinkageError e) {
    return Diagnosis.ofNative("delay", e);
  }

  @Test
  void link_temporaryFilesAreNoexec_tellsToMoveThem() {
    StartException failure =
        of(
            new UnsatisfiedLinkError(
                "/tmp/onnxruntime-java1/libonnxruntime.so:"
                    + " /tmp/onnxruntime-java1/libonnxruntime.so: failed to map segment from shared"
                    + " object"));
    assertThat(failure.description())
        .contains("which predictor 'delay' needs", "is mounted noexec");
    assertThat(failure.action()).contains("-Djava.io.tmpdir=", "-Donnxruntime.native.path=");
  }

  @Test
  void link_musl_tellsToUseGlibc() {
    for (String said :
        List.of(
            "/tmp/onnxruntime-java1/libonnxruntime.so: Error loading shared library"
                + " ld-linux-x86-64.so.2: No such file or directory (needed by libonnxruntime.so)",
            "/tmp/onnxruntime-java1/libonnxruntime.so: Error relocating libonnxruntime.so:"
                + " __vsnprintf_chk: symbol not found")) {
      StartException failure = of(new UnsatisfiedLinkError(said));
      assertThat(failure.description()).contains("It is built for glibc", "musl (Alpine)");
      assertThat(failure.action()).contains("Debian or Ubuntu based JRE");
    }
  }

  @Test
  void link_readOnlyTemporaryFiles_tellsToMountAVolume() {
    StartException failure =
        of(
            new ExceptionInInitializerError(
                new RuntimeException(
                    "Failed to load onnx-runtime library",
                    new java.nio.file.FileSystemException(
                        "/tmp/onnxruntime-java1", null, "Read-only file system"))));
    assertThat(failure.description()).contains("Read-only file system", "could not be unpacked");
    assertThat(failure.action()).contains("an emptyDir", "-Djava.io.tmpdir=");
  }

  @Test
  void link_anythingElse_listsWhatIsNeeded() {
    StartException failure =
        of(new NoClassDefFoundError("Could not initialize class ai.onnxruntime.OrtEnvironment"));
    assertThat(failure.action()).contains("glibc", "noexec", "-Donnxruntime.native.path=");
  }

  /** Run in a JVM of its own, because what is loaded stays loaded. */
  @Test
  void start_directoryOfTemporaryFilesIsMissing_saysSo() throws Exception {
    Models.promote(directory.resolve("models"), "delay", Models.network());
    Path missing = directory.resolve("not-there");
    String output = run("-Djava.io.tmpdir=" + missing);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("The native library of ONNX Runtime cannot be loaded")
        .contains("It could not be unpacked into the directory for temporary files.")
        .contains("Set -Djava.io.tmpdir=<a writable directory with 60 MB free>");
    assertThat(run("-Djava.io.tmpdir=" + directory)).contains("answered ").doesNotContain("FAILED");
  }

  private String run(String option) throws IOException, InterruptedException {
    Path log = directory.resolve("output.log");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dorg.slf4j.simpleLogger.log.org.springframework=error",
                    option,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Program.class.getName(),
                    directory.resolve("models").toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  /** What runs there. */
  public static final class Program {
    private Program() {}

    /** Starts an application and prints one answer. */
    @SuppressWarnings({"unchecked", "SystemOut"})
    public static void main(String[] arguments) {
      SpringApplication spring = new SpringApplication(FailureAnalysisTest.App.class);
      spring.setWebApplicationType(org.springframework.boot.WebApplicationType.NONE);
      try (var context =
          spring.run(
              "--mlops.registry.directory=" + new File(arguments[0]),
              "--mlops.predictors.delay.row-type=" + Flight.class.getName())) {
        Predictor<Flight, Double> delay = context.getBean("delay", Predictor.class);
        System.out.println(
            "answered " + delay.predict(Flight.ONE) + " " + Schema.of(Flight.class).size());
      }
    }
  }
}
