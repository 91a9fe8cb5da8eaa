package io.mlops4j.spring;

import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.spring.Reports.Done;
import io.mlops4j.spring.Reports.Refused;
import io.mlops4j.spring.ServedModel.Handle;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@code /actuator/models}. Reading is all it does unless the application opens its writes with
 * {@code management.endpoint.models.access=unrestricted}; who may call them is the application's
 * security to say. Each write needs a reason, and records it with who asked.
 */
@WebEndpoint(id = "models", defaultAccess = Access.READ_ONLY)
final class ModelsEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(ModelsEndpoint.class);
  private static final List<String> ACTIONS =
      List.of("rollback", "freeze", "unfreeze", "pin", "unpin");
  private static final int CONFLICT = 409;

  private final ServedModels models;
  private final InstanceId instance;
  private final Supplier<@Nullable ModelRegistry> registry;

  ModelsEndpoint(
      ServedModels models, InstanceId instance, Supplier<@Nullable ModelRegistry> registry) {
    this.models = models;
    this.instance = instance;
    this.registry = registry;
  }

  @ReadOperation
  Reports.Models models() {
    return new Reports.Models(instance.text(), models.all().stream().map(Reports::of).toList());
  }

  @ReadOperation
  WebEndpointResponse<?> model(@Selector String predictor) {
    Optional<ServedModel> served = models.named(predictor);
    return served.isPresent() ? new WebEndpointResponse<>(Reports.of(served.get())) : unknown();
  }

  @WriteOperation
  WebEndpointResponse<?> act(
      @Selector String predictor,
      @Selector String action,
      @Nullable String reason,
      @Nullable Integer version,
      SecurityContext security) {
    Optional<ServedModel> served = models.named(predictor);
    if (served.isEmpty()) {
      return unknown();
    }
    if (!ACTIONS.contains(action)) {
      return refused(
          WebEndpointResponse.STATUS_NOT_FOUND,
          "There is no such action. Actions: " + String.join(", ", ACTIONS) + ".");
    }
    if (reason == null || reason.isBlank()) {
      return refused(
          WebEndpointResponse.STATUS_BAD_REQUEST,
          "The reason is missing: send {\"reason\": \"why\"}; it goes into the log.");
    }
    Handle<?, ?> handle = served.get().handle().orElse(null);
    ModelRegistry store = registry.get();
    if (handle == null || store == null) {
      return refused(
          CONFLICT,
          "Predictor '"
              + predictor
              + "' was built by the application and follows no model that this endpoint could"
              + " change.");
    }
    String actor = actor(security);
    try {
      String sentence = run(action, handle, store, actor, reason, version);
      LOG.info("Predictor '{}': {} by {} ({})", predictor, action, actor, reason);
      return new WebEndpointResponse<>(new Done(predictor, action, actor, sentence));
    } catch (IllegalArgumentException e) {
      return refused(WebEndpointResponse.STATUS_BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (MlopsException e) {
      return refused(CONFLICT, String.valueOf(e.getMessage()));
    }
  }

  private String run(
      String action,
      Handle<?, ?> handle,
      ModelRegistry store,
      String actor,
      String reason,
      @Nullable Integer version) {
    return switch (action) {
      case "pin" -> pin(handle, version);
      case "unpin" -> unpin(handle);
      default -> {
        try (ModelRegistry theirs = store.as(actor)) {
          String sentence = write(action, theirs.model(handle.model().name()), reason);
          // This process sees it now, not at its next look at the store.
          handle.model().champion();
          yield sentence;
        }
      }
    };
  }

  private static String write(String action, RegisteredModel<?, ?> model, String reason) {
    return switch (action) {
      case "rollback" ->
          model.rollback(reason).version() + " is in production again, for all instances.";
      case "freeze" -> {
        model.freezePromotions(reason);
        yield "Nothing of " + model.name() + " is promoted until it is unfrozen.";
      }
      default ->
          model.unfreezePromotions(reason)
              ? "Promotions of " + model.name() + " go on."
              : "Promotions of " + model.name() + " were not frozen.";
    };
  }

  private String pin(Handle<?, ?> handle, @Nullable Integer version) {
    if (version == null) {
      throw new IllegalArgumentException(
          "The version is missing: send {\"reason\": \"why\", \"version\": 3}.");
    }
    handle.pin(version);
    return "Instance " + instance.text() + " is pinned to version " + version + " until it ends.";
  }

  private String unpin(Handle<?, ?> handle) {
    handle.source().unpin();
    return "Instance " + instance.text() + " follows production.";
  }

  /** Who asked, if the application's security knows it; else which instance was asked. */
  private String actor(SecurityContext security) {
    Principal principal = security.getPrincipal();
    String name = principal == null ? "unknown" : principal.getName();
    return (name.isBlank() ? "unknown" : name.substring(0, Math.min(128, name.length())))
        + " through "
        + instance.text();
  }

  private WebEndpointResponse<?> unknown() {
    String known = String.join(", ", models.all().stream().map(ServedModel::name).toList());
    return refused(
        WebEndpointResponse.STATUS_NOT_FOUND,
        "There is no such predictor. Predictors: " + (known.isEmpty() ? "none" : known) + ".");
  }

  private static WebEndpointResponse<?> refused(int status, String error) {
    return new WebEndpointResponse<>(new Refused(error), status);
  }
}
