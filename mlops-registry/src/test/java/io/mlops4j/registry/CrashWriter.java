package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A child process that registers versions until it is killed, and says on its standard output which
 * it may rely on: {@code number answer} a line. Arguments: directory, seed, number of versions (0:
 * without end), {@code sound}, {@code broken}, {@code threads} or {@code champion}.
 */
final class CrashWriter {
  private CrashWriter() {}

  static final String MODEL = "delay";

  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[2]);
    boolean broken = arguments[3].equals("broken");
    PrintStream out = System.out;
    ObjectStore store = broken ? new BrokenStore(directory) : ObjectStores.directory(directory);
    RegisteredModel<String, String> model =
        ModelRegistry.on(store, RegistryOptions.withDefaults()).model(MODEL, Models.LOADER);
    if (arguments[3].equals("champion")) {
      Models.champion(model, arguments[1], 0.7);
      return;
    }
    if (arguments[3].equals("threads")) {
      eightThreads(directory, arguments[1], count);
      return;
    }
    for (int i = 0; count == 0 || i < count; i++) {
      String answer = arguments[1] + "-" + i + "-" + "x".repeat(i % 7 * 1000);
      if (broken) {
        // Says so before it is so.
        out.println(model.versions().size() + 1 + " " + answer);
        out.flush();
      }
      int number = model.register(Models.constant(answer), Lineage.unknown()).number();
      if (!broken) {
        out.println(number + " " + answer);
        out.flush();
      }
    }
  }

  private static void eightThreads(Path directory, String seed, int count) {
    List<Thread> threads = new java.util.ArrayList<>();
    ModelRegistry registry = ModelRegistry.open(directory);
    for (int t = 0; t < 8; t++) {
      String name = seed + "-t" + t + "-";
      threads.add(
          new Thread(
              () -> {
                RegisteredModel<String, String> model = registry.model(MODEL, Models.LOADER);
                for (int i = 0; i < count; i++) {
                  String answer = name + i;
                  int number = model.register(Models.constant(answer), Lineage.unknown()).number();
                  System.out.println(number + " " + answer);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    registry.close();
  }

  /** What the commit protocol is there to avoid: writes objects in place, piece by piece. */
  private static final class BrokenStore implements ObjectStore {
    private final Path root;
    private final ObjectStore sound;

    BrokenStore(Path root) {
      this.root = root;
      this.sound = DirectoryObjectStore.open(root, new Disk(), Time.system());
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      Path file = root.resolve(key);
      try {
        if (Files.exists(file)) {
          return false;
        }
        Files.createDirectories(file.getParent());
        byte[] sealed = key.startsWith("blobs/") ? value : Seal.seal(value);
        try (var stream = Files.newOutputStream(file)) {
          for (byte b : sealed) {
            stream.write(b);
          }
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Optional<byte[]> get(String key) {
      return sound.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return sound.list(prefix);
    }
  }
}
