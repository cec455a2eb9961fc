/** "Something else": an adjudicator's own mention or relation, made from what a layer has. */

import { make } from "./dom.js";
import { short } from "./reading.js";
import { fits } from "./rules.js";
import { firstAtLeast, words } from "./text.js";
import type { Reading } from "./reading.js";
import type { LayerLabels, OwnArrow, OwnMention } from "./compared.js";
import type { SchemaAnswer } from "./wire.js";

/** What there is to choose from. */
export interface Given {
  reading: Reading;
  schema: SchemaAnswer;
  /** What the adjudicator begins with. */
  label: OwnMention | OwnArrow;
  sheet: HTMLElement;
  sides: LayerLabels[];
}

type End = "head" | "tail";

export class OwnLabel {
  given: Given;
  done: (label: OwnMention | OwnArrow) => void;
  cancelled: () => void;
  label: OwnMention | OwnArrow;
  element: HTMLElement;
  /** Which end a click on a mark gives. */
  side: End = "head";

  constructor(given: Given, done: (label: OwnMention | OwnArrow) => void, cancelled: () => void) {
    this.given = given;
    this.done = done;
    this.cancelled = cancelled;
    const { label } = given;
    const relation = "head" in label;
    this.label = relation ? { type: label.type, head: bare(label.head), tail: bare(label.tail) } : bare(label);
    this.element = make("div", { class: "own", role: "group", "aria-label": "Something else" });
    this.pick = this.pick.bind(this);
    if (relation) given.sheet.addEventListener("click", this.pick, true);
    for (const mark of given.sheet.querySelectorAll("mark")) mark.classList.toggle("pickable", relation);
    this.draw();
  }

  /** Nothing listens any more. */
  close() {
    this.given.sheet.removeEventListener("click", this.pick, true);
    for (const mark of this.given.sheet.querySelectorAll("mark.pickable")) mark.classList.remove("pickable");
    this.element.remove();
  }

  /** @returns the types to choose from, with their keys */
  types(): { type: string; key: string; short: string }[] {
    const { schema } = this.given;
    if (!("head" in this.label)) return schema.mentions;
    const { head, tail } = this.label;
    return schema.relations.filter((type) => fits(type, head.type, tail.type));
  }

  draw() {
    const { reading } = this.given;
    const types = this.types();
    const { label } = this;
    if ("head" in label && types[0] && !types.some((t) => t.type === label.type)) label.type = types[0].type;
    const buttons = types.map((t) => make("button", {
      type: "button", title: t.short || undefined, "aria-pressed": String(t.type === this.label.type), onclick: () => this.choose(t.type),
    }, ...(t.key ? [make("kbd", { text: t.key }), " "] : []), t.type));
    const what = "head" in label ? this.arrow(label) : make("p", { class: "place-text" },
      make("bdi", { class: `end ${reading.marks.get(label.type) ?? "c8"}`, text: short(reading.words(label), 200) }));
    const how = "head" in label
      ? "Click a mark in any column for the end that is chosen; x turns the arrow; a key chooses its type."
      : "← → move the end by a word, with Shift the beginning; a key chooses the type.";
    this.element.replaceChildren(what,
      make("div", { class: "types-row", role: "group", "aria-label": "Type" }, ...buttons),
      ...(types.length ? [] : [make("p", { class: "warn", text: "The schema joins these two by nothing, in this direction." })]),
      make("div", { class: "acts" },
        ...("head" in label ? [this.step("Turn", "x", () => this.turn())] : [
          this.step("beginning ←", "", () => this.extend("start", -1)), this.step("→", "", () => this.extend("start", 1)),
          this.step("end ←", "", () => this.extend("end", -1)), this.step("→", "", () => this.extend("end", 1))]),
        make("button", { type: "button", class: "main", id: "take-own", disabled: !types.length, onclick: () => this.done(this.label) }, "Take it ", make("kbd", { text: "⏎" })),
        make("button", { type: "button", onclick: () => this.leave() }, "Cancel ", make("kbd", { text: "Esc" })),
        make("span", { class: "how", text: how })));
  }

  arrow(label: OwnArrow) {
    const { reading } = this.given;
    const end = (side: End) => make("button", {
      type: "button", "aria-pressed": String(this.side === side), title: `choose the ${side}`,
      onclick: () => { this.side = side; this.draw(); },
    }, `${side}: `, make("bdi", { class: `end ${reading.marks.get(label[side].type) ?? "c8"}`, text: short(reading.words(label[side]), 40) }));
    return make("div", { class: "acts" }, end("head"), make("span", { text: `${label.type} →` }), end("tail"));
  }

  step(label: string, key: string, act: () => void) {
    return make("button", { type: "button", onclick: act }, label, ...(key ? [" ", make("kbd", { text: key })] : []));
  }

  choose(type: string) {
    this.label.type = type;
    this.draw();
  }

  turn() {
    if (!("head" in this.label)) return;
    [this.label.head, this.label.tail] = [this.label.tail, this.label.head];
    this.draw();
  }

  /** Moves one border to the next word, within the paragraph. */
  extend(border: "start" | "end", step: 1 | -1) {
    const { reading } = this.given;
    const { label } = this;
    if ("head" in label) return;
    const span = reading.spans[reading.paragraph(label)];
    if (!span) return;
    const known = words(reading.text, span);
    const at = reading.offsets.toUnits(label[border]);
    const borders = known.map((word) => word[border]);
    const index = firstAtLeast(borders, (each) => each - at);
    const wanted = step > 0 ? borders.find((each) => each > at) : borders[index - 1];
    if (wanted === undefined) return;
    const moved = { ...label, [border]: reading.offsets.toPoints(wanted) };
    if (moved.start >= moved.end) return;
    this.label = moved;
    this.draw();
  }

  /** A click on a mark of any layer makes it an end. */
  pick(event: MouseEvent) {
    const mark = event.target instanceof Element ? event.target.closest("mark") : null;
    const cell = mark?.closest(".cell");
    if (!(mark instanceof HTMLElement) || !(cell instanceof HTMLElement)) return;
    event.preventDefault();
    event.stopPropagation();
    const found = this.given.sides.find((side) => side.layer === cell.dataset.layer)?.mentions.find((m) => m.id === mark.dataset.id);
    if (!found || !("head" in this.label)) return;
    this.label[this.side] = bare(found);
    this.side = this.side === "head" ? "tail" : "head";
    this.draw();
  }

  leave() {
    this.close();
    this.cancelled();
  }

  /** @returns whether the key meant something */
  press(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Escape") {
      this.leave();
      return true;
    }
    if (event.key === "Enter") {
      if (event.target instanceof Element && event.target.closest(".own button:not(#take-own)")) return false;
      if (this.types().length) this.done(this.label);
      return true;
    }
    const relation = "head" in this.label;
    if (relation && event.key === "x") {
      this.turn();
      return true;
    }
    if (!relation && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      this.extend(event.shiftKey ? "start" : "end", event.key === "ArrowRight" ? 1 : -1);
      return true;
    }
    const type = this.types().find((t) => t.key === event.key);
    if (type) this.choose(type.type);
    return Boolean(type);
  }
}

const bare = (mention: OwnMention): OwnMention => ({ type: mention.type, start: mention.start, end: mention.end });
