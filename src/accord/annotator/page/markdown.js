/**
 * The guidelines' Markdown as elements: headings, paragraphs, lists, tables, emphasis, code. What
 * it does not know stays text, and markup in it is text.
 */
import { make } from "./dom.js";
/** The page has the first level to itself. */
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];
export function markdown(source) {
    const out = document.createDocumentFragment();
    const lines = source.split(/\r?\n/);
    /** Where the lines end that go on from here like this. */
    const past = (from, goesOn) => {
        const stop = lines.slice(from).findIndex((line) => !goesOn(line));
        return stop < 0 ? lines.length : from + stop;
    };
    for (let at = 0, next = 0; at < lines.length; at = next) {
        const line = lines[at] ?? "";
        const [, level, title] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
        next = at + 1;
        if (!line.trim())
            continue;
        if (level !== undefined && title !== undefined) {
            out.append(make(HEADINGS[level.length] ?? "h6", {}, inline(title)));
        }
        else if (FENCE.test(line)) {
            const stop = past(at + 1, (each) => !FENCE.test(each));
            out.append(make("pre", {}, make("code", { text: lines.slice(at + 1, stop).join("\n") })));
            next = stop + 1;
        }
        else if (line.startsWith("|") && /^\|[\s|:-]+\|\s*$/.test(lines[at + 1] ?? "")) {
            next = past(at, (each) => each.startsWith("|"));
            out.append(table(lines.slice(at, next)));
        }
        else if (ITEM.test(line)) {
            next = past(at, (each) => ITEM.test(each) || /^\s{2,}\S/.test(each));
            out.append(list(lines.slice(at, next)));
        }
        else {
            next = past(at + 1, (each) => each.trim() !== "" && !/^[#|]/.test(each) && !ITEM.test(each));
            out.append(make("p", {}, inline(lines.slice(at, next).join(" "))));
        }
    }
    return out;
}
const FENCE = /^\s*```/;
const ITEM = /^\s*(?:[-*]|\d+\.)\s+/;
function list(lines) {
    const items = [];
    for (const line of lines) {
        if (ITEM.test(line))
            items.push(line.replace(ITEM, ""));
        else
            items.push(`${items.pop() ?? ""} ${line.trim()}`);
    }
    const ordered = /^\s*\d+\./.test(lines[0] ?? "");
    return make(ordered ? "ol" : "ul", {}, ...items.map((item) => make("li", {}, inline(item))));
}
function table(lines) {
    const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
    const row = (line, cell) => make("tr", {}, ...cells(line).map((text) => make(cell, {}, inline(text))));
    const [head = "", , ...rest] = lines;
    const body = make("tbody", {}, ...rest.map((line) => row(line, "td")));
    return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, row(head, "th")), body));
}
function inline(text) {
    const out = document.createDocumentFragment();
    const pattern = /`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/g;
    let last = 0;
    for (const match of text.matchAll(pattern)) {
        out.append(text.slice(last, match.index));
        if (match[1] !== undefined)
            out.append(make("code", { text: match[1] }));
        else if (match[2] !== undefined)
            out.append(make("strong", {}, inline(match[2])));
        else
            out.append(make("em", { text: match[3] }));
        last = match.index + match[0].length;
    }
    out.append(text.slice(last));
    return out;
}
