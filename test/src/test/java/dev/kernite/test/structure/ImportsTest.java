package dev.kernite.test.structure;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The direction of imports: {@code kernels <- engine <- models <- cli} and {@code tokenizer <-
 * models}; and which module may use which library.
 */
@AnalyzeClasses(packages = "dev.kernite", importOptions = ImportOption.DoNotIncludeTests.class)
final class ImportsTest {
  private static final String KERNELS = "dev.kernite.kernels..";
  private static final String ENGINE = "dev.kernite.engine..";
  private static final String TOKENIZER = "dev.kernite.tokenizer..";
  private static final String MODELS = "dev.kernite.models..";
  private static final String CLI = "dev.kernite.cli..";
  private static final String JSON = "tools.jackson..";

  @ArchTest
  static final ArchRule kernelsKnowNoTensorAndNoLibraryButJcuda =
      classes()
          .that()
          .resideInAPackage(KERNELS)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              KERNELS, "java..", "com.sun.management..", "jdk.incubator.vector..", "jcuda..");

  @ArchTest
  static final ArchRule engineKnowsNoModelAndNoTokenizer =
      classes()
          .that()
          .resideInAPackage(ENGINE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(ENGINE, KERNELS, "java..", JSON);

  @ArchTest
  static final ArchRule tokenizerKnowsNoTensor =
      classes()
          .that()
          .resideInAPackage(TOKENIZER)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(TOKENIZER, "java..", JSON);

  @ArchTest
  static final ArchRule modelsKnowNoCommandLine =
      classes()
          .that()
          .resideInAPackage(MODELS)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(MODELS, ENGINE, KERNELS, TOKENIZER, "java..", JSON);

  @ArchTest
  static final ArchRule onlyKernelsTouchTheVectorApiAndJcuda =
      noClasses()
          .that()
          .resideOutsideOfPackage(KERNELS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.incubator.vector..", "jcuda..");

  @ArchTest
  static final ArchRule jcudaStaysBehindOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.kernite.kernels.cuda.driver")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jcuda..");

  @ArchTest
  static final ArchRule onlyTheCommandLineTalksToTheTerminal =
      noClasses().that().resideOutsideOfPackage(CLI).should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static void oneClassOfAModuleAtMostReadsTheEnvironment(JavaClasses classes) {
    Map<String, List<String>> readers =
        classes.stream()
            .filter(
                type ->
                    type.getMethodCallsFromSelf().stream()
                        .anyMatch(
                            target(owner(name(System.class.getName())))
                                .and(target(name("getenv")))))
            .map(JavaClass::getName)
            .collect(Collectors.groupingBy(name -> name.split("\\.")[2]));
    readers
        .values()
        .forEach(
            ofModule ->
                assertEquals(1, ofModule.size(), () -> "System.getenv is called by " + ofModule));
  }

  /** The rules above would hold for nothing if a module were missing from what they look at. */
  @ArchTest
  static void everyModuleIsLookedAt(JavaClasses classes) {
    for (String module : new String[] {"kernels", "engine", "tokenizer", "models", "cli"}) {
      assertTrue(
          classes.stream()
              .anyMatch(type -> type.getPackageName().startsWith("dev.kernite." + module)),
          () -> "no classes of " + module);
    }
  }
}
