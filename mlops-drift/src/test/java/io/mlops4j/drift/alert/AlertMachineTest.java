package io.mlops4j.drift.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The machine against a model that knows the whole history and keeps no state of its own. */
class AlertMachineTest {
  private record Answer(Check.Outcome outcome, Duration passed) {}

  private static final Check NONE =
      new Check() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public Outcome evaluate() {
          return new NoData("none");
        }
      };

  @Provide
  Arbitrary<Answer> answers() {
    return Combinators.combine(
            Arbitraries.of(
                new Check.Pass("good"),
                new Check.Fail("bad"),
                new Check.Fail("worse"),
                new Check.NoData("none")),
            Arbitraries.integers().between(0, 4))
        .as((outcome, minutes) -> new Answer(outcome, Duration.ofMinutes(minutes)));
  }

  @Provide
  Arbitrary<AlertRule> rules() {
    Arbitrary<Duration> minutes = Arbitraries.integers().between(0, 6).map(Duration::ofMinutes);
    Arbitrary<Integer> counts = Arbitraries.integers().between(1, 3);
    return Combinators.combine(minutes, counts, minutes, counts, minutes, minutes.optional(0.5))
        .as(
            (pending, fails, keep, passes, cool, silence) ->
                new AlertRule(
                    "a",
                    NONE,
                    "warning",
                    pending,
                    fails,
                    keep,
                    passes,
                    Optional.empty(),
                    cool,
                    silence));
  }

  @Property(tries = 2_000)
  void after_anyAnswers_isWhatTheHistorySays(
      @ForAll("rules") AlertRule rule,
      @ForAll List<@net.jqwik.api.From("answers") Answer> answers) {
    AlertMachine machine = AlertMachine.START;
    Model model = new Model(rule);
    for (Answer answer : answers) {
      machine = machine.after(rule, answer.outcome(), answer.passed());
      model.add(answer);
      assertThat(machine.state()).isEqualTo(model.state());
    }
  }

  /** Recomputes everything from the start, each time, by the words of the documentation. */
  private static final class Model {
    private final AlertRule rule;
    private final List<Answer> history = new ArrayList<>();

    Model(AlertRule rule) {
      this.rule = rule;
    }

    void add(Answer answer) {
      history.add(answer);
    }

    /** Each answer as it counts: a silence that is too long is a fail. */
    private List<Boolean> heard() {
      List<Boolean> heard = new ArrayList<>();
      for (int i = 0; i < history.size(); i++) {
        Check.Outcome outcome = history.get(i).outcome();
        Boolean bad = outcome instanceof Check.NoData ? null : outcome instanceof Check.Fail;
        if (bad == null && rule.noDataAfter().isPresent()) {
          Duration silence = Duration.ZERO;
          for (int j = i; j >= 0 && history.get(j).outcome() instanceof Check.NoData; j--) {
            silence = silence.plus(history.get(j).passed());
          }
          bad = silence.compareTo(rule.noDataAfter().get()) >= 0 ? Boolean.TRUE : null;
        }
        heard.add(bad);
      }
      return heard;
    }

    AlertState state() {
      List<Boolean> heard = heard();
      boolean firing = false;
      int since = 0; // the first answer after the last change between firing and not
      boolean resolvedBefore = false;
      for (int end = 0; end < heard.size(); end++) {
        if (!firing && fires(heard, since, end, resolvedBefore)) {
          firing = true;
          since = end + 1;
        } else if (firing && resolves(heard, since, end)) {
          firing = false;
          resolvedBefore = true;
          since = end + 1;
        }
      }
      if (firing) {
        return AlertState.FIRING;
      }
      return run(heard, since, heard.size() - 1, true).isEmpty()
          ? AlertState.INACTIVE
          : AlertState.PENDING;
    }

    private boolean fires(List<Boolean> heard, int since, int end, boolean resolvedBefore) {
      Duration rest = Duration.ZERO;
      for (int i = since; i <= end; i++) {
        rest = rest.plus(history.get(i).passed());
      }
      List<Integer> run = run(heard, since, end, true);
      return Boolean.TRUE.equals(heard.get(end))
          && run.size() >= rule.consecutive()
          && lasting(run).compareTo(rule.pendingFor()) >= 0
          && !(resolvedBefore && rest.compareTo(rule.coolDown()) < 0);
    }

    private boolean resolves(List<Boolean> heard, int since, int end) {
      List<Integer> run = run(heard, since, end, false);
      return Boolean.FALSE.equals(heard.get(end))
          && run.size() >= rule.consecutivePasses()
          && lasting(run).compareTo(rule.keepFiringFor()) >= 0;
    }

    /** The answers of one kind since the last one of the other kind. */
    private static List<Integer> run(List<Boolean> heard, int since, int end, boolean kind) {
      List<Integer> run = new ArrayList<>();
      for (int i = end; i >= since; i--) {
        if (Boolean.valueOf(kind).equals(heard.get(i))) {
          run.add(0, i);
        } else if (heard.get(i) != null) {
          break;
        }
      }
      return run;
    }

    private Duration lasting(List<Integer> run) {
      Duration sum = Duration.ZERO;
      for (int i = 1; i < run.size(); i++) {
        sum = sum.plus(history.get(run.get(i)).passed());
      }
      return sum;
    }
  }
}
