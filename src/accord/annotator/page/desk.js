/**
 * What the page's parts share: the session, the open document, the selection and the mode.
 * Every change of labels goes through `act`; the parts are told by `changed` and `moved`.
 */

import { WINDOW, documentPath, get } from "./api.js";
import { paragraphAt } from "./document.js";
import { Outbox } from "./outbox.js";
import { short } from "./rules.js";
import { words } from "./text.js";

/**
 * @typedef {import("./document.js").Doc} Doc
 * @typedef {import("./document.js").Mark} Mark
 * @typedef {import("./document.js").Relation} Relation
 * @typedef {{start: number, end: number}} Span
 * @typedef {{kind: "words" | "mark" | "relation", id: string, start: number, end: number,
 *   anchor: Span, focus: Span}} Selection  `start` and `end` are what is selected in the text; a
 *   selection by words grows between `anchor` and `focus`
 * @typedef {{name: string, help: string, key: (name: string) => boolean, redraw?: () => void,
 *   mark?: (id: string) => boolean, leave: () => void}} Mode
 *   takes the keys (and a click on a mark) first; `key` says whether it used one
 */

export class Desk extends EventTarget {
  /** @param {any} session @param {import("./rules.js").Schema} schema */
  constructor(session, schema) {
    super();
    this.session = session;
    this.schema = schema;
    /** @type {any[]} */
    this.documents = [];
    this.progress = { complete: 0, total: 0 };
    /** @type {Outbox | null} */
    this.outbox = null;
    /** Of the open document, and of those left with changes on their way. @type {Map<string, Outbox>} */
    this.outboxes = new Map();
    /** @type {Selection | null} */
    this.selection = null;
    /** @type {Mode | null} */
    this.mode = null;
    this.names = 0;
    this.loading = 0;
    /** Words by paragraph, found when first asked for. @type {Map<number, Span[]>} */
    this.wordsOf = new Map();
    /** @type {{doc: Doc, marks: Map<string, Mark>, relations: Map<string, Relation>} | null} */
    this.indexed = null;
    this.order = session.orders?.[0]?.name ?? "";
  }

  /** @returns {Doc | null} */
  get doc() {
    return this.outbox?.doc ?? null;
  }

  /** Marks and relations of the document as it is now, by id. */
  get index() {
    const doc = this.doc;
    if (doc && this.indexed?.doc !== doc) {
      this.indexed = {
        doc,
        marks: new Map(doc.marks.map((mark) => [mark.id, mark])),
        relations: new Map(doc.relations.map((relation) => [relation.id, relation])),
      };
    }
    return doc ? this.indexed : null;
  }

  /** @param {string} name @param {any} [detail] */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Says something in the line below the text, read out by screen readers.
   * @param {string} text @param {"" | "warn"} [tone] */
  say(text, tone = "") {
    this.tell("said", { text, tone });
  }

  /** @param {string} id @param {{start?: number, end?: number, label?: string}} [place] */
  async open(id, place) {
    if (this.doc?.id === id) {
      this.goTo(place);
      return;
    }
    const turn = ++this.loading;
    this.setMode(null);
    let answer;
    try {
      answer = await get(documentPath("document", id));
    } catch (error) {
      if (turn === this.loading) this.tell("unopened", { id, error });
      return;
    }
    if (turn !== this.loading) return;
    this.leave();
    this.selection = null;
    this.wordsOf.clear();
    const left = this.outboxes.get(id);
    left?.refresh(answer);
    this.outbox = left ?? this.newOutbox(answer);
    this.tell("opened");
    this.goTo(place);
    void this.outbox.send();
  }

  /** @param {any} answer @returns {Outbox} */
  newOutbox(answer) {
    const outbox = new Outbox(answer, () => {
      if (outbox === this.outbox) this.changed();
      else if (outbox.batches.length || outbox.refusals.length) this.tell("elsewhere");
      else {
        this.outboxes.delete(outbox.base.id);
        this.tell("elsewhere");
      }
    });
    this.outboxes.set(outbox.base.id, outbox);
    return outbox;
  }

  /** The open document is left; its outbox goes on until everything is acknowledged. */
  leave() {
    const { outbox } = this;
    if (outbox && !outbox.batches.length && !outbox.refusals.length) this.outboxes.delete(outbox.base.id);
  }

  /** Outboxes of documents that are not open. @returns {Outbox[]} */
  get elsewhere() {
    return [...this.outboxes.values()].filter((outbox) => outbox !== this.outbox);
  }

  changed() {
    const selection = this.selection;
    if (selection && selection.kind !== "words") {
      const id = this.outbox?.named.get(selection.id) ?? selection.id;
      const found = selection.kind === "mark" ? this.mark(id) : this.relation(id);
      if (!found) this.selection = { ...selection, kind: "words", id: "" };
      else if ("start" in found) this.selection = markSelection(found);
      else this.selection = { ...selection, id };
    }
    this.tell("changed");
  }

  /**
   * Does something to the labels: drawn at once as pending, sent, and one step of undo.
   * @param {import("./document.js").Action[]} actions @param {string} title for people
   */
  act(actions, title) {
    if (!this.outbox) return;
    if (!this.session.can_write) {
      this.say("You may read this layer, not write it.", "warn");
      return;
    }
    this.outbox.add(actions, title);
    this.say(title);
  }

  /** A name for a label that is being added; another one after the page is loaded again. */
  name() {
    this.names += 1;
    return `$${WINDOW}-${this.names}`;
  }

  /** @param {string} id @returns {Mark | undefined} */
  mark(id) {
    return this.index?.marks.get(id);
  }

  /** @param {string} id @returns {Relation | undefined} */
  relation(id) {
    return this.index?.relations.get(id);
  }

  /** @param {Span} span */
  textOf(span) {
    return this.doc?.text.slice(span.start, span.end) ?? "";
  }

  /** @param {Relation} relation @returns {string} in words */
  relationText(relation) {
    const [head, tail] = [this.mark(relation.head), this.mark(relation.tail)];
    const end = (/** @type {Mark | undefined} */ mark) => (mark ? `“${short(this.textOf(mark), 32)}”` : "?");
    return `${end(head)} ${relation.type} ${end(tail)}`;
  }

  /** @param {number} paragraph @returns {Span[]} */
  words(paragraph) {
    const doc = this.doc;
    if (!doc || !doc.spans[paragraph]) return [];
    let found = this.wordsOf.get(paragraph);
    if (!found) {
      found = words(doc.text, doc.spans[paragraph]);
      this.wordsOf.set(paragraph, found);
    }
    return found;
  }

  /** The paragraph that the cursor is in. */
  get here() {
    return this.doc && this.selection ? paragraphAt(this.doc, this.selection.start) : 0;
  }

  /** @param {Selection | null} selection @param {{scroll?: boolean}} [how] */
  select(selection, how = {}) {
    this.selection = selection;
    this.tell("moved", { scroll: how.scroll ?? true });
  }

  /** @param {Span} anchor @param {Span} [focus] */
  selectWords(anchor, focus = anchor) {
    const [start, end] = [Math.min(anchor.start, focus.start), Math.max(anchor.end, focus.end)];
    this.select({ kind: "words", id: "", start, end, anchor, focus });
  }

  /** @param {string} id @param {{scroll?: boolean}} [how] */
  selectMark(id, how) {
    const mark = this.mark(id);
    if (mark) this.select(markSelection(mark), how);
  }

  /** @param {string} id @param {{scroll?: boolean}} [how] */
  selectRelation(id, how) {
    const relation = this.relation(id);
    const place = relation && (this.mark(relation.head) ?? this.mark(relation.tail));
    if (place) this.select({ ...markSelection(place), kind: "relation", id }, how);
  }

  /**
   * @param {{start?: number, end?: number, label?: string} | undefined} place offsets as the server
   *   gives them, in code points
   */
  goTo(place) {
    if (place?.label && this.mark(place.label)) this.selectMark(place.label);
    else if (place?.label && this.relation(place.label)) this.selectRelation(place.label);
    else if (place?.start !== undefined) {
      const offsets = /** @type {Doc} */ (this.doc).offsets;
      const start = offsets.toUnits(place.start);
      this.selectWords({ start, end: Math.max(start + 1, offsets.toUnits(place.end ?? place.start + 1)) });
    } else {
      const first = this.words(0)[0];
      if (first) this.selectWords(first);
    }
  }

  /** @param {Mode | null} mode */
  setMode(mode) {
    const before = this.mode;
    this.mode = mode;
    if (before && before !== mode) before.leave();
    this.tell("mode");
  }
}

/** @param {Mark} mark @returns {Selection} */
export function markSelection(mark) {
  const span = { start: mark.start, end: mark.end };
  return { kind: "mark", id: mark.id, ...span, anchor: span, focus: span };
}
