package io.mlops4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Who may know whom. Each rule is also run over a fixture that breaks it, so that a rule which
 * cannot fail would fail here.
 */
class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.mlops4j");

  private static final List<String> SIBLINGS =
      List.of("registry", "serving", "drift", "experiments", "features");

  /** The modules that put siblings together; delivery knows two of them, pipeline all. */
  private static final List<String> ABOVE = List.of("delivery", "pipeline");

  /** The packages of mlops-core. */
  private static final String[] CORE = {
    "io.mlops4j.core..",
    "io.mlops4j.data..",
    "io.mlops4j.evaluation..",
    "io.mlops4j.stats..",
    "io.mlops4j.report.."
  };

  private static ArchRule siblingKnowsNoOther(String sibling, String root) {
    String[] others =
        SIBLINGS.stream()
            .filter(other -> !other.equals(sibling))
            .map(other -> root + "." + other + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(root + "." + sibling + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others);
  }

  private static ArchRule coreKnowsNoSibling(String[] core, String root) {
    return noClasses()
        .that()
        .resideInAnyPackage(core)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(SIBLINGS.stream(), ABOVE.stream())
                .map(s -> root + "." + s + "..")
                .toArray(String[]::new));
  }

  private static ArchRule siblingsKnowNothingAbove(String root) {
    return noClasses()
        .that()
        .resideInAnyPackage(
            SIBLINGS.stream().map(s -> root + "." + s + "..").toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ABOVE.stream().map(s -> root + "." + s + "..").toArray(String[]::new));
  }

  private static ArchRule deliveryKnowsRegistryAndServingOnly(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".delivery..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            root + ".drift..", root + ".experiments..", root + ".features..", root + ".pipeline..");
  }

  // Steps read the application's own jar, as the JVM does, and take its digest.
  private static final ArchRule NO_JAVA_DESERIALIZATION =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.mlops4j.pipeline.CodeIdentity")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.zip.ZipInputStream")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.zip.ZipFile");

  /** What is for tests must not come into a service with anything else. */
  private static final ArchRule NO_TEST_SUPPORT =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.mlops4j.junit..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.mlops4j.junit..", "org.junit..", "org.assertj..");

  /** The command line stands on the library, never the other way round. */
  private static final ArchRule NO_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.mlops4j.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.mlops4j.cli..", "picocli..");

  private static final ArchRule NO_SLEEP =
      noClasses().should().callMethod(Thread.class, "sleep", long.class);

  @TestFactory
  List<DynamicTest> siblings_neverImportEachOther() {
    return SIBLINGS.stream()
        .map(
            sibling ->
                DynamicTest.dynamicTest(
                    sibling, () -> siblingKnowsNoOther(sibling, "io.mlops4j").check(OURS)))
        .toList();
  }

  @Test
  void siblings_neverImportWhatPutsThemTogether() {
    siblingsKnowNothingAbove("io.mlops4j").check(OURS);
  }

  @Test
  void delivery_knowsRegistryAndServingOnly() {
    deliveryKnowsRegistryAndServingOnly("io.mlops4j").check(OURS);
  }

  @Test
  void core_importsNoSibling() {
    coreKnowsNoSibling(CORE, "io.mlops4j").check(OURS);
  }

  @Test
  void library_neverDeserializesJavaObjectsOrUnpacksArchives() {
    NO_JAVA_DESERIALIZATION.check(OURS);
  }

  @Test
  void library_neverNeedsTestSupport() {
    NO_TEST_SUPPORT.check(OURS);
  }

  @Test
  void library_neverNeedsTheCommandLine() {
    NO_COMMAND_LINE.check(OURS);
  }

  @Test
  void library_neverSleeps() {
    NO_SLEEP.check(OURS);
  }

  @Test
  void everyModule_isSeenByTheRules() {
    List<String> packages = OURS.stream().map(JavaClass::getPackageName).distinct().toList();
    assertThat(packages)
        .contains(
            "io.mlops4j.core",
            "io.mlops4j.data",
            "io.mlops4j.evaluation",
            "io.mlops4j.stats",
            "io.mlops4j.report",
            "io.mlops4j.tribuo",
            "io.mlops4j.junit",
            "io.mlops4j.junit.simulation",
            "io.mlops4j.cli")
        .containsAll(SIBLINGS.stream().map(s -> "io.mlops4j." + s).toList());
  }

  @Test
  void everyModule_hidesAtLeastFortyPercentOfItsTypes() {
    List<String> tooOpen =
        OURS.stream()
            .filter(
                c -> c.getEnclosingClass().isEmpty() && !c.getSimpleName().equals("package-info"))
            .filter(
                c ->
                    Stream.concat(SIBLINGS.stream(), ABOVE.stream())
                        .anyMatch(s -> c.getPackageName().endsWith("." + s)))
            .collect(Collectors.groupingBy(JavaClass::getPackageName))
            .entrySet()
            .stream()
            .filter(e -> e.getValue().size() >= 8)
            .filter(e -> publicShare(e.getValue()) > 0.6)
            .map(e -> e.getKey() + " shows " + Math.round(publicShare(e.getValue()) * 100) + " %")
            .toList();
    assertThat(tooOpen).isEmpty();
  }

  private static double publicShare(List<JavaClass> types) {
    long open =
        types.stream()
            .filter(
                c ->
                    c.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))
            .count();
    return (double) open / types.size();
  }

  // Negative controls: the same rules over classes that break them.

  private static final JavaClasses BROKEN =
      new ClassFileImporter().importPackages("io.mlops4j.examples.broken");

  @Test
  void siblingRule_brokenFixture_fails() {
    assertThat(
            siblingKnowsNoOther("registry", "io.mlops4j.examples.broken")
                .evaluate(BROKEN)
                .hasViolation())
        .isTrue();
  }

  @Test
  void coreRule_brokenFixture_fails() {
    String[] core = {"io.mlops4j.examples.broken.core.."};
    assertThat(
            coreKnowsNoSibling(core, "io.mlops4j.examples.broken").evaluate(BROKEN).hasViolation())
        .isTrue();
  }

  @Test
  void aboveRule_brokenFixture_fails() {
    assertThat(
            siblingsKnowNothingAbove("io.mlops4j.examples.broken").evaluate(BROKEN).hasViolation())
        .isTrue();
  }

  @Test
  void deliveryRule_brokenFixture_fails() {
    assertThat(
            deliveryKnowsRegistryAndServingOnly("io.mlops4j.examples.broken")
                .evaluate(BROKEN)
                .hasViolation())
        .isTrue();
  }

  @Test
  void deserializationRule_brokenFixture_fails() {
    assertThat(NO_JAVA_DESERIALIZATION.evaluate(BROKEN).hasViolation()).isTrue();
  }

  @Test
  void testSupportRule_brokenFixture_fails() {
    assertThat(NO_TEST_SUPPORT.evaluate(BROKEN).hasViolation()).isTrue();
  }

  @Test
  void commandLineRule_brokenFixture_fails() {
    assertThat(NO_COMMAND_LINE.evaluate(BROKEN).hasViolation()).isTrue();
  }

  @Test
  void sleepRule_brokenFixture_fails() {
    assertThat(NO_SLEEP.evaluate(BROKEN).hasViolation()).isTrue();
  }
}
