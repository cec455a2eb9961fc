/** What of the text is on the screen: marks and words that letters can be put over. */

import { paragraphAt } from "./document.js";
import { lineBoxes } from "./text.js";
import type { Target } from "./hints.js";
import type { Block, Pane } from "./pane.js";
import type { Span } from "./text.js";

/** Marks that are on the screen, in text order, with the place of their first line. */
export function visibleMarks(pane: Pane): Target[] {
  const found = [];
  const seen = new Set();
  for (const { index, block, frame, view } of shown(pane)) {
    for (const mark of block.words.querySelectorAll("mark")) {
      const id = mark.dataset.id ?? "";
      const [first] = mark.getClientRects();
      if (!first || seen.has(id) || first.bottom < view.top || first.top > view.bottom) continue;
      seen.add(id);
      found.push({ id, left: first.left - frame.left, right: first.right - frame.left, top: first.top - frame.top, block: index });
    }
  }
  return found;
}

/**
 * Words that are on the screen.
 * @param only one paragraph's
 */
export function visibleWords(pane: Pane, only?: number): (Omit<Target, "id"> & { word: Span })[] {
  const { desk } = pane;
  const found = [];
  for (const { index, block, frame, view } of shown(pane)) {
    if (!desk.doc || (only !== undefined && paragraphAt(desk.doc, block.span.start) !== only)) continue;
    for (const word of desk.wordsIn(block.span)) {
      const [first] = lineBoxes(block.words, word, frame);
      if (!first || first.bottom + frame.top < view.top || first.top + frame.top > view.bottom) continue;
      found.push({ word, left: first.left, right: first.right, top: first.top, block: index });
    }
  }
  return found;
}

/** The blocks that are on the screen, at least in part, once what is due has been drawn. */
function shown(pane: Pane): { index: number; block: Block; frame: DOMRect; view: DOMRect }[] {
  pane.now();
  const view = pane.element.getBoundingClientRect();
  const found = [];
  for (let index = pane.firstBelow(view.top); ; index++) {
    const block = pane.blocks[index];
    const frame = block?.box.getBoundingClientRect();
    if (!block || !frame || frame.top > view.bottom) return found;
    found.push({ index, block, frame, view });
  }
}
