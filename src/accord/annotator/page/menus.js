/** What the menus of words, marks and relations offer; the keys are those of the text. */
import { accept, changeRelation, markAs, moveEdge, reject, remove, selectedMark } from "./labelling.js";
import { short } from "./rules.js";
/** For selected words: every type of mark. */
export function typeMenu(desk, acts, beside = false) {
    const { selection } = desk;
    return {
        title: selection ? `“${short(desk.textOf(selection), 60)}”` : "",
        items: [
            ...desk.schema.mentions.map((type) => ({
                key: type.key, label: type.type, detail: type.short, colour: type.colour, run: () => acts.mark(type.type, beside),
            })),
            ...(beside ? [] : [{ key: "t", label: "Note", detail: "a remark on these words", run: () => acts.note() }]),
        ],
    };
}
/** For the selected mark or relation. */
export function labelMenu(desk, menu, acts) {
    const { selection } = desk;
    const relation = selection?.kind === "relation" ? desk.relation(selection.id) : undefined;
    if (relation)
        return relationMenu(desk, menu, acts, relation);
    const mark = selectedMark(desk);
    if (!mark)
        return typeMenu(desk, acts);
    const types = desk.schema.mentions.map((type) => ({
        key: type.key, label: type.type, colour: type.colour, checked: type.type === mark.type,
        run: () => markAs(desk, menu, type.type),
    }));
    const score = mark.score === undefined ? "" : `, suggested with ${Math.round(mark.score * 100)}%`;
    const fate = mark.ghost
        ? [{ key: "a", label: "Accept", run: () => accept(desk) }, { key: "x", label: "Reject", run: () => reject(desk) }]
        : [{ key: "R", label: "Relate from here", run: acts.relateFrom }, { key: "x", label: "Delete", run: () => remove(desk) }];
    return {
        title: `${mark.type} “${short(desk.textOf(mark), 60)}”${score}`,
        items: [
            ...fate,
            ...types,
            { key: "e", label: "End: a word further", run: () => moveEdge(desk, "end", "out") },
            { key: "E", label: "End: a word back", run: () => moveEdge(desk, "end", "in") },
            { key: "b", label: "Beginning: a word further", run: () => moveEdge(desk, "start", "out") },
            { key: "B", label: "Beginning: a word back", run: () => moveEdge(desk, "start", "in") },
            { key: "+", label: "Another mark on these words", run: () => menu.open({ ...typeMenu(desk, acts, true), at: menu.atSelection(), focus: true }) },
            { key: "t", label: "Note", run: () => acts.note() },
        ],
    };
}
function relationMenu(desk, menu, acts, relation) {
    const items = relation.ghost
        ? [{ key: "a", label: "Accept", run: () => accept(desk) }, { key: "x", label: "Reject", run: () => reject(desk) }]
        : [{ key: "x", label: "Delete", run: () => remove(desk) }, { key: "v", label: "Reverse", run: acts.reverse }];
    items.push({ key: "Enter", label: "Another type …", run: () => changeRelation(desk, menu) });
    const score = relation.score === undefined ? "" : `, suggested with ${Math.round(relation.score * 100)}%`;
    return { title: desk.relationText(relation) + score, items };
}
