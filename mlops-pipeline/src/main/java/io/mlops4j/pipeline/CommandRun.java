package io.mlops4j.pipeline;

import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that runs, its two readers, and its end. */
final class CommandRun {
  private static final int ROUNDS = 5;
  private static final long DRAIN_SECONDS = 5;

  private CommandRun() {}

  static CommandResult run(Command command, String step) throws InterruptedException {
    long began = System.nanoTime();
    Process process = start(command, step);
    Tail output = Tail.of(process.getInputStream(), command.maxOutput(), step + " output");
    Tail errors = Tail.of(process.getErrorStream(), command.maxOutput(), step + " errors");
    int code;
    try {
      code = process.waitFor();
      output.await();
      errors.await();
    } catch (InterruptedException e) {
      kill(process.toHandle());
      process.waitFor(DRAIN_SECONDS, TimeUnit.SECONDS);
      throw e;
    } finally {
      output.close();
      errors.close();
    }
    if (code != 0) {
      throw new PipelineException(
          "Command "
              + command.executable()
              + " of step '"
              + step
              + "' ended with code "
              + code
              + ". Its last words: "
              + lastLine(errors.text().isBlank() ? output.text() : errors.text()));
    }
    return new CommandResult(
        output.text(),
        errors.text(),
        output.total(),
        errors.total(),
        Duration.ofNanos(System.nanoTime() - began));
  }

  private static Process start(Command command, String step) {
    List<String> line = new ArrayList<>();
    line.add(command.executable().toString());
    line.addAll(command.arguments());
    ProcessBuilder builder = new ProcessBuilder(line).directory(command.directory().toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(command.environment());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new PipelineException(
          "Command "
              + command.executable()
              + " of step '"
              + step
              + "' cannot be started: "
              + Text.printable(String.valueOf(e.getMessage()), 300),
          e);
    }
  }

  /**
   * Kills children before their parents, because an orphan is nobody's child any more; and again,
   * because a parent may have begun another meanwhile.
   */
  private static void kill(ProcessHandle process) {
    for (int round = 0; round < ROUNDS; round++) {
      List<ProcessHandle> children = new ArrayList<>(process.descendants().toList());
      if (children.isEmpty()) {
        break;
      }
      Collections.reverse(children);
      children.forEach(ProcessHandle::destroyForcibly);
    }
    List<ProcessHandle> last = process.descendants().toList();
    process.destroyForcibly();
    last.forEach(ProcessHandle::destroyForcibly);
  }

  private static String lastLine(String text) {
    String[] lines = text.strip().split("\\R");
    String last = lines[lines.length - 1];
    return last.isEmpty() ? "(none)" : Text.printable(last, 500);
  }

  /** Reads a stream to its end and keeps the last of it. */
  private static final class Tail {
    private final InputStream in;
    private final byte[] ring;
    private final Thread reader;
    private long total;

    private Tail(InputStream in, int most, String name) {
      this.in = in;
      this.ring = new byte[most];
      this.reader = new Thread(this::read, "step " + name);
      this.reader.setDaemon(true);
    }

    static Tail of(InputStream in, int most, String name) {
      Tail tail = new Tail(in, most, name);
      tail.reader.start();
      return tail;
    }

    private void read() {
      byte[] buffer = new byte[8192];
      try {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          keep(buffer, n);
        }
      } catch (IOException closed) {
        // The process is gone; what was read before is what there is.
      }
    }

    private synchronized void keep(byte[] bytes, int length) {
      for (int i = Math.max(0, length - ring.length); i < length; i++) {
        ring[(int) ((total + i) % ring.length)] = bytes[i];
      }
      total += length;
    }

    /** A child that lives on may hold the stream open; it is not waited for. */
    void await() throws InterruptedException {
      reader.join(TimeUnit.SECONDS.toMillis(DRAIN_SECONDS));
    }

    void close() {
      try {
        in.close();
      } catch (IOException e) {
        // Nobody reads it any more.
      }
    }

    synchronized long total() {
      return total;
    }

    synchronized String text() {
      int length = (int) Math.min(total, ring.length);
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = ring[(int) ((total - length + i) % ring.length)];
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
