/** Labelled text to be read and compared, not changed: paragraphs with one layer's marks and arrows. */
import { drawArcs, makeRoom, measureArcs, planArcs, roomOf, svgElement } from "./arcs.js";
import { make } from "./dom.js";
import { arrowColour, markColour } from "./rules.js";
import { Offsets, drawParagraph, paragraphs } from "./text.js";
/** One text and the schema's colours; draws any layer's labels of it. */
export class Reading {
    text;
    offsets;
    spans;
    /** The colour of each type of mention. */
    marks;
    /** How each type of relation is drawn. */
    arrows;
    constructor(text, schema) {
        this.text = text;
        this.offsets = new Offsets(text);
        this.spans = paragraphs(text);
        this.marks = new Map(schema.mentions.map((type) => [type.type, markColour(type)]));
        this.arrows = new Map(schema.relations.map((type, index) => [type.type, { colour: arrowColour(index), symmetric: type.symmetric }]));
    }
    /** @param span in code points */
    words(span) {
        return this.text.slice(this.offsets.toUnits(span.start), this.offsets.toUnits(span.end));
    }
    /** @param span in code points @returns index of its paragraph, or -1 */
    paragraph(span) {
        const start = this.offsets.toUnits(span.start);
        return this.spans.findIndex((each) => each.start <= start && start < each.end);
    }
    /**
     * A paragraph with a layer's labels; `finish` draws the arrows once it stands in the page.
     * @param chosen ids to show as selected
     */
    draw(index, labels, chosen) {
        const span = this.spans[index] ?? { start: 0, end: 0 };
        const marks = labels.mentions.map((m) => ({
            ...m,
            start: this.offsets.toUnits(m.start),
            end: this.offsets.toUnits(m.end),
            classes: chosen.has(m.id) ? ["selected"] : [],
        })).filter((m) => m.start >= span.start && m.end <= span.end);
        const here = new Set(marks.map((m) => m.id));
        const arrows = labels.relations.filter((r) => here.has(r.head) || here.has(r.tail)).map((r) => ({
            ...r, ...this.arrows.get(r.type), classes: chosen.has(r.id) ? ["selected"] : [],
        }));
        const words = make("p", { class: "words", dir: "auto" });
        const arcs = svgElement("svg", { class: "arcs", "aria-hidden": "true" });
        const box = make("div", { class: "paragraph" }, arcs, words);
        drawParagraph(words, this.text, span, marks, (mark) => this.marks.get(mark.type) ?? "c8");
        const finish = () => {
            const plan = planArcs(box, arrows, (arrow, side) => this.far(arrow, side, labels));
            makeRoom(words, roomOf(plan));
            drawArcs(arcs, plan, measureArcs(box, plan));
        };
        return { box, finish };
    }
    far(arrow, side, labels) {
        const id = side === "head" ? arrow.tail : arrow.head;
        const other = labels.mentions.find((m) => m.id === id);
        return other ? `→ ${short(this.words(other), 22)}` : "?";
    }
}
export function short(text, most) {
    const flat = text.replace(/\s+/gu, " ");
    return flat.length <= most ? flat : `${flat.slice(0, most - 1)}…`;
}
