/** What one can do to the labels: each act asks the rules first and is one step of undo. */

import { wordBeside } from "./cursor.js";
import { paragraphAt } from "./document.js";
import { allowed, brokenBy, fits, short, whyNone, whyNotMark } from "./rules.js";
import { firstAtLeast } from "./text.js";
import type { Action, Mark, Relation } from "./document.js";
import type { Desk } from "./desk.js";
import type { Menu } from "./menu.js";
import type { RelationType } from "./rules.js";

/**
 * The type's key: marks the words, gives the selected mark this type, or corrects a suggestion.
 * @param how `beside`: a further mark on words that have one already
 */
export function markAs(desk: Desk, menu: Menu, type: string, how: { beside?: boolean } = {}) {
  const { selection, doc } = desk;
  if (!selection || !doc) return desk.say("Choose words first: move with the arrows, extend with Shift.", "warn");
  if (selection.kind === "relation") {
    return desk.say("A relation is selected; Enter changes its type.", "warn");
  }
  const same = doc.marks.filter((mark) => mark.start === selection.start && mark.end === selection.end);
  const chosen = selection.kind === "mark" ? desk.mark(selection.id) : same.find((mark) => !mark.ghost) ?? same[0];
  if (chosen && !how.beside) {
    if (chosen.ghost) return take(desk, chosen, { type });
    return changeType(desk, menu, chosen, type);
  }
  add(desk, { type, start: selection.start, end: selection.end });
}

function add(desk: Desk, wanted: { type: string; start: number; end: number }, title?: string) {
  const why = desk.doc ? whyNotMark(desk.doc, wanted) : "";
  if (why) return desk.say(why, "warn");
  const ref = desk.name();
  desk.act([{ do: "add_mention", ...wanted, ref }], title ?? `Marked “${short(desk.textOf(wanted))}” as ${wanted.type}`);
  desk.selectMark(ref, { scroll: false });
}

/** A suggestion as it is, or corrected. */
function take(desk: Desk, ghost: Mark, change: { type?: string; start?: number; end?: number }) {
  const wanted = { type: ghost.type, start: ghost.start, end: ghost.end, ...change };
  const as = wanted.type === ghost.type ? "" : ` as ${wanted.type}`;
  const corrected = as || wanted.start !== ghost.start || wanted.end !== ghost.end;
  if (!corrected) return accept(desk);
  add(desk, wanted, `Corrected to “${short(desk.textOf(wanted))}”${as}`);
}

function changeType(desk: Desk, menu: Menu, mark: Mark, type: string) {
  if (!desk.doc) return;
  if (mark.type === type) return desk.say(`“${short(desk.textOf(mark))}” is ${type} already.`);
  const why = whyNotMark(desk.doc, { ...mark, type }, mark.id);
  if (why) return desk.say(why, "warn");
  const broken = brokenBy(desk.schema, desk.doc, mark, type);
  const title = `“${short(desk.textOf(mark))}” is now ${type}`;
  const change: Action = { do: "change_mention", id: mark.id, type };
  if (!broken.length) return desk.act([change], title);
  const many = broken.length === 1 ? "a relation" : `${broken.length} relations`;
  menu.open({
    title: `As ${type}, the schema forbids ${many} of this mark: ${broken.map((r) => desk.relationText(r)).join("; ")}`,
    items: [
      {
        key: "y",
        label: `Change, and delete ${many}`,
        run: () => desk.act([...broken.map((r): Action => ({ do: "delete_relation", id: r.id })), change], title),
      },
      { key: "n", label: "Leave it as it is", run: () => {} },
    ],
    at: menu.atSelection(),
    focus: true,
  });
}

/** Deletes the selected label or the mark around the cursor; rejects a suggestion. */
export function remove(desk: Desk) {
  const { selection, doc } = desk;
  if (!selection || !doc) return;
  if (selection.kind === "relation") {
    const relation = desk.relation(selection.id);
    if (!relation) return;
    if (relation.ghost) return reject(desk);
    return desk.act([{ do: "delete_relation", id: relation.id }], `Deleted ${desk.relationText(relation)}`);
  }
  const around = doc.marks
    .filter((mark) => mark.start <= selection.start && selection.end <= mark.end)
    .sort((a, b) => a.end - a.start - (b.end - b.start) || Number(a.ghost) - Number(b.ghost));
  const mark = selection.kind === "mark" ? desk.mark(selection.id) : around[0];
  if (!mark) return desk.say("No mark here to delete.", "warn");
  if (mark.ghost) {
    desk.selectMark(mark.id);
    return reject(desk);
  }
  const lost = doc.relations.filter((r) => !r.ghost && (r.head === mark.id || r.tail === mark.id)).length;
  const along = lost ? ` and ${lost} relation${lost > 1 ? "s" : ""}` : "";
  desk.act([{ do: "delete_mention", id: mark.id }], `Deleted ${mark.type} “${short(desk.textOf(mark))}”${along}`);
}

/** Moves an edge of the selected mark, by a word. */
export function moveEdge(desk: Desk, edge: "start" | "end", way: "out" | "in") {
  const mark = selectedMark(desk);
  const doc = desk.doc;
  if (!mark || !doc) return desk.say("Select a mark first: n and p go from mark to mark.", "warn");
  const step = (edge === "end") === (way === "out") ? 1 : -1;
  const list = desk.words(paragraphAt(doc, mark.start));
  let place;
  if (way === "out") {
    const word = wordBeside(desk, mark, step);
    if (word && paragraphAt(doc, word.start) === paragraphAt(doc, mark.start)) place = word[edge];
  } else {
    const within = list.filter((word) => word.start >= mark.start && word.end <= mark.end);
    place = within.length > 1 ? within.at(edge === "end" ? -2 : 1)?.[edge] : undefined;
  }
  if (place === undefined) return desk.say(way === "out" ? "The paragraph ends here." : "A mark keeps one word at least.", "warn");
  setSpan(desk, mark, { start: mark.start, end: mark.end, [edge]: place });
}

/** Gives the selected mark the words that are selected now... or another stretch. */
export function setSpan(desk: Desk, mark: Mark, span: { start: number; end: number }) {
  if (!desk.doc) return;
  if (mark.ghost) return take(desk, mark, span);
  const why = whyNotMark(desk.doc, { ...span, type: mark.type }, mark.id);
  if (why) return desk.say(why, "warn");
  desk.act([{ do: "change_mention", id: mark.id, ...span }], `${mark.type} is now “${short(desk.textOf(span))}”`);
}

/** The selected mark, or the one that exactly covers or most closely surrounds the cursor. */
export function selectedMark(desk: Desk): Mark | undefined {
  const { selection, doc } = desk;
  if (!selection || !doc || selection.kind === "relation") return undefined;
  if (selection.kind === "mark") return desk.mark(selection.id);
  return doc.marks
    .filter((mark) => mark.start <= selection.start && selection.end <= mark.end)
    .sort((a, b) => a.end - a.start - (b.end - b.start) || Number(a.ghost) - Number(b.ghost))[0];
}

/** What may join two marks: in this direction or, if nothing may, in the other. */
export function pairing(desk: Desk, head: Mark, tail: Mark) {
  const doc = desk.doc;
  if (!doc) return { head, tail, types: [] };
  const types = allowed(desk.schema, doc, head, tail);
  if (types.length) return { head, tail, types };
  return { head: tail, tail: head, types: allowed(desk.schema, doc, tail, head) };
}

/**
 * Joins two marks; asks for the type only if several are allowed.
 * @param to ids of marks
 * @param how where to ask, what to do afterwards
 */
export function relate(desk: Desk, menu: Menu, from: string, to: string, how: { at?: DOMRect | null; then?: () => void } = {}) {
  const [first, second] = [desk.mark(from), desk.mark(to)];
  if (!first || !second || !desk.doc) return;
  const { head, tail, types } = pairing(desk, first, second);
  const done = () => how.then?.();
  if (!types.length) {
    desk.say(whyNone(desk.schema, desk.doc, first, second), "warn");
    return done();
  }
  const make = (type: RelationType) => {
    join(desk, type.type, head, tail);
    done();
  };
  const [only, ...others] = types;
  if (only && !others.length) return make(only);
  menu.open({
    title: `“${short(desk.textOf(head), 30)}” → “${short(desk.textOf(tail), 30)}”`,
    items: types.map((type) => ({
      key: type.key, label: type.type, detail: type.short, colour: type.colour, run: () => make(type),
    })),
    at: how.at ?? null,
    focus: true,
    cancelled: done,
  });
}

function join(desk: Desk, type: string, head: Mark, tail: Mark) {
  const actions: Action[] = [];
  // An end that is only suggested is accepted with the relation, in the same step.
  const end = (mark: Mark): string => {
    if (!mark.ghost) return mark.id;
    const ref = desk.name();
    actions.push({ do: "add_mention", type: mark.type, start: mark.start, end: mark.end, ref });
    return ref;
  };
  const ends = { head: end(head), tail: end(tail) };
  const ref = desk.name();
  actions.push({ do: "add_relation", type, ...ends, ref });
  const said = (mark: Mark) => `“${short(desk.textOf(mark), 32)}”`;
  desk.act(actions, `${said(head)} ${type} ${said(tail)}`);
  desk.selectRelation(ref, { scroll: false });
}

/** Lets one choose another type of the selected relation. */
export function changeRelation(desk: Desk, menu: Menu) {
  const relation = desk.selection?.kind === "relation" ? desk.relation(desk.selection.id) : undefined;
  const [head, tail] = relation ? [desk.mark(relation.head), desk.mark(relation.tail)] : [];
  if (!relation || !head || !tail || !desk.doc) return;
  const types = desk.schema.relations.filter((type) => fits(type, head.type, tail.type));
  const change = (type: string) => {
    if (type === relation.type) return;
    if (relation.ghost) return join(desk, type, head, tail);
    desk.act([{ do: "change_relation", id: relation.id, type }], `Now ${type}`);
  };
  menu.open({
    title: desk.relationText(relation),
    items: [
      ...(relation.ghost
        ? [{ key: "a", label: "Accept", run: () => accept(desk) }, { key: "x", label: "Reject", run: () => reject(desk) }]
        : []),
      ...types.map((type) => ({
        key: type.key, label: type.type, detail: type.short, colour: type.colour,
        checked: type.type === relation.type, run: () => change(type.type),
      })),
      ...(relation.ghost ? [] : [
        ...(turnable(desk, relation) ? [{ key: "v", label: "Reverse", run: () => reverse(desk) }] : []),
        { key: "x", label: "Delete", run: () => remove(desk) },
      ]),
    ],
    at: menu.atSelection(),
    focus: true,
  });
}

function turnable(desk: Desk, relation: Relation) {
  const [head, tail] = [desk.mark(relation.head), desk.mark(relation.tail)];
  const type = desk.schema.relations.find((each) => each.type === relation.type);
  return Boolean(head && tail && type && !type.symmetric && fits(type, tail.type, head.type));
}

export function reverse(desk: Desk) {
  const relation = desk.selection?.kind === "relation" ? desk.relation(desk.selection.id) : undefined;
  if (!relation || relation.ghost) return desk.say("Select a relation first: ] and [ go from one to the next.", "warn");
  if (!turnable(desk, relation)) return desk.say(`${relation.type} cannot point the other way between these types.`, "warn");
  desk.act([{ do: "change_relation", id: relation.id, reverse: true }], `Reversed ${desk.relationText(relation)}`);
}

/** @returns id of the selected suggestion, "" if there is none */
export function selectedGhost(desk: Desk): string {
  const { selection } = desk;
  if (!selection) return "";
  if (selection.kind === "relation") return desk.relation(selection.id)?.ghost ? selection.id : "";
  const mark = selectedMark(desk);
  return mark?.ghost ? mark.id : "";
}

export function accept(desk: Desk) {
  decide(desk, "accept", "Accepted");
}

export function reject(desk: Desk) {
  decide(desk, "reject", "Rejected");
}

/** Decides on the selected suggestion, and goes on to the next one. */
function decide(desk: Desk, what: "accept" | "reject", said: string) {
  const id = selectedGhost(desk);
  if (!id || !desk.doc) return desk.say("No suggestion is selected; g goes to the next one.", "warn");
  const mark = desk.mark(id);
  const relation = desk.relation(id);
  if (what === "accept") {
    const why = mark ? whyNotMark(desk.doc, mark, id) : "";
    if (why) return desk.say(why, "warn");
  }
  const next = ghostBeside(desk, id, 1) ?? ghostBeside(desk, id, -1);
  const text = mark ? `${mark.type} “${short(desk.textOf(mark))}”` : relation ? desk.relationText(relation) : "";
  desk.act([{ do: what, ids: [id] }], `${said} ${text}`);
  if (next) selectLabel(desk, next);
}

/** Suggestions in reading order: a relation after the later of its ends. */
export function ghostsInOrder(desk: Desk) {
  const doc = desk.doc;
  if (!doc) return [];
  const ends = new Map(doc.marks.map((mark) => [mark.id, mark.start]));
  const list = [
    ...doc.marks.filter((mark) => mark.ghost).map((mark) => ({ id: mark.id, at: mark.start, order: 0, label: mark })),
    ...doc.relations
      .filter((relation) => relation.ghost)
      .map((r) => ({ id: r.id, at: Math.max(ends.get(r.head) ?? 0, ends.get(r.tail) ?? 0), order: 1, label: r })),
  ];
  return list.sort((a, b) => a.at - b.at || a.order - b.order);
}

export function ghostBeside(desk: Desk, id: string, step: 1 | -1): string | undefined {
  const list = ghostsInOrder(desk);
  const here = list.findIndex((each) => each.id === id);
  if (here >= 0) return list[here + step]?.id;
  const at = desk.selection?.start ?? 0;
  const index = firstAtLeast(list, (each) => (each.at >= at ? 0 : -1));
  return list[step === 1 ? index : index - 1]?.id;
}

/** @param id of a mark or relation */
export function selectLabel(desk: Desk, id: string) {
  if (desk.mark(id)) desk.selectMark(id);
  else desk.selectRelation(id);
}
