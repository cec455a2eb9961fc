/**
 * The text with its marks, arrows and cursor. Paragraph by paragraph: only what changed is drawn
 * again, and arrows only near what is on the screen.
 *
 * An action changes the document two or three times (pending, on its way, acknowledged), and moves
 * the selection. So what is due is drawn once, just before the next picture; and the page is read
 * and written in turns, all of it together, as each reading after a writing costs a layout.
 */
import { drawArcs, makeRoom, measureArcs, planArcs, roomOf, svgElement } from "./arcs.js";
import { paragraphAt } from "./document.js";
import { short } from "./rules.js";
import { drawParagraph, lineBoxes } from "./text.js";
export class Pane {
    desk;
    element;
    /** Called when something has been drawn, in the same picture. */
    drawn = () => { };
    paragraphs = [];
    arrows = "all";
    /** The mark or relation under the pointer, "" for none. */
    hovered = "";
    colours = new Map();
    relationTypes = new Map();
    watch;
    due = new Set();
    /** The picture for which something is due, 0 for none. */
    picture = 0;
    places = { doc: null, marks: [], relations: [], of: new Map() };
    /** Ids of labels that break the schema, as one text: where it changes, all is drawn anew. */
    problems = "";
    /** What stands over the text or is emphasised in it, to be taken away again. */
    cursor = [];
    flags = [];
    lit = [];
    constructor(desk, element) {
        this.desk = desk;
        this.element = element;
        this.watch = new IntersectionObserver((entries) => this.approached(entries), {
            root: element,
            rootMargin: "800px 0px",
        });
        let width = 0;
        new ResizeObserver(([entry]) => {
            if (!entry || entry.contentRect.width === width)
                return;
            width = entry.contentRect.width;
            this.redraw();
        }).observe(element);
    }
    /** Draws something just before the next picture. */
    soon(due) {
        this.due.add(due);
        this.picture ||= requestAnimationFrame(() => this.now());
    }
    /** Draws what is due; who reads places off the page calls it first. */
    now() {
        if (!this.due.size)
            return;
        cancelAnimationFrame(this.picture);
        this.picture = 0;
        const due = new Set(this.due);
        this.due.clear();
        this.draw(due);
        this.drawn(due);
        if (due.has("labels"))
            this.desk.mode?.redraw?.();
    }
    /** Draws every arrow anew, as lines may have changed. */
    redraw() {
        for (const paragraph of this.paragraphs)
            paragraph.arrows = null;
        this.soon("labels");
    }
    /** A document has been opened: all of it is drawn anew. */
    build() {
        const { mentions, relations } = this.desk.schema;
        this.colours = new Map(mentions.map((type) => [type.type, type.colour]));
        this.relationTypes = new Map(relations.map((type) => [type.type, type]));
        this.watch.disconnect();
        this.paragraphs = (this.desk.doc?.spans ?? []).map((_, index) => newParagraph(index));
        const empty = document.createElement("p");
        empty.className = "empty";
        empty.textContent = "This document has no text.";
        this.element.replaceChildren(...(this.paragraphs.length ? this.paragraphs.map((p) => p.box) : [empty]));
        this.element.scrollTop = 0;
        const { doc } = this.desk;
        if (doc)
            this.drawWords(doc);
        // What the observer will find near at first, so that the first picture is already whole.
        const reach = this.element.clientHeight + 800;
        for (const paragraph of this.paragraphs) {
            this.watch.observe(paragraph.box);
            paragraph.near = paragraph.box.offsetTop < reach;
        }
        this.soon("labels");
        this.now();
    }
    approached(entries) {
        const at = new Map(this.paragraphs.map((paragraph) => [paragraph.box, paragraph]));
        for (const { target, isIntersecting } of entries) {
            const paragraph = at.get(target);
            if (!paragraph || paragraph.near === isIntersecting)
                continue;
            paragraph.near = isIntersecting;
            if (isIntersecting)
                this.soon("labels");
        }
    }
    /** Draws what differs from what is on the page: written, read, written, read, written. */
    draw(due) {
        const { doc, selection } = this.desk;
        if (!doc || doc.spans.length !== this.paragraphs.length)
            return;
        const here = selection ? this.paragraphs[paragraphAt(doc, selection.start)] : undefined;
        const reveal = due.has("reveal") && here !== undefined;
        const comes = reveal && !here.near;
        if (comes)
            here.near = true;
        const labels = due.has("labels") || comes || this.arrows === "near";
        const problems = labels ? this.drawWords(doc) : new Set();
        const plans = labels ? this.planArrows(doc, problems) : [];
        for (const { paragraph, room } of plans) {
            if (makeRoom(paragraph.words, room, paragraph.room))
                paragraph.room = room;
        }
        const measured = plans.map(({ paragraph, plan }) => measureArcs(paragraph.box, plan));
        const cursor = selection && here && selection.kind !== "relation" ? this.boxes(here, selection) : [];
        const flags = labels ? this.measureNotes(doc) : null;
        const scroll = reveal && selection ? this.wayTo(here, selection) : 0;
        for (const [index, { paragraph, plan, shown }] of plans.entries()) {
            drawArcs(paragraph.arcs, plan, measured[index] ?? []);
            paragraph.arrows = shown;
        }
        for (const old of this.cursor)
            old.remove();
        this.cursor = cursor.map((box) => placed(`cursor on-${selection?.kind}`, box));
        here?.over.append(...this.cursor);
        if (flags)
            this.drawNotes(flags);
        this.emphasise();
        if (scroll)
            this.element.scrollTop += scroll;
    }
    /** The words with their marks, where these changed. @returns ids of what breaks the schema */
    drawWords(doc) {
        if (this.places.doc !== doc)
            this.places = placesIn(doc);
        const problems = new Set(doc.problems.flatMap((problem) => problem.ids));
        const said = [...problems].join(" ");
        for (const [index, paragraph] of this.paragraphs.entries()) {
            const span = doc.spans[index];
            const marks = this.places.marks[index] ?? [];
            if (!span || (said === this.problems && same(paragraph.marks, marks)))
                continue;
            const drawn = marks.map((mark) => ({ ...mark, classes: classesOf(mark, problems) }));
            drawParagraph(paragraph.words, doc.text, span, drawn, (mark) => this.colours.get(mark.type) ?? "c8");
            // The lines mostly need the room that they had: then they are laid out once only.
            makeRoom(paragraph.words, paragraph.room);
            paragraph.marks = marks;
            paragraph.arrows = null;
        }
        this.problems = said;
        return problems;
    }
    /** Where the arrows go that changed, near the screen; reads the page. */
    planArrows(doc, problems) {
        const near = this.arrows === "near" ? this.near()?.relations : undefined;
        const found = [];
        for (const [index, paragraph] of this.paragraphs.entries()) {
            if (!paragraph.near)
                continue;
            const all = this.places.relations[index] ?? [];
            const relations = this.arrows === "all" ? all : all.filter((relation) => near?.has(relation.id));
            const shown = relations.flatMap((relation) => [relation, this.desk.mark(relation.head), this.desk.mark(relation.tail)]);
            if (same(paragraph.arrows, shown))
                continue;
            const arrows = relations.map((relation) => {
                const type = this.relationTypes.get(relation.type);
                const classes = classesOf(relation, problems);
                return { ...relation, symmetric: type?.symmetric, colour: type?.colour ?? "c8", classes };
            });
            const plan = planArcs(paragraph.box, arrows, (arrow, side) => this.far(doc, index, arrow, side));
            found.push({ paragraph, plan, room: roomOf(plan), shown });
        }
        return found;
    }
    /** What an arrow says of its other end, in another paragraph. */
    far(doc, paragraph, arrow, here) {
        const other = this.desk.mark(here === "head" ? arrow.tail : arrow.head);
        if (!other)
            return "?";
        const up = (this.places.of.get(other.id) ?? 0) < paragraph;
        return `${up ? "↑" : "↓"} ${short(doc.text.slice(other.start, other.end), 22)}`;
    }
    /** What the selection or the pointer is on, and what belongs to it. */
    near() {
        const { selection, doc } = this.desk;
        const id = this.hovered || (selection && selection.kind !== "words" ? selection.id : "");
        if (!id || !doc)
            return null;
        const own = this.desk.relation(id);
        const relations = own ? [own] : doc.relations.filter((r) => r.head === id || r.tail === id);
        return {
            relations: new Map(relations.map((r) => [r.id, r])),
            marks: new Set([...(own ? [] : [id]), ...relations.flatMap((r) => [r.head, r.tail])]),
        };
    }
    /** Shows which arrows and marks belong to what is selected or under the pointer. */
    emphasise() {
        for (const element of this.lit)
            element.classList.remove("near", "selected", "focused");
        this.lit = [];
        const near = this.near();
        for (const id of near?.marks ?? [])
            this.light("near", this.markElements(id));
        for (const relation of near?.relations.values() ?? []) {
            const arcs = this.arcElements(relation);
            this.light("near", arcs);
            this.light("focused", arcs.flatMap((arc) => arc.parentElement ?? []));
        }
        const { selection } = this.desk;
        const relation = selection?.kind === "relation" ? this.desk.relation(selection.id) : undefined;
        if (selection?.kind === "mark")
            this.light("selected", this.markElements(selection.id));
        else if (relation)
            this.light("selected", this.arcElements(relation));
    }
    light(name, elements) {
        for (const element of elements)
            element.classList.add(name);
        this.lit.push(...elements);
    }
    markElements(id) {
        const paragraph = this.paragraphs[this.places.of.get(id) ?? -1];
        return [...(paragraph?.words.querySelectorAll(`mark[data-id="${CSS.escape(id)}"]`) ?? [])];
    }
    arcElements({ id, head, tail }) {
        const found = new Set([head, tail].map((end) => this.paragraphs[this.places.of.get(end) ?? -1]));
        return [...found].flatMap((paragraph) => [...(paragraph?.arcs.querySelectorAll(`[data-relation="${CSS.escape(id)}"]`) ?? [])]);
    }
    /** @param id a mark's or relation's, "" for none */
    hover(id) {
        if (id === this.hovered)
            return;
        this.hovered = id;
        this.soon("selection");
    }
    boxes(paragraph, span) {
        return lineBoxes(paragraph.words, span, paragraph.box.getBoundingClientRect());
    }
    measureNotes(doc) {
        return doc.notes.flatMap((note) => {
            const paragraph = this.paragraphs[paragraphAt(doc, note.start)];
            const [box] = paragraph ? this.boxes(paragraph, note) : [];
            return paragraph && box ? [{ note, paragraph, box }] : [];
        });
    }
    /** A small flag where a note stands. */
    drawNotes(places) {
        for (const old of this.flags)
            old.remove();
        this.flags = places.map(({ note, paragraph, box }) => {
            const flag = placed(`note-flag${note.pending ? " pending" : ""}`, { ...box, right: box.left + 14 });
            flag.dataset.note = note.id;
            flag.title = note.text;
            paragraph.over.append(flag);
            return flag;
        });
    }
    /** How far to scroll so that a place is on the screen. */
    wayTo(paragraph, span) {
        const [box] = lineBoxes(paragraph.words, span, this.element.getBoundingClientRect());
        if (!box)
            return 0;
        const height = this.element.clientHeight;
        const margin = Math.min(110, height / 4);
        if (box.top < margin)
            return box.top - margin;
        return Math.max(0, box.bottom - height + margin / 2);
    }
    /** Marks that are on the screen, in text order, with the place of their first line. */
    visibleMarks() {
        this.now();
        const view = this.element.getBoundingClientRect();
        const found = [];
        const seen = new Set();
        for (const [index, { box, near }] of this.paragraphs.entries()) {
            if (!near)
                continue;
            const frame = box.getBoundingClientRect();
            if (frame.bottom < view.top || frame.top > view.bottom)
                continue;
            for (const mark of box.querySelectorAll("mark")) {
                const id = mark.dataset.id ?? "";
                const [first] = mark.getClientRects();
                if (!first || seen.has(id) || first.bottom < view.top || first.top > view.bottom)
                    continue;
                seen.add(id);
                found.push({ id, left: first.left - frame.left, right: first.right - frame.left, top: first.top - frame.top, paragraph: index });
            }
        }
        return found;
    }
    /**
     * Words that are on the screen.
     * @param only one paragraph's
     */
    visibleWords(only) {
        this.now();
        const view = this.element.getBoundingClientRect();
        const found = [];
        for (const [index, { box, words }] of this.paragraphs.entries()) {
            const frame = box.getBoundingClientRect();
            if ((only !== undefined && index !== only) || frame.bottom < view.top || frame.top > view.bottom)
                continue;
            for (const word of this.desk.words(index)) {
                const [first] = lineBoxes(words, word, frame);
                if (!first || first.bottom + frame.top < view.top || first.top + frame.top > view.bottom)
                    continue;
                found.push({ word, left: first.left, right: first.right, top: first.top, paragraph: index });
            }
        }
        return found;
    }
}
/** Whether two lists hold the same things in the same order. */
const same = (one, other) => one !== null && one.length === other.length && one.every((each, index) => each === other[index]);
function classesOf(label, problems) {
    const classes = [];
    if (label.ghost)
        classes.push("ghost");
    if (label.pending)
        classes.push("pending");
    if (problems.has(label.id))
        classes.push("problem");
    return classes;
}
/**
 * An element over the text.
 * @param name its classes
 */
export function placed(name, box) {
    const element = document.createElement("div");
    element.className = name;
    element.style.left = `${box.left}px`;
    element.style.top = `${box.top}px`;
    element.style.width = `${box.right - box.left}px`;
    element.style.height = `${box.bottom - box.top}px`;
    return element;
}
function newParagraph(index) {
    const box = document.createElement("div");
    box.className = "paragraph";
    box.dataset.paragraph = String(index);
    const words = document.createElement("p");
    words.className = "words";
    words.dir = "auto";
    const arcs = svgElement("svg", { class: "arcs", "aria-hidden": "true" });
    const over = document.createElement("div");
    over.className = "over";
    over.setAttribute("aria-hidden", "true");
    box.append(arcs, words, over);
    return { box, words, arcs, over, marks: null, arrows: null, room: new Map(), near: false };
}
function placesIn(doc) {
    const marks = doc.spans.map(() => []);
    const relations = doc.spans.map(() => []);
    const of = new Map();
    for (const mark of doc.marks) {
        const index = paragraphAt(doc, mark.start);
        marks[index]?.push(mark);
        of.set(mark.id, index);
    }
    for (const relation of doc.relations) {
        const found = new Set([of.get(relation.head), of.get(relation.tail)]);
        for (const index of found)
            if (index !== undefined)
                relations[index]?.push(relation);
    }
    return { doc, marks, relations, of };
}
