package io.mlops4j.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Parameters' names in the class files. A model checker that ran in this JVM before has changed the
 * classes it used, and what the JVM knows of their parameters has no names any more.
 */
final class ParameterNames extends ClassVisitor {
  private final Executable of;
  private final List<String> names = new ArrayList<>();

  private ParameterNames(Executable of) {
    super(Opcodes.ASM9);
    this.of = of;
  }

  static List<String> of(Executable one) {
    Class<?> type = one.getDeclaringClass();
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    ParameterNames found = new ParameterNames(one);
    try (InputStream bytes = type.getResourceAsStream(file)) {
      new ClassReader(Objects.requireNonNull(bytes, file)).accept(found, ClassReader.SKIP_CODE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.names;
  }

  @Override
  public @Nullable MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    boolean same =
        of instanceof Method method
            ? name.equals(method.getName()) && descriptor.equals(Type.getMethodDescriptor(method))
            : name.equals("<init>")
                && descriptor.equals(Type.getConstructorDescriptor((Constructor<?>) of));
    if (!same) {
      return null;
    }
    return new MethodVisitor(Opcodes.ASM9) {
      @Override
      public void visitParameter(String parameter, int flags) {
        names.add(parameter);
      }
    };
  }
}
