/** Dialogs: all keys, a note, a threshold for suggestions. One at a time, in one <dialog>. */
import { byId, make } from "./dom.js";
import { keyElement } from "./keys.js";
import { ghostsInOrder } from "./labelling.js";
import { short } from "./rules.js";
export const dialog = () => byId("dialog", HTMLDialogElement);
/** @param name a class */
export function openDialog(name, title, ...content) {
    const box = dialog();
    if (box.open)
        box.close();
    box.className = name;
    const close = make("button", { type: "button", class: "plain icon close", "aria-label": "Close", text: "✕", onclick: () => box.close() });
    box.replaceChildren(make("div", { class: "dialog-head" }, make("h1", { id: "dialog-title", text: title }), close), ...content);
    box.tabIndex = -1;
    box.showModal();
    box.focus();
    return box;
}
/** Every key, from the table that binds them. */
export function showHelp(commands, schema) {
    const groups = new Map();
    for (const command of commands) {
        if (command.hidden)
            continue;
        groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
    }
    const sections = [...groups].map(([group, list]) => make("section", {}, make("h2", { text: group }), make("dl", { class: "keys" }, ...list.flatMap((command) => [
        make("dt", {}, ...command.keys.flatMap((key, index) => (index ? [" ", keyElement(key)] : [keyElement(key)]))),
        make("dd", { text: command.text }),
    ]))));
    const types = make("section", {}, make("h2", { text: "While relating" }), make("dl", { class: "keys" }, ...[["a–z", "the letter of the head, then of the tail; two letters where there are many marks"],
        [schema.relations.map((type) => type.key).join(" "), "the type, where several are allowed; none is asked for where one is"],
        ["Backspace", "another head"], ["Esc", "done"]].flatMap(([key, text]) => [make("dt", {}, make("kbd", { text: key })), make("dd", { text })])));
    const mouse = make("section", {}, make("h2", { text: "With the mouse" }), make("ul", {}, ...["Drag over words, then click a type.", "Click a mark or an arrow for what can be done with it.",
        "Drag from one mark to another to relate them; with Shift held, dragging selects text instead.",
        "Shift-click extends the selection to a word.", "Double-click selects a word, a second click on a mark the one around it."]
        .map((text) => make("li", { text }))));
    openDialog("help", "All keys", make("div", { class: "help-columns" }, ...sections, types, mouse));
}
/**
 * A note to the selection, or an existing one. What is typed stays in the dialog until it is with
 * the outbox, and a dialog that is closed by accident keeps it for the next time.
 * @param id of the note
 * @param along further actions of the same step
 */
export function askNote(desk, drafts, id, along = []) {
    const { doc, selection } = desk;
    const known = doc?.notes.find((note) => note.id === id);
    const place = known ?? selection;
    if (!doc || !place)
        return desk.say("Choose the words that the note is about.", "warn");
    const key = `${doc.id} ${id ?? `${place.start} ${place.end}`}`;
    const field = make("textarea", { "aria-label": "Note", dir: "auto", maxlength: "10000", rows: "4" });
    field.value = drafts.get(key) ?? known?.text ?? "";
    field.addEventListener("input", () => drafts.set(key, field.value));
    const { start, end } = place;
    const save = () => {
        const text = field.value.trim();
        if (!text && !along.length)
            return;
        drafts.delete(key);
        box.close();
        const note = !text ? [] : known ? [{ do: "change_note", id: known.id, text }] : [{ do: "add_note", start, end, text, ref: desk.name() }];
        desk.act([...along, ...note], text ? `Noted: ${short(text, 60)}` : "Needs discussion");
    };
    field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing)
            return;
        event.preventDefault();
        save();
    });
    const title = along.length ? "What needs discussion?" : known ? "Change the note" : "Note";
    const box = openDialog("note-dialog", title, make("p", { class: "how" }, make("bdi", { text: `“${short(desk.textOf(place), 90)}”` })), field, make("div", { class: "acts" }, make("span", { class: "how" }, keyElement("Enter"), " saves, ", keyElement("Shift+Enter"), " new line"), make("button", { type: "button", class: "main", text: "Save", onclick: save })));
    field.focus();
}
/** Accepts all suggestions with a score from a threshold on. */
export function askThreshold(desk) {
    const list = ghostsInOrder(desk);
    if (!list.length)
        return desk.say("No suggestions are open.");
    const field = make("input", { type: "number", min: "0", max: "100", step: "1", value: localStorage.getItem("accord threshold") ?? "80", "aria-label": "Score in percent" });
    const count = make("p", { "aria-live": "polite" });
    const threshold = () => Math.min(100, Math.max(0, Number(field.value))) / 100;
    const show = () => {
        const taken = list.filter(({ label }) => (label.score ?? 1) >= threshold());
        const marks = taken.filter(({ order }) => order === 0).length;
        count.textContent = `${marks} of ${list.filter(({ order }) => order === 0).length} marks and ${taken.length - marks} of ${list.filter(({ order }) => order === 1).length} relations. What would break the schema stays open.`;
    };
    field.addEventListener("input", show);
    show();
    const save = () => {
        localStorage.setItem("accord threshold", field.value);
        box.close();
        desk.act([{ do: "accept_above", threshold: threshold() }], `Accepted all from ${Math.round(threshold() * 100)}%`);
    };
    field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter")
            return;
        event.preventDefault();
        save();
    });
    const box = openDialog("threshold", "Accept all suggestions from a score on", make("label", {}, "At least ", field, " %"), count, make("div", { class: "acts" }, make("button", { type: "button", class: "main", text: "Accept", onclick: save })));
    field.select();
}
