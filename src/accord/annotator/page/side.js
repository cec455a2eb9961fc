/** Beside the text: relations, suggestions, notes and problems of the document, and the guidelines. */
import { relationsInOrder } from "./cursor.js";
import { byId, make } from "./dom.js";
import { keyElement } from "./keys.js";
import { ghostsInOrder, selectLabel } from "./labelling.js";
import { markdown } from "./markdown.js";
import { short } from "./rules.js";
import { Model } from "./training.js";
const TABS = [
    ["relations", "Relations"],
    ["suggestions", "Suggested"],
    ["notes", "Notes"],
    ["problems", "Problems"],
    ["guide", "Guide"],
];
export class Side {
    desk;
    model;
    acts;
    tab = "relations";
    sort = "text";
    /** Which list of which document is drawn. */
    drawn = "";
    /** Whether another list is being drawn than the one that is there. */
    fresh = true;
    rows = new Map();
    /** Rows that show what is selected. */
    lit = [];
    panel = byId("panel");
    tabs = new Map();
    constructor(desk, acts) {
        this.desk = desk;
        this.acts = acts;
        this.model = new Model(desk, () => this.tab === "suggestions" && this.draw(), acts.renewed);
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
            if (!step)
                return;
            const shown = TABS.filter(([tab]) => !this.tabs.get(tab)?.hidden).map(([tab]) => tab);
            const next = shown.at((shown.indexOf(this.tab) + step) % shown.length) ?? this.tab;
            this.show(next);
            this.tabs.get(next)?.focus();
            event.preventDefault();
            event.stopPropagation();
        });
        this.panel.addEventListener("keydown", (event) => this.key(event));
    }
    show(tab) {
        this.tab = tab;
        document.body.classList.add("side-open");
        this.draw();
    }
    draw() {
        const doc = this.desk.doc;
        const count = {
            relations: doc?.relations.filter((r) => !r.ghost).length ?? 0,
            suggestions: doc ? [...doc.marks, ...doc.relations].filter((label) => label.ghost).length : 0,
            notes: doc?.notes.length ?? 0,
            problems: doc?.problems.length ?? 0,
            guide: 0,
        };
        for (const [tab, label] of TABS) {
            const button = this.tabs.get(tab);
            if (!button)
                continue;
            button.textContent = count[tab] ? `${label} ${count[tab]}` : label;
            // What is wrong takes no room where nothing is.
            button.hidden = tab === "problems" && !count[tab] && tab !== this.tab;
            button.setAttribute("aria-selected", String(tab === this.tab));
            button.tabIndex = tab === this.tab ? 0 : -1;
            if (tab === this.tab)
                this.panel.setAttribute("aria-labelledby", button.id);
        }
        const key = `${this.tab} ${this.sort} ${doc?.id}`;
        const fresh = key !== this.drawn;
        if (this.tab === "guide" && !fresh)
            return;
        const scroll = fresh ? 0 : this.panel.scrollTop;
        const focused = document.activeElement?.closest("[data-label]")?.getAttribute("data-label");
        this.fresh = fresh;
        if (fresh)
            this.rows.clear();
        const parts = this[this.tab]();
        if (parts)
            this.panel.replaceChildren(...parts);
        this.panel.scrollTop = scroll;
        this.drawn = key;
        this.mark();
        if (focused) {
            this.panel.querySelector(`[data-label="${CSS.escape(focused)}"]`)?.focus();
        }
    }
    /** Shows in the list what is selected in the text. */
    mark() {
        for (const row of this.lit) {
            row.classList.remove("chosen", "touches");
            row.removeAttribute("aria-current");
        }
        this.lit = [];
        const { selection, doc } = this.desk;
        if (!selection || selection.kind === "words")
            return;
        const light = (id, name) => {
            const row = this.rows.get(id)?.row;
            if (!row?.isConnected)
                return null;
            row.classList.add(name);
            this.lit.push(row);
            return row;
        };
        for (const { id, head, tail } of doc?.relations ?? []) {
            if (head === selection.id || tail === selection.id)
                light(id, "touches");
        }
        const chosen = light(selection.id, "chosen");
        chosen?.setAttribute("aria-current", "true");
        if (chosen && document.activeElement !== chosen)
            chosen.scrollIntoView({ block: "nearest" });
    }
    /** @returns null where the list that is there was brought up to date */
    relations() {
        const doc = this.desk.doc;
        const list = relationsInOrder(this.desk).filter((relation) => !relation.ghost);
        if (!doc || !list.length) {
            return [
                make("p", { class: "how" }, "No relations yet. Press ", keyElement("r"), " and type the letters of two marks, or drag from one mark to the other."),
            ];
        }
        const order = this.desk.schema.relations.map((type) => type.type);
        if (this.sort === "type")
            list.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
        const text = (id) => {
            const mark = this.desk.mark(id);
            return mark ? this.desk.textOf(mark) : "";
        };
        if (this.sort === "head")
            list.sort((a, b) => text(a.head).localeCompare(text(b.head)));
        const select = make("select", { onchange: () => this.sortBy(select.value), "aria-label": "Sort relations" }, ...[["text", "place"], ["type", "type"], ["head", "head"]].map(([value, text]) => make("option", { value, text, selected: value === this.sort })));
        const choice = make("label", { class: "sort" }, "Sorted by ", select);
        const rows = list.map((relation) => this.relationRow(relation));
        const before = this.panel.querySelector(".rows");
        // A long list costs more to lay out than all the rest: rows that stay are left where they are.
        if (before && !this.fresh) {
            fill(before, rows);
            return null;
        }
        return [choice, filled(rows)];
    }
    sortBy(sort) {
        this.sort = sort;
        this.draw();
    }
    /** @returns kept while it says the same */
    relationRow(relation) {
        const ends = [this.desk.mark(relation.head), this.desk.mark(relation.tail)];
        const known = this.rows.get(relation.id);
        if (known?.label === relation && known.ends.every((end, index) => end === ends[index]))
            return known.row;
        return this.newRelationRow(relation, ends);
    }
    newRelationRow(relation, ends) {
        const type = this.desk.schema.relations.find((each) => each.type === relation.type);
        const parts = [
            this.end(relation.head),
            make("span", { class: `arrow ${type?.colour ?? "c8"}`, text: type?.symmetric ? `– ${relation.type} –` : `${relation.type} →` }),
            this.end(relation.tail),
        ];
        return this.row(relation, parts, ends);
    }
    end(id) {
        const mark = this.desk.mark(id);
        const colour = this.desk.schema.mentions.find((type) => type.type === mark?.type)?.colour ?? "c8";
        return make("bdi", { class: `end ${colour}`, title: mark?.type, text: mark ? short(this.desk.textOf(mark), 60) : "?" });
    }
    row(label, parts, ends = []) {
        const { id } = label;
        const row = make("div", {
            class: `row${label.pending ? " pending" : ""}`, role: "listitem", tabindex: "0", "data-label": id,
            onclick: () => selectLabel(this.desk, id), onfocus: () => selectLabel(this.desk, id),
            onmouseenter: () => this.desk.tell("hovered", id), onmouseleave: () => this.desk.tell("hovered", ""),
        }, ...parts);
        if (label.score !== undefined)
            row.append(make("span", { class: "score", text: `${Math.round(label.score * 100)}%` }));
        this.rows.set(id, { label, ends, row });
        return row;
    }
    suggestions() {
        const list = ghostsInOrder(this.desk);
        const head = make("div", { class: "acts" }, make("button", { type: "button", text: "Accept all above …", onclick: () => this.acts.acceptAbove(), disabled: !list.length }), make("span", { class: "how" }, keyElement("a"), " accepts, ", keyElement("x"), " rejects, a type's key corrects"));
        const rows = list.map(({ id, label }) => {
            if ("head" in label)
                return this.relationRow(label);
            return this.row(label, [this.end(id), make("span", { class: "kind", text: label.type })]);
        });
        const none = make("p", { class: "how", text: "No open suggestions in this document." });
        return [...this.model.draw(), ...(list.length ? [head, filled(rows)] : [none])];
    }
    notes() {
        const doc = this.desk.doc;
        const add = make("div", { class: "acts" }, make("button", { type: "button", onclick: () => this.acts.note() }, "Note at the selection"), keyElement("t"));
        const rows = (doc?.notes ?? []).map((note) => make("div", { class: `note${note.pending ? " pending" : ""}`, "data-label": note.id }, make("button", { type: "button", class: "plain place", onclick: () => this.desk.selectWords({ start: note.start, end: note.end }) }, make("bdi", { text: `“${short(this.desk.textOf(note), 50)}”` })), make("p", { class: "note-text", dir: "auto", text: note.text }), make("p", { class: "how" }, [note.by, note.time.slice(0, 16).replace("T", " ")].filter(Boolean).join(", "), " ", make("button", { type: "button", class: "plain", text: "Change", onclick: () => this.acts.note(note.id) }), make("button", { type: "button", class: "plain", text: "Delete", onclick: () => this.desk.act([{ do: "delete_note", id: note.id }], "Deleted the note") }))));
        return [add, ...(rows.length ? rows : [make("p", { class: "how", text: "No notes." })])];
    }
    problems() {
        const doc = this.desk.doc;
        const rows = (doc?.problems ?? []).map((problem) => make("div", { class: "row problem", role: "listitem", tabindex: "0",
            onclick: () => problem.ids[0] && selectLabel(this.desk, problem.ids[0]) }, problem.text));
        return rows.length ? rows : [make("p", { class: "how", text: "Nothing here breaks the schema." })];
    }
    guide() {
        const { schema, session } = this.desk;
        const types = (list) => make("dl", { class: "types-list" }, ...list.flatMap((type) => [
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
    /** Up and down go from row to row. */
    key(event) {
        const rows = [...this.panel.querySelectorAll(".row")];
        const here = rows.findIndex((row) => row === document.activeElement);
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (!step || here < 0)
            return;
        rows[here + step]?.focus();
        event.preventDefault();
        event.stopPropagation();
    }
}
/** How many rows stand together: the browser lays them out only where they are seen. */
const TOGETHER = 50;
function filled(rows) {
    const list = make("div", { class: "rows", role: "list" });
    fill(list, rows);
    return list;
}
/** Brings the list of rows up to date. */
function fill(list, rows) {
    const many = Math.ceil(rows.length / TOGETHER);
    while (list.children.length > many)
        list.lastElementChild?.remove();
    while (list.children.length < many)
        list.append(make("div", { class: "together", role: "none" }));
    for (const [index, part] of [...list.children].entries()) {
        arrange(part, rows.slice(index * TOGETHER, (index + 1) * TOGETHER));
    }
}
/** Makes these the children of an element, moving only what is new or stands elsewhere. */
function arrange(parent, wanted) {
    const kept = new Set(wanted);
    for (const child of [...parent.children])
        if (!kept.has(child))
            child.remove();
    let next = parent.firstElementChild;
    for (const each of wanted) {
        if (each === next)
            next = next.nextElementSibling;
        else
            parent.insertBefore(each, next);
    }
}
