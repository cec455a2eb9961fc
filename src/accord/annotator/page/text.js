/**
 * Text: offsets, paragraphs, words, sentences, and drawing a paragraph with nested marks.
 *
 * The server counts in Unicode code points, the browser in UTF-16 units. Inside the page every
 * offset is in units; `Offsets` converts at the border. Text enters the page only as text nodes,
 * so nothing in it is ever read as markup.
 */
/** Converts between code points and UTF-16 units of one text, by binary search. */
export class Offsets {
    /** Code-point positions of the characters that take two units. */
    wide = [];
    /** How many code points the text has. */
    points;
    constructor(text) {
        let point = 0;
        for (let unit = 0; unit < text.length; unit++, point++) {
            if ((text.codePointAt(unit) ?? 0) > 0xffff) {
                this.wide.push(point);
                unit++;
            }
        }
        this.points = point;
    }
    toUnits(point) {
        return point + firstAtLeast(this.wide, (wide) => wide - point);
    }
    /** A unit within a character counts as its beginning. */
    toPoints(unit) {
        let low = 0;
        let high = this.wide.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((this.wide[middle] ?? 0) + middle < unit)
                low = middle + 1;
            else
                high = middle;
        }
        return unit - low;
    }
}
/**
 * Index of the first item for which `compare` is not negative; the length if there is none.
 * @param items in rising order
 */
export function firstAtLeast(items, compare) {
    let low = 0;
    let high = items.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        // Between two places of the list there always is one.
        if (compare(items[middle]) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
// White space as Python's `\s` has it, so that the page and the server part paragraphs alike.
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const INLINE = SPACE.replace("\\t-\\r", "\\t\\x0b\\x0c");
const LINE_END = "(?:\\r\\n|\\n|\\r(?!\\n))";
const BLANK_LINES = new RegExp(`${LINE_END}[${INLINE}]*${LINE_END}[${SPACE}]*`, "g");
const EDGES = new RegExp(`^[${SPACE}]*|[${SPACE}]*$`, "g");
/** The stretches between blank lines, without white space at their ends. */
export function paragraphs(text) {
    const found = [];
    let start = 0;
    const borders = [...text.matchAll(BLANK_LINES)].map((m) => [m.index, m.index + m[0].length]);
    for (const [stop, following] of [...borders, [text.length, text.length]]) {
        const span = trimmed(text, start, stop);
        if (span)
            found.push(span);
        start = following;
    }
    return found;
}
export function trimmed(text, start, end) {
    const piece = text.slice(start, end);
    const bare = piece.replace(EDGES, "");
    if (!bare)
        return null;
    const left = start + piece.indexOf(bare);
    return { start: left, end: left + bare.length };
}
// One word a match: an acronym with its dots, an amount with its sign, a run of letters and
// digits, a possessive ending, an emoji with all that is joined to it. A hyphen parts words, as in
// "US-Japan", whose parts are marked; it joins where capitals or digits follow: "US-JOINT", "A-12".
const JOINED = "[\\p{L}\\p{M}\\p{N}_\\u200c\\u200d]";
const WORD = new RegExp([
    "(?:\\p{L}\\.){2,}",
    "\\p{Sc}[\\p{N}]+(?:[.,][\\p{N}]+)*%?",
    "[\\p{N}]+(?:[.,][\\p{N}]+)+(?:\\p{Sc}|%)?",
    "['’]s(?![\\p{L}\\p{N}])",
    `(?=\\p{Lu})(?:${JOINED}+[-\u2010\u2011])+(?=\\p{Lu}{3}|\\p{N})${JOINED}+`,
    `${JOINED}+?(?=['’]s(?![\\p{L}\\p{N}]))`,
    `${JOINED}+(?:['’]\\p{L}+)*(?:[\\p{Sc}%](?!\\p{N}))?`,
    "\\p{RI}\\p{RI}",
    "\\p{Extended_Pictographic}(?:\\u200d\\p{Extended_Pictographic}|[\\p{M}\\ufe0f\\p{Emoji_Modifier}])*",
    "[\\p{Sc}\\p{So}]",
].join("|"), "gu");
/** Scripts that put no spaces between words. */
export const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
const segmenters = {
    word: new Intl.Segmenter(undefined, { granularity: "word" }),
    sentence: new Intl.Segmenter(undefined, { granularity: "sentence" }),
    grapheme: new Intl.Segmenter(undefined, { granularity: "grapheme" }),
};
/**
 * The words of a stretch of text: what the cursor stands on and what a mark snaps to.
 * Punctuation is no word; scripts without spaces are parted by the browser's dictionary.
 */
export function words(text, span) {
    const piece = text.slice(span.start, span.end);
    const found = [];
    for (const match of piece.matchAll(WORD)) {
        const start = span.start + match.index;
        if (UNSPACED.test(match[0])) {
            for (const part of segmenters.word.segment(match[0])) {
                found.push({ start: start + part.index, end: start + part.index + part.segment.length });
            }
        }
        else {
            found.push({ start, end: start + match[0].length });
        }
    }
    return found;
}
export function sentences(text, span) {
    const found = [];
    for (const part of segmenters.sentence.segment(text.slice(span.start, span.end))) {
        const start = span.start + part.index;
        const bare = trimmed(text, start, start + part.segment.length);
        if (bare)
            found.push(bare);
    }
    return found;
}
/** How many units of a paragraph are drawn together at most. */
const LONGEST = 1500;
/**
 * A long paragraph in pieces, each laid out by itself: with one of a book's length, the browser
 * would take a second for every change. They part where a sentence ends, else between words.
 * @returns without gaps; the paragraph itself if it is not long
 */
export function pieces(text, span) {
    const found = [];
    let { start } = span;
    if (span.end - start > LONGEST) {
        const ends = sentences(text, span).map((sentence) => sentence.start);
        while (span.end - start > LONGEST) {
            const least = start + LONGEST / 2;
            const most = start + LONGEST;
            const sentence = ends[firstAtLeast(ends, (each) => each - most) - 1] ?? 0;
            const space = text.slice(least, most).search(/(?<=\s)\S/u);
            const end = sentence >= least ? sentence : space >= 0 ? least + space : characterStep(text, most - 1, 1);
            found.push({ start, end });
            start = end;
        }
    }
    return [...found, { start, end: span.end }];
}
/** The next border between characters as a reader sees them (an emoji is one). */
export function characterStep(text, from, step) {
    const low = Math.max(0, from - 64);
    const piece = text.slice(low, from + 64);
    let previous = low;
    for (const part of segmenters.grapheme.segment(piece)) {
        const border = low + part.index + part.segment.length;
        if (step === 1 && border > from)
            return border;
        if (step === -1 && border >= from)
            return Math.max(previous, low);
        previous = border;
    }
    return from;
}
/**
 * A selection made by hand, widened to whole words, without white space, closing punctuation and
 * quotation marks at its ends; null if it holds no word.
 * @param known words in text order
 */
export function snap(rough, known) {
    const from = firstAtLeast(known, (word) => (word.end > rough.start ? 0 : -1));
    const after = firstAtLeast(known, (word) => (word.start >= rough.end ? 0 : -1));
    const [first, last] = [known[from], known[after - 1]];
    return first && last && from < after ? { start: first.start, end: last.end } : null;
}
/** Where each text node that `drawParagraph` made begins in the text. */
const begins = new WeakMap();
/** The text nodes of each drawn paragraph, in order. */
const textNodes = new WeakMap();
/**
 * Draws a paragraph, or a piece of one: its text in text nodes, its marks as nested <mark> elements.
 * Marks that cross (a suggestion and a label, two people's), or that go on in another piece, are
 * cut; the second piece has the class "continued".
 * Each mark gets data-id, data-type, data-tag and --levels, the number of marks nested in it.
 * @param element emptied first
 * @param marks those that share something with the span
 * @param colour class of a mark's colour
 */
export function drawParagraph(element, text, span, marks, colour) {
    const order = [...marks].sort((a, b) => a.start - b.start || b.end - a.end);
    const within = (place) => Math.min(Math.max(place, span.start), span.end);
    const borders = [...new Set([span.start, span.end, ...order.flatMap((m) => [within(m.start), within(m.end)])])];
    borders.sort((a, b) => a - b);
    const root = document.createDocumentFragment();
    const open = [];
    const starting = order.values();
    let next = starting.next();
    const nodes = [];
    const enter = (mark, continued) => {
        const made = markElement(mark, colour(mark), continued);
        (open.at(-1)?.element ?? root).append(made);
        open.push({ mark, element: made, levels: 0 });
    };
    const leave = (here) => {
        const closed = open.pop();
        if (!closed)
            return;
        if (closed.levels)
            closed.element.dataset.levels = String(Math.min(closed.levels, 4));
        if (closed.mark.end > here) {
            closed.element.classList.add("cut");
            delete closed.element.dataset.tag;
        }
        const outer = open.at(-1);
        if (outer)
            outer.levels = Math.max(outer.levels, closed.levels + 1);
    };
    for (const [index, here] of borders.entries()) {
        const deepest = open.findIndex((each) => each.mark.end <= here);
        if (deepest >= 0) {
            const reopened = open.slice(deepest).filter((each) => each.mark.end > here);
            while (open.length > deepest)
                leave(here);
            for (const each of reopened)
                enter(each.mark, true);
        }
        for (; !next.done && next.value.start <= here; next = starting.next())
            enter(next.value, next.value.start < here);
        const stop = borders[index + 1];
        if (stop !== undefined) {
            const node = document.createTextNode(text.slice(here, stop));
            begins.set(node, here);
            nodes.push(node);
            (open.at(-1)?.element ?? root).append(node);
        }
    }
    while (open.length)
        leave(span.end);
    element.replaceChildren(root);
    textNodes.set(element, nodes);
}
function markElement(mark, colour, continued) {
    const element = document.createElement("mark");
    element.className = [colour, ...(mark.classes ?? []), ...(continued ? ["continued"] : [])].join(" ");
    element.dataset.id = mark.id;
    element.dataset.type = mark.type;
    const score = mark.score === undefined ? "" : ` ${Math.round(mark.score * 100)}%`;
    element.dataset.tag = (mark.label ?? mark.type) + score;
    return element;
}
const beginOf = (node) => begins.get(node) ?? 0;
/** The place in the text of a place in the page; null if it is outside any drawn paragraph. */
export function textOffset(node, offset) {
    if (node.nodeType === Node.TEXT_NODE) {
        const begin = begins.get(node);
        return begin === undefined ? null : begin + offset;
    }
    const after = node.childNodes[offset];
    const inside = after ? edgeText(after, "first") : null;
    if (inside)
        return beginOf(inside);
    const behind = node.childNodes[offset - 1];
    const before = behind ? edgeText(behind, "last") : null;
    return before ? beginOf(before) + before.data.length : null;
}
function edgeText(node, side) {
    let found = node;
    if (!(node instanceof Text)) {
        found = side === "first" ? document.createTreeWalker(node, NodeFilter.SHOW_TEXT).nextNode() : lastText(node);
    }
    return found instanceof Text && begins.has(found) ? found : null;
}
function lastText(node) {
    let last = node.lastChild;
    while (last && last.nodeType !== Node.TEXT_NODE)
        last = last.lastChild;
    return last;
}
/**
 * The page's range of a span, as far as it is within one drawn paragraph or piece.
 * @param element the paragraph
 */
export function rangeOf(element, span) {
    const nodes = textNodes.get(element) ?? [];
    const end = (node) => beginOf(node) + node.data.length;
    const first = nodes[firstAtLeast(nodes, (node) => (end(node) > span.start ? 0 : -1))];
    const last = nodes[firstAtLeast(nodes, (node) => (end(node) >= span.end ? 0 : -1))] ?? nodes.at(-1);
    if (!first || !last || span.end <= beginOf(first))
        return null;
    const range = document.createRange();
    range.setStart(first, Math.max(0, span.start - beginOf(first)));
    range.setEnd(last, Math.min(last.data.length, span.end - beginOf(last)));
    return range;
}
/**
 * Gives drawn marks the ids and the state of others that look alike: what is acknowledged is named
 * and pending no longer, and nothing else of it has to be drawn.
 * @param pairs each mark as it is drawn and as it is now
 */
export function renameMarks(element, pairs) {
    const found = pairs.map(([{ id }]) => [...element.querySelectorAll(`mark[data-id="${CSS.escape(id)}"]`)]);
    for (const [index, [, now]] of pairs.entries()) {
        for (const mark of found[index] ?? []) {
            mark.dataset.id = now.id;
            mark.classList.toggle("pending", now.pending);
        }
    }
}
/**
 * The rectangles of a span, one a line, in the coordinates of `frame`.
 * @param element the paragraph
 */
export function lineBoxes(element, span, frame) {
    const range = rangeOf(element, span);
    return range ? mergeLines(range.getClientRects(), frame) : [];
}
/** Rectangles made one a line, in the coordinates of `frame`. */
export function mergeLines(rectangles, frame) {
    const lines = [];
    for (const each of rectangles) {
        if (each.width === 0)
            continue;
        const box = {
            left: each.left - frame.left,
            right: each.right - frame.left,
            top: each.top - frame.top,
            bottom: each.bottom - frame.top,
        };
        const last = lines[lines.length - 1];
        const middle = (box.top + box.bottom) / 2;
        if (last && middle > last.top && middle < last.bottom) {
            last.left = Math.min(last.left, box.left);
            last.right = Math.max(last.right, box.right);
            last.top = Math.min(last.top, box.top);
            last.bottom = Math.max(last.bottom, box.bottom);
        }
        else {
            lines.push(box);
        }
    }
    return lines;
}
