/** Moving the cursor and the ends of a selection: by word, line, sentence, paragraph, mark. */
import { blockAt, paragraphAt } from "./document.js";
import { characterStep, firstAtLeast, lineBoxes, sentences, snap, textOffset } from "./text.js";
/** How many words before and after the cursor its neighbouring lines are looked for in. */
const REACH = 300;
/** The first word after a place, or the last before it, in whichever paragraph. */
export function wordBeside(desk, from, step) {
    const doc = desk.doc;
    if (!doc)
        return null;
    for (let index = paragraphAt(doc, from.start); doc.spans[index]; index += step) {
        const list = desk.words(index);
        const found = step === 1
            ? list[firstAtLeast(list, (word) => (word.start >= from.end ? 0 : -1))]
            : list[firstAtLeast(list, (word) => (word.end > from.start ? 0 : -1)) - 1];
        if (found)
            return found;
    }
    return null;
}
export function byWord(desk, step, extend) {
    const now = desk.selection;
    if (!now)
        return desk.goTo(undefined);
    const from = extend ? now.focus : { start: now.start, end: now.end };
    const word = wordBeside(desk, from, step);
    if (!word)
        return;
    if (!extend)
        desk.selectWords(word);
    else if (sameParagraph(desk, now.anchor, word))
        desk.selectWords(now.anchor, word);
}
/** By character as a reader sees it: the end of the selection, or its beginning. */
export function byCharacter(desk, edge, step) {
    const { selection, doc } = desk;
    if (!selection || !doc)
        return;
    const span = { start: selection.start, end: selection.end };
    span[edge] = characterStep(doc.text, span[edge], step);
    const paragraph = doc.spans[paragraphAt(doc, selection.start)];
    if (paragraph && span.start < span.end && span.start >= paragraph.start && span.end <= paragraph.end)
        desk.selectWords(span);
}
function sameParagraph(desk, one, other) {
    const doc = desk.doc;
    return doc !== null && paragraphAt(doc, one.start) === paragraphAt(doc, other.start);
}
/** To the word above or below, as the lines stand on the screen. */
export function byLine(desk, pane, step, extend) {
    const { selection, doc } = desk;
    if (!selection || !doc)
        return desk.goTo(undefined);
    const from = extend ? selection.focus : selection;
    const first = blockAt(doc, from.start);
    const block = pane.blocks[first];
    if (!block)
        return;
    pane.now();
    const frame = block.box.getBoundingClientRect();
    const box = lineBoxes(block.words, from, frame).at(step === 1 ? -1 : 0);
    if (!box)
        return;
    const middle = (box.left + box.right) / 2;
    for (const index of [first, first + step]) {
        const target = pane.blocks[index];
        if (!target || (extend && !sameParagraph(desk, selection.anchor, target.span)))
            continue;
        const own = target.box.getBoundingClientRect();
        const base = index === first ? (box.top + box.bottom) / 2 : step === 1 ? -Infinity : Infinity;
        const list = desk.wordsIn(target.span);
        const here = index === first ? firstAtLeast(list, (w) => (w.end > from.start ? 0 : -1)) : step === 1 ? 0 : list.length;
        const nearby = list.slice(Math.max(0, here - REACH), here + REACH);
        const word = nearestWord(nearby, target, own, base, middle, step);
        if (!word)
            continue;
        if (extend)
            desk.selectWords(selection.anchor, word);
        else
            desk.selectWords(word);
        return;
    }
}
/** The word nearest to `x` on the next line beyond `y`. */
function nearestWord(list, block, frame, y, x, step) {
    const beyond = [];
    for (const word of list) {
        const [box] = lineBoxes(block.words, word, frame);
        if (!box)
            continue;
        const middle = (box.top + box.bottom) / 2;
        if ((middle - y) * step <= 9)
            continue;
        beyond.push({ word, middle, off: Math.max(box.left - x, x - box.right, 0) });
    }
    const line = step === 1 ? Math.min(...beyond.map((b) => b.middle)) : Math.max(...beyond.map((b) => b.middle));
    const [on] = beyond.filter((b) => Math.abs(b.middle - line) < 9).sort((a, b) => a.off - b.off);
    return on?.word ?? null;
}
export function bySentence(desk, step) {
    const { doc, selection } = desk;
    if (!doc || !selection)
        return desk.goTo(undefined);
    for (let index = desk.here, span = doc.spans[index]; span; span = doc.spans[(index += step)]) {
        const list = sentences(doc.text, span).flatMap((sentence) => {
            const known = desk.words(index);
            const word = known[firstAtLeast(known, (w) => (w.start >= sentence.start ? 0 : -1))];
            return word && word.start < sentence.end ? [word] : [];
        });
        const found = beyond(list, selection.start, step);
        if (found)
            return desk.selectWords(found);
    }
}
export function byParagraph(desk, step) {
    const { doc, selection } = desk;
    if (!doc || !selection)
        return desk.goTo(undefined);
    const starts = doc.spans.flatMap((_, index) => desk.words(index).slice(0, 1));
    const found = beyond(starts, selection.start, step);
    if (found)
        desk.selectWords(found);
}
export function toEnd(desk, step) {
    const all = (desk.doc?.spans ?? []).flatMap((_, index) => desk.words(index));
    const word = step === 1 ? all[all.length - 1] : all[0];
    if (word)
        desk.selectWords(word);
}
/** @param ghosts suggestions, or labels */
export function byMark(desk, step, ghosts) {
    const { doc, selection } = desk;
    if (!doc)
        return;
    const list = doc.marks.filter((mark) => mark.ghost === ghosts);
    const here = selection?.kind === "mark" ? list.findIndex((mark) => mark.id === selection.id) : -1;
    const at = selection?.start ?? 0;
    const found = here >= 0 ? list[here + step] : beyond(list, step === 1 ? at - 1 : at, step);
    if (found)
        desk.selectMark(found.id);
    else
        desk.say(list.length ? "No further one this way." : ghosts ? "No suggested marks." : "No marks yet.");
}
export function byRelation(desk, step, which = () => true) {
    const { doc, selection } = desk;
    if (!doc)
        return;
    const list = relationsInOrder(desk).filter(which);
    const here = selection?.kind === "relation" ? list.findIndex((r) => r.id === selection.id) : -1;
    const at = selection?.start ?? 0;
    const start = (r) => desk.mark(r.head)?.start ?? 0;
    const found = here >= 0
        ? list[here + step]
        : step === 1
            ? list.find((r) => start(r) >= at)
            : [...list].reverse().find((r) => start(r) < at);
    if (found)
        desk.selectRelation(found.id);
    else
        desk.say(list.length ? "No further one this way." : "No relations here yet.");
}
/** @returns by the places of head and tail */
export function relationsInOrder(desk) {
    const starts = new Map((desk.doc?.marks ?? []).map((mark) => [mark.id, mark.start]));
    const at = (id) => starts.get(id) ?? 0;
    return [...(desk.doc?.relations ?? [])].sort((a, b) => at(a.head) - at(b.head) || at(a.tail) - at(b.tail));
}
function beyond(list, from, step) {
    return step === 1 ? list.find((each) => each.start > from) : [...list].reverse().find((each) => each.start < from);
}
/** From words to the innermost mark around them, from a mark to the next one around it. */
export function outwards(desk) {
    const { doc, selection } = desk;
    if (!doc || !selection)
        return false;
    const around = doc.marks
        .filter((mark) => mark.start <= selection.start && selection.end <= mark.end && mark.id !== selection.id)
        .filter((mark) => selection.kind === "words" || mark.end - mark.start >= selection.end - selection.start)
        .sort((a, b) => a.end - a.start - (b.end - b.start) || Number(a.ghost) - Number(b.ghost));
    const same = around.filter((mark) => mark.start === selection.start && mark.end === selection.end);
    // Of several marks on the same words, each once: the one after this in the list.
    const order = doc.marks.findIndex((mark) => mark.id === selection.id);
    const next = same.find((mark) => doc.marks.indexOf(mark) > order);
    const wider = around.find((mark) => mark.end - mark.start > selection.end - selection.start);
    const found = next ?? wider;
    if (found)
        desk.selectMark(found.id);
    return found !== undefined;
}
/** What the browser's own selection covers, snapped to words; null if it is not in one paragraph. */
export function nativeSelection(desk) {
    const native = getSelection();
    if (!native || native.isCollapsed || !native.rangeCount || !desk.doc)
        return null;
    const range = native.getRangeAt(0);
    const start = textOffset(range.startContainer, range.startOffset);
    const end = textOffset(range.endContainer, range.endOffset);
    if (start === null || end === null || start >= end)
        return null;
    const index = paragraphAt(desk.doc, start);
    const span = desk.doc.spans[index];
    if (!span)
        return null;
    // A selection that runs on into another paragraph is cut off: marks stay within one.
    return snap({ start, end: Math.min(end, span.end) }, desk.words(index));
}
