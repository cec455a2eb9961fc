/**
 * A document as the page shows it: what the server acknowledged, and on top of it what was done
 * since and is not acknowledged yet. Offsets are converted here: the server's code points, the
 * page's UTF-16 units.
 */
import { Offsets, firstAtLeast, paragraphs, pieces } from "./text.js";
/** What labels of answers are in the page: an answer shares those that did not change with the last. */
const marksOf = new WeakMap();
const relationsOf = new WeakMap();
/**
 * The server's document as the page's.
 * @param before the same document, whose text is not parsed again
 */
export function received(answer, before) {
    const { text } = answer;
    const same = before !== null && before.text === text;
    const offsets = same ? before.offsets : new Offsets(text);
    const at = (each) => ({ start: offsets.toUnits(each.start), end: offsets.toUnits(each.end) });
    const isOpen = (each) => each.state === "open";
    const real = { ghost: false, pending: false };
    const ghost = { ghost: true, pending: false };
    const known = new Map();
    const marked = (m, drawn) => {
        const mark = { id: m.id, type: m.type, score: m.score, ...at(m), ...drawn };
        return kept(mark, known.get(m.id));
    };
    const joined = (r, drawn) => {
        const relation = { id: r.id, type: r.type, head: r.head, tail: r.tail, score: r.score, ...drawn };
        return kept(relation, known.get(r.id));
    };
    const all = [...answer.mentions, ...answer.suggestions.mentions];
    if (before && !all.some((m) => marksOf.has(m))) {
        for (const label of [...before.marks, ...before.relations])
            known.set(label.id, label);
    }
    const marks = [
        ...answer.mentions.map((m) => remembered(marksOf, m, () => marked(m, real))),
        ...answer.suggestions.mentions.filter(isOpen).map((m) => remembered(marksOf, m, () => marked(m, ghost))),
    ];
    const relations = [
        ...answer.relations.map((r) => remembered(relationsOf, r, () => joined(r, real))),
        ...answer.suggestions.relations.filter(isOpen).map((r) => remembered(relationsOf, r, () => joined(r, ghost))),
    ];
    const spans = same ? before.spans : paragraphs(text);
    return {
        id: answer.id,
        title: answer.title || answer.id,
        text,
        version: answer.version,
        status: answer.status,
        marks: inTextOrder(marks),
        relations,
        notes: answer.notes.map((n) => ({ ...n, ...at(n), pending: false })),
        problems: answer.problems,
        undo: answer.undo,
        redo: answer.redo,
        file: answer.file,
        unread: answer.suggestions.error ?? "",
        offsets,
        spans,
        blocks: same ? before.blocks : spans.flatMap((span) => pieces(text, span)),
        answer,
    };
}
function remembered(known, key, make) {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
}
const FIELDS = ["type", "ghost", "pending", "score", "start", "end", "head", "tail"];
/** What was known already, if it says the same: then one sees at a glance what has changed. */
function kept(label, known) {
    const now = label;
    return known && FIELDS.every((field) => known[field] === now[field]) ? known : label;
}
/** @returns outer marks before those within */
export function inTextOrder(marks) {
    return [...marks].sort((a, b) => a.start - b.start || b.end - a.end || Number(a.ghost) - Number(b.ghost));
}
/**
 * What the document will be once the actions are acknowledged; what they touch is pending.
 * Undo, redo and accepting above a threshold are the server's to work out: they change nothing here.
 */
export function foreseen(doc, actions) {
    if (!actions.length)
        return doc;
    let { marks, relations, notes, status } = doc;
    for (const action of actions) {
        const mine = (each) => "id" in action && each.id === action.id;
        const among = (each) => "ids" in action && action.ids.includes(each.id);
        switch (action.do) {
            case "add_mention": {
                const { type, start, end, ref } = action;
                marks = [...marks, { id: ref, type, start, end, ghost: false, pending: true }];
                break;
            }
            case "change_mention":
                marks = marks.map((m) => (mine(m) ? changedMark(m, action) : m));
                break;
            case "delete_mention":
                marks = marks.filter((m) => !mine(m));
                relations = relations.filter((r) => r.head !== action.id && r.tail !== action.id);
                break;
            case "add_relation": {
                const { type, head, tail, ref } = action;
                relations = [...relations, { id: ref, type, head, tail, ghost: false, pending: true }];
                break;
            }
            case "change_relation":
                relations = relations.map((r) => {
                    if (!mine(r))
                        return r;
                    const turned = action.reverse ? { head: r.tail, tail: r.head } : {};
                    return { ...r, ...turned, type: action.type ?? r.type, pending: true };
                });
                break;
            case "delete_relation":
                relations = relations.filter((r) => !mine(r));
                break;
            case "set_status":
                status = action.status;
                break;
            case "add_note": {
                const { start, end, text, ref } = action;
                notes = [...notes, { id: ref, start, end, text, by: "", time: "", pending: true }];
                break;
            }
            case "change_note":
                notes = notes.map((n) => (mine(n) ? { ...n, text: action.text, pending: true } : n));
                break;
            case "delete_note":
                notes = notes.filter((n) => !mine(n));
                break;
            case "accept": {
                const ends = new Set(relations.filter(among).flatMap((r) => [r.head, r.tail]));
                marks = marks.map((m) => (among(m) || (m.ghost && ends.has(m.id)) ? accepted(m) : m));
                relations = relations.map((r) => (among(r) ? accepted(r) : r));
                break;
            }
            case "reject":
                marks = marks.filter((m) => !among(m));
                relations = relations.filter((r) => !among(r) && !action.ids.includes(r.head) && !action.ids.includes(r.tail));
                break;
            case "accept_above":
            case "undo":
            case "redo":
            case "take_file":
                break;
        }
    }
    return { ...doc, marks: inTextOrder(marks), relations, notes, status };
}
const accepted = (label) => ({ ...label, ghost: false, pending: true, score: undefined });
const changedMark = (mark, change) => ({
    ...mark,
    type: change.type ?? mark.type,
    start: change.start ?? mark.start,
    end: change.end ?? mark.end,
    pending: true,
});
/** An action with the ids that the server has given since to what it names. */
export function renamed(action, named) {
    const real = (id) => named.get(id) ?? id;
    const known = { ...action };
    if ("id" in known)
        known.id = real(known.id);
    if ("ids" in known)
        known.ids = known.ids.map(real);
    if ("head" in known)
        [known.head, known.tail] = [real(known.head), real(known.tail)];
    return known;
}
/** An action as it is sent: offsets in code points, ids as the server knows them. */
export function toSend(action, offsets, named) {
    const sent = renamed(action, named);
    if ("start" in sent && sent.start !== undefined)
        sent.start = offsets.toPoints(sent.start);
    if ("end" in sent && sent.end !== undefined)
        sent.end = offsets.toPoints(sent.end);
    return sent;
}
/**
 * Learns by which ids the server knows the labels and notes that the actions added.
 * @param named extended
 */
export function learnNames(actions, doc, named) {
    for (const action of actions) {
        if (!("ref" in action))
            continue;
        const found = addedBy(renamed(action, named), doc);
        if (found)
            named.set(action.ref, found.id);
    }
}
/** What in a document is what an action adds. */
function addedBy(a, doc) {
    switch (a.do) {
        case "add_mention":
            return doc.marks.find((m) => !m.ghost && m.type === a.type && m.start === a.start && m.end === a.end);
        case "add_relation":
            return doc.relations.find((r) => !r.ghost && r.type === a.type && r.head === a.head && r.tail === a.tail);
        case "add_note":
            return doc.notes.find((n) => n.text === a.text && n.start === a.start && n.end === a.end);
        default:
            return undefined;
    }
}
/**
 * Whether a document already holds what the actions ask for: after a request without an answer,
 * this tells whether it had arrived. What leaves no trace in the document counts as not done.
 */
export function alreadyDone(actions, doc, named) {
    const names = new Map(named);
    learnNames(actions, doc, names);
    return actions.map((action) => renamed(action, names)).every((a) => {
        const mark = (id) => doc.marks.find((m) => m.id === id);
        const relation = (id) => doc.relations.find((r) => r.id === id);
        switch (a.do) {
            case "add_mention":
            case "add_relation":
            case "add_note":
                return names.has(a.ref);
            case "change_mention": {
                const now = mark(a.id);
                return now !== undefined && (a.type ?? now.type) === now.type
                    && (a.start ?? now.start) === now.start && (a.end ?? now.end) === now.end;
            }
            case "delete_mention":
                return mark(a.id) === undefined;
            case "change_relation":
                return !a.reverse && relation(a.id)?.type === a.type;
            case "delete_relation":
                return relation(a.id) === undefined;
            case "set_status":
                return doc.status === a.status;
            case "change_note":
                return doc.notes.some((n) => n.id === a.id && n.text === a.text);
            case "delete_note":
                return doc.notes.every((n) => n.id !== a.id);
            case "accept":
            case "reject":
                return a.ids.every((id) => mark(id) === undefined && relation(id) === undefined);
            default:
                return false;
        }
    });
}
/** @returns the paragraph at an offset, or the next */
export const paragraphAt = (doc, offset) => indexAt(doc.spans, offset);
/** @returns the block at an offset, or the next */
export const blockAt = (doc, offset) => indexAt(doc.blocks, offset);
function indexAt(spans, offset) {
    const index = firstAtLeast(spans, (span) => (span.end > offset ? 0 : -1));
    return Math.min(index, spans.length - 1);
}
