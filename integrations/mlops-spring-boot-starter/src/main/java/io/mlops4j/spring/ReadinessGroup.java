package io.mlops4j.spring;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/**
 * Adds the predictors to the readiness group, so that an instance without a version gets no
 * traffic. Needs no property, and leaves every other group, liveness above all, as it is.
 */
final class ReadinessGroup implements HealthEndpointGroupsPostProcessor {
  private static final String READINESS = "readiness";

  @Override
  public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
    return new WithPredictors(groups);
  }

  private static final class WithPredictors implements HealthEndpointGroups {
    private final HealthEndpointGroups groups;

    WithPredictors(HealthEndpointGroups groups) {
      this.groups = groups;
    }

    @Override
    public HealthEndpointGroup getPrimary() {
      return groups.getPrimary();
    }

    @Override
    public Set<String> getNames() {
      return groups.getNames();
    }

    @Override
    public @Nullable HealthEndpointGroup get(String name) {
      HealthEndpointGroup group = groups.get(name);
      return group == null || !name.equals(READINESS) ? group : new Readiness(group);
    }

    // The default methods look groups up through get(name), so that a path such as /readyz, too,
    // leads to the group with the predictors in it.

    @Override
    public @Nullable HealthEndpointGroup get(AdditionalHealthEndpointPath path) {
      return HealthEndpointGroups.super.get(path);
    }

    @Override
    public Set<HealthEndpointGroup> getAllWithAdditionalPath(WebServerNamespace namespace) {
      return HealthEndpointGroups.super.getAllWithAdditionalPath(namespace);
    }
  }

  private static final class Readiness implements HealthEndpointGroup {
    private final HealthEndpointGroup group;

    Readiness(HealthEndpointGroup group) {
      this.group = group;
    }

    @Override
    public boolean isMember(String name) {
      return name.equals(MlopsHealthAutoConfiguration.CONTRIBUTOR) || group.isMember(name);
    }

    @Override
    public boolean showComponents(SecurityContext context) {
      return group.showComponents(context);
    }

    @Override
    public boolean showDetails(SecurityContext context) {
      return group.showDetails(context);
    }

    @Override
    public StatusAggregator getStatusAggregator() {
      return group.getStatusAggregator();
    }

    @Override
    public HttpCodeStatusMapper getHttpCodeStatusMapper() {
      return group.getHttpCodeStatusMapper();
    }

    @Override
    public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
      return group.getAdditionalPath();
    }
  }
}
