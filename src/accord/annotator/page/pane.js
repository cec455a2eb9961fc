/**
 * The text with its marks, arrows and cursor. Paragraph by paragraph: only what changed is drawn
 * again, and arrows only near what is on the screen.
 */

import { drawArcs, makeRoom, planArcs, svgElement } from "./arcs.js";
import { paragraphAt } from "./document.js";
import { short } from "./rules.js";
import { drawParagraph, lineBoxes } from "./text.js";

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./document.js").Doc} Doc
 * @typedef {{box: HTMLElement, words: HTMLElement, arcs: SVGSVGElement, over: HTMLElement,
 *   drawn: string, arrows: string, near: boolean}} Paragraph
 */

export class Pane {
  /** @param {Desk} desk @param {HTMLElement} element */
  constructor(desk, element) {
    this.desk = desk;
    this.element = element;
    /** @type {Paragraph[]} */
    this.paragraphs = [];
    /** @type {"all" | "near" | "none"} */
    this.arrows = "all";
    this.hovered = "";
    this.colours = new Map(desk.schema.mentions.map((type) => [type.type, type.colour]));
    this.relationTypes = new Map(desk.schema.relations.map((type) => [type.type, type]));
    this.watch = new IntersectionObserver((entries) => this.approached(entries), {
      root: element,
      rootMargin: "800px 0px",
    });
    let width = 0;
    new ResizeObserver(([entry]) => {
      if (entry.contentRect.width === width) return;
      width = entry.contentRect.width;
      for (const paragraph of this.paragraphs) paragraph.arrows = "stale";
      this.draw();
    }).observe(element);
  }

  /** A document has been opened: all of it is drawn anew. */
  build() {
    this.watch.disconnect();
    const doc = this.desk.doc;
    this.paragraphs = (doc?.spans ?? []).map((_, index) => {
      const box = document.createElement("div");
      box.className = "paragraph";
      box.dataset.paragraph = String(index);
      const words = document.createElement("p");
      words.className = "words";
      words.dir = "auto";
      const arcs = /** @type {SVGSVGElement} */ (svgElement("svg", { class: "arcs", "aria-hidden": "true" }));
      const over = document.createElement("div");
      over.className = "over";
      over.setAttribute("aria-hidden", "true");
      box.append(arcs, words, over);
      return { box, words, arcs, over, drawn: "", arrows: "", near: false };
    });
    const empty = document.createElement("p");
    empty.className = "empty";
    empty.textContent = "This document has no text.";
    this.element.replaceChildren(...(this.paragraphs.length ? this.paragraphs.map((p) => p.box) : [empty]));
    this.element.scrollTop = 0;
    for (const paragraph of this.paragraphs) this.watch.observe(paragraph.box);
    // What the observer will find near at first, so that the first picture is already whole.
    const reach = this.element.clientHeight + 800;
    this.draw();
    for (const paragraph of this.paragraphs) paragraph.near = paragraph.box.offsetTop < reach;
    this.draw();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  approached(entries) {
    let some = false;
    for (const entry of entries) {
      const paragraph = this.paragraphs[Number(/** @type {HTMLElement} */ (entry.target).dataset.paragraph)];
      if (!paragraph) continue;
      paragraph.near = entry.isIntersecting;
      some ||= entry.isIntersecting;
    }
    if (some) this.draw();
  }

  /** Draws what differs from what is on the page. */
  draw() {
    const doc = this.desk.doc;
    if (!doc || doc.spans.length !== this.paragraphs.length) return;
    const { marks, relations, places } = this.byParagraph(doc);
    const problems = new Set(doc.problems.flatMap((problem) => problem.ids));
    /** @type {{paragraph: Paragraph, arrows: import("./lanes.js").Arrow[], key: string}[]} */
    const stale = [];
    for (const [index, paragraph] of this.paragraphs.entries()) {
      const drawn = marks[index].map((mark) => ({ ...mark, classes: classesOf(mark, problems) }));
      const key = drawn.map((m) => `${m.id} ${m.type} ${m.start} ${m.end} ${m.classes} ${m.score ?? ""}`).join("|");
      if (key !== paragraph.drawn || !paragraph.words.firstChild) {
        drawParagraph(paragraph.words, doc.text, doc.spans[index], drawn, (mark) => this.colours.get(mark.type) ?? "c8");
        paragraph.drawn = key;
        paragraph.arrows = "stale";
      }
      if (!paragraph.near) continue;
      const shown = relations[index].filter((r) => this.arrows === "all" || (this.arrows === "near" && this.isNear(r)));
      const wanted = shown.map((r) => `${r.id} ${r.type} ${r.head} ${r.tail} ${classesOf(r, problems)} ${r.score ?? ""}`).join("|");
      if (wanted === paragraph.arrows) continue;
      const arrows = shown.map((relation) => {
        const type = this.relationTypes.get(relation.type);
        return {
          ...relation,
          symmetric: type?.symmetric,
          colour: type?.colour ?? "c8",
          classes: classesOf(relation, problems),
        };
      });
      stale.push({ paragraph, arrows, key: wanted });
    }
    this.drawArrows(doc, places, stale);
    this.emphasise();
    this.drawCursor();
    this.drawNotes(doc);
    this.desk.mode?.redraw?.();
  }

  /**
   * First all is measured, then all lines get room, then all is drawn: two layouts, not two each.
   * @param {Doc} doc @param {Map<string, number>} places
   * @param {{paragraph: Paragraph, arrows: import("./lanes.js").Arrow[], key: string}[]} stale
   */
  drawArrows(doc, places, stale) {
    const marks = new Map(doc.marks.map((mark) => [mark.id, mark]));
    const plans = stale.map(({ paragraph, arrows }) =>
      planArcs(paragraph.box, arrows, (arrow, here) => {
        const other = marks.get(here === "head" ? arrow.tail : arrow.head);
        if (!other) return "?";
        const there = places.get(other.id) ?? 0;
        const up = there < Number(paragraph.box.dataset.paragraph);
        return `${up ? "↑" : "↓"} ${short(doc.text.slice(other.start, other.end), 22)}`;
      }),
    );
    for (const [index, { paragraph }] of stale.entries()) makeRoom(paragraph.words, plans[index]);
    for (const [index, { paragraph, key }] of stale.entries()) {
      drawArcs(paragraph.arcs, paragraph.box, plans[index]);
      paragraph.arrows = key;
    }
  }

  /** @param {Doc} doc */
  byParagraph(doc) {
    const marks = doc.spans.map(() => /** @type {import("./document.js").Mark[]} */ ([]));
    const relations = doc.spans.map(() => /** @type {import("./document.js").Relation[]} */ ([]));
    /** @type {Map<string, number>} */
    const places = new Map();
    for (const mark of doc.marks) {
      const index = paragraphAt(doc, mark.start);
      if (index < 0) continue;
      marks[index].push(mark);
      places.set(mark.id, index);
    }
    for (const relation of doc.relations) {
      const found = new Set([places.get(relation.head), places.get(relation.tail)]);
      for (const index of found) if (index !== undefined) relations[index].push(relation);
    }
    return { marks, relations, places };
  }

  /** What the selection or the pointer is on, and what belongs to it. */
  near() {
    const { selection, doc } = this.desk;
    const id = this.hovered || (selection && selection.kind !== "words" ? selection.id : "");
    if (!id || !doc) return null;
    const own = doc.relations.find((relation) => relation.id === id);
    const relations = own ? [own] : doc.relations.filter((r) => r.head === id || r.tail === id);
    return { relations: new Set(relations.map((r) => r.id)), marks: new Set([id, ...relations.flatMap((r) => [r.head, r.tail])]) };
  }

  /** @param {import("./document.js").Relation} relation */
  isNear(relation) {
    return this.near()?.relations.has(relation.id) ?? false;
  }

  /** Shows which arrows and marks belong to what is selected or under the pointer. */
  emphasise() {
    const near = this.near();
    const { selection } = this.desk;
    for (const element of this.element.querySelectorAll(".near, .selected, .focused")) {
      element.classList.remove("near", "selected", "focused");
    }
    if (near) {
      for (const { box, arcs, near: drawn } of this.paragraphs) {
        if (!drawn) continue;
        let some = false;
        for (const arc of arcs.children) {
          if (!near.relations.has(/** @type {SVGElement} */ (arc).dataset.relation ?? "")) continue;
          arc.classList.add("near");
          some = true;
        }
        if (some) arcs.classList.add("focused");
        for (const id of near.marks) {
          for (const mark of box.querySelectorAll(`mark[data-id="${CSS.escape(id)}"]`)) mark.classList.add("near");
        }
      }
    }
    if (!selection || selection.kind === "words") return;
    const attribute = selection.kind === "mark" ? "mark[data-id" : "[data-relation";
    for (const element of this.element.querySelectorAll(`${attribute}="${CSS.escape(selection.id)}"]`)) {
      element.classList.add("selected");
    }
  }

  /** @param {string} id a mark's or relation's, "" for none */
  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    if (this.arrows === "near") this.draw();
    else this.emphasise();
  }

  /** The selected words, as boxes over the text. */
  drawCursor() {
    for (const old of this.element.querySelectorAll(".cursor")) old.remove();
    const { selection, doc } = this.desk;
    if (!selection || !doc || selection.kind === "relation") return;
    const paragraph = this.paragraphs[paragraphAt(doc, selection.start)];
    if (!paragraph) return;
    const frame = paragraph.box.getBoundingClientRect();
    const boxes = lineBoxes(paragraph.words, selection, frame);
    paragraph.over.append(...boxes.map((box) => placed(`cursor on-${selection.kind}`, box)));
  }

  /** @param {Doc} doc A small flag where a note stands. */
  drawNotes(doc) {
    for (const old of this.element.querySelectorAll(".note-flag")) old.remove();
    for (const note of doc.notes) {
      const paragraph = this.paragraphs[paragraphAt(doc, note.start)];
      if (!paragraph) continue;
      const [box] = lineBoxes(paragraph.words, note, paragraph.box.getBoundingClientRect());
      if (!box) continue;
      const flag = placed(`note-flag${note.pending ? " pending" : ""}`, { ...box, right: box.left + 14 });
      flag.dataset.note = note.id;
      flag.title = note.text;
      paragraph.over.append(flag);
    }
  }

  /** Brings the selection onto the screen, its paragraph drawn first. */
  reveal() {
    const { selection, doc } = this.desk;
    if (!selection || !doc) return;
    const paragraph = this.paragraphs[paragraphAt(doc, selection.start)];
    if (!paragraph) return;
    if (!paragraph.near) {
      paragraph.near = true;
      this.draw();
    }
    const [box] = lineBoxes(paragraph.words, selection, this.element.getBoundingClientRect());
    if (!box) return;
    const height = this.element.clientHeight;
    const margin = Math.min(110, height / 4);
    if (box.top < margin) this.element.scrollTop += box.top - margin;
    else if (box.bottom > height - margin / 2) this.element.scrollTop += box.bottom - height + margin / 2;
  }

  /** Marks that are on the screen, in text order, with the place of their first line.
   * @returns {{id: string, left: number, top: number, right: number, paragraph: number}[]} */
  visibleMarks() {
    const view = this.element.getBoundingClientRect();
    const found = [];
    const seen = new Set();
    for (const [index, { box, near }] of this.paragraphs.entries()) {
      if (!near) continue;
      const frame = box.getBoundingClientRect();
      if (frame.bottom < view.top || frame.top > view.bottom) continue;
      for (const mark of box.querySelectorAll("mark")) {
        const id = /** @type {HTMLElement} */ (mark).dataset.id ?? "";
        const [first] = mark.getClientRects();
        if (!first || seen.has(id) || first.bottom < view.top || first.top > view.bottom) continue;
        seen.add(id);
        found.push({ id, left: first.left - frame.left, right: first.right - frame.left, top: first.top - frame.top, paragraph: index });
      }
    }
    return found;
  }

  /** Words that are on the screen. @param {number} [only] one paragraph's
   * @returns {{word: {start: number, end: number}, left: number, top: number, right: number, paragraph: number}[]} */
  visibleWords(only) {
    const view = this.element.getBoundingClientRect();
    const found = [];
    for (const [index, { box, words }] of this.paragraphs.entries()) {
      const frame = box.getBoundingClientRect();
      if ((only !== undefined && index !== only) || frame.bottom < view.top || frame.top > view.bottom) continue;
      for (const word of this.desk.words(index)) {
        const [first] = lineBoxes(words, word, frame);
        if (!first || first.bottom + frame.top < view.top || first.top + frame.top > view.bottom) continue;
        found.push({ word, left: first.left, right: first.right, top: first.top, paragraph: index });
      }
    }
    return found;
  }
}

/** @param {{ghost: boolean, pending: boolean, id: string}} label @param {Set<string>} problems */
function classesOf(label, problems) {
  const classes = [];
  if (label.ghost) classes.push("ghost");
  if (label.pending) classes.push("pending");
  if (problems.has(label.id)) classes.push("problem");
  return classes;
}

/** An element over the text. @param {string} name its classes
 * @param {{left: number, right: number, top: number, bottom: number}} box @returns {HTMLElement} */
export function placed(name, box) {
  const element = document.createElement("div");
  element.className = name;
  element.style.left = `${box.left}px`;
  element.style.top = `${box.top}px`;
  element.style.width = `${box.right - box.left}px`;
  element.style.height = `${box.bottom - box.top}px`;
  return element;
}
