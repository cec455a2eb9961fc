/**
 * What the page's parts share: the session, the open document, the selection and the mode.
 * Every change of labels goes through `act`; the parts are told by `changed` and `moved`.
 */

import { WINDOW, documentPath, get } from "./api.js";
import { paragraphAt } from "./document.js";
import { Outbox } from "./outbox.js";
import { short } from "./rules.js";
import { firstAtLeast, words } from "./text.js";
import type { Action, Doc, Mark, Relation } from "./document.js";
import type { Schema } from "./rules.js";
import type { Span } from "./text.js";
import type { DocumentAnswer, DocumentRow, Place, Progress, Session, Training } from "./wire.js";

/** The span is what is selected in the text; a selection by words grows between `anchor` and `focus`. */
export interface Selection extends Span {
  kind: "words" | "mark" | "relation";
  id: string;
  anchor: Span;
  focus: Span;
}

/** Where to go in a document: a label, or a stretch in code points. */
export interface Goal extends Partial<Place> {
  label?: string;
}

/** Takes the keys (and a click on a mark) first; `key` says whether it used one */
export interface Mode {
  name: string;
  help: string;
  key(name: string): boolean;
  redraw?(): void;
  mark?(id: string): boolean;
  leave(): void;
}

/** What the parts of the page tell each other, and what they say with it. */
export interface Told {
  opened: undefined;
  changed: undefined;
  moved: { scroll: boolean };
  elsewhere: undefined;
  mode: undefined;
  said: { text: string; tone: "" | "warn" };
  unopened: { id: string; error: unknown };
  /** The list of documents is there, or there anew. */
  listed: undefined;
  /** A mark or relation under the pointer, "" for none. */
  hovered: string;
  training: Training;
  /** A document whose file is to be written whatever it holds. */
  overwrite: string;
}

export class Desk extends EventTarget {
  session: Session;
  schema: Schema;
  documents: DocumentRow[] = [];
  progress: Progress = { complete: 0, total: 0 };
  outbox: Outbox | null = null;
  /** Of the open document, and of those left with changes on their way. */
  outboxes = new Map<string, Outbox>();
  selection: Selection | null = null;
  mode: Mode | null = null;
  names = 0;
  loading = 0;
  /** Words by paragraph, found when first asked for. */
  wordsOf = new Map<number, Span[]>();
  indexed: { doc: Doc; marks: Map<string, Mark>; relations: Map<string, Relation> } | null = null;
  /** The name of the order of work. */
  order: string;

  constructor(session: Session, schema: Schema) {
    super();
    this.session = session;
    this.schema = schema;
    this.order = session.orders[0]?.name ?? "";
  }

  get doc(): Doc | null {
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

  /** Tells the other parts of something that happened. */
  tell<K extends keyof Told>(name: K, ...[detail]: Told[K] extends undefined ? [] : [detail: Told[K]]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Calls back when something of this kind happens, until the signal. */
  hear<K extends keyof Told>(name: K, heard: (detail: Told[K]) => void, signal?: AbortSignal): void {
    this.addEventListener(name, (event) => heard((event as CustomEvent<Told[K]>).detail), { signal });
  }

  /** Says something in the line below the text, read out by screen readers. */
  say(text: string, tone: "" | "warn" = "") {
    this.tell("said", { text, tone });
  }

  async open(id: string, place?: Goal) {
    if (this.doc?.id === id) {
      this.goTo(place);
      return;
    }
    const turn = ++this.loading;
    this.setMode(null);
    let answer: DocumentAnswer;
    try {
      answer = await get<DocumentAnswer>(documentPath("document", id));
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

  newOutbox(answer: DocumentAnswer): Outbox {
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

  /** Outboxes of documents that are not open. */
  get elsewhere(): Outbox[] {
    return [...this.outboxes.values()].filter((outbox) => outbox !== this.outbox);
  }

  changed() {
    const selection = this.selection;
    if (selection && selection.kind !== "words") {
      const found = selection.kind === "mark" ? this.mark(selection.id) : this.relation(selection.id);
      if (!found) this.selection = { ...selection, kind: "words", id: "" };
      else if ("start" in found) this.selection = markSelection(found);
      else this.selection = { ...selection, id: found.id };
    }
    this.tell("changed");
  }

  /**
   * Does something to the labels: drawn at once as pending, sent, and one step of undo.
   * @param title for people
   */
  act(actions: Action[], title: string) {
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

  /** By the id that the page gave or that the server gave since: what is drawn may still have the old one. */
  mark(id: string): Mark | undefined {
    return this.index?.marks.get(this.outbox?.named.get(id) ?? id);
  }

  relation(id: string): Relation | undefined {
    return this.index?.relations.get(this.outbox?.named.get(id) ?? id);
  }

  textOf(span: Span) {
    return this.doc?.text.slice(span.start, span.end) ?? "";
  }

  /** @returns in words */
  relationText(relation: Relation): string {
    const [head, tail] = [this.mark(relation.head), this.mark(relation.tail)];
    const end = (mark: Mark | undefined) => (mark ? `“${short(this.textOf(mark), 32)}”` : "?");
    return `${end(head)} ${relation.type} ${end(tail)}`;
  }

  words(paragraph: number): Span[] {
    const doc = this.doc;
    const span = doc?.spans[paragraph];
    if (!doc || !span) return [];
    let found = this.wordsOf.get(paragraph);
    if (!found) {
      found = words(doc.text, span);
      this.wordsOf.set(paragraph, found);
    }
    return found;
  }

  /** The words of a piece of a paragraph. */
  wordsIn(piece: Span): Span[] {
    if (!this.doc) return [];
    const list = this.words(paragraphAt(this.doc, piece.start));
    const [from, to] = [piece.start, piece.end].map((place) => firstAtLeast(list, (word) => word.start - place));
    return list.slice(from, to);
  }

  /** The paragraph that the cursor is in. */
  get here() {
    return this.doc && this.selection ? paragraphAt(this.doc, this.selection.start) : 0;
  }

  select(selection: Selection | null, how: { scroll?: boolean } = {}) {
    this.selection = selection;
    this.tell("moved", { scroll: how.scroll ?? true });
  }

  selectWords(anchor: Span, focus: Span = anchor) {
    const [start, end] = [Math.min(anchor.start, focus.start), Math.max(anchor.end, focus.end)];
    this.select({ kind: "words", id: "", start, end, anchor, focus });
  }

  selectMark(id: string, how?: { scroll?: boolean }) {
    const mark = this.mark(id);
    if (mark) this.select(markSelection(mark), how);
  }

  selectRelation(id: string, how?: { scroll?: boolean }) {
    const relation = this.relation(id);
    const place = relation && (this.mark(relation.head) ?? this.mark(relation.tail));
    if (place) this.select({ ...markSelection(place), kind: "relation", id }, how);
  }

  /** @param place offsets as the server gives them, in code points */
  goTo(place: Goal | undefined) {
    if (place?.label && this.mark(place.label)) this.selectMark(place.label);
    else if (place?.label && this.relation(place.label)) this.selectRelation(place.label);
    else if (place?.start !== undefined && this.doc) {
      const { offsets } = this.doc;
      const start = offsets.toUnits(place.start);
      this.selectWords({ start, end: Math.max(start + 1, offsets.toUnits(place.end ?? place.start + 1)) });
    } else {
      const first = this.words(0)[0];
      if (first) this.selectWords(first);
    }
  }

  setMode(mode: Mode | null) {
    const before = this.mode;
    this.mode = mode;
    if (before && before !== mode) before.leave();
    this.tell("mode");
  }
}

export function markSelection(mark: Mark): Selection {
  const span = { start: mark.start, end: mark.end };
  return { kind: "mark", id: mark.id, ...span, anchor: span, focus: span };
}
