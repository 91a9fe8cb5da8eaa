package io.mlops4j.report;

import java.util.List;

/**
 * A heading and what belongs under it. Sections nest at most five deep, which is what HTML has
 * headings for.
 *
 * @param title the heading
 * @param blocks what belongs under it, in order
 */
public record Section(String title, List<Block> blocks) implements Block {
  private static final int MAX_DEPTH = 5;

  /** Copies the list and checks the nesting. */
  public Section {
    title = CleanText.title(title, "title");
    blocks = List.copyOf(blocks);
    int depth = depth(blocks) + 1;
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "Section '%s' nests %d deep (expected: 1..%d). Flatten it."
              .formatted(title, depth, MAX_DEPTH));
    }
  }

  /**
   * Returns a section without content.
   *
   * @param title the heading, not blank
   * @return an empty section
   */
  public static Section titled(String title) {
    return new Section(title, List.of());
  }

  /**
   * Returns this section with more blocks at its end.
   *
   * @param more what to add, in order
   * @return a longer section
   * @throws IllegalArgumentException if sections would nest more than five deep
   */
  public Section add(Block... more) {
    return new Section(title, Lists.plus(blocks, List.of(more)));
  }

  /** Recomputed per add: a report has tens of blocks, and every child is at most four deep. */
  private static int depth(List<Block> blocks) {
    int depth = 0;
    for (Block block : blocks) {
      if (block instanceof Section section) {
        depth = Math.max(depth, depth(section.blocks()) + 1);
      }
    }
    return depth;
  }
}
