package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.lineage.ModelCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who acts is one printable line; why is any text, and shown as one. */
class ForgedLinesTest {
  private static final String FORGED = "ann\n2026-11-26 PROMOTE 7 by boss";

  @ParameterizedTest
  @ValueSource(
      strings = {
        FORGED,
        "a\r",
        "a\u0000",
        "a\u001b[2J",
        "\u202eann",
        "a\u2028b",
        "a\u0085b",
        "a\ud800",
        "\t",
        ""
      })
  void names_withWhatIsNoPrintableLine_areRefused(String name) {
    RegistryOptions options = RegistryOptions.withDefaults();
    ModelRegistry registry = ModelRegistry.on(ObjectStore.inMemory(), options);
    Runnable[] calls = {
      () -> options.withActor(name),
      () -> registry.as(name),
      () -> AccessPolicy.rules().allow(name, "*", Operation.MOVE),
      () -> Lineage.unknown().withCreatedBy(name),
      () -> new ApprovalRule(name, 1),
    };
    for (Runnable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call::run)
          .withMessageContaining("printable")
          .satisfies(
              e ->
                  assertThat(
                          String.valueOf(e.getMessage())
                              .chars()
                              .noneMatch(c -> c < ' ' || c == 0x202e))
                      .isTrue());
    }
  }

  @Test
  void names_ofAnyAlphabet_areKept() {
    for (String name : new String[] {"ci", "Zażółć Gęślą", "王小明", "user-🙂", "a@b.example"}) {
      assertThat(RegistryOptions.withDefaults().withActor(name).actor()).isEqualTo(name);
      assertThat(Lineage.unknown().withCreatedBy(name).createdBy()).isEqualTo(name);
    }
  }

  @Test
  void reasons_withLineBreaks_areOneLineWhereverTheyAreShown() {
    ModelRegistry registry =
        ModelRegistry.on(ObjectStore.inMemory(), RegistryOptions.withDefaults().withActor("ann"));
    RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
    RegisteredVersion<String, String> version =
        model.register(Models.constant("a"), Lineage.unknown());
    model.stage(1);
    model.validate(1);
    model.promotions().bootstrap(1, FORGED);
    model.select().point("canary", 1, FORGED);
    assertThat(model.freezePromotions(FORGED).reason()).doesNotContain("\n").contains("ann?2026");
    model.unfreezePromotions(FORGED);
    assertThat(model.history())
        .allSatisfy(entry -> assertThat(entry.toString()).doesNotContain("\n"));
    assertThat(model.history().stream().filter(e -> e.reason().contains("ann?2026")))
        .as("the control: what was said is there")
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(ModelCard.of(version).toReport().toText().lines())
        .noneMatch(line -> line.startsWith("2026-11-26 PROMOTE 7"));
  }
}
