package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.HistoryEntry;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.report.Cell;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what happened to a model. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Tells everything that ever happened to a model, oldest first.")
final class HistoryCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Option(names = "--last", paramLabel = "N", description = "Only the last N entries.")
  int last = Integer.MAX_VALUE;

  @Override
  Outcome run() {
    if (last < 1) {
      throw new CliException(ExitCode.USAGE, "--last: " + last + " (expected: 1 or more).");
    }
    try (ModelRegistry registry = target.reading()) {
      var handle = target.model(registry, model);
      List<HistoryEntry> all = handle.history();
      List<HistoryEntry> shown = all.subList(Math.max(0, all.size() - last), all.size());
      var json = Json.object();
      json.put("model", model);
      json.put("head", handle.head());
      json.put("total", all.size());
      ArrayNode entries = json.putArray("entries");
      List<List<Cell>> rows = new ArrayList<>();
      // Line by line: a table would cut the sentences.
      StringBuilder text = new StringBuilder();
      for (HistoryEntry entry : shown) {
        rows.add(
            List.of(
                Cell.of(entry.sequence()),
                Cell.of(entry.at()),
                Cell.of(sentence(entry)),
                Cell.of(entry.by())));
        entries.add(json(entry));
        text.append(
            String.format(
                Locale.ROOT,
                "%5d  %-20s  %s (%s)%n",
                entry.sequence(),
                entry.at().truncatedTo(ChronoUnit.SECONDS),
                sentence(entry),
                entry.by()));
      }
      text.append("Head of the log: ").append(handle.head()).append('\n');
      return Outcome.passed(
              json,
              Report.titled("History of " + model)
                  .subtitle("Head of the log: " + handle.head())
                  .add(new Table("", List.of("#", "when", "what", "by"), rows)))
          .withText(text.toString());
    }
  }

  private ObjectNode json(HistoryEntry entry) {
    ObjectNode json = Json.object();
    json.put("sequence", entry.sequence());
    json.put("kind", entry.kind().name());
    json.put("at", entry.at().toString());
    json.put("by", entry.by());
    json.put("reason", entry.reason());
    json.put("sentence", sentence(entry));
    if (entry.version() > 0) {
      json.put("version", entry.version());
    }
    entry.stage().ifPresent(stage -> json.put("stage", stage.name()));
    entry.replaced().ifPresent(replaced -> json.put("replaced", replaced));
    entry.digest().ifPresent(digest -> json.put("digest", digest));
    return json;
  }

  private String sentence(HistoryEntry entry) {
    String who = model + ":" + entry.version();
    String why = entry.reason().isEmpty() ? "" : ": " + entry.reason();
    String instead = entry.replaced().isPresent() ? " instead of " + replaced(entry) : "";
    return switch (entry.kind()) {
      case REGISTER -> who + " was registered";
      case MOVE -> who + " went to " + entry.stage().map(Enum::name).orElse("?") + why;
      case EVALUATE -> who + " was evaluated" + why;
      case REFUSE -> who + " was not promoted" + why;
      case PROMOTE -> who + " became champion" + instead + why;
      case ROLLBACK -> who + " became champion again" + instead + why;
      case QUARANTINE -> who + " was quarantined" + why;
      case FREEZE -> "promotions were frozen" + why;
      case UNFREEZE -> "promotions go on" + why;
      // What a newer registry knows is told by its name.
      default -> who + ": " + Decisions.word(entry.kind()) + why;
    };
  }

  private String replaced(HistoryEntry entry) {
    return model + ":" + entry.replaced().getAsInt();
  }
}
