package io.mlops4j.junit;

import io.mlops4j.serving.OnnxModel;
import java.lang.reflect.AnnotatedElement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Makes a {@link TestScope} where one is first asked for: in the context of a test, or of a class.
 * A store looks into those of its parents, so a test finds what its class has; the scope is closed
 * with the context it was made in.
 */
final class MlopsExtension
    implements ParameterResolver,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        TestExecutionExceptionHandler {
  private static final Namespace OURS = Namespace.create(MlopsExtension.class);
  private static final String SEED = "mlops4j.junit.seed";
  private static final String SESSIONS = "sessions";
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return TestScope.has(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getStore(OURS)
        .getOrComputeIfAbsent(TestScope.class, key -> newScope(context), TestScope.class)
        .of(parameter.getParameter().getType());
  }

  private static TestScope newScope(ExtensionContext context) {
    Optional<MlopsTest> settings = settings(context);
    String start = settings.map(MlopsTest::startingAt).orElse("2026-01-01T00:00:00Z");
    try {
      return new TestScope(
          context.getUniqueId(),
          new Seed(seed(context, settings.map(MlopsTest::seed).orElse(0L))),
          Instant.parse(start));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "startingAt: \"" + start + "\" (expected: ISO 8601, such as 2026-01-01T00:00:00Z)", e);
    }
  }

  /** The nearest annotation counts: the method's, its class's, an enclosing class's. */
  private static Optional<MlopsTest> settings(ExtensionContext context) {
    for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
      Optional<AnnotatedElement> element = at.getElement();
      Optional<MlopsTest> found = AnnotationSupport.findAnnotation(element, MlopsTest.class);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static long seed(ExtensionContext context, long annotated) {
    Optional<String> configured = context.getConfigurationParameter(SEED);
    if (configured.isPresent()) {
      try {
        return Long.parseLong(configured.get().strip());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            SEED + ": \"" + configured.get() + "\" (expected: a whole number)", e);
      }
    }
    if (annotated != 0) {
      return annotated;
    }
    CRC32C hash = new CRC32C();
    hash.update(context.getUniqueId().getBytes(StandardCharsets.UTF_8));
    return hash.getValue() + 1;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(OURS).put(SESSIONS, sessions(context));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> open = close(context);
    int before = context.getStore(OURS).getOrDefault(SESSIONS, Integer.class, 0);
    int left = sessions(context) - before;
    if (left > 0) {
      open.add(left + " ONNX sessions (open what tests share in @BeforeAll)");
    }
    require(context, open);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    require(context, close(context));
  }

  /** What the context's own scope has left open. */
  private static List<String> close(ExtensionContext context) {
    TestScope scope = scope(context);
    return scope == null || !scope.owner().equals(context.getUniqueId())
        ? new ArrayList<>()
        : scope.close();
  }

  private static void require(ExtensionContext context, List<String> open) {
    if (!open.isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError(
          context.getDisplayName()
              + " left open: "
              + String.join("; ", open)
              + ". Close predictors, monitors and models, best with try (…).");
    }
  }

  private static @Nullable TestScope scope(ExtensionContext context) {
    return context.getStore(OURS).get(TestScope.class, TestScope.class);
  }

  /** Sessions open now; always 0 where other tests may open some meanwhile. */
  private static int sessions(ExtensionContext context) {
    if (context.getConfigurationParameter(PARALLEL).filter(Boolean::parseBoolean).isPresent()) {
      return 0;
    }
    try {
      return OnnxModel.openSessions();
    } catch (LinkageError e) {
      return 0; // ONNX Runtime was left out.
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    TestScope scope = scope(context);
    if (scope != null && scope.seedUsed()) {
      thrown.addSuppressed(new SeedNote(scope.seed()));
    }
    throw thrown;
  }

  /** Stands below a failure's stack trace. */
  private static final class SeedNote extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SeedNote(Seed seed) {
      super(
          "The test's seed was "
              + seed.value()
              + ". Repeat it anywhere with @MlopsTest(seed = "
              + seed.value()
              + "L); try others with -D"
              + SEED
              + "=…",
          null,
          false,
          false);
    }
  }
}
