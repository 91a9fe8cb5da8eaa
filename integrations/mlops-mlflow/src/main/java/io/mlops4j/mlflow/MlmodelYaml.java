package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML as a tree of mappings, lists and texts, and nothing else: no object is ever built from
 * a tag, no alias expanded. Built on the parser's events, so that depth and number of nodes are
 * bounded here, before anything is made of them, and no stack is deep.
 *
 * <p>Plain {@code null}, {@code true} and {@code false} are those; numbers stay as they are
 * written.
 */
final class MlmodelYaml {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 20_000;

  private final String what;
  private final Deque<JsonNode> open = new ArrayDeque<>();
  private @Nullable ObjectNode root;
  private @Nullable String key;
  private int nodes;
  private int documents;

  private MlmodelYaml(String what) {
    this.what = what;
  }

  static ObjectNode parse(byte[] bytes, String what) {
    MlmodelYaml reader = new MlmodelYaml(what);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel("MLmodel")
              .setCodePointLimit(Math.max(1, text.length()))
              .build();
      for (Event event : new Parse(settings).parseString(text)) {
        reader.accept(event);
      }
    } catch (CharacterCodingException e) {
      throw new MlflowException(what + " is not valid UTF-8.", e);
    } catch (YamlEngineException e) {
      throw reader.refused("is not valid YAML (" + problem(e) + ")");
    }
    ObjectNode result = reader.root;
    if (result == null) {
      throw reader.refused("is no YAML mapping");
    }
    return result;
  }

  private static String problem(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
      var mark = marked.getProblemMark().get();
      return Text.printable(String.valueOf(marked.getProblem()), 100)
          + ", line "
          + (mark.getLine() + 1);
    }
    return Text.printable(String.valueOf(e.getMessage()), 100);
  }

  private void accept(Event event) {
    switch (event.getEventId()) {
      case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
      case DocumentStart -> {
        if (++documents > 1) {
          throw refused("holds more than one document");
        }
      }
      case Alias ->
          throw refused("uses the alias *" + Text.printable(alias((AliasEvent) event), 32));
      case Scalar -> scalar((ScalarEvent) event);
      case MappingStart -> start((CollectionStartEvent) event, Json.object());
      case SequenceStart -> start((CollectionStartEvent) event, Json.object().arrayNode());
      case MappingEnd, SequenceEnd -> {
        open.pop();
        key = null;
      }
    }
  }

  private static String alias(AliasEvent event) {
    return event.getAlias().getValue();
  }

  private void start(CollectionStartEvent event, JsonNode node) {
    if (event.getTag().isPresent()) {
      throw tagged(event.getTag().get());
    }
    if (open.size() >= MAX_DEPTH) {
      throw refused("is nested deeper than " + MAX_DEPTH);
    }
    if (open.isEmpty()) {
      if (!(node instanceof ObjectNode object)) {
        throw refused("is no YAML mapping");
      }
      root = object;
    } else {
      add(node);
    }
    open.push(node);
    key = null;
  }

  private void scalar(ScalarEvent event) {
    if (event.getTag().isPresent()) {
      throw tagged(event.getTag().get());
    }
    if (open.isEmpty()) {
      throw refused("is no YAML mapping");
    }
    if (open.peek() instanceof ObjectNode object && key == null) {
      key = event.getValue();
      if (object.has(key)) {
        throw refused("says \"" + Text.printable(key, 64) + "\" twice");
      }
      return;
    }
    add(value(event));
  }

  private static JsonNode value(ScalarEvent event) {
    var nodes = Json.object();
    if (event.isPlain()) {
      switch (event.getValue()) {
        case "", "~", "null", "Null", "NULL" -> {
          return nodes.nullNode();
        }
        case "true", "True" -> {
          return nodes.booleanNode(true);
        }
        case "false", "False" -> {
          return nodes.booleanNode(false);
        }
        default -> {}
      }
    }
    return nodes.textNode(event.getValue());
  }

  private void add(JsonNode node) {
    if (++nodes > MAX_NODES) {
      throw refused("holds more than " + MAX_NODES + " values");
    }
    JsonNode parent = open.peek();
    if (parent instanceof ObjectNode object) {
      if (key == null) {
        throw refused("uses a mapping or list as a key");
      }
      object.set(key, node);
      key = null;
    } else if (parent instanceof ArrayNode array) {
      array.add(node);
    }
  }

  private MlflowException tagged(String tag) {
    return refused(
        "carries the tag " + Text.printable(tag, 64) + ", and no object is built from one");
  }

  private MlflowException refused(String why) {
    return new MlflowException(what + " " + why + ". MLflow writes a plain YAML mapping.");
  }
}
