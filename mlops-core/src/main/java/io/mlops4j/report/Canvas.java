package io.mlops4j.report;

import java.util.List;

/** An SVG picture under construction: shapes by class, so that the style sheet sets the colours. */
final class Canvas {
  /** The mean advance of a 12-pixel system font, a little high so that labels never touch. */
  private static final double CHARACTER = 7.0;

  private static final int COLOURS = 8;

  private final Markup out;

  Canvas(Markup out) {
    this.out = out;
  }

  Canvas begin(String id, String kind, int width, int height, String title, String description) {
    out.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "class",
        kind,
        "viewBox",
        "0 0 " + width + " " + height,
        "role",
        "img",
        "aria-labelledby",
        id + "t " + id + "d");
    out.leaf("title", title, "id", id + "t").leaf("desc", description, "id", id + "d");
    return this;
  }

  void end() {
    out.close().newLine();
  }

  void line(String kind, double x1, double y1, double x2, double y2) {
    out.open("line", "class", kind, "x1", px(x1), "y1", px(y1), "x2", px(x2), "y2", px(y2)).close();
  }

  void text(String kind, double x, double y, String anchor, String text) {
    out.leaf("text", text, "class", kind, "x", px(x), "y", px(y), "text-anchor", anchor);
  }

  void circle(String kind, double x, double y, double radius, String tip) {
    out.open("circle", "class", kind, "cx", px(x), "cy", px(y), "r", px(radius));
    tip(tip);
    out.close();
  }

  void bar(String kind, double x, double y, double width, double height, String tip) {
    out.open(
        "rect",
        "class",
        kind,
        "x",
        px(x),
        "y",
        px(y),
        "width",
        px(Math.max(0, width)),
        "height",
        px(Math.max(0, height)),
        "rx",
        "1.5");
    tip(tip);
    out.close();
  }

  void polyline(String kind, List<double[]> points) {
    out.open("polyline", "class", kind, "points", coordinates(points)).close();
  }

  void polyline(String kind, List<double[]> points, String tip) {
    out.open("polyline", "class", kind, "points", coordinates(points));
    tip(tip);
    out.close();
  }

  void polygon(String kind, List<double[]> points) {
    out.open("polygon", "class", kind, "points", coordinates(points)).close();
  }

  private void tip(String tip) {
    out.leaf("title", tip);
  }

  private static String coordinates(List<double[]> points) {
    StringBuilder list = new StringBuilder();
    for (double[] point : points) {
      list.append(list.length() == 0 ? "" : " ")
          .append(px(point[0]))
          .append(',')
          .append(px(point[1]));
    }
    return list.toString();
  }

  /** The width of a label in pixels, estimated. */
  static double width(String text) {
    return CleanText.width(text) * CHARACTER;
  }

  /** The class of the n-th series: eight colours, then the same with dashed lines. */
  static String colour(int series) {
    return "c" + series % COLOURS + (series < COLOURS ? "" : " again");
  }

  /** One decimal; pictures are at most 860 wide, and values far outside are clipped here. */
  private static String px(double value) {
    long tenths = Math.round(Math.max(-9_999, Math.min(9_999, value)) * 10);
    String sign = tenths < 0 ? "-" : "";
    long size = Math.abs(tenths);
    return sign + size / 10 + (size % 10 == 0 ? "" : "." + size % 10);
  }
}
