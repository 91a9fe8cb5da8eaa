package io.mlops4j.registry;

import static io.mlops4j.registry.Models.DATASET;
import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.constant;
import static io.mlops4j.registry.Models.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;
import org.jspecify.annotations.Nullable;

/**
 * Random histories against a small state machine written here: stages, champion, freeze, decisions
 * that bind, expire, wait for approvals and are overridden. Whatever the registry does must be what
 * the machine says, and the log must show by what right each champion came.
 */
class HistoriesPropertyTest {
  private static final Gate HALF = Gate.metric(Metric.AUC).atLeast(0.5);
  private static final GatePolicy PLAIN = GatePolicy.named("plain").require(HALF);
  private static final GatePolicy REVIEWED =
      GatePolicy.named("reviewed")
          .require(HALF)
          .requireApproval("reviewer")
          .validFor(Duration.ofDays(2));
  private static final GatePolicy STRICT =
      GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9)).allowOverride();
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Duration TICK = Duration.ofSeconds(1);

  enum Act {
    REGISTER,
    EVALUATE,
    STAGE,
    VALIDATE,
    REJECT,
    ARCHIVE,
    PROMOTE,
    PROMOTE_REVIEWED,
    SUBMIT,
    ACT,
    APPROVE,
    REQUEST_OVERRIDE,
    OVERRIDE,
    ROLLBACK,
    FREEZE,
    UNFREEZE,
    BOOTSTRAP,
    NEXT_DAY
  }

  /** One version as the machine sees it. */
  private static final class Version {
    Stage stage = Stage.NONE;
    @Nullable Double auc;
    int evidence;
    @Nullable Decision last;
  }

  /** A stored decision as the machine sees it. */
  private static final class Decision {
    final GateDecision real;
    final int version;
    final GatePolicy policy;
    final @Nullable Integer bar;
    final int evidence;
    final int barEvidence;
    final long at;
    final Set<String> approvals = new HashSet<>();
    @Nullable String asked;
    boolean acted;

    Decision(GateDecision real, int version, GatePolicy policy, Machine machine) {
      this.real = real;
      this.version = version;
      this.policy = policy;
      this.bar = machine.champions.peek();
      this.evidence = machine.version(version).evidence;
      this.barEvidence = bar == null ? 0 : machine.version(bar).evidence;
      this.at = machine.seconds;
    }
  }

  /** The machine: what should be. */
  private static final class Machine {
    final List<Version> versions = new ArrayList<>();
    final Deque<Integer> champions = new ArrayDeque<>();
    boolean frozen;
    long seconds;

    Version version(int number) {
      return versions.get(number - 1);
    }

    boolean promotable(int number) {
      return !frozen && version(number).stage == Stage.VALIDATION;
    }

    Verdict verdict(int number, GatePolicy policy) {
      Double auc = version(number).auc;
      if (auc == null) {
        return Verdict.INCONCLUSIVE;
      }
      return auc >= (policy.equals(STRICT) ? 0.9 : 0.5) ? Verdict.PASS : Verdict.FAIL;
    }

    boolean binds(Decision decision) {
      Integer bar = champions.peek();
      return !decision.acted
          && seconds - decision.at < decision.policy.terms().validFor().toSeconds()
          && Objects.equals(decision.bar, bar)
          && decision.evidence == version(decision.version).evidence
          && (bar == null || decision.barEvidence == version(bar).evidence);
    }

    void crown(int number) {
      Integer bar = champions.peek();
      if (bar != null && version(bar).stage == Stage.PRODUCTION) {
        version(bar).stage = Stage.ARCHIVED;
      }
      champions.push(number);
      version(number).stage = Stage.PRODUCTION;
    }

    @Nullable Integer wayBack() {
      return champions.stream()
          .skip(1)
          .filter(n -> version(n).stage == Stage.ARCHIVED)
          .findFirst()
          .orElse(null);
    }
  }

  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegistryOptions options =
      RegistryOptions.withDefaults()
          .withTime(time)
          // Every call reads what is new; polls would only run for the days that pass here.
          .withPollInterval(Duration.ofDays(36_500));
  private final Map<String, RegisteredModel<String, String>> handles = new HashMap<>();
  private final Machine machine = new Machine();
  private final List<Decision> decisions = new ArrayList<>();

  private RegisteredModel<String, String> as(String actor) {
    return handles.computeIfAbsent(
        actor, a -> ModelRegistry.on(store, options.withActor(a)).model("m", LOADER));
  }

  @Provide
  Arbitrary<List<Tuple3<Act, Integer, Integer>>> histories() {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            Tuple.of(2, Act.REGISTER),
            Tuple.of(4, Act.EVALUATE),
            Tuple.of(5, Act.STAGE),
            Tuple.of(5, Act.VALIDATE),
            Tuple.of(1, Act.REJECT),
            Tuple.of(1, Act.ARCHIVE),
            Tuple.of(3, Act.PROMOTE),
            Tuple.of(3, Act.PROMOTE_REVIEWED),
            Tuple.of(3, Act.SUBMIT),
            Tuple.of(3, Act.ACT),
            Tuple.of(3, Act.APPROVE),
            Tuple.of(2, Act.REQUEST_OVERRIDE),
            Tuple.of(3, Act.OVERRIDE),
            Tuple.of(2, Act.ROLLBACK),
            Tuple.of(1, Act.FREEZE),
            Tuple.of(2, Act.UNFREEZE),
            Tuple.of(1, Act.BOOTSTRAP),
            Tuple.of(1, Act.NEXT_DAY));
    return Combinators.combine(
            acts, Arbitraries.integers().between(0, 99), Arbitraries.integers().between(0, 3))
        .as(Tuple::of)
        .list()
        .ofMinSize(20)
        .ofMaxSize(120);
  }

  @Property(tries = 150)
  void anyHistory_registryAndMachine_agree(
      @ForAll("histories") List<Tuple3<Act, Integer, Integer>> history) {
    List<Tuple3<Act, Integer, Integer>> steps = new ArrayList<>(history);
    for (int i = 0; i < (PROOF ? 40 : 1); i++) {
      new HistoriesPropertyTest().run(steps);
      Collections.rotate(steps, 7);
    }
  }

  private void run(List<Tuple3<Act, Integer, Integer>> steps) {
    run(Act.REGISTER, 0, 0);
    for (Tuple3<Act, Integer, Integer> step : steps) {
      run(step.get1(), step.get2(), step.get3());
      time.advance(TICK);
      machine.seconds++;
    }
    everyChampionHadARight();
  }

  private void run(Act act, int which, int how) {
    int number = machine.versions.isEmpty() ? 0 : which % machine.versions.size() + 1;
    Decision decision = decisions.isEmpty() ? null : decisions.get(which % decisions.size());
    boolean expected = expected(act, number, how, decision);
    boolean accepted;
    try {
      accepted = perform(act, number, how, decision);
    } catch (MlopsException e) {
      accepted = false;
    }
    assertThat(accepted).as("%s of %s, %s", act, number, how).isEqualTo(expected);
    List<RegisteredVersion<String, String>> versions = as("reader").versions();
    assertThat(versions)
        .extracting(RegisteredVersion::stage)
        .isEqualTo(machine.versions.stream().map(v -> v.stage).toList());
    assertThat(versions.stream().filter(v -> v.stage() == Stage.PRODUCTION).count())
        .as("I4")
        .isLessThanOrEqualTo(1);
  }

  /** What the machine says, and becomes, before the registry is asked. */
  private boolean expected(Act act, int number, int how, @Nullable Decision decision) {
    Version version = number == 0 ? new Version() : machine.version(number);
    return switch (act) {
      case REGISTER -> machine.versions.add(new Version());
      case EVALUATE -> {
        version.auc = how == 0 ? null : List.of(0.3, 0.6, 0.95).get(how - 1);
        version.evidence++;
        yield true;
      }
      case STAGE -> moves(version, Stage.STAGING);
      case VALIDATE -> moves(version, Stage.VALIDATION);
      case REJECT -> moves(version, Stage.REJECTED);
      case ARCHIVE -> moves(version, Stage.ARCHIVED);
      case PROMOTE -> crownsIf(number, machine.promotable(number) && passes(number, PLAIN));
      case PROMOTE_REVIEWED -> {
        Decision last = version.last;
        if (last == null
            || !machine.promotable(number)
            || !last.policy.equals(REVIEWED)
            || !machine.binds(last)
            || last.approvals.isEmpty()) {
          yield false;
        }
        last.acted = true;
        yield crownsIf(number, true);
      }
      case SUBMIT -> passes(number, how % 2 == 0 ? PLAIN : REVIEWED);
      case ACT -> {
        boolean acts =
            decision != null
                && decision.asked == null
                && machine.promotable(decision.version)
                && machine.binds(decision)
                && (decision.policy.equals(PLAIN) || !decision.approvals.isEmpty());
        if (acts) {
          Objects.requireNonNull(decision).acted = true;
          machine.crown(decision.version);
        }
        yield acts;
      }
      case APPROVE -> {
        String who = how % 2 == 0 ? "rita" : "rob";
        boolean may =
            decision != null
                && decision.policy.equals(REVIEWED)
                && machine.promotable(decision.version)
                && machine.binds(decision)
                && !decision.approvals.contains(who)
                && how != 3;
        if (may) {
          Objects.requireNonNull(decision).approvals.add(who);
        }
        yield may;
      }
      case REQUEST_OVERRIDE ->
          machine.promotable(number) && machine.verdict(number, STRICT) != Verdict.PASS;
      case OVERRIDE -> {
        String who = how % 2 == 0 ? "ann" : "bob";
        boolean may =
            decision != null
                && decision.asked != null
                && !decision.asked.equals(who)
                && machine.promotable(decision.version)
                && machine.binds(decision);
        if (may) {
          Objects.requireNonNull(decision).acted = true;
          machine.crown(decision.version);
        }
        yield may;
      }
      case ROLLBACK -> {
        Integer back = machine.wayBack();
        if (back != null) {
          machine.version(machine.champions.element()).stage = Stage.ARCHIVED;
          while (!back.equals(machine.champions.peek())) {
            machine.champions.pop();
          }
          machine.version(back).stage = Stage.PRODUCTION;
        }
        yield back != null;
      }
      case FREEZE -> {
        machine.frozen = true;
        yield true;
      }
      case UNFREEZE -> {
        boolean was = machine.frozen;
        machine.frozen = false;
        yield was;
      }
      case BOOTSTRAP -> crownsIf(number, machine.promotable(number) && machine.champions.isEmpty());
      case NEXT_DAY -> {
        machine.seconds += 86_400;
        yield true;
      }
    };
  }

  private boolean passes(int number, GatePolicy policy) {
    return machine.verdict(number, policy) == Verdict.PASS;
  }

  private boolean crownsIf(int number, boolean crowns) {
    if (crowns) {
      machine.crown(number);
    }
    return crowns;
  }

  private static boolean moves(Version version, Stage to) {
    boolean may = version.stage.next().contains(to);
    if (may) {
      version.stage = to;
    }
    return may;
  }

  private boolean perform(Act act, int number, int how, @Nullable Decision decision) {
    RegisteredModel<String, String> model = as("trainer");
    switch (act) {
      case REGISTER -> model.register(constant("x"), Lineage.unknown());
      case EVALUATE -> {
        Double auc = machine.version(number).auc;
        MetricValue value =
            auc == null
                ? new MetricValue.Undefined("one class only")
                : new MetricValue.Defined(auc, 1000);
        model.recordEvaluation(number, report(model.version(number), Metric.AUC, value, DATASET));
      }
      case STAGE -> model.stage(number);
      case VALIDATE -> model.validate(number);
      case REJECT -> model.reject(number, "no");
      case ARCHIVE -> model.archive(number, "no");
      case PROMOTE -> {
        return model.promote(number, PLAIN).promoted();
      }
      case PROMOTE_REVIEWED -> {
        GateDecision made = model.promote(number, REVIEWED);
        if (!made.promoted() && made.verdict() == Verdict.PASS) {
          remember(made, number, REVIEWED);
        }
        return made.promoted();
      }
      case SUBMIT -> {
        GatePolicy policy = how % 2 == 0 ? PLAIN : REVIEWED;
        GateDecision made = model.promotions().submit(number, policy);
        if (made.verdict() == Verdict.PASS) {
          remember(made, number, policy);
        }
        return made.verdict() == Verdict.PASS;
      }
      case ACT -> {
        return decision != null && model.promotions().promote(decision.real).promoted();
      }
      case APPROVE -> {
        if (decision == null || !decision.policy.equals(REVIEWED)) {
          return false;
        }
        String who = how == 3 ? "trainer" : how % 2 == 0 ? "rita" : "rob";
        as(who).promotions().approve(decision.real, "reviewer", "");
      }
      case REQUEST_OVERRIDE -> {
        GateDecision made = as("ann").promotions().requestOverride(number, STRICT, "urgent");
        Decision asked = new Decision(made, number, STRICT, machine);
        asked.asked = "ann";
        decisions.add(asked);
      }
      case OVERRIDE -> {
        if (decision == null) {
          return false;
        }
        as(how % 2 == 0 ? "ann" : "bob").promotions().override(decision.real, "agreed");
      }
      case ROLLBACK -> model.rollback("slow");
      case FREEZE -> model.freezePromotions("week");
      case UNFREEZE -> {
        return model.unfreezePromotions("over");
      }
      case BOOTSTRAP -> model.promotions().bootstrap(number, "first");
      case NEXT_DAY -> time.advance(Duration.ofDays(1));
    }
    return true;
  }

  private void remember(GateDecision made, int number, GatePolicy policy) {
    Version version = machine.version(number);
    if (version.last == null || !version.last.real.digest().equals(made.digest())) {
      Decision decision = new Decision(made, number, policy, machine);
      decisions.add(decision);
      version.last = decision;
    }
  }

  /** I5, I6, I7: read from the log alone. */
  private void everyChampionHadARight() {
    RegisteredModel<String, String> model = as("reader");
    @Nullable Integer bar = null;
    Deque<Integer> crowned = new ArrayDeque<>();
    Map<String, String> requests = new HashMap<>();
    for (HistoryEntry entry : model.history()) {
      if (entry.kind() == Kind.REQUEST_OVERRIDE) {
        requests.put(entry.digest().orElseThrow(), entry.by());
      }
      if (entry.kind() == Kind.APPROVE) {
        assertThat(entry.by()).isNotEqualTo("trainer");
      }
      if (entry.kind() == Kind.PROMOTE) {
        GateDecision decision = model.decision(entry.digest().orElseThrow());
        assertThat(decision.verdict()).as("I5").isEqualTo(Verdict.PASS);
        assertThat(decision.candidate().number()).as("I7").isEqualTo(entry.version());
        assertThat(decision.champion().map(c -> c.number()))
            .as("I7")
            .isEqualTo(Optional.ofNullable(bar));
        assertThat(entry.at()).isBefore(decision.validUntil());
        if (decision.policyName().equals("reviewed")) {
          assertThat(model.promotions().approvals(decision)).as("I6").isNotEmpty();
        }
      } else if (entry.kind() == Kind.OVERRIDE) {
        assertThat(requests.get(entry.digest().orElseThrow()))
            .as("two people")
            .isNotNull()
            .isNotEqualTo(entry.by());
        assertThat(model.version(entry.version()).overrides()).as("for ever").isNotEmpty();
      } else if (entry.kind() == Kind.BOOTSTRAP) {
        assertThat(bar).as("the first").isNull();
      } else if (entry.kind() == Kind.ROLLBACK) {
        assertThat(crowned).contains(entry.version());
      }
      if (entry.kind().crowns()) {
        crowned.push(entry.version());
        bar = entry.version();
      }
    }
    assertThat(ModelRegistry.on(store, options).verify()).isEmpty();
    assertThat(model.promotions().champions().stream().filter(r -> r.until().isEmpty()).count())
        .isLessThanOrEqualTo(1);
  }
}
