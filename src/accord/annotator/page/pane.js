/**
 * The text with its marks, arrows and cursor. Block by block (a paragraph, or a piece of a long one):
 * only what changed is drawn again, and arrows only near what is on the screen.
 *
 * An action changes the document two or three times (pending, on its way, acknowledged), and moves
 * the selection. So what is due is drawn once, just before the next picture; and the page is read
 * and written in turns, all of it together, as each reading after a writing costs a layout. What is
 * acknowledged looks as before: then only names are exchanged, and nothing is laid out.
 */
import { drawArcs, makeRoom, measureArcs, planArcs, renameArcs, roomOf, svgElement } from "./arcs.js";
import { blockAt } from "./document.js";
import { Emphasis, belonging } from "./emphasis.js";
import { NOWHERE, inOrder, placesIn, same, sameArrows, sameMarks, untouched } from "./places.js";
import { short } from "./rules.js";
import { drawParagraph, firstAtLeast, lineBoxes, renameMarks } from "./text.js";
/** How far above and below the screen arrows are drawn, in pixels. */
const REACH = 800;
export class Pane {
    desk;
    element;
    /** Called when something has been drawn, in the same picture. */
    drawn = () => { };
    blocks = [];
    arrows = "all";
    /** The mark or relation under the pointer, "" for none. */
    hovered = "";
    colours = new Map();
    relationTypes = new Map();
    due = new Set();
    /** The picture for which something is due, 0 for none. */
    picture = 0;
    places = NOWHERE;
    /** The blocks near the screen, as when last looked: from the first, before the second. */
    near = null;
    /** Ids of labels that break the schema, as one text: where it changes, all is drawn anew. */
    problems = "";
    /** What stands over the text, to be taken away again. */
    cursor = [];
    /** The selection for which that stands there. */
    selected = null;
    notes = [];
    flags = [];
    emphasis = new Emphasis(this);
    constructor(desk, element) {
        this.desk = desk;
        this.element = element;
        element.addEventListener("scroll", () => this.scrolled(), { passive: true });
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
    /**
     * Draws what is due; who reads places off the page calls it first.
     * @returns whether the mode that is on has drawn itself anew over what moved
     */
    now() {
        if (!this.due.size)
            return false;
        cancelAnimationFrame(this.picture);
        this.picture = 0;
        const due = new Set(this.due);
        this.due.clear();
        const moved = this.draw(due);
        this.drawn(due);
        const { mode } = this.desk;
        if (!moved || !mode?.redraw)
            return false;
        mode.redraw();
        return true;
    }
    /** Draws every arrow anew, as lines may have changed. */
    redraw() {
        for (const block of this.blocks)
            block.arrows = null;
        this.near = null;
        this.soon("labels");
    }
    /** A document has been opened: all of it is drawn anew. */
    build() {
        const { mentions, relations } = this.desk.schema;
        const { doc } = this.desk;
        this.colours = new Map(mentions.map((type) => [type.type, type.colour]));
        this.relationTypes = new Map(relations.map((type) => [type.type, type]));
        this.blocks = (doc?.blocks ?? []).map(newBlock);
        this.places = NOWHERE;
        this.near = null;
        const empty = document.createElement("p");
        empty.className = "empty";
        empty.textContent = "This document has no text.";
        this.element.replaceChildren(...(this.blocks.length ? this.blocks.map((block) => block.box) : [empty]));
        this.element.scrollTop = 0;
        if (doc) {
            this.drawWords(doc);
            this.joinPieces(doc);
        }
        this.soon("labels");
        this.now();
    }
    /** The pieces of one paragraph stand close together, and run in one direction. */
    joinPieces(doc) {
        const ends = new Set(doc.spans.map((span) => span.end));
        let before;
        for (const block of this.blocks) {
            if (before)
                block.words.dir = before.words.matches(":dir(rtl)") ? "rtl" : "ltr";
            before = ends.has(block.span.end) ? undefined : block;
            if (before)
                block.box.classList.add("goes-on");
        }
    }
    /** Arrows are drawn when they come near. */
    scrolled() {
        const before = this.near;
        this.near = this.nearNow();
        if (!before || this.near[0] < before[0] || this.near[1] > before[1])
            this.soon("labels");
    }
    /** Reads which blocks are near the screen now. */
    nearNow() {
        const view = this.element.getBoundingClientRect();
        return [this.firstBelow(view.top - REACH), this.firstBelow(view.bottom + REACH) + 1];
    }
    /** @returns index of the first block that ends below a height of the screen; reads the page */
    firstBelow(y) {
        return firstAtLeast(this.blocks, ({ box }) => box.getBoundingClientRect().bottom - y);
    }
    /** The block that the cursor is in. */
    get here() {
        const { doc, selection } = this.desk;
        return doc && selection ? blockAt(doc, selection.start) : 0;
    }
    /**
     * Draws what differs from what is on the page: read, written, read, written, read, written.
     * @returns whether any label moved, came or went, or has another name
     */
    draw(due) {
        const { doc, selection } = this.desk;
        if (!doc || doc.blocks.length !== this.blocks.length)
            return false;
        const here = selection ? this.blocks[this.here] : undefined;
        const reveal = due.has("reveal") && here !== undefined;
        const labels = due.has("labels") || reveal || this.arrows === "near";
        const fresh = labels && this.drawWords(doc);
        this.near ??= this.nearNow();
        const plans = labels ? this.planArrows(doc, reveal ? here : undefined) : [];
        for (const { block, room } of plans) {
            if (makeRoom(block.words, room, block.room))
                block.room = room;
        }
        const measured = plans.map(({ block, plan }) => measureArcs(block.box, plan));
        const moved = fresh || plans.length > 0;
        const cursor = moved || !sameSelection(selection, this.selected) ? this.measureCursor(doc, selection) : null;
        const flags = moved || doc.notes !== this.notes ? this.measureNotes(doc) : null;
        const scroll = reveal && selection ? this.wayTo(here, selection) : 0;
        for (const [index, { block, plan, arrows }] of plans.entries()) {
            drawArcs(block.arcs, plan, measured[index] ?? []);
            block.arrows = arrows;
        }
        if (cursor)
            this.drawCursor(cursor, selection);
        if (flags)
            this.drawNotes(flags, doc.notes);
        this.emphasis.draw();
        if (scroll)
            this.element.scrollTop += scroll;
        return moved;
    }
    /** The words with their marks, where these changed. @returns whether they did */
    drawWords(doc) {
        const said = doc.problems.flatMap((problem) => problem.ids).join(" ");
        if (this.places.doc === doc && said === this.problems)
            return false;
        this.places = placesIn(doc);
        const problems = new Set(said.split(" "));
        let changed = false;
        for (const [index, block] of this.blocks.entries()) {
            const marks = this.places.marks[index] ?? [];
            if (said === this.problems && block.marks && same(block.marks, marks))
                continue;
            changed = true;
            if (said === this.problems && block.marks && sameMarks(block.marks, marks)) {
                this.rename(block, block.marks, marks);
                continue;
            }
            const drawn = marks.map((mark) => ({ ...mark, classes: classesOf(mark, problems) }));
            drawParagraph(block.words, doc.text, block.span, drawn, (mark) => this.colours.get(mark.type) ?? "c8");
            // The lines mostly need the room that they had: then they are laid out once only.
            makeRoom(block.words, block.room);
            block.marks = marks;
            block.arrows = null;
        }
        this.problems = said;
        return changed;
    }
    /** Marks that look as they did, under other names. */
    rename(block, before, marks) {
        const pairs = marks.flatMap((mark, index) => {
            const old = before[index];
            return old && old !== mark ? [[old, mark]] : [];
        });
        renameMarks(block.words, pairs);
        const names = new Map(pairs.map(([old, mark]) => [old.id, mark.id]));
        block.room = new Map([...block.room].map(([id, height]) => [names.get(id) ?? id, height]));
        block.marks = marks;
    }
    /**
     * Where the arrows go that changed, near the screen; reads the page.
     * @param comes what will be on the screen
     */
    planArrows(doc, comes) {
        const near = this.arrows === "near" ? belonging(this)?.relations : undefined;
        const problems = new Set(this.problems.split(" "));
        const [from, to] = this.near ?? [0, 0];
        const found = [];
        for (const [index, block] of this.blocks.entries()) {
            if (block !== comes && (index < from || index >= to))
                continue;
            const all = this.places.relations[index] ?? [];
            const relations = this.arrows === "all" ? all : all.filter((relation) => near?.has(relation.id));
            const arrows = inOrder(relations.map((relation) => ({ relation, head: this.desk.mark(relation.head), tail: this.desk.mark(relation.tail) })));
            if (block.arrows && untouched(block.arrows, arrows))
                continue;
            if (block.arrows && sameArrows(block.arrows, arrows)) {
                renameArcs(block.arcs, block.arrows.map(({ relation }, at) => [relation, arrows[at]?.relation ?? relation]));
                block.arrows = arrows;
                continue;
            }
            const drawn = arrows.map(({ relation }) => {
                const type = this.relationTypes.get(relation.type);
                const classes = classesOf(relation, problems);
                return { ...relation, symmetric: type?.symmetric, colour: type?.colour ?? "c8", classes };
            });
            const plan = planArcs(block.box, drawn, (arrow, side) => this.far(doc, index, arrow, side));
            found.push({ block, plan, room: roomOf(plan), arrows });
        }
        return found;
    }
    /** What an arrow says of its other end, in another block. */
    far(doc, block, arrow, here) {
        const other = this.desk.mark(here === "head" ? arrow.tail : arrow.head);
        if (!other)
            return "?";
        const up = (this.places.of.get(other.id) ?? 0) < block;
        return `${up ? "↑" : "↓"} ${short(doc.text.slice(other.start, other.end), 22)}`;
    }
    /** @param id a mark's or relation's, "" for none */
    hover(id) {
        if (id === this.hovered)
            return;
        this.hovered = id;
        this.soon("selection");
    }
    /** The rectangles of a span, in each of the blocks that it reaches into. */
    boxesOf(doc, span) {
        const blocks = this.blocks.slice(blockAt(doc, span.start), blockAt(doc, span.end - 1) + 1);
        return blocks.flatMap((block) => lineBoxes(block.words, span, block.box.getBoundingClientRect()).map((box) => ({ block, box })));
    }
    measureCursor(doc, selection) {
        return selection && selection.kind !== "relation" ? this.boxesOf(doc, selection) : [];
    }
    drawCursor(places, selection) {
        for (const old of this.cursor)
            old.remove();
        this.cursor = places.map(({ block, box }) => {
            const element = placed(`cursor on-${selection?.kind}`, box);
            block.over.append(element);
            return element;
        });
        this.selected = selection;
    }
    measureNotes(doc) {
        return doc.notes.flatMap((note) => this.boxesOf(doc, note).slice(0, 1).map((place) => ({ note, ...place })));
    }
    /** A small flag where a note stands. */
    drawNotes(places, notes) {
        this.notes = notes;
        for (const old of this.flags)
            old.remove();
        this.flags = places.map(({ note, block, box }) => {
            const flag = placed(`note-flag${note.pending ? " pending" : ""}`, { ...box, right: box.left + 14 });
            flag.dataset.note = note.id;
            flag.title = note.text;
            block.over.append(flag);
            return flag;
        });
    }
    /** How far to scroll so that a place is on the screen. */
    wayTo(block, span) {
        const [box] = lineBoxes(block.words, span, this.element.getBoundingClientRect());
        if (!box)
            return 0;
        const height = this.element.clientHeight;
        const margin = Math.min(110, height / 4);
        if (box.top < margin)
            return box.top - margin;
        return Math.max(0, box.bottom - height + margin / 2);
    }
}
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
const sameSelection = (one, other) => one?.kind === other?.kind && one?.start === other?.start && one?.end === other?.end;
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
function newBlock(span) {
    const box = document.createElement("div");
    box.className = "paragraph";
    const words = document.createElement("p");
    words.className = "words";
    words.dir = "auto";
    const arcs = svgElement("svg", { class: "arcs", "aria-hidden": "true" });
    const over = document.createElement("div");
    over.className = "over";
    over.setAttribute("aria-hidden", "true");
    box.append(arcs, words, over);
    return { span, box, words, arcs, over, marks: null, arrows: null, room: new Map() };
}
