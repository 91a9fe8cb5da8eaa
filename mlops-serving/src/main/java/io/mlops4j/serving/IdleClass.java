package io.mlops4j.serving;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux's idle class ({@code SCHED_IDLE}, sched(7)), for a thread that must not hold up requests.
 *
 * <p>A low priority is not enough: the kernel lets whoever runs finish a slice of some 3 ms, and a
 * request that wakes up on that core waits for it. A thread of the idle class is put off at once.
 * Without privileges it cannot leave the class again, and threads it makes are born into it: so it
 * must be a thread of its own, which makes none. While all cores are busy it hardly runs; {@link
 * #times()} shows that.
 *
 * <p>From JDK 22 on, where the JVM allows native access, the C library is asked; else {@code chrt}
 * of util-linux, one short process for each thread. What the kernel says in the end counts.
 */
final class IdleClass implements Background {
  private static final Logger LOG = LoggerFactory.getLogger(IdleClass.class);
  private static final Path SELF = Path.of("/proc/thread-self");
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Path CHRT = Path.of("/usr/bin/chrt");
  private static final int SCHED_IDLE = 5;
  private static final long CHRT_SECONDS = 5;

  /** In proc(5)'s {@code stat}, fields after the name in parentheses, which is the second of 41. */
  private static final int POLICY = 38;

  private final Path schedule;

  private IdleClass(Path schedule) {
    this.schedule = schedule;
  }

  /**
   * Puts a thread into the idle class for good. Called by another one, which is not put off.
   *
   * @param thread its number in this process, see {@link #self}
   * @return how it fares there; null where that is not possible, which the log tells
   */
  static @Nullable Background enter(String thread) {
    try {
      IdleClass entered = of(thread);
      if (entered.times().ran() == 0) {
        LOG.info("Swaps load at the priority of requests: this kernel does not count waiting");
        return null;
      }
      if (!asked(thread) && Files.isExecutable(CHRT)) {
        run(thread);
      }
      if (policy(thread) == SCHED_IDLE) {
        return entered;
      }
      LOG.info(
          "Swaps load at the priority of requests, which may wait for them some ms each: there is"
              + " no {}, and the JVM was not started with --enable-native-access on JDK 22 or"
              + " later.",
          CHRT);
    } catch (IOException | SecurityException e) {
      LOG.info("Swaps load at the priority of requests: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  /** Returns the calling thread's number in this process; null where Linux does not tell. */
  static @Nullable String self() {
    try {
      return Files.isSymbolicLink(SELF)
          ? Files.readSymbolicLink(SELF).getFileName().toString()
          : null;
    } catch (IOException | SecurityException e) {
      LOG.debug("Threads have no numbers here", e);
      return null;
    }
  }

  /** Returns how a thread of this process fares. */
  static IdleClass of(String thread) {
    return new IdleClass(TASKS.resolve(thread).resolve("schedstat"));
  }

  private static void run(String thread) throws IOException, InterruptedException {
    Process chrt =
        new ProcessBuilder(List.of(CHRT.toString(), "-i", "-p", "0", thread))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!chrt.waitFor(CHRT_SECONDS, TimeUnit.SECONDS)) {
      chrt.destroyForcibly();
    }
  }

  /** Returns a thread's scheduling policy. */
  static int policy(String thread) throws IOException {
    Path file = TASKS.resolve(thread).resolve("stat");
    String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
    return Integer.parseInt(fields[POLICY]);
  }

  /**
   * Asks the C library: {@code sched_setscheduler(thread, SCHED_IDLE, &zero)}. By reflection: this
   * code is compiled for JDK 17. Returns false where that is not possible.
   */
  static boolean asked(String thread) {
    try {
      Method allowed = Module.class.getMethod("isNativeAccessEnabled");
      if (!(boolean) allowed.invoke(IdleClass.class.getModule())) {
        return false;
      }
      Class<?> linkerType = Class.forName("java.lang.foreign.Linker");
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
      Class<?> values = Class.forName("java.lang.foreign.ValueLayout");
      Class<?> descriptorType = Class.forName("java.lang.foreign.FunctionDescriptor");
      Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
      Class<?> arenaType = Class.forName("java.lang.foreign.Arena");
      Object linker = linkerType.getMethod("nativeLinker").invoke(null);
      Object library = linkerType.getMethod("defaultLookup").invoke(linker);
      Optional<?> function =
          (Optional<?>)
              Class.forName("java.lang.foreign.SymbolLookup")
                  .getMethod("find", String.class)
                  .invoke(library, "sched_setscheduler");
      if (function.isEmpty()) {
        return false;
      }
      Object number = values.getField("JAVA_INT").get(null);
      Object arguments = Array.newInstance(layout, 3);
      Array.set(arguments, 0, number);
      Array.set(arguments, 1, number);
      Array.set(arguments, 2, values.getField("ADDRESS").get(null));
      Object descriptor =
          descriptorType
              .getMethod("of", layout, arguments.getClass())
              .invoke(null, number, arguments);
      MethodHandle call =
          (MethodHandle)
              linkerType
                  .getMethod("downcallHandle", segment, descriptorType, option.arrayType())
                  .invoke(linker, function.get(), descriptor, Array.newInstance(option, 0));
      Object arena = arenaType.getMethod("global").invoke(null);
      Object zero = arenaType.getMethod("allocate", long.class, long.class).invoke(arena, 4L, 4L);
      return (int) call.invokeWithArguments(Integer.parseInt(thread), SCHED_IDLE, zero) == 0;
    } catch (Throwable e) {
      // An older JDK, or a C library that has no such function.
      LOG.debug("The C library was not asked", e);
      return false;
    }
  }

  @Override
  public Times times() {
    try {
      String[] numbers =
          Files.readString(schedule, StandardCharsets.US_ASCII).trim().split(" ", -1);
      return new Times(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    } catch (IOException | RuntimeException e) {
      return new Times(0, 0);
    }
  }
}
