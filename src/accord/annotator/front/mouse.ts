/** Everything by mouse, pen or finger: selecting, clicking, and dragging from mark to mark. */

import { nativeSelection, outwards } from "./cursor.js";
import { svgElement } from "./arcs.js";
import { labelMenu, typeMenu } from "./menus.js";
import { pairing, relate } from "./labelling.js";
import { short, whyNone } from "./rules.js";
import { firstAtLeast, textOffset } from "./text.js";
import { paragraphAt } from "./document.js";
import type { Acts } from "./menus.js";
import type { Desk } from "./desk.js";
import type { Menu } from "./menu.js";
import type { Pane } from "./pane.js";

export interface Press {
  mark: string;
  x: number;
  y: number;
  shift: boolean;
  linking: boolean;
}

const MOVED = 5;

export class Mouse {
  desk: Desk;
  pane: Pane;
  menu: Menu;
  acts: Acts;
  press: Press | null = null;
  /** Whether a finger does it. */
  touch = false;
  /** What is drawn from a mark to the pointer. */
  line = svgElement("svg", { class: "link-line", "aria-hidden": "true" });

  constructor(desk: Desk, pane: Pane, menu: Menu, acts: Acts) {
    this.desk = desk;
    this.pane = pane;
    this.menu = menu;
    this.acts = acts;
    const text = pane.element;
    text.addEventListener("pointerdown", (event) => this.down(event));
    document.addEventListener("pointermove", (event) => this.move(event));
    document.addEventListener("pointerup", (event) => this.up(event));
    document.addEventListener("pointercancel", () => this.stopLink());
    text.addEventListener("pointerover", (event) => pane.hover(labelAt(event.target)));
    text.addEventListener("pointerleave", () => pane.hover(""));
    text.addEventListener("contextmenu", (event) => this.context(event));
    document.addEventListener("selectionchange", () => this.touched());
  }

  down(event: PointerEvent) {
    if (event.button !== 0) return;
    const shift = event.shiftKey;
    // Shift and a click extends our selection, not the browser's.
    if (shift && !markAt(event.target)) event.preventDefault();
    this.press = { mark: markAt(event.target), x: event.clientX, y: event.clientY, shift, linking: false };
    this.touch = event.pointerType === "touch";
  }

  move(event: PointerEvent) {
    const press = this.press;
    if (!press?.mark || press.shift || this.touch || !(event.buttons & 1)) return;
    if (!press.linking && Math.hypot(event.clientX - press.x, event.clientY - press.y) < MOVED) return;
    const over = markAt(document.elementFromPoint(event.clientX, event.clientY));
    const fits = over && over !== press.mark && this.fits(press.mark, over);
    if (fits && !press.linking) {
      press.linking = true;
      document.body.classList.add("linking");
      document.body.append(this.line);
    }
    if (!press.linking) return;
    getSelection()?.removeAllRanges();
    this.drawLink(press, event, fits ? over : "");
  }

  fits(from: string, to: string) {
    const [head, tail] = [this.desk.mark(from), this.desk.mark(to)];
    return Boolean(head && tail && pairing(this.desk, head, tail).types.length);
  }

  drawLink(press: Press, event: PointerEvent, over: string) {
    for (const old of this.pane.element.querySelectorAll("mark.target")) old.classList.remove("target");
    if (over) {
      for (const mark of this.pane.element.querySelectorAll(`mark[data-id="${CSS.escape(over)}"]`)) mark.classList.add("target");
    }
    const origin = this.pane.element.querySelector(`mark[data-id="${CSS.escape(press.mark)}"]`)?.getClientRects()[0];
    const [x, y] = origin ? [(origin.left + origin.right) / 2, origin.top] : [press.x, press.y];
    const top = Math.min(y, event.clientY) - 26;
    this.line.replaceChildren(svgElement("path", { d: `M${x} ${y}C${x} ${top} ${event.clientX} ${top} ${event.clientX} ${event.clientY}` }));
  }

  stopLink() {
    this.press = null;
    document.body.classList.remove("linking");
    this.line.remove();
    for (const old of this.pane.element.querySelectorAll("mark.target")) old.classList.remove("target");
  }

  up(event: PointerEvent) {
    const press = this.press;
    if (!press) return;
    this.stopLink();
    const target = document.elementFromPoint(event.clientX, event.clientY);
    const over = markAt(target);
    if (press.linking) {
      if (over && over !== press.mark) relate(this.desk, this.menu, press.mark, over, { at: pointRect(event) });
      return;
    }
    if (!this.pane.element.contains(target)) return;
    const span = nativeSelection(this.desk);
    if (span && !press.shift && !this.touch) return this.selected(span, press.mark, over);
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOVED * 2 && !press.shift) return;
    this.click(event, target, press);
  }

  selected(span: { start: number; end: number }, from: string, over: string) {
    getSelection()?.removeAllRanges();
    this.desk.selectWords(span);
    this.menu.open({ ...typeMenu(this.desk, this.acts), at: this.menu.atSelection(), focus: false });
    const [head, tail] = [this.desk.mark(from), this.desk.mark(over)];
    if (head && tail && head !== tail && this.desk.doc) {
      this.desk.say(`Selected the words. ${whyNone(this.desk.schema, this.desk.doc, head, tail)}`);
    }
  }

  click(event: PointerEvent, target: Element | null, press: Press) {
    const { desk } = this;
    const label = labelAt(target);
    if (label && desk.mode?.mark && desk.mark(label)) {
      desk.mode.mark(label);
      return;
    }
    const note = target?.closest<HTMLElement>("[data-note]");
    if (note) return this.acts.note(note.dataset.note);
    if (press.shift) return this.extend(event);
    if (label) {
      // A second click on a mark goes to the one around it.
      if (desk.selection?.kind === "mark" && desk.selection.id === label && this.menu.isOpen) outwards(desk);
      else if (desk.mark(label)) desk.selectMark(label, { scroll: false });
      else desk.selectRelation(label, { scroll: false });
      if (desk.session.can_write) this.menu.open({ ...labelMenu(desk, this.menu, this.acts), at: pointRect(event), focus: false });
      return;
    }
    const word = this.wordAt(event);
    if (word) desk.selectWords(word);
  }

  extend(event: PointerEvent) {
    const word = this.wordAt(event);
    const { selection, doc } = this.desk;
    getSelection()?.removeAllRanges();
    if (!word || !doc) return;
    if (selection && paragraphAt(doc, selection.start) === paragraphAt(doc, word.start)) this.desk.selectWords(selection.anchor, word);
    else this.desk.selectWords(word);
    this.menu.open({ ...typeMenu(this.desk, this.acts), at: this.menu.atSelection(), focus: false });
  }

  /** @returns the word at the pointer */
  wordAt(event: MouseEvent): { start: number; end: number } | null {
    const doc = this.desk.doc;
    const place = caretAt(event.clientX, event.clientY);
    const offset = place && textOffset(place.node, place.offset);
    if (!doc || offset === null || offset === undefined) return null;
    const list = this.desk.words(paragraphAt(doc, offset));
    const index = firstAtLeast(list, (word) => (word.end >= offset ? 0 : -1));
    return list[Math.min(index, list.length - 1)] ?? null;
  }

  /** The right button: the menu of what is there. */
  context(event: MouseEvent) {
    const label = labelAt(event.target);
    if (!label && !this.desk.selection) return;
    if (!this.desk.session.can_write) return;
    event.preventDefault();
    if (label) {
      if (this.desk.mark(label)) this.desk.selectMark(label, { scroll: false });
      else this.desk.selectRelation(label, { scroll: false });
    }
    const options = this.desk.selection?.kind === "words" ? typeMenu(this.desk, this.acts) : labelMenu(this.desk, this.menu, this.acts);
    this.menu.open({ ...options, at: pointRect(event), focus: true });
  }

  /** With a finger the browser's own handles select; the types stand in the bar above. */
  touched() {
    if (!this.touch || this.press) return;
    const span = nativeSelection(this.desk);
    if (!span) return;
    this.desk.selectWords(span);
    this.desk.say(`“${short(this.desk.textOf(span))}” – choose a type above`);
  }
}

/** @returns id of the innermost mark, "" for none */
function markAt(target: EventTarget | null): string {
  return target instanceof Element ? target.closest<HTMLElement>("mark")?.dataset.id ?? "" : "";
}

/** @returns id of the mark or arrow, "" for none */
function labelAt(target: EventTarget | null): string {
  if (!(target instanceof Element)) return "";
  const arc = target.closest<SVGElement>("[data-relation]");
  return arc?.dataset.relation ?? markAt(target);
}

const pointRect = (event: MouseEvent) => new DOMRect(event.clientX, event.clientY, 0, 8);

function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  if (typeof document.caretPositionFromPoint === "function") {
    const found = document.caretPositionFromPoint(x, y);
    return found && { node: found.offsetNode, offset: found.offset };
  }
  // Browsers that do not have it yet know the older way.
  const range = document.caretRangeFromPoint(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
}
