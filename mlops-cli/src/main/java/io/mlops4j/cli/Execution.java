package io.mlops4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.cli.Common.Format;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.data.DataException;
import io.mlops4j.pipeline.batch.BatchException;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.PromotionsFrozenException;
import io.mlops4j.registry.StaleDecisionException;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import io.mlops4j.serving.ModelLoadException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs a parsed command, writes its answer, and makes one sentence and one code of what it threw.
 */
final class Execution implements IExecutionStrategy, IParameterExceptionHandler {
  private static final int FORMAT = 1;

  private final List<String> args;

  Execution(String[] args) {
    this.args = List.of(args);
  }

  @Override
  public int execute(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    CommandLine line = last(parsed);
    if (!(line.getCommand() instanceof Operation operation)) {
      if (line.getCommand() instanceof Runnable || parsed.hasSubcommand()) {
        return new CommandLine.RunLast().execute(parsed);
      }
      line.usage(line.getErr());
      return ExitCode.USAGE.code();
    }
    Writer writer = new Writer(line, operation.common);
    try {
      writer.requireSummary();
      Outcome outcome = operation.run();
      writer.answer(outcome);
      return outcome.code().code();
    } catch (RuntimeException e) {
      return writer.failure(code(e), e);
    } catch (LinkageError | OutOfMemoryError e) {
      // A missing jar or too little memory: left to the JVM it would exit with 1, as a shell does.
      return writer.failure(ExitCode.INTERNAL, e);
    }
  }

  private static CommandLine last(ParseResult parsed) {
    List<CommandLine> all = parsed.asCommandLineList();
    return all.get(all.size() - 1);
  }

  private static ExitCode code(RuntimeException e) {
    if (e instanceof CliException ours) {
      return ours.code();
    }
    if (e instanceof BatchException batch) {
      return ScoreCommand.code(batch);
    }
    if (e instanceof IntegrityException) {
      return ExitCode.INTEGRITY;
    }
    if (e instanceof PromotionsFrozenException || e instanceof StaleDecisionException) {
      return ExitCode.REFUSED;
    }
    if (e instanceof DataException || e instanceof ModelLoadException) {
      return ExitCode.INPUT;
    }
    // What the library says of an argument is about what stood on the command line.
    return e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.INTERNAL;
  }

  /** A command line that cannot be parsed: there is no operation to ask for the format. */
  @Override
  public int handleParseException(ParameterException e, String[] given) {
    CommandLine line = e.getCommandLine();
    Common common = new Common();
    common.format = asksForJson() ? Format.JSON : Format.TEXT;
    int code = new Writer(line, common).failure(ExitCode.USAGE, e);
    line.getErr().println("Try 'mlops help' or '" + name(line) + " --help'.");
    return code;
  }

  private boolean asksForJson() {
    int at = args.indexOf("--format");
    boolean apart = at >= 0 && at + 1 < args.size() && args.get(at + 1).equalsIgnoreCase("json");
    return apart || args.stream().anyMatch(arg -> arg.equalsIgnoreCase("--format=json"));
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }

  /** Where answers and errors go. */
  private record Writer(CommandLine line, Common common) {
    void answer(Outcome outcome) {
      PrintWriter out = line.getOut();
      switch (common.format) {
        case TEXT -> out.print(outcome.shown());
        case JSON -> out.println(Json.pretty(envelope(outcome.code(), outcome.json())));
        case MARKDOWN -> out.print(outcome.report().toMarkdown());
      }
      out.flush();
      summary(outcome.report());
    }

    int failure(ExitCode code, Throwable e) {
      String sentence = sentence(code, e);
      line.getErr().println("mlops: " + sentence);
      if (common.stacktrace) {
        e.printStackTrace(line.getErr());
      }
      Report report = Report.titled(name(line)).add(Callout.fail(sentence));
      if (common.format == Format.JSON) {
        ObjectNode json = envelope(code, Json.object());
        json.put("error", sentence);
        line.getOut().println(Json.pretty(json));
      } else if (common.format == Format.MARKDOWN) {
        line.getOut().print(report.toMarkdown());
      }
      line.getOut().flush();
      try {
        summary(report);
      } catch (CliException second) {
        line.getErr().println("mlops: " + second.getMessage());
      }
      return code.code();
    }

    private ObjectNode envelope(ExitCode code, ObjectNode json) {
      json.put("format", FORMAT);
      json.put("command", line.getCommandName());
      json.put("outcome", code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      json.put("exit", code.code());
      return json;
    }

    private static String sentence(ExitCode code, Throwable e) {
      String message = Text.printable(String.valueOf(e.getMessage()), 2_000);
      if (code != ExitCode.INTERNAL || e instanceof MlopsException) {
        return message;
      }
      return "Internal error: "
          + e.getClass().getSimpleName()
          + ": "
          + message
          + ". --stacktrace shows where.";
    }

    /** A summary that cannot be written is found out before anything is done. */
    void requireSummary() {
      append("");
    }

    private void summary(Report report) {
      append(report.toMarkdown() + "\n");
    }

    private void append(String markdown) {
      @Nullable Path file = common.summary;
      if (file == null) {
        return;
      }
      try {
        Files.write(
            file,
            markdown.getBytes(UTF_8),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND,
            StandardOpenOption.WRITE);
      } catch (IOException | UncheckedIOException e) {
        throw new CliException(
            ExitCode.USAGE, "--summary: " + file + " cannot be written (" + e + ").", e);
      }
    }
  }
}
