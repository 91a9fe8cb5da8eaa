package io.mlops4j.serving;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import io.mlops4j.serving.TrialFailedException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. What may go wrong here goes wrong in another process, so this class trusts nothing
 * of it but two facts: how the process ended, and a file that it writes last. Passed means both: the
 * exit code and the file. Neither alone would do: native code may call exit(0), and a process may
 * crash after it has written.
 *
 * The child's standard input is a pipe into which nothing is written. Its end tells the child that
 * this process is gone, however that came about: the child then removes the directory and ends. So
 * a trial needs no shutdown hook.
 */

/** One child JVM: its private directory, its start, its end, and what it said. Used once. */
final class TrialProcess {
  private static final Logger LOG = LoggerFactory.getLogger(TrialProcess.class);

  /**
   * How many children run at once, whoever tries versions: state that must be global because the
   * machine's memory is. With one place, a model that hangs would delay all others; many at once
   * would be a service that starts with fifty models.
   */
  private static final Semaphore PLACES = new Semaphore(2, true);

  private static final long LOOK_MILLIS = 50;
  private static final long END_SECONDS = 5;

  /** What a child gets of the environment: nothing that could be a secret. */
  private static final Set<String> KEPT =
      Set.of(
          "PATH",
          "LD_LIBRARY_PATH",
          "DYLD_LIBRARY_PATH",
          "LANG",
          "LC_ALL",
          "TZ",
          "SYSTEMROOT",
          "CUDA_VISIBLE_DEVICES",
          "NVIDIA_VISIBLE_DEVICES");

  private final TrialCommand command;
  private final TrialRequest request;
  private final ModelArtifact artifact;
  private final Object lock = new Object();
  private @Nullable Process process;
  private volatile boolean cancelled;

  /**
   * How a child ended.
   *
   * @param code its exit code, 128 and the signal's number if it was ended by one
   * @param late whether it was killed at the limit
   * @param crashed whether its JVM wrote a crash report, as it does after a signal of native code;
   *     without core dumps it ends with code 1 then
   * @param answer what it wrote last, if it came that far
   * @param said the last lines of its output
   * @param took from its start to its end
   */
  record Ended(
      int code,
      boolean late,
      boolean crashed,
      Optional<TrialWire.Answer> answer,
      String said,
      Duration took) {}

  TrialProcess(TrialCommand command, TrialRequest request, ModelArtifact artifact) {
    this.command = command;
    this.request = request;
    this.artifact = artifact;
  }

  /**
   * Runs the child to its end and leaves nothing behind.
   *
   * @throws TrialFailedException if it cannot be started, or was cancelled
   */
  Ended run() {
    TrialDirectory directory = null;
    boolean placed = false;
    try {
      while (!placed) {
        requireWanted();
        placed = PLACES.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      directory = command.newDirectory();
      lay(directory);
      return watched(directory);
    } catch (IOException e) {
      throw failed(
          Reason.NOT_STARTED,
          "could not be tried: " + Text.printable(String.valueOf(e.getMessage()), 300) + ".",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(Reason.CANCELLED, "was not tried to the end: the thread was interrupted.", e);
    } finally {
      end();
      if (directory != null && !directory.delete()) {
        LOG.warn("A trial run's private directory cannot be removed: {}", directory.root());
      }
      if (placed) {
        PLACES.release();
      }
    }
  }

  /** Kills the child, or keeps it from being started. From any thread, any number of times. */
  void cancel() {
    cancelled = true;
    synchronized (lock) {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }

  private void requireWanted() {
    if (cancelled) {
      throw failed(Reason.CANCELLED, "was not tried to the end: its predictor was closed.", null);
    }
  }

  private TrialFailedException failed(Reason reason, String what, @Nullable Throwable cause) {
    return new TrialFailedException(
        request.version(), reason, "Version '" + request.version() + "' " + what, cause);
  }

  /** Writes what the child reads. A file's name is data, never a path. */
  void lay(TrialDirectory directory) throws IOException {
    Path files = Files.createDirectory(directory.files());
    Files.createDirectory(directory.temporary());
    for (String name : request.files()) {
      if (!ObjectStore.KEY_PART.matcher(name).matches()) {
        throw new IOException("a file is called " + Text.printable(name, 64));
      }
      try (InputStream in = artifact.open(name)) {
        Files.copy(in, files.resolve(name));
      }
    }
    TrialWire.write(directory.request(), request);
  }

  private Ended watched(TrialDirectory directory) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process child = start(directory);
    Tail tail = new Tail(child.getInputStream());
    Thread reader = Threads.named(request.version().model(), "trial").newThread(tail);
    reader.start();
    boolean late = !child.waitFor(Deadline.nanos(command.limit()), TimeUnit.NANOSECONDS);
    if (late) {
      child.destroyForcibly();
    }
    // A process may outlive even a kill for a while, inside a driver; nobody waits for that.
    boolean ended = child.waitFor(END_SECONDS, TimeUnit.SECONDS);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    requireWanted();
    reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
    return new Ended(
        ended ? child.exitValue() : -1,
        late,
        Files.exists(directory.crash()),
        TrialWire.answer(directory.answer()),
        tail.lastLines(),
        took);
  }

  private Process start(TrialDirectory directory) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command.line(directory))
            .directory(directory.root().toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> !KEPT.contains(name.toUpperCase(Locale.ROOT)));
    synchronized (lock) {
      requireWanted();
      process = builder.start();
      return process;
    }
  }

  /** Kills what may still run and waits for it: until then it may write into the directory. */
  private void end() {
    Process child;
    synchronized (lock) {
      child = process;
    }
    if (child == null) {
      return;
    }
    child.destroyForcibly();
    boolean interrupted = false;
    while (true) {
      try {
        child.waitFor(END_SECONDS, TimeUnit.SECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      child.getInputStream().close();
      child.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("A trial run's pipe could not be closed", e);
    }
  }

  /** Reads all a child says, so that it is never held up by it, and keeps the last of it. */
  private static final class Tail implements Runnable {
    private static final int MOST = 4_096;
    private static final int MOST_LINES = 12;
    private static final int MOST_OF_A_LINE = 160;

    /** What a JVM that crashes says besides where it did. */
    private static final List<String> FRAME =
        List.of(
            "A fatal error has been",
            "JRE version:",
            "Java VM:",
            "CreateCoredumpOnCrash",
            "An error report file",
            "If you would like to submit",
            "The crash happened outside",
            "See problematic frame",
            "https://",
            "/",
            "SLF4J");

    private final InputStream in;
    private byte[] kept = {};

    Tail(InputStream in) {
      this.in = in;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[MOST];
      try {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          keep(buffer, n);
        }
      } catch (IOException closed) {
        // It ended; what was read before is what there is.
      }
    }

    private synchronized void keep(byte[] buffer, int n) {
      int old = Math.min(kept.length, MOST - n);
      byte[] next = new byte[old + n];
      System.arraycopy(kept, kept.length - old, next, 0, old);
      System.arraycopy(buffer, 0, next, old, n);
      kept = next;
    }

    /** One line of text, printable; without the frame a JVM draws around its last words. */
    synchronized String lastLines() {
      List<String> lines =
          new String(kept, java.nio.charset.StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replaceFirst("^#", "").strip())
              .filter(line -> !line.isEmpty() && !isFrame(line))
              .map(line -> Text.printable(line, MOST_OF_A_LINE))
              .toList();
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()));
    }

    private static boolean isFrame(String line) {
      return FRAME.stream().anyMatch(line::startsWith);
    }
  }
}
