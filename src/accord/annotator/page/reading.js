/**
 * Labelled text to be read and compared, not changed: paragraphs with one layer's marks and arrows.
 */

import { drawArcs, makeRoom, planArcs, svgElement } from "./arcs.js";
import { make } from "./dom.js";
import { Offsets, drawParagraph, paragraphs } from "./text.js";

/**
 * @typedef {{id: string, type: string, start: number, end: number}} Mention  in code points
 * @typedef {{id: string, type: string, head: string, tail: string}} Relation
 * @typedef {{mentions: Mention[], relations: Relation[]}} Labels
 */

/** Colours of style.css, c0 to c11; those of relations in the order of the labelling page. */
const COLOURS = 12;

/** One text and the schema's colours; draws any layer's labels of it. */
export class Reading {
  /** @param {string} text @param {any} schema the session's */
  constructor(text, schema) {
    this.text = text;
    this.offsets = new Offsets(text);
    this.spans = paragraphs(text);
    this.marks = new Map(schema.mentions.map((/** @type {any} */ m) => [m.type, `c${m.colour % COLOURS}`]));
    this.arrows = new Map(schema.relations.map((/** @type {any} */ r, /** @type {number} */ n) =>
      [r.type, { colour: `c${(n * 5 + 4) % COLOURS}`, symmetric: r.symmetric }]));
  }

  /** @param {{start: number, end: number}} span in code points @returns {string} */
  words(span) {
    return this.text.slice(this.offsets.toUnits(span.start), this.offsets.toUnits(span.end));
  }

  /** @param {{start: number}} span in code points @returns {number} index of its paragraph, or -1 */
  paragraph(span) {
    const start = this.offsets.toUnits(span.start);
    return this.spans.findIndex((each) => each.start <= start && start < each.end);
  }

  /**
   * A paragraph with a layer's labels; `finish` draws the arrows once it stands in the page.
   * @param {number} index @param {Labels} labels @param {Set<string>} chosen ids to show as selected
   * @returns {{box: HTMLElement, finish: () => void}}
   */
  draw(index, labels, chosen) {
    const span = this.spans[index];
    const marks = labels.mentions.map((m) => ({
      ...m,
      start: this.offsets.toUnits(m.start),
      end: this.offsets.toUnits(m.end),
      classes: chosen.has(m.id) ? ["selected"] : [],
    })).filter((m) => m.start >= span.start && m.end <= span.end);
    const here = new Set(marks.map((m) => m.id));
    const arrows = labels.relations.filter((r) => here.has(r.head) || here.has(r.tail)).map((r) => ({
      ...r, .../** @type {any} */ (this.arrows.get(r.type)), classes: chosen.has(r.id) ? ["selected"] : [],
    }));
    const words = make("p", { class: "words", dir: "auto" });
    const arcs = /** @type {SVGSVGElement} */ (svgElement("svg", { class: "arcs", "aria-hidden": "true" }));
    const box = make("div", { class: "paragraph" }, arcs, words);
    drawParagraph(words, this.text, span, marks, (mark) => this.marks.get(mark.type) ?? "c8");
    const finish = () => {
      const plan = planArcs(box, arrows, (arrow, side) => this.far(arrow, side, labels));
      makeRoom(words, plan);
      drawArcs(arcs, box, plan);
    };
    return { box, finish };
  }

  /** @param {any} arrow @param {"head" | "tail"} side @param {Labels} labels */
  far(arrow, side, labels) {
    const id = side === "head" ? arrow.tail : arrow.head;
    const other = labels.mentions.find((m) => m.id === id);
    return other ? `→ ${short(this.words(other), 22)}` : "?";
  }
}

/** @param {string} text @param {number} most */
export function short(text, most) {
  const flat = text.replace(/\s+/gu, " ");
  return flat.length <= most ? flat : `${flat.slice(0, most - 1)}…`;
}

/** @param {unknown} error What went wrong, and what to do. */
export const messageOf = (error) =>
  (error instanceof Error ? `${error.message} ${/** @type {any} */ (error).hint ?? ""}`.trim() : String(error));
