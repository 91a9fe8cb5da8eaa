package io.mlops4j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class (or one test) what a model's life needs, in memory and without
 * waiting. Whatever a test, a constructor or a {@code @BeforeEach} method takes as a parameter, all
 * of one test's parameters belong together:
 *
 * <ul>
 *   <li>{@code ModelRegistry}: empty, on the store and the time below
 *   <li>{@code ObjectStore}: empty, in memory
 *   <li>{@code VirtualTime}, or {@code Time}: stands until the test moves it
 *   <li>{@link Seed}: the same each time the test runs; a failure names it
 *   <li>{@link ScriptedSource}: a new one for each parameter
 * </ul>
 *
 * <p>What a {@code @BeforeAll} method takes, or a constructor under
 * {@code @TestInstance(PER_CLASS)}, is shared by all tests of the class, nested ones included.
 *
 * <p>Afterwards everything is closed, and a test that has passed fails if it left something open: a
 * model loaded from an injected {@link ScriptedSource}, a predictor or monitor that still follows
 * it, or an ONNX session. Sessions belong to the process and are not looked at while JUnit runs
 * tests in parallel.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MlopsExtension.class)
public @interface MlopsTest {
  /**
   * Returns the seed. The configuration parameter {@code mlops4j.junit.seed} overrules it.
   *
   * @return 0 to derive one from the test's name
   */
  long seed() default 0;

  /**
   * Returns where virtual time begins.
   *
   * @return an instant in ISO 8601; the default is a Thursday
   */
  String startingAt() default "2026-01-01T00:00:00Z";
}
