/**
 * A document as the page shows it: what the server acknowledged, and on top of it what was done
 * since and is not acknowledged yet. Offsets are converted here: the server's code points, the
 * page's UTF-16 units.
 */

import { Offsets, firstAtLeast, paragraphs } from "./text.js";

/**
 * @typedef {{id: string, type: string, start: number, end: number, ghost: boolean,
 *   pending: boolean, score?: number}} Mark
 * @typedef {{id: string, type: string, head: string, tail: string, ghost: boolean,
 *   pending: boolean, score?: number}} Relation
 * @typedef {{id: string, start: number, end: number, text: string, by: string, time: string,
 *   pending: boolean}} Note
 * @typedef {{rule: string, text: string, ids: string[]}} Problem
 * @typedef {Record<string, any> & {do: string}} Action
 * @typedef {{id: string, title: string, text: string, version: number, status: string,
 *   marks: Mark[], relations: Relation[], notes: Note[], problems: Problem[],
 *   undo: string | null, redo: string | null, file: string, unread: string, offsets: Offsets,
 *   spans: {start: number, end: number}[]}} Doc
 */

/**
 * The server's document as the page's.
 * @param {any} answer @param {Doc | null} before the same document, whose text is not parsed again
 * @returns {Doc}
 */
export function received(answer, before) {
  const text = answer.text ?? before?.text ?? "";
  const same = before !== null && before.text === text;
  const offsets = same ? before.offsets : new Offsets(text);
  const at = (/** @type {any} */ each) => ({
    start: offsets.toUnits(each.start),
    end: offsets.toUnits(each.end),
  });
  const open = (/** @type {any[] | undefined} */ list) =>
    (list ?? []).filter((each) => (each.state ?? "open") === "open");
  const real = { ghost: false, pending: false };
  const ghost = { ghost: true, pending: false };
  /** @type {Mark[]} */
  const marks = [
    ...answer.mentions.map((/** @type {any} */ m) => ({ id: m.id, type: m.type, ...at(m), ...real })),
    ...open(answer.suggestions?.mentions).map((m) => ({
      id: m.id, type: m.type, score: m.score, ...at(m), ...ghost,
    })),
  ];
  /** @type {Relation[]} */
  const relations = [
    ...answer.relations.map((/** @type {any} */ r) => ({
      id: r.id, type: r.type, head: r.head, tail: r.tail, ...real,
    })),
    ...open(answer.suggestions?.relations).map((r) => ({
      id: r.id, type: r.type, head: r.head, tail: r.tail, score: r.score, ...ghost,
    })),
  ];
  return {
    id: answer.id,
    title: answer.title || answer.id,
    text,
    version: answer.version,
    status: answer.status,
    marks: inTextOrder(marks),
    relations,
    notes: (answer.notes ?? []).map((/** @type {any} */ n) => ({ ...n, ...at(n), pending: false })),
    problems: (answer.problems ?? []).map((/** @type {any} */ p) => ({ ...p, ids: p.ids ?? [] })),
    undo: answer.undo ?? null,
    redo: answer.redo ?? null,
    // How the .ann file stands to the labels: "conflict" if somebody else wrote it.
    file: answer.file ?? "current",
    // Why the model could not suggest anything.
    unread: answer.suggestions?.error ?? "",
    offsets,
    spans: same ? before.spans : paragraphs(text),
  };
}

/** @param {Mark[]} marks @returns {Mark[]} outer marks before those within */
export function inTextOrder(marks) {
  return [...marks].sort((a, b) => a.start - b.start || b.end - a.end || Number(a.ghost) - Number(b.ghost));
}

/**
 * What the document will be once the actions are acknowledged; what they touch is pending.
 * Undo, redo and accepting above a threshold are the server's to work out: they change nothing here.
 * @param {Doc} doc @param {Action[]} actions @returns {Doc}
 */
export function foreseen(doc, actions) {
  if (!actions.length) return doc;
  let { marks, relations, notes, status } = doc;
  for (const action of actions) {
    const { id, ids, ref } = action;
    const has = (/** @type {{id: string}} */ each) => (ids ?? [id]).includes(each.id);
    switch (action.do) {
      case "add_mention":
        marks = [...marks, { ...labelOf(action), start: action.start, end: action.end, id: ref }];
        break;
      case "change_mention":
        marks = marks.map((m) => (has(m) ? { ...m, ...given(action, ["type", "start", "end"]), pending: true } : m));
        break;
      case "delete_mention":
        marks = marks.filter((m) => !has(m));
        relations = relations.filter((r) => r.head !== id && r.tail !== id);
        break;
      case "add_relation":
        relations = [...relations, { ...labelOf(action), head: action.head, tail: action.tail, id: ref }];
        break;
      case "change_relation":
        relations = relations.map((r) => {
          if (!has(r)) return r;
          const turned = action.reverse ? { head: r.tail, tail: r.head } : {};
          return { ...r, ...turned, ...given(action, ["type"]), pending: true };
        });
        break;
      case "delete_relation":
        relations = relations.filter((r) => !has(r));
        break;
      case "set_status":
        status = action.status;
        break;
      case "add_note":
        notes = [...notes, { id: ref ?? "new", start: action.start, end: action.end, text: action.text, by: "", time: "", pending: true }];
        break;
      case "change_note":
        notes = notes.map((n) => (has(n) ? { ...n, text: action.text, pending: true } : n));
        break;
      case "delete_note":
        notes = notes.filter((n) => !has(n));
        break;
      case "accept": {
        const ends = relations.filter(has).flatMap((r) => [r.head, r.tail]);
        const taken = (/** @type {Mark} */ m) => has(m) || (m.ghost && ends.includes(m.id));
        marks = marks.map((m) => (taken(m) ? accepted(m) : m));
        relations = relations.map((r) => (has(r) ? accepted(r) : r));
        break;
      }
      case "reject":
        marks = marks.filter((m) => !has(m));
        relations = relations.filter((r) => !has(r) && !ids.includes(r.head) && !ids.includes(r.tail));
        break;
    }
  }
  return { ...doc, marks: inTextOrder(marks), relations, notes, status };
}

/** @param {Action} action */
const labelOf = (action) => ({ type: /** @type {string} */ (action.type), ghost: false, pending: true });

/** @template {Mark | Relation} T @param {T} label @returns {T} */
const accepted = (label) => ({ ...label, ghost: false, pending: true, score: undefined });

/** @param {Action} action @param {string[]} keys */
const given = (action, keys) =>
  Object.fromEntries(keys.filter((key) => action[key] !== undefined).map((key) => [key, action[key]]));

/**
 * An action as it is sent: offsets in code points, ids as the server knows them.
 * @param {Action} action @param {Offsets} offsets @param {Map<string, string>} named
 * @returns {Action}
 */
export function toSend(action, offsets, named) {
  const sent = { ...action };
  for (const key of ["start", "end"]) if (sent[key] !== undefined) sent[key] = offsets.toPoints(sent[key]);
  for (const key of ["id", "head", "tail"]) if (named.has(sent[key])) sent[key] = named.get(sent[key]);
  if (sent.ids) sent.ids = sent.ids.map((/** @type {string} */ id) => named.get(id) ?? id);
  return sent;
}

/**
 * Learns by which ids the server knows the labels that the actions added.
 * @param {Action[]} actions @param {Doc} doc @param {Map<string, string>} named extended
 */
export function learnNames(actions, doc, named) {
  const real = (/** @type {string} */ id) => named.get(id) ?? id;
  for (const a of actions) {
    if (!a.ref) continue;
    const found =
      a.do === "add_mention"
        ? doc.marks.find((m) => !m.ghost && m.type === a.type && m.start === a.start && m.end === a.end)
        : doc.relations.find((r) => !r.ghost && r.type === a.type && r.head === real(a.head) && r.tail === real(a.tail));
    if (found) named.set(a.ref, found.id);
  }
}

/**
 * Whether a document already holds what the actions ask for: after a request without an answer,
 * this tells whether it had arrived. What leaves no trace in the document counts as not done.
 * @param {Action[]} actions @param {Doc} doc @param {Map<string, string>} named
 */
export function alreadyDone(actions, doc, named) {
  const names = new Map(named);
  learnNames(actions, doc, names);
  const real = (/** @type {string} */ id) => names.get(id) ?? id;
  const mark = (/** @type {string} */ id) => doc.marks.find((m) => m.id === real(id));
  const relation = (/** @type {string} */ id) => doc.relations.find((r) => r.id === real(id));
  return actions.every((a) => {
    switch (a.do) {
      case "add_mention":
      case "add_relation":
        return names.has(a.ref);
      case "change_mention": {
        const now = mark(a.id);
        return now !== undefined && ["type", "start", "end"].every(
          (key) => a[key] === undefined || a[key] === now[/** @type {"type"} */ (key)],
        );
      }
      case "delete_mention":
        return mark(a.id) === undefined;
      case "change_relation":
        return !a.reverse && relation(a.id)?.type === a.type;
      case "delete_relation":
        return relation(a.id) === undefined;
      case "set_status":
        return doc.status === a.status;
      case "add_note":
        return doc.notes.some((n) => n.text === a.text && n.start === a.start && n.end === a.end);
      case "change_note":
        return doc.notes.some((n) => n.id === a.id && n.text === a.text);
      case "delete_note":
        return doc.notes.every((n) => n.id !== a.id);
      case "accept":
      case "reject":
        return a.ids.every((/** @type {string} */ id) => mark(id) === undefined && relation(id) === undefined);
      default:
        return false;
    }
  });
}

/** @param {Doc} doc @param {number} offset @returns {number} the paragraph at an offset, or the next */
export function paragraphAt(doc, offset) {
  const index = firstAtLeast(doc.spans, (span) => (span.end > offset ? 0 : -1));
  return Math.min(index, doc.spans.length - 1);
}
