package io.mlops4j.pipeline;

import io.mlops4j.core.BadValues;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls everything public of a type with null for one argument after the other, and the right value
 * for the others, and lists where nothing is said or where it is not said whose null it was.
 */
final class Nulls {
  /** Methods whose nulls Java itself has rules for. */
  private static final Set<String> LANGUAGE = Set.of("equals", "compareTo", "valueOf");

  private final Map<Class<?>, Supplier<?>> samples;
  private final Map<String, ?> named;
  private final List<String> gaps = new ArrayList<>();
  private int asked;
  private boolean extremes;

  /**
   * Begins a list.
   *
   * @param samples makes a right value of a type; interfaces that are not here are made up
   * @param named right values by the parameter's name, where any of its type will not do
   */
  Nulls(Map<Class<?>, Supplier<?>> samples, Map<String, ?> named) {
    this.samples = samples;
    this.named = named;
  }

  List<String> gaps() {
    return gaps;
  }

  int asked() {
    return asked;
  }

  void ask(Class<?> type) {
    // An exception takes whatever there is to say.
    if (!Throwable.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
      Stream.of(type.getConstructors()).forEach(each -> ask(type, each));
    }
    Stream.of(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(method -> !type.isInterface() || Modifier.isStatic(method.getModifiers()))
        .filter(method -> !LANGUAGE.contains(method.getName()))
        .forEach(each -> ask(type, each));
  }

  /** Asks for what nobody should pass, too: each is taken, or refused in a short message. */
  void askExtremes(Class<?> type) {
    extremes = true;
    ask(type);
    extremes = false;
  }

  private void askExtremes(Class<?> type, Executable called) {
    Parameter[] parameters = called.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      int at = i;
      BadValues.of(parameters[i].getType())
          .forEach(value -> taken(type, called, at, value).ifPresent(gaps::add));
    }
  }

  private Optional<String> taken(Class<?> type, Executable called, int at, Object bad) {
    asked++;
    Parameter[] parameters = called.getParameters();
    String name = parameters[at].getName();
    String where =
        type.getSimpleName()
            + "."
            + called.getName()
            + "("
            + name
            + " = "
            + Text.printable(String.valueOf(bad), 40)
            + ")";
    try {
      @Nullable Object[] arguments = new @Nullable Object[parameters.length];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = i == at ? bad : sample(parameters[i]);
      }
      call(type, called, arguments);
      return Optional.empty();
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getTargetException();
      String message = String.valueOf(thrown.getMessage());
      boolean clear =
          ((thrown instanceof IllegalArgumentException
                      && !(thrown instanceof NumberFormatException))
                  || thrown instanceof IllegalStateException
                  || thrown instanceof MlopsException
                  || thrown instanceof UnsupportedOperationException
                  || (thrown instanceof NullPointerException
                      && BadValues.holdsNull(bad)
                      && message.startsWith(name)))
              && thrown.getMessage() != null
              && message.length() <= 2_000
              && message.chars().noneMatch(c -> c < ' ' && c != '\n');
      return clear
          ? Optional.empty()
          : Optional.of(
              where + ": " + thrown.getClass().getName() + ": " + Text.printable(message, 200));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return Optional.of(where + " cannot be asked: " + e);
    }
  }

  private void ask(Class<?> type, Executable called) {
    if (extremes) {
      askExtremes(type, called);
      return;
    }
    Parameter[] parameters = called.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (!parameters[i].getType().isPrimitive()
          && !parameters[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        said(type, called, i, null).ifPresent(gaps::add);
        if (parameters[i].getType().isArray()
            && !parameters[i].getType().getComponentType().isPrimitive()) {
          Object holdsNull = Array.newInstance(parameters[i].getType().getComponentType(), 1);
          said(type, called, i, holdsNull).ifPresent(gaps::add);
        }
      }
    }
  }

  /** What is wrong with what is said of null, or of an array of one null. */
  private Optional<String> said(
      Class<?> type, Executable called, int nulled, @Nullable Object given) {
    asked++;
    Parameter[] parameters = called.getParameters();
    String name = parameters[nulled].getName();
    String where = type.getSimpleName() + "." + called.getName() + "(" + name + ")";
    try {
      @Nullable Object[] arguments = new @Nullable Object[parameters.length];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = i == nulled ? given : sample(parameters[i]);
      }
      call(type, called, arguments);
      return Optional.of(where + ": nothing is said");
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getCause();
      boolean clear =
          thrown instanceof NullPointerException
              && (name.equals(thrown.getMessage()) || called.getName().equals(thrown.getMessage()));
      return clear ? Optional.empty() : Optional.of(where + ": " + thrown);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return Optional.of(where + " cannot be asked: " + e);
    }
  }

  private void call(Class<?> type, Executable called, @Nullable Object[] arguments)
      throws ReflectiveOperationException {
    if (called instanceof Method method) {
      method.invoke(Modifier.isStatic(method.getModifiers()) ? null : sample(type), arguments);
    } else {
      ((Constructor<?>) called).newInstance(arguments);
    }
  }

  private Object sample(Parameter parameter) {
    Object special = named.get(parameter.getName());
    return special != null && wrapped(parameter.getType()).isInstance(special)
        ? special
        : sample(parameter.getType());
  }

  private static Class<?> wrapped(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  private Object sample(Class<?> type) {
    Supplier<?> known = samples.get(wrapped(type));
    if (known != null) {
      return known.get();
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 1);
      Array.set(array, 0, sample(type.getComponentType()));
      return array;
    }
    if (!type.isInterface() || type.isSealed()) {
      throw new IllegalArgumentException("no sample of " + type);
    }
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          throw new UnsupportedOperationException(type + "." + method.getName());
        });
  }
}
