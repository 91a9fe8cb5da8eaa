package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.registry.Lineage.WorkTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What git says about a work tree, as long as its patience lasts. Runs with no hooks, monitors,
 * external differs or text converters, takes no locks, writes nothing.
 */
final class GitProcess {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int BUFFER_BYTES = 1 << 16;
  private static final List<String> GIT =
      List.of(
          "git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true");

  private final Path top;
  private final long deadline;

  GitProcess(Path top, Duration patience) {
    this.top = top;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /** With the commit that files tell, or git itself; empty if nobody knows it. */
  Optional<Lineage.Code> code(Optional<String> fromFiles) {
    Optional<String> commit = fromFiles.or(this::head);
    return commit.map(known -> changes().with(known));
  }

  private Optional<String> head() {
    StringBuilder text = new StringBuilder();
    boolean done =
        run(
            List.of("rev-parse", "--verify", "HEAD"),
            bytes -> text.append(new String(bytes, StandardCharsets.US_ASCII)));
    String commit = text.toString().strip();
    return done && COMMIT.matcher(commit).matches() ? Optional.of(commit) : Optional.empty();
  }

  private record Changes(WorkTree workTree, Optional<String> diff) {
    Lineage.Code with(String commit) {
      return new Lineage.Code(commit, workTree, diff, Lineage.UNKNOWN);
    }
  }

  /** The difference to the commit, and the names and contents of new files. */
  private Changes changes() {
    MessageDigest digest = Digests.sha256();
    long[] length = {0};
    Consumer<byte[]> count =
        bytes -> {
          digest.update(bytes);
          length[0] += bytes.length;
        };
    boolean known =
        run(
                List.of(
                    "diff",
                    "--no-ext-diff",
                    "--no-textconv",
                    "--binary",
                    "--full-index",
                    "HEAD",
                    "--"),
                count)
            && untracked(count);
    if (!known) {
      return new Changes(WorkTree.UNKNOWN, Optional.empty());
    }
    return length[0] == 0
        ? new Changes(WorkTree.CLEAN, Optional.empty())
        : new Changes(WorkTree.DIRTY, Optional.of(Digests.hex(digest.digest())));
  }

  private boolean untracked(Consumer<byte[]> count) {
    StringBuilder names = new StringBuilder();
    boolean done =
        run(
            List.of("ls-files", "--others", "--exclude-standard", "-z"),
            bytes -> names.append(new String(bytes, StandardCharsets.ISO_8859_1)));
    if (!done || names.length() == 0) {
      return done;
    }
    count.accept(names.toString().getBytes(StandardCharsets.ISO_8859_1));
    for (String name : names.toString().split("\0", -1)) {
      if (!name.isEmpty() && !content(name, count)) {
        return false;
      }
    }
    return true;
  }

  private boolean content(String latin1, Consumer<byte[]> count) {
    String name = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    Path file = top.resolve(name).normalize();
    if (!file.startsWith(top) || !java.nio.file.Files.isRegularFile(file)) {
      return true; // A link or a nested repository: its name is all that counts.
    }
    try (InputStream in = java.nio.file.Files.newInputStream(file)) {
      return copy(in, count);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean run(List<String> arguments, Consumer<byte[]> output) {
    List<String> command = new ArrayList<>(GIT);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(top.toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    // A hook that started this process would point git elsewhere.
    builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
    try {
      Process process = builder.start();
      // Reading blocks; ending a process that is too slow ends its stream.
      CompletableFuture<Process> watch =
          process
              .onExit()
              .orTimeout(left(), TimeUnit.NANOSECONDS)
              .whenComplete(
                  (p, late) -> {
                    if (late != null) {
                      process.destroyForcibly();
                    }
                  });
      try (InputStream in = process.getInputStream()) {
        process.getOutputStream().close();
        boolean complete = copy(in, output);
        return process.waitFor(Math.max(1, left()), TimeUnit.NANOSECONDS)
            && complete
            && process.exitValue() == 0;
      } finally {
        watch.cancel(false);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false; // There is no git.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean copy(InputStream in, Consumer<byte[]> output) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (left() <= 0) {
        return false;
      }
      output.accept(java.util.Arrays.copyOf(buffer, n));
    }
    return true;
  }

  private long left() {
    return deadline - System.nanoTime();
  }
}
