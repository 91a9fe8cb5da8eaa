package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.StringReader;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/**
 * Nothing a user writes can become markup. The pages are parsed by the XML parser of the JDK; a
 * page of hostile strings must have exactly the elements and attributes of a page of harmless ones.
 */
class HtmlSafetyTest {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "lang",
          "charset",
          "http-equiv",
          "content",
          "name",
          "class",
          "datetime",
          "scope",
          "id",
          "tabindex",
          "role",
          "aria-labelledby",
          "viewBox",
          "xmlns",
          "x",
          "y",
          "x1",
          "x2",
          "y1",
          "y2",
          "cx",
          "cy",
          "r",
          "rx",
          "width",
          "height",
          "points",
          "text-anchor");

  private static final Set<String> ELEMENTS =
      Set.of(
          "html",
          "head",
          "meta",
          "title",
          "style",
          "body",
          "main",
          "header",
          "h1",
          "h2",
          "h3",
          "p",
          "time",
          "div",
          "span",
          "section",
          "dl",
          "dt",
          "dd",
          "table",
          "caption",
          "thead",
          "tbody",
          "tr",
          "th",
          "td",
          "figure",
          "figcaption",
          "ul",
          "li",
          "svg",
          "desc",
          "line",
          "text",
          "circle",
          "rect",
          "polyline",
          "polygon");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "</title></style></script><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' autofocus onfocus='alert(1)",
        "]]>",
        "<![CDATA[x]]>",
        "<!-- x --> -->",
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
        "&lt;b&gt;&#60;script&#62;",
        "<?xml version='1.0'?>",
        "javascript:alert(1)",
        "${jndi:ldap://x}{{7*7}}",
        "a\u0000b\u001b[31mc\ud800d\uffffe\u202ef",
        "url(https://example.com/x.png)",
      })
  void toHtml_hostileStringsEverywhere_haveTheStructureOfHarmlessOnes(String hostile)
      throws Exception {
    Document page = parse(everywhere(hostile).toHtml());

    assertThat(skeleton(page)).isEqualTo(skeleton(parse(everywhere("harmless").toHtml())));
    String seen = CleanText.line(hostile, "text");
    assertThat(first(page, "h1").getTextContent()).isEqualTo(seen);
    assertThat(first(page, "dt").getTextContent()).isEqualTo(seen);
    assertThat(first(page, "td").getTextContent()).isEqualTo(seen);
    assertThat(first(page, "figcaption").getTextContent()).isEqualTo(seen);
    assertThat(first(page, "li").getTextContent()).isEqualTo(seen);
  }

  @Property(tries = 150)
  void toHtml_anyStrings_haveTheStructureOfHarmlessOnes(@ForAll("texts") String text)
      throws Exception {
    Document page = parse(everywhere("t" + text).toHtml());

    assertThat(skeleton(page)).isEqualTo(skeleton(parse(everywhere("harmless").toHtml())));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(60),
        Arbitraries.of(
                "<", ">", "&", "\"", "'", "/", "=", "]]>", "<!--", "-->", "script", "&#", ";", " ",
                "svg", "on", "\u0000", "\u202e", "x")
            .list()
            .ofMaxSize(12)
            .map(parts -> String.join("", parts)));
  }

  @Test
  void toHtml_sample_usesNothingThatRunsOrLoads() throws Exception {
    String html = SampleReport.build().toHtml();
    Set<String> elements = new TreeSet<>();
    Set<String> attributes = new TreeSet<>();
    collect(parse(html).getDocumentElement(), elements, attributes);

    assertThat(ELEMENTS).containsAll(elements);
    assertThat(ATTRIBUTES).containsAll(attributes);
    assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:");
    assertThat(html)
        .contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-")
        .doesNotContain("url(", "@import", "@font-face", "expression(");
  }

  @Test
  void style_passesEscapingUnchanged_soItsHashIsThatOfThePage() {
    assertThat(Markup.escape(Style.SHEET)).isEqualTo(Style.SHEET);
    assertThat(Style.SHEET).doesNotContain("\r");
    assertThat(Style.POLICY).startsWith("default-src 'none'; style-src 'sha256-");
  }

  @Test
  void markup_isTheOnlyHolderOfOutput() {
    // A renderer that built markup itself would need a text buffer of its own in a field, or a
    // method of Markup that takes finished markup; the only public way in is text and attributes.
    for (Class<?> renderer :
        List.of(
            HtmlRenderer.class,
            HtmlCharts.class,
            Canvas.class,
            XyPlot.class,
            BarPlot.class,
            IntervalPlot.class)) {
      assertThat(Arrays.stream(renderer.getDeclaredFields()).map(field -> (Object) field.getType()))
          .doesNotContain(StringBuilder.class, Appendable.class);
    }
    assertThat(
            Arrays.stream(Markup.class.getDeclaredMethods())
                .filter(method -> !Modifier.isPrivate(method.getModifiers()))
                .map(method -> method.getName())
                .distinct())
        .containsExactlyInAnyOrder("open", "text", "leaf", "close", "newLine", "finish", "escape");
  }

  @Test
  void markup_namesThatAreNotNames_areRefused() {
    for (String name : List.of("", "a b", "a>", "1a", "\u00e9", "a\"")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Markup().open(name));
      assertThatIllegalArgumentException().isThrownBy(() -> new Markup().open("p", name, "v"));
    }
    for (String name : List.of("onclick", "href", "src", "style")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Markup().open("p", name, "v"));
    }
    assertThatIllegalStateException().isThrownBy(() -> new Markup().open("p").finish());
  }

  @Property
  void escape_anyString_isTextInXmlAndReadsBack(@ForAll String text) throws Exception {
    Document page = parse("<p a=\"" + Markup.escape(text) + "\">" + Markup.escape(text) + "</p>");
    String readable = text.codePoints().allMatch(c -> c >= 0x20 && c < 0x7f) ? text : null;

    assertThat(page.getDocumentElement().getChildNodes().getLength()).isLessThanOrEqualTo(1);
    if (readable != null) {
      assertThat(page.getDocumentElement().getTextContent()).isEqualTo(readable);
      assertThat(page.getDocumentElement().getAttribute("a")).isEqualTo(readable);
    }
  }

  @Test
  void toHtml_oneMegabyteEverywhere_isBounded() throws Exception {
    String html = everywhere("<".repeat(1 << 20)).toHtml();

    assertThat(html).hasSizeLessThan(2_500_000);
    parse(html);
  }

  /** A report with the text in every place that takes one. */
  private static Report everywhere(String text) {
    String t = text;
    double[] x = {1, 2};
    Instant now = Instant.EPOCH;
    List<Instant> times = List.of(now, now.plusSeconds(9));
    return Report.titled(t)
        .subtitle("s" + t)
        .add(
            Section.titled(t).add(Section.titled(t)),
            Text.of(t),
            Callout.fail(t),
            KeyValues.of(t, t).and("k" + t, Cell.badge(Status.INFO, t)),
            Table.of(t, t, "n").caption("c" + t).row(1, t, 2).row(t, Cell.badge(Status.PASS, t), 1),
            LineChart.titled(t)
                .xLabel("x" + t)
                .yLabel("y" + t)
                .series(t, x, x)
                .threshold(t, 1)
                .marker(t, 1),
            LineChart.titled(t).series(Series.of(t, times, x).interval(x, x)),
            ScatterChart.calibration(t).xLabel("x" + t).yLabel("y" + t).points(t, x, x),
            BarChart.titled(t, List.of(t, t))
                .categoryLabel("c" + t)
                .valueLabel("v" + t)
                .bars(t, 1, 2),
            BarChart.histogram(t, 0, 1, 2).categoryLabel("c" + t).valueLabel("v" + t).bars(t, 1, 2),
            IntervalChart.titled(t, List.of(t, t))
                .valueLabel("v" + t)
                .estimates(t, x, x, x)
                .reference("r" + t, 1),
            ParallelChart.titled(t).axis(t, t, "b" + t).axis("a" + t).line(t, 0, 1).line(t, 1, 2),
            CurveChart.titled(t)
                .labels("x" + t, "y" + t)
                .series(Series.of(t, x, x))
                .behind(Series.of(t, x, x)),
            new LineChart(t, "", "", List.of(), Map.of(), Map.of()));
  }

  private static Document parse(String html) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    factory.setExpandEntityReferences(false);
    // Newer JDKs count the page itself as an entity, and allow 100,000 characters.
    factory.setAttribute("jdk.xml.maxGeneralEntitySizeLimit", "50000000");
    factory.setAttribute("jdk.xml.totalEntitySizeLimit", "50000000");
    String xml = html.startsWith("<!DOCTYPE html>\n") ? html.substring(16) : html;
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(null);
    return builder.parse(new InputSource(new StringReader(xml)));
  }

  private static Element first(Document page, String element) {
    return (Element) page.getElementsByTagName(element).item(0);
  }

  /** Names of elements and attributes in document order, and every class; no text, no numbers. */
  private static String skeleton(Document page) {
    StringBuilder out = new StringBuilder();
    skeleton(page.getDocumentElement(), out);
    return out.toString();
  }

  private static void skeleton(Element element, StringBuilder out) {
    String kind = element.getAttribute("class");
    // Long facts are set smaller: the one class that depends on a text.
    out.append('<').append(element.getTagName()).append(' ').append(kind.replace("long", "short"));
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      out.append(' ').append(element.getAttributes().item(i).getNodeName());
    }
    out.append('>');
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        skeleton(child, out);
      } else {
        assertThat(node.getNodeType()).isEqualTo(Node.TEXT_NODE);
      }
    }
    out.append("</>");
  }

  private static void collect(Element element, Set<String> elements, Set<String> attributes) {
    elements.add(element.getTagName());
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      attributes.add(element.getAttributes().item(i).getNodeName());
    }
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        collect(child, elements, attributes);
      }
    }
  }
}
