/** Hint letters: short codes over places on the screen, typed to choose one. */

import { placed } from "./pane.js";
import type { Pane } from "./pane.js";

const LETTERS = [..."asdfjklgheiruwoqptyvncmxbz"];

/**
 * Codes so that none begins another: single letters as far as they reach, then pairs. Those that
 * come first get the short ones.
 */
export function hintCodes(count: number): string[] {
  const all = LETTERS.length;
  // `pairs` letters begin a pair; the others stand alone.
  let pairs = 0;
  while (pairs < all && all - pairs + pairs * all < count) pairs++;
  const codes = LETTERS.slice(0, all - pairs);
  for (const first of LETTERS.slice(all - pairs)) {
    for (const second of LETTERS) codes.push(first + second);
  }
  if (codes.length >= count) return codes.slice(0, count);
  return Array.from({ length: count }, (_, index) => triple(index));
}

function triple(index: number): string {
  const n = LETTERS.length;
  return [index / n / n, index / n, index].map((place) => LETTERS[Math.floor(place) % n]).join("");
}

/** A place that may be chosen, in the coordinates of its block. */
export interface Target {
  id: string;
  left: number;
  right: number;
  top: number;
  block: number;
}

/** Draws hints and says which one was typed. */
export class Hints {
  pane: Pane;
  codes: Map<string, string>;
  places: Target[];
  typed = "";
  look: (id: string) => "open" | "dim" | "chosen" = () => "open";

  /** @param first the block whose places get the shortest codes */
  constructor(pane: Pane, places: Target[], first: number) {
    this.pane = pane;
    const near = (place: Target) => Math.abs(place.block - first);
    const order = [...places].sort((a, b) => near(a) - near(b));
    const codes = hintCodes(order.length);
    this.codes = new Map(order.map((place, index) => [place.id, codes[index] ?? ""]));
    this.places = places;
  }

  draw() {
    this.remove();
    for (const place of this.places) {
      const code = this.codes.get(place.id);
      const look = this.look(place.id);
      if (!code || look === "dim") continue;
      const box = placed(`hint ${look}`, { left: place.left, right: place.left, top: place.top, bottom: place.top });
      box.style.width = box.style.height = "";
      const done = document.createElement("span");
      done.className = "done";
      const typed = code.startsWith(this.typed) ? this.typed : "";
      done.textContent = typed;
      box.append(done, code.slice(typed.length));
      if (this.typed && !typed && look !== "chosen") box.classList.add("out");
      this.pane.blocks[place.block]?.over.append(box);
    }
  }

  /** @returns the id that is chosen, "" if more letters are needed, null if there is no such hint */
  type(letter: string): string | null {
    const typed = this.typed + letter.toLowerCase();
    const open = [...this.codes].filter(([id, code]) => code.startsWith(typed) && this.look(id) === "open");
    if (!open.length) return null;
    const whole = open.find(([, code]) => code === typed);
    this.typed = whole ? "" : typed;
    return whole ? whole[0] : "";
  }

  remove() {
    for (const old of this.pane.element.querySelectorAll(".hint")) old.remove();
  }
}
