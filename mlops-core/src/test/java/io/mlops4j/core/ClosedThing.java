package io.mlops4j.core;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something closeable, with a call of each of its public methods and what the call does once it is
 * closed: it works (it reads, or counts what it does not take), or it is refused.
 */
public final class ClosedThing<T extends AutoCloseable> {

  /** A call of a method. */
  public interface Work<T> {
    void on(T thing) throws Exception;
  }

  /** One public method of one thing. */
  public record Call<T extends AutoCloseable>(
      ClosedThing<T> of, String method, Work<T> work, boolean refused) {

    /** What it throws when open: the control. */
    public @Nullable Throwable whileOpen() throws Exception {
      T thing = of.open.get();
      try {
        return thrown(thing);
      } finally {
        thing.close();
      }
    }

    /** What it throws after close, closed a number of times. */
    public @Nullable Throwable afterClose(int times) throws Exception {
      T thing = of.open.get();
      for (int i = 0; i < times; i++) {
        thing.close();
      }
      return thrown(thing);
    }

    private @Nullable Throwable thrown(T thing) {
      try {
        work.on(thing);
        return null;
      } catch (Exception e) {
        return e;
      }
    }

    /** What the refusal has to name. */
    public String name() {
      return of.name;
    }

    @Override
    public String toString() {
      return of.type.getSimpleName() + "." + method + " of " + of.name;
    }
  }

  private final Class<? super T> type;
  private final String name;
  private final Supplier<T> open;
  private final List<Call<T>> calls = new ArrayList<>();

  /** Describes something: its public type, the name that its refusals say, and how it is made. */
  public ClosedThing(Class<? super T> type, String name, Supplier<T> open) {
    this.type = type;
    this.name = name;
    this.open = open;
  }

  /** A method that works after close, too. */
  public ClosedThing<T> works(String method, Work<T> work) {
    calls.add(new Call<>(this, method, work, false));
    return this;
  }

  /** A method that is refused after close. */
  public ClosedThing<T> refuses(String method, Work<T> work) {
    calls.add(new Call<>(this, method, work, true));
    return this;
  }

  /** The calls. */
  public Stream<Call<T>> calls() {
    return calls.stream();
  }

  /** Each called method, as "Type.method". */
  public static Set<String> called(List<ClosedThing<?>> things) {
    return things.stream()
        .flatMap(
            thing -> thing.calls.stream().map(c -> thing.type.getSimpleName() + "." + c.method))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Each public method, but close, of each public type that can be closed in the module of a class,
   * as "Type.method".
   */
  public static Set<String> methods(Class<?> anchor)
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = classes.relativize(file).toString();
        if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
          Class<?> type = Class.forName(name.replace(".class", "").replace('/', '.'));
          if (AutoCloseable.class.isAssignableFrom(type)
              && Modifier.isPublic(type.getModifiers())) {
            Stream.of(type.getMethods())
                .filter(m -> m.getDeclaringClass() != Object.class && !m.isSynthetic())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.getName().equals("close"))
                .forEach(m -> found.add(type.getSimpleName() + "." + m.getName()));
          }
        }
      }
    }
    return found;
  }
}
