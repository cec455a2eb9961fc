/** Beside the text: relations, suggestions, notes and problems of the document, and the guidelines. */

import { relationsInOrder } from "./cursor.js";
import { byId, make } from "./dom.js";
import { keyElement } from "./keys.js";
import { ghostsInOrder, selectLabel } from "./labelling.js";
import { markdown } from "./markdown.js";
import { short } from "./rules.js";
import { Model } from "./training.js";

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {"relations" | "suggestions" | "notes" | "problems" | "guide"} Tab
 */

const TABS = /** @type {[Tab, string][]} */ ([
  ["relations", "Relations"],
  ["suggestions", "Suggested"],
  ["notes", "Notes"],
  ["problems", "Problems"],
  ["guide", "Guide"],
]);

export class Side {
  /** @param {Desk} desk @param {{acceptAbove: () => void, note: (id?: string) => void,
   *   renewed: () => void}} acts */
  constructor(desk, acts) {
    this.desk = desk;
    this.model = new Model(desk, () => this.tab === "suggestions" && this.draw(), acts.renewed);
    this.acts = acts;
    /** @type {Tab} */
    this.tab = "relations";
    this.sort = "text";
    this.drawn = "";
    /** Whether another list is being drawn than the one that is there. */
    this.fresh = true;
    /** @type {Map<string, {key: string, row: HTMLElement}>} */
    this.rows = new Map();
    this.panel = byId("panel");
    /** @type {Map<Tab, HTMLElement>} */
    this.tabs = new Map();
    for (const [tab, label] of TABS) {
      const button = make("button", {
        type: "button", role: "tab", id: `tab-${tab}`, class: "plain", "aria-controls": "panel", text: label,
        onclick: () => this.show(tab),
      });
      this.tabs.set(tab, button);
      byId("tabs").append(button);
    }
    byId("tabs").addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!step) return;
      const shown = TABS.filter(([tab]) => !this.tabs.get(tab)?.hidden).map(([tab]) => tab);
      const next = shown.at((shown.indexOf(this.tab) + step) % shown.length) ?? this.tab;
      this.show(next);
      this.tabs.get(next)?.focus();
      event.preventDefault();
      event.stopPropagation();
    });
    this.panel.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Tab} tab */
  show(tab) {
    this.tab = tab;
    document.body.classList.add("side-open");
    this.draw();
  }

  draw() {
    const doc = this.desk.doc;
    const count = {
      relations: doc?.relations.filter((r) => !r.ghost).length ?? 0,
      suggestions: doc ? ghostsInOrder(this.desk).length : 0,
      notes: doc?.notes.length ?? 0,
      problems: doc?.problems.length ?? 0,
      guide: 0,
    };
    for (const [tab, label] of TABS) {
      const button = this.tabs.get(tab);
      if (!button) continue;
      button.textContent = count[tab] ? `${label} ${count[tab]}` : label;
      // What is wrong takes no room where nothing is.
      button.hidden = tab === "problems" && !count[tab] && tab !== this.tab;
      button.setAttribute("aria-selected", String(tab === this.tab));
      button.tabIndex = tab === this.tab ? 0 : -1;
      if (tab === this.tab) this.panel.setAttribute("aria-labelledby", button.id);
    }
    const key = `${this.tab} ${this.sort} ${doc?.id}`;
    const fresh = key !== this.drawn;
    if (this.tab === "guide" && !fresh) return;
    const scroll = fresh ? 0 : this.panel.scrollTop;
    const focused = document.activeElement?.closest("[data-label]")?.getAttribute("data-label");
    this.fresh = fresh;
    const parts = this[this.tab]();
    if (parts) this.panel.replaceChildren(...parts);
    this.panel.scrollTop = scroll;
    this.drawn = key;
    this.mark();
    if (focused) {
      /** @type {HTMLElement | null} */ (this.panel.querySelector(`[data-label="${CSS.escape(focused)}"]`))?.focus();
    }
  }

  /** Shows in the list what is selected in the text. */
  mark() {
    const { selection } = this.desk;
    const id = selection && selection.kind !== "words" ? CSS.escape(selection.id) : "";
    const now = id && `, .row[data-label="${id}"], .row[data-head="${id}"], .row[data-tail="${id}"]`;
    for (const row of this.panel.querySelectorAll(`.row.chosen, .row.touches${now}`)) {
      const own = /** @type {HTMLElement} */ (row);
      const ends = [own.dataset.head, own.dataset.tail];
      const chosen = selection !== null && selection.kind !== "words" && own.dataset.label === selection.id;
      row.classList.toggle("chosen", chosen);
      row.classList.toggle("touches", selection?.kind === "mark" && ends.includes(selection.id));
      if (chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (chosen && document.activeElement !== row) row.scrollIntoView({ block: "nearest" });
    }
  }

  /** @returns {HTMLElement[] | null} null where the list that is there was brought up to date */
  relations() {
    const doc = this.desk.doc;
    const list = relationsInOrder(this.desk).filter((relation) => !relation.ghost);
    if (!doc || !list.length) {
      return [
        make("p", { class: "how" }, "No relations yet. Press ", keyElement("r"), " and type the letters of two marks, or drag from one mark to the other."),
      ];
    }
    const order = this.desk.schema.relations.map((type) => type.type);
    if (this.sort === "type") list.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
    const text = (/** @type {string} */ id) => {
      const mark = this.desk.mark(id);
      return mark ? this.desk.textOf(mark) : "";
    };
    if (this.sort === "head") list.sort((a, b) => text(a.head).localeCompare(text(b.head)));
    const choice = make(
      "label", { class: "sort" }, "Sorted by ",
      make("select", { onchange: (event) => this.sortBy(event.target.value), "aria-label": "Sort relations" },
        ...[["text", "place"], ["type", "type"], ["head", "head"]].map(([value, label]) =>
          make("option", { value, text: label, selected: value === this.sort }))),
    );
    const rows = list.map((relation) => this.relationRow(relation));
    const before = this.panel.querySelector(".rows");
    // A long list costs more to lay out than all the rest: rows that stay are left where they are.
    if (before && !this.fresh) {
      arrange(before, rows);
      return null;
    }
    return [choice, make("div", { class: "rows", role: "list" }, ...rows)];
  }

  /** @param {string} sort */
  sortBy(sort) {
    this.sort = sort;
    this.draw();
  }

  /** @param {import("./document.js").Relation} relation @returns {HTMLElement} kept while it says the same */
  relationRow(relation) {
    const { id, type, head, tail, pending, score } = relation;
    const ends = [head, tail].map((end) => {
      const mark = this.desk.mark(end);
      return mark ? `${mark.type} ${this.desk.textOf(mark)}` : "";
    });
    const key = [id, type, head, tail, pending, score, ...ends].join("\n");
    const known = this.rows.get(id);
    if (known?.key === key) return known.row;
    const row = this.newRelationRow(relation);
    this.rows.set(id, { key, row });
    return row;
  }

  /** @param {import("./document.js").Relation} relation @returns {HTMLElement} */
  newRelationRow(relation) {
    const type = this.desk.schema.relations.find((each) => each.type === relation.type);
    const parts = [
      this.end(relation.head),
      make("span", { class: `arrow ${type?.colour ?? "c8"}`, text: type?.symmetric ? `– ${relation.type} –` : `${relation.type} →` }),
      this.end(relation.tail),
    ];
    return this.row(relation.id, parts, relation, { head: relation.head, tail: relation.tail });
  }

  /** @param {string} id @returns {HTMLElement} */
  end(id) {
    const mark = this.desk.mark(id);
    const colour = this.desk.schema.mentions.find((type) => type.type === mark?.type)?.colour ?? "c8";
    return make("bdi", { class: `end ${colour}`, title: mark?.type, text: mark ? short(this.desk.textOf(mark), 60) : "?" });
  }

  /**
   * @param {string} id @param {(Node | string)[]} parts
   * @param {{pending: boolean, score?: number}} label @param {Record<string, string>} data
   */
  row(id, parts, label, data = {}) {
    const row = make("div", {
      class: `row${label.pending ? " pending" : ""}`, role: "listitem", tabindex: "0", "data-label": id,
      onclick: () => selectLabel(this.desk, id), onfocus: () => selectLabel(this.desk, id),
      onmouseenter: () => this.desk.tell("hovered", id), onmouseleave: () => this.desk.tell("hovered", ""),
    }, ...parts);
    Object.assign(row.dataset, data);
    if (label.score !== undefined) row.append(make("span", { class: "score", text: `${Math.round(label.score * 100)}%` }));
    return row;
  }

  suggestions() {
    const list = ghostsInOrder(this.desk);
    const head = make("div", { class: "acts" },
      make("button", { type: "button", text: "Accept all above …", onclick: () => this.acts.acceptAbove(), disabled: !list.length }),
      make("span", { class: "how" }, keyElement("a"), " accepts, ", keyElement("x"), " rejects, a type's key corrects"));
    const rows = list.map(({ id, label }) => {
      if ("head" in label) return this.relationRow(label);
      return this.row(id, [this.end(id), make("span", { class: "kind", text: label.type })], label);
    });
    const none = make("p", { class: "how", text: "No open suggestions in this document." });
    return [...this.model.draw(), ...(list.length ? [head, make("div", { class: "rows", role: "list" }, ...rows)] : [none])];
  }

  notes() {
    const doc = this.desk.doc;
    const add = make("div", { class: "acts" },
      make("button", { type: "button", onclick: () => this.acts.note() }, "Note at the selection"), keyElement("t"));
    const rows = (doc?.notes ?? []).map((note) =>
      make("div", { class: `note${note.pending ? " pending" : ""}`, "data-label": note.id },
        make("button", { type: "button", class: "plain place", onclick: () => this.desk.selectWords({ start: note.start, end: note.end }) },
          make("bdi", { text: `“${short(this.desk.textOf(note), 50)}”` })),
        make("p", { class: "note-text", dir: "auto", text: note.text }),
        make("p", { class: "how" }, [note.by, note.time.slice(0, 16).replace("T", " ")].filter(Boolean).join(", "), " ",
          make("button", { type: "button", class: "plain", text: "Change", onclick: () => this.acts.note(note.id) }),
          make("button", { type: "button", class: "plain", text: "Delete", onclick: () => this.desk.act([{ do: "delete_note", id: note.id }], "Deleted the note") }))));
    return [add, ...(rows.length ? rows : [make("p", { class: "how", text: "No notes." })])];
  }

  problems() {
    const doc = this.desk.doc;
    const rows = (doc?.problems ?? []).map((problem) =>
      make("div", { class: "row problem", role: "listitem", tabindex: "0",
        onclick: () => problem.ids[0] && selectLabel(this.desk, problem.ids[0]) }, problem.text));
    return rows.length ? rows : [make("p", { class: "how", text: "Nothing here breaks the schema." })];
  }

  guide() {
    const { schema, session } = this.desk;
    const types = (/** @type {{type: string, short: string, colour: string, key: string}[]} */ list) =>
      make("dl", { class: "types-list" }, ...list.flatMap((type) => [
        make("dt", { class: type.colour }, make("span", { class: "chip", text: type.type })),
        make("dd", { text: type.short }),
      ]));
    const relations = make("dl", { class: "types-list" }, ...schema.relations.flatMap((type) => [
      make("dt", { class: type.colour }, make("b", { text: type.type })),
      make("dd", {}, type.short ? `${type.short}. ` : "", make("small", {
        text: `${type.heads.join(", ")} ${type.symmetric ? "–" : "→"} ${type.tails.join(", ")}${type.same_type ? " (both of one type)" : ""}${type.across_paragraphs ? "; also across paragraphs" : ""}`,
      })),
    ]));
    return [
      make("h2", { text: "Marks" }), types(schema.mentions), make("h2", { text: "Relations" }), relations,
      make("div", { class: "guidelines" }, markdown(session.guidelines ?? "")),
    ];
  }

  /** @param {KeyboardEvent} event Up and down go from row to row. */
  key(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll(".row")]);
    const here = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step || here < 0) return;
    rows[here + step]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Makes these the children of an element, moving only what is new or stands elsewhere.
 * @param {Element} parent @param {HTMLElement[]} wanted */
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
  let next = parent.firstElementChild;
  for (const each of wanted) {
    if (each === next) next = next.nextElementSibling;
    else parent.insertBefore(each, next);
  }
}
