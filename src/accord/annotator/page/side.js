/** Beside the text: relations, suggestions, notes and problems of the document, and the guidelines. */
import { relationsInOrder } from "./cursor.js";
import { byId, make } from "./dom.js";
import { keyElement } from "./keys.js";
import { ghostsInOrder, selectLabel } from "./labelling.js";
import { markdown } from "./markdown.js";
import { Rows } from "./rows.js";
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
    rows = new Map();
    /** The relations in the list that is there; null where another list is. */
    list = null;
    /** Rows that show what is selected, the chosen one first. */
    lit = [];
    chosen = null;
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
            const said = count[tab] ? `${label} ${count[tab]}` : label;
            if (button.textContent !== said)
                button.textContent = said;
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
        const focused = document.activeElement?.closest("[data-label]")?.getAttribute("data-label");
        if (fresh) {
            this.rows.clear();
            this.list = null;
        }
        const parts = this[this.tab]();
        if (parts) {
            const scroll = fresh ? 0 : this.panel.scrollTop;
            this.panel.replaceChildren(...parts);
            this.panel.scrollTop = scroll;
        }
        this.drawn = key;
        this.mark();
        if (focused && document.activeElement?.getAttribute("data-label") !== focused) {
            this.panel.querySelector(`[data-label="${CSS.escape(focused)}"]`)?.focus();
        }
    }
    /** Shows in the list what is selected in the text. */
    mark() {
        const { selection, doc } = this.desk;
        const id = selection && selection.kind !== "words" ? selection.id : "";
        const rowOf = (each) => {
            const row = this.rows.get(each)?.row;
            return row?.isConnected ? row : null;
        };
        const chosen = id ? rowOf(id) : null;
        const touched = id ? (doc?.relations ?? []).filter((r) => r.head === id || r.tail === id).flatMap((r) => rowOf(r.id) ?? []) : [];
        const lit = [...(chosen ? [chosen] : []), ...touched];
        if (chosen === this.chosen && lit.length === this.lit.length && lit.every((row, index) => row === this.lit[index]))
            return;
        for (const row of this.lit) {
            row.classList.remove("chosen", "touches");
            row.removeAttribute("aria-current");
        }
        for (const row of touched)
            row.classList.add("touches");
        chosen?.classList.add("chosen");
        chosen?.setAttribute("aria-current", "true");
        if (chosen && chosen !== this.chosen && document.activeElement !== chosen)
            chosen.scrollIntoView({ block: "nearest" });
        this.lit = lit;
        this.chosen = chosen;
    }
    /** @returns null where the list that is there was brought up to date */
    relations() {
        const doc = this.desk.doc;
        const list = relationsInOrder(this.desk).filter((relation) => !relation.ghost);
        if (!doc || !list.length) {
            this.list = null;
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
        const rows = list.map((relation) => this.relationRow(relation));
        // A long list costs more to lay out than all the rest: rows that stay are left where they are.
        if (this.list) {
            this.list.fill(rows);
            return null;
        }
        this.list = new Rows();
        this.list.fill(rows);
        return [choice(this.sort, (sort) => this.sortBy(sort)), this.list.element];
    }
    sortBy(sort) {
        this.sort = sort;
        this.draw();
    }
    /** @returns kept while it says the same */
    relationRow(relation) {
        const ends = [this.desk.mark(relation.head), this.desk.mark(relation.tail)];
        const known = this.rows.get(relation.id) ?? this.acknowledged(relation);
        if (!known)
            return this.newRelationRow(relation, ends);
        if (known.label === relation && known.ends.every((end, index) => end === ends[index]))
            return known.row;
        const says = (one, other) => one?.start === other?.start && one?.end === other?.end && one?.type === other?.type;
        const same = known.label.type === relation.type && known.label.score === relation.score && known.ends.every((end, index) => says(end, ends[index]));
        if (!same)
            return this.newRelationRow(relation, ends);
        known.row.classList.toggle("pending", relation.pending);
        this.rows.set(relation.id, { label: relation, ends, row: known.row });
        return known.row;
    }
    /** The row of a relation that has got its id now: it stays as it is, under the new name. */
    acknowledged(relation) {
        // Few have been named since the page was loaded; rows there are a thousand of.
        for (const [name, id] of this.desk.outbox?.named ?? []) {
            const row = id === relation.id ? this.rows.get(name) : undefined;
            if (!row?.label.pending)
                continue;
            this.rows.delete(name);
            row.row.dataset.label = relation.id;
            return row;
        }
        return undefined;
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
        // Its name may change: see `acknowledged`.
        const select = () => selectLabel(this.desk, row.dataset.label ?? id);
        const row = make("div", {
            class: `row${label.pending ? " pending" : ""}`, role: "listitem", tabindex: "0", "data-label": id,
            onclick: select, onfocus: select,
            onmouseenter: () => this.desk.tell("hovered", row.dataset.label ?? id), onmouseleave: () => this.desk.tell("hovered", ""),
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
        return [...this.model.draw(), ...(list.length ? [head, listed(rows)] : [none])];
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
function listed(rows) {
    const list = new Rows();
    list.fill(rows);
    return list.element;
}
function choice(sort, choose) {
    const select = make("select", { onchange: () => choose(select.value), "aria-label": "Sort relations" }, ...[["text", "place"], ["type", "type"], ["head", "head"]].map(([value, text]) => make("option", { value, text, selected: value === sort })));
    return make("label", { class: "sort" }, "Sorted by ", select);
}
