package io.mlops4j.junit;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the runner to the test, and fails a test that does not use it. */
final class SwapStressExtension implements ParameterResolver, AfterTestExecutionCallback {
  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(SwapStressExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SwapStressRunner.class
        && parameter.getDeclaringExecutable() instanceof Method method
        && method.isAnnotationPresent(SwapStress.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return runner(context);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isEmpty() && !runner(context).used()) {
      throw new AssertionError(
          "@SwapStress "
              + context.getDisplayName()
              + " has stressed nothing. Take a SwapStressRunner as parameter and call"
              + " run(SwapStressTarget…).");
    }
  }

  private static SwapStressRunner runner(ExtensionContext context) {
    return context
        .getStore(OURS)
        .getOrComputeIfAbsent(
            SwapStressRunner.class,
            key ->
                new SwapStressRunner(
                    context.getRequiredTestMethod().getAnnotation(SwapStress.class)),
            SwapStressRunner.class);
  }
}
