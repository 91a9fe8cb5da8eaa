package io.mlops4j.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/*
 * The one escaping point of HTML and SVG. A renderer never holds the output, only a Markup, and a
 * Markup has no method that writes a string as it is: names of elements and attributes must be of a
 * closed alphabet, and everything else passes `escape`. So a renderer cannot be wrong, only ugly.
 *
 * Attributes that can run or load something (on..., href, src, style, ...) are refused by name. Even
 * the style sheet goes through `escape`, which leaves it as it is because it uses none of < > & " '.
 */

/** A writer of well-formed markup that escapes everything it is given. */
final class Markup {
  private static final Set<String> VOID = Set.of("meta");
  private static final Set<String> REFUSED =
      Set.of("href", "xlink:href", "src", "srcset", "srcdoc", "style", "action", "formaction");

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are pairs of a name and a value. */
  Markup open(String element, String... attributes) {
    out.append('<').append(name(element));
    for (int i = 0; i < attributes.length; i += 2) {
      String attribute = name(attributes[i]);
      if (attribute.startsWith("on") || REFUSED.contains(attribute)) {
        throw new IllegalArgumentException("attribute " + attribute + " is never written");
      }
      out.append(' ').append(attribute).append("=\"").append(escape(attributes[i + 1])).append('"');
    }
    if (VOID.contains(element)) {
      out.append("/>\n");
    } else {
      out.append('>');
      open.push(element);
    }
    return this;
  }

  Markup text(String text) {
    out.append(escape(text));
    return this;
  }

  /** Opens an element, writes a text and closes it. */
  Markup leaf(String element, String text, String... attributes) {
    return open(element, attributes).text(text).close();
  }

  Markup close() {
    out.append("</").append(open.pop()).append(">");
    return this;
  }

  /** A line break between blocks, so that the page can be read as text. */
  Markup newLine() {
    out.append('\n');
    return this;
  }

  /** The document. */
  String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return "<!DOCTYPE html>\n" + out;
  }

  private static String name(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) {
        throw new IllegalArgumentException("not the name of an element or attribute");
      }
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("not the name of an element or attribute");
    }
    return name;
  }

  /** Text that means itself inside an element and inside a quoted attribute, in HTML and in XML. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); ) {
      int code = text.codePointAt(i);
      i += Character.charCount(code);
      switch (code) {
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '&' -> escaped.append("&amp;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        case '\n' -> escaped.append('\n');
        default -> escaped.appendCodePoint(isXml(code) ? code : 0xfffd);
      }
    }
    return escaped.toString();
  }

  /** XML 1.0 section 2.2, less the control characters it only discourages. */
  private static boolean isXml(int code) {
    return code >= 0x20
        && !(code >= 0x7f && code <= 0x9f)
        && !(code >= 0xd800 && code <= 0xdfff)
        && (code & 0xfffe) != 0xfffe;
  }
}
