package io.mlops4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line: {@code mlops COMMAND}. docs/cli.md has the commands and exit codes. */
@Command(
    name = "mlops",
    mixinStandardHelpOptions = true,
    versionProvider = Mlops.Version.class,
    description = "Registers, evaluates, promotes, rolls back and scores; for CI and for people.",
    subcommands = {
      RegisterCommand.class,
      EvaluateCommand.class,
      DecideCommand.class,
      PromoteCommand.class,
      RollbackCommand.class,
      MoveCommand.class,
      FreezeCommand.class,
      UnfreezeCommand.class,
      ListCommand.class,
      ShowCommand.class,
      CompareCommand.class,
      HistoryCommand.class,
      ValidateCommand.class,
      VerifyCommand.class,
      RolloutCommand.class,
      PolicyCommand.class,
      ScoreCommand.class,
      AutoComplete.GenerateCompletion.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 passed, 2 usage, 10 a gate failed, 11 inconclusive, 12 refused (frozen, stale,"
          + " wrong stage), 20 not found, 21 unusable rows or files, 22 damaged store, 70 internal."
    })
public final class Mlops {
  Mlops() {}

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, UTF_8);
    System.exit(run(out, err, args));
  }

  /**
   * Runs a command in this JVM.
   *
   * @param out gets the answer
   * @param err gets what went wrong
   * @param args the command and its options
   * @return the exit code, as docs/cli.md lists them
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line =
        new CommandLine(new Mlops())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpWidth(100);
    Execution execution = new Execution(args);
    line.setExecutionStrategy(execution);
    line.setParameterExceptionHandler(execution);
    int code = line.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Mlops.class.getPackage().getImplementationVersion();
      return new String[] {"mlops " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
