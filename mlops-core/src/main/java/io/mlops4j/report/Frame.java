package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The plot area of a picture with two axes: margins that fit the labels, grid lines, tick labels.
 */
record Frame(Scale x, Scale y, double left, double right, double top, double bottom) {
  private static final double GAP = 14;
  private static final double LABEL_HEIGHT = 4;

  double px(double value) {
    return x.pixel(value, left, right);
  }

  double py(double value) {
    return y.pixel(value, bottom, top);
  }

  /** The left margin that fits the labels of an axis. */
  static double marginFor(Scale y) {
    double widest = 0;
    for (Tick tick : y.ticks()) {
      widest = Math.max(widest, Canvas.width(tick.label()));
    }
    return widest + 12;
  }

  void drawAxes(Canvas canvas, String xLabel, String yLabel, boolean verticalGrid) {
    for (Tick tick : y.ticks()) {
      double at = py(tick.at());
      canvas.line(tick.at() == 0 ? "axis" : "grid", left, at, right, at);
      canvas.text("tick", left - 8, at + LABEL_HEIGHT, "end", tick.label());
    }
    for (Tick tick : spread(x.ticks())) {
      double at = px(tick.at());
      if (verticalGrid) {
        canvas.line("grid", at, top, at, bottom);
      } else {
        canvas.line("axis", at, bottom, at, bottom + 4);
      }
      canvas.text("tick", at, bottom + 18, "middle", tick.label());
    }
    canvas.line("axis", left, bottom, right, bottom);
    double room = (right - left) / Canvas.width("x");
    if (!xLabel.isEmpty()) {
      String fit = CleanText.fit(xLabel, (int) room);
      canvas.text("label", (left + right) / 2, bottom + 38, "middle", fit);
    }
    if (!yLabel.isEmpty()) {
      String fit = CleanText.fit(yLabel, (int) (right / Canvas.width("x")));
      canvas.text("label", 0, 12, "start", fit);
    }
  }

  /** The ticks whose labels do not touch: every one, or every second, third, ... */
  private List<Tick> spread(List<Tick> ticks) {
    for (int step = 1; step < ticks.size(); step++) {
      List<Tick> kept = new ArrayList<>();
      boolean touching = false;
      double end = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < ticks.size(); i += step) {
        double half = Canvas.width(ticks.get(i).label()) / 2;
        double at = px(ticks.get(i).at());
        touching |= at - half < end + GAP / 2;
        end = at + half;
        kept.add(ticks.get(i));
      }
      if (!touching) {
        return kept;
      }
    }
    return ticks.isEmpty() ? ticks : ticks.subList(0, 1);
  }
}
