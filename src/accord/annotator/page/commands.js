/** Every command with its keys and its line in the help: the one table that binds and explains. */
import { askNote, askThreshold, showHelp } from "./dialogs.js";
import * as cursor from "./cursor.js";
import * as labelling from "./labelling.js";
import { labelMenu, typeMenu } from "./menus.js";
import { JumpMode, RelateMode } from "./relate.js";
export function commandTable(parts) {
    const { desk, pane, menu, side, drafts } = parts;
    const acts = menuActs(parts);
    const list = [];
    const group = (name, rows) => {
        for (const [id, keys, text, run] of rows)
            list.push({ id, keys, group: name, text, run });
    };
    // In a paragraph that runs from right to left the arrows follow the eye.
    const onward = () => (isRightToLeft(parts) ? -1 : 1);
    const backward = () => (isRightToLeft(parts) ? 1 : -1);
    const post = (what) => {
        const text = desk.doc?.[what];
        const waiting = desk.outbox?.batches.length;
        if (!text && !waiting)
            return desk.say(what === "undo" ? "Nothing to undo." : "Nothing to redo.");
        desk.act([{ do: what }], `${what === "undo" ? "Undid" : "Did again"}${text && !waiting ? `: ${text}` : ""}`);
    };
    const status = (wanted) => {
        const to = desk.doc?.status === wanted ? "started" : wanted;
        desk.act([{ do: "set_status", status: to }], to === "complete" ? "Complete: no more labels here" : "In progress again");
    };
    group("Mark", [
        ...desk.schema.mentions.map((type) => [
            `mark ${type.type}`, type.key ? [type.key] : [], `${type.type}: ${type.short}`,
            () => labelling.markAs(desk, menu, type.type),
        ]),
        ["beside", ["+"], "a further mark on the same words", () => menu.open({ ...typeMenu(desk, acts, true), at: menu.atSelection(), focus: true })],
        ["delete", ["x", "Delete", "Backspace"], "delete the mark or relation; reject the suggestion", () => labelling.remove(desk)],
        ["end-out", ["e"], "end of the mark: a word further", () => labelling.moveEdge(desk, "end", "out")],
        ["end-in", ["E"], "end of the mark: a word back", () => labelling.moveEdge(desk, "end", "in")],
        ["start-out", ["b"], "beginning: a word further out", () => labelling.moveEdge(desk, "start", "out")],
        ["start-in", ["B"], "beginning: a word further in", () => labelling.moveEdge(desk, "start", "in")],
        ["menu", ["m", "Shift+F10", "ContextMenu"], "menu of what is selected", () => openMenu(parts, acts)],
    ]);
    group("Relate", [
        ["relate", ["r"], "letters over the marks: head, tail, type", () => desk.setMode(new RelateMode(desk, pane, menu))],
        ["relate-from", ["R"], "relate from the selected mark", acts.relateFrom],
        ["next-relation", ["]"], "next relation", () => cursor.byRelation(desk, 1)],
        ["previous-relation", ["["], "previous relation", () => cursor.byRelation(desk, -1)],
        ["enter", ["Enter"], "relation: another type; words: the mark around them", () => enter(parts)],
        ["reverse", ["v"], "turn the relation round", () => labelling.reverse(desk)],
        ["other-end", ["o"], "from the relation's head to its tail, and back", () => otherEnd(desk)],
    ]);
    group("Move", [
        ["next-word", ["ArrowRight", "l"], "next word", () => cursor.byWord(desk, onward(), false)],
        ["previous-word", ["ArrowLeft", "h"], "previous word", () => cursor.byWord(desk, backward(), false)],
        ["line-down", ["ArrowDown", "j"], "line below", () => cursor.byLine(desk, pane, 1, false)],
        ["line-up", ["ArrowUp", "k"], "line above", () => cursor.byLine(desk, pane, -1, false)],
        ["next-mark", ["n"], "next mark", () => cursor.byMark(desk, 1, false)],
        ["previous-mark", ["p"], "previous mark", () => cursor.byMark(desk, -1, false)],
        ["next-sentence", ["s"], "next sentence", () => cursor.bySentence(desk, 1)],
        ["previous-sentence", ["S"], "previous sentence", () => cursor.bySentence(desk, -1)],
        ["next-paragraph", ["}", "Ctrl+ArrowDown"], "next paragraph", () => cursor.byParagraph(desk, 1)],
        ["previous-paragraph", ["{", "Ctrl+ArrowUp"], "previous paragraph", () => cursor.byParagraph(desk, -1)],
        ["start", ["Ctrl+Home"], "beginning of the text", () => cursor.toEnd(desk, -1)],
        ["end", ["Ctrl+End"], "end of the text", () => cursor.toEnd(desk, 1)],
        ["jump", ["f"], "to any word on the screen: its first letter, then its hint", () => desk.setMode(new JumpMode(desk, pane, false))],
        ["escape", ["Escape"], "back to one word", () => shrink(desk)],
    ]);
    group("Select", [
        ["extend", ["Shift+ArrowRight", "L"], "extend by a word", () => cursor.byWord(desk, onward(), true)],
        ["shrink", ["Shift+ArrowLeft", "H"], "take back a word", () => cursor.byWord(desk, backward(), true)],
        ["extend-line", ["Shift+ArrowDown", "J"], "extend by a line", () => cursor.byLine(desk, pane, 1, true)],
        ["shrink-line", ["Shift+ArrowUp", "K"], "take back a line", () => cursor.byLine(desk, pane, -1, true)],
        ["extend-jump", ["F"], "extend to any word on the screen", () => desk.setMode(new JumpMode(desk, pane, true))],
        ["end-character-out", ["Alt+Shift+ArrowRight"], "end: a character further", () => cursor.byCharacter(desk, "end", 1)],
        ["end-character-in", ["Alt+Shift+ArrowLeft"], "end: a character back", () => cursor.byCharacter(desk, "end", -1)],
        ["start-character-out", ["Alt+Shift+ArrowUp"], "beginning: a character out", () => cursor.byCharacter(desk, "start", -1)],
        ["start-character-in", ["Alt+Shift+ArrowDown"], "beginning: a character in", () => cursor.byCharacter(desk, "start", 1)],
    ]);
    group("Suggestions", [
        ["next-suggestion", ["g"], "next suggestion", () => bySuggestion(desk, 1)],
        ["previous-suggestion", ["G"], "previous suggestion", () => bySuggestion(desk, -1)],
        ["accept", ["a"], "accept, and on to the next", () => labelling.accept(desk)],
        ["accept-above", ["A"], "accept all from a score on", () => askThreshold(desk)],
    ]);
    group("Document", [
        ["undo", ["u", "Ctrl+z"], "undo", () => post("undo")],
        ["redo", ["U", "Ctrl+y", "Ctrl+Shift+z"], "redo", () => post("redo")],
        ["complete", ["c"], "complete: no more labels here; again: not yet", () => status("complete")],
        ["complete-next", ["C"], "complete, and on to the next document", () => completeAndGo(parts)],
        ["discuss", ["i"], "needs discussion, with a note to the selection", () => discuss(parts)],
        ["note", ["t"], "note to the selection", () => askNote(desk, drafts)],
        ["next-document", ["N"], "next document, in the chosen order", () => void parts.go(1)],
        ["previous-document", ["P"], "previous document", () => void parts.go(-1)],
        ["palette", ["/", "Ctrl+k"], "documents: list, filter, search", parts.palette],
        ["export", ["Ctrl+s"], "write the .ann files", () => void parts.written()],
    ]);
    group("View", [
        ["help", ["?", "F1"], "all keys", () => showHelp(list, desk.schema)],
        ["guide", ["z"], "guidelines and types", () => side.show(side.tab === "guide" ? "relations" : "guide")],
        ["side", ["\\"], "what is beside the text: show or hide", () => document.body.classList.toggle("side-closed")],
        ["tags", ["T"], "types at the marks: show or hide", () => toggleTags(parts)],
        ["arrows", ["q"], "arrows: all, of the selection, none", () => nextArrows(parts)],
        ["problem", ["!"], "next problem", () => nextProblem(desk)],
    ]);
    return list;
}
export function menuActs({ desk, pane, menu, drafts }) {
    return {
        relateFrom: () => {
            const mark = labelling.selectedMark(desk);
            if (!mark)
                return desk.say("Select a mark first: n and p go from mark to mark.", "warn");
            desk.setMode(new RelateMode(desk, pane, menu, mark.id));
        },
        note: (id) => askNote(desk, drafts, id),
        mark: (type, beside) => labelling.markAs(desk, menu, type, { beside }),
        reverse: () => labelling.reverse(desk),
    };
}
function openMenu({ desk, menu }, acts) {
    if (!desk.selection)
        return;
    menu.open({ ...(desk.selection.kind === "words" ? typeMenu(desk, acts) : labelMenu(desk, menu, acts)), at: menu.atSelection(), focus: true });
}
function enter({ desk, menu }) {
    if (desk.selection?.kind === "relation")
        return labelling.changeRelation(desk, menu);
    if (!cursor.outwards(desk))
        desk.say("No mark around this.");
}
function shrink(desk) {
    const { selection, doc } = desk;
    if (!selection || !doc)
        return;
    const word = cursor.wordBeside(desk, { start: selection.start, end: selection.start }, 1);
    if (word)
        desk.selectWords(word);
}
function bySuggestion(desk, step) {
    const words = desk.selection?.kind === "words";
    const next = labelling.ghostBeside(desk, words ? "" : labelling.selectedGhost(desk), step);
    if (next)
        labelling.selectLabel(desk, next);
    else
        desk.say(labelling.ghostsInOrder(desk).length ? "No further suggestion this way." : "No suggestions are open.");
}
function otherEnd(desk) {
    const { selection } = desk;
    const relation = selection?.kind === "relation" ? desk.relation(selection.id) : undefined;
    if (!relation || !selection)
        return desk.say("Select a relation first: ] and [ go from one to the next.");
    const tail = desk.mark(relation.tail);
    if (!tail)
        return;
    const atTail = selection.start === tail.start && selection.end === tail.end;
    if (atTail)
        desk.selectRelation(relation.id);
    else
        desk.select({ ...selection, start: tail.start, end: tail.end, anchor: tail, focus: tail });
}
async function completeAndGo({ desk, go }) {
    if (!desk.doc)
        return;
    if (desk.doc.status !== "complete") {
        desk.act([{ do: "set_status", status: "complete" }], "Complete: no more labels here");
    }
    // What comes next depends on this one being complete; and nobody leaves it while it is not saved.
    if (await desk.outbox?.settled())
        await go(1);
}
function discuss({ desk, drafts }) {
    if (desk.doc?.status === "discuss") {
        desk.act([{ do: "set_status", status: "started" }], "In progress again");
        return;
    }
    askNote(desk, drafts, undefined, [{ do: "set_status", status: "discuss" }]);
}
function toggleTags({ desk, pane }) {
    const off = pane.element.classList.toggle("no-tags");
    pane.redraw();
    desk.say(off ? "Types are shown by colour only." : "Types are shown at the marks.");
}
function nextArrows({ desk, pane }) {
    pane.arrows = { all: "near", near: "none", none: "all" }[pane.arrows];
    pane.soon("labels");
    desk.say({ all: "All arrows.", near: "Only arrows of what is selected or pointed at.", none: "No arrows." }[pane.arrows]);
}
function nextProblem(desk) {
    const ids = (desk.doc?.problems ?? []).flatMap((problem) => problem.ids.slice(0, 1));
    const next = ids[(ids.indexOf(desk.selection?.id ?? "") + 1) % ids.length];
    if (next === undefined)
        return desk.say("Nothing here breaks the schema.");
    labelling.selectLabel(desk, next);
    desk.say(desk.doc?.problems.find((problem) => problem.ids[0] === next)?.text ?? "", "warn");
}
function isRightToLeft({ pane }) {
    const words = pane.blocks[pane.here]?.words;
    return words !== undefined && getComputedStyle(words).direction === "rtl";
}
