package io.mlops4j.spring;

import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * The application's beans that are meant for one predictor: their generic type fits, and if they
 * carry a {@code @Qualifier}, it names this predictor.
 */
record FittingBeans(ConfigurableListableBeanFactory beans, String predictor) {

  /** Returns the beans whose type fits, in order. The caller's type is that of the generics. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  <T> List<T> all(Class<?> type, Class<?>... generics) {
    ResolvableType wanted = ResolvableType.forClassWithGenerics(type, generics);
    List<Object> found = new ArrayList<>();
    for (String name : beans.getBeanNamesForType(wanted)) {
      if (isMeant(name)) {
        found.add(beans.getBean(name));
      }
    }
    AnnotationAwareOrderComparator.sort(found);
    return (List<T>) found;
  }

  private boolean isMeant(String bean) {
    Qualifier qualifier = beans.findAnnotationOnBean(bean, Qualifier.class);
    if (bean.equals(predictor + "Drift") || bean.equals(predictor + "Rollout")) {
      return true;
    }
    boolean another = (bean.endsWith("Drift") || bean.endsWith("Rollout")) && isMade(bean);
    return !another && (qualifier == null || qualifier.value().equals(predictor));
  }

  /** Whether properties asked for it: then it belongs to the predictor it is named after. */
  private boolean isMade(String bean) {
    return beans.containsBeanDefinition(bean)
        && MlopsBeans.ORIGIN.equals(beans.getBeanDefinition(bean).getResourceDescription());
  }

  /** Returns the bean that a property names. The caller's type is that of {@code type}. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  <T> T named(String bean, ResolvableType type, String property) {
    if (beans.containsBean(bean) && beans.isTypeMatch(bean, type)) {
      return (T) beans.getBean(bean);
    }
    String there =
        beans.containsBean(bean)
            ? "the bean '" + bean + "' is not a " + PredictorTypes.text(type)
            : "there is no bean '" + bean + "'";
    List<String> fitting = List.of(beans.getBeanNamesForType(type));
    throw new StartException(
        property
            + ": "
            + there
            + ". Beans of type "
            + PredictorTypes.text(type)
            + ": "
            + (fitting.isEmpty() ? "none" : String.join(", ", fitting))
            + ".",
        "Declare a @Bean " + PredictorTypes.text(type) + " " + bean + "().");
  }
}
