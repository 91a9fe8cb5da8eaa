package io.mlops4j.registry.lineage;

import io.mlops4j.core.Elements;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A page about one version for whoever uses it: what it is for and what not, what it was made of,
 * how well it does, for whom worse, and what nobody knows. What the registry has is filled in; what
 * only its author can know is given. Immutable: each method returns a longer card.
 *
 * <p>After Mitchell et al. (2019), <a href="https://doi.org/10.1145/3287560.3287596">Model Cards
 * for Model Reporting</a>. Values of sensitive features are not shown.
 *
 * @param version what it is about
 * @param purpose what it was made for; empty if its author does not say
 * @param notFor uses its author warns of
 * @param limits what its author knows it does badly
 * @param contact whom to ask; empty if its author does not say
 */
public record ModelCard(
    RegisteredVersion<?, ?> version,
    String purpose,
    List<String> notFor,
    List<String> limits,
    String contact) {

  /** Copies the lists. */
  public ModelCard {
    Objects.requireNonNull(notFor, "notFor");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(purpose, "purpose");
    Objects.requireNonNull(contact, "contact");
    notFor = Elements.list("notFor", notFor);
    limits = Elements.list("limits", limits);
  }

  /**
   * Returns the card of a version, without its author's words.
   *
   * @param version what it is about, as it is now
   * @return a card
   */
  public static ModelCard of(RegisteredVersion<?, ?> version) {
    return new ModelCard(version, "", List.of(), List.of(), "");
  }

  /**
   * Returns a card that says what the model is for.
   *
   * @param words one paragraph
   * @return the card with it
   */
  public ModelCard purpose(String words) {
    Objects.requireNonNull(words, "words");
    return new ModelCard(version, words, notFor, limits, contact);
  }

  /**
   * Returns a card that says one more thing the model is not for.
   *
   * @param words one sentence
   * @return the card with it
   */
  public ModelCard notFor(String words) {
    Objects.requireNonNull(words, "words");
    return new ModelCard(version, purpose, plus(notFor, words), limits, contact);
  }

  /**
   * Returns a card that says one more thing the model does badly.
   *
   * @param words one sentence
   * @return the card with it
   */
  public ModelCard limit(String words) {
    Objects.requireNonNull(words, "words");
    return new ModelCard(version, purpose, notFor, plus(limits, words), contact);
  }

  /**
   * Returns a card that says whom to ask.
   *
   * @param words a name, an address
   * @return the card with it
   */
  public ModelCard contact(String words) {
    Objects.requireNonNull(words, "words");
    return new ModelCard(version, purpose, notFor, limits, words);
  }

  private static List<String> plus(List<String> list, String one) {
    List<String> longer = new ArrayList<>(list);
    longer.add(one);
    return longer;
  }

  /**
   * Returns the card as a report: {@code toMarkdown()}, {@code toHtml()}, {@code toText()} and
   * {@code toJson()} render it. Reads the version's manifest, baseline and evidence.
   *
   * @return the page
   * @throws io.mlops4j.registry.IntegrityException if something is not what was stored
   */
  public Report toReport() {
    return CardReport.of(this);
  }
}
