/**
 * The guidelines' Markdown as elements: headings, paragraphs, lists, tables, emphasis, code. What
 * it does not know stays text, and markup in it is text.
 */

import { make } from "./dom.js";

/** @param {string} source @returns {DocumentFragment} */
export function markdown(source) {
  const out = document.createDocumentFragment();
  const lines = source.split(/\r?\n/);
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (!line.trim()) {
      at++;
    } else if (heading) {
      out.append(make(`h${Math.min(6, heading[1].length + 1)}`, {}, inline(heading[2])));
      at++;
    } else if (/^\s*```/.test(line)) {
      const from = ++at;
      while (at < lines.length && !/^\s*```/.test(lines[at])) at++;
      out.append(make("pre", {}, make("code", { text: lines.slice(from, at).join("\n") })));
      at++;
    } else if (line.startsWith("|") && /^\|[\s|:-]+\|\s*$/.test(lines[at + 1] ?? "")) {
      const from = at;
      while (at < lines.length && lines[at].startsWith("|")) at++;
      out.append(table(lines.slice(from, at)));
    } else if (/^\s*([-*]|\d+\.)\s+/.test(line)) {
      const from = at;
      while (at < lines.length && (/^\s*([-*]|\d+\.)\s+/.test(lines[at]) || /^\s{2,}\S/.test(lines[at]))) at++;
      out.append(list(lines.slice(from, at)));
    } else {
      const from = at;
      while (at < lines.length && lines[at].trim() && (at === from || !/^(#|\||\s*([-*]|\d+\.)\s+)/.test(lines[at]))) at++;
      out.append(make("p", {}, inline(lines.slice(from, at).join(" "))));
    }
  }
  return out;
}

/** @param {string[]} lines @returns {HTMLElement} */
function list(lines) {
  const items = [];
  for (const line of lines) {
    const begun = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
    if (begun) items.push(begun[1]);
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  const ordered = /^\s*\d+\./.test(lines[0]);
  return make(ordered ? "ol" : "ul", {}, ...items.map((item) => make("li", {}, inline(item))));
}

/** @param {string[]} lines @returns {HTMLElement} */
function table(lines) {
  const cells = (/** @type {string} */ line) =>
    line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  const row = (/** @type {string} */ line, /** @type {string} */ cell) =>
    make("tr", {}, ...cells(line).map((text) => make(cell, {}, inline(text))));
  const head = make("thead", {}, row(lines[0], "th"));
  const body = make("tbody", {}, ...lines.slice(2).map((line) => row(line, "td")));
  return make("div", { class: "scroll" }, make("table", {}, head, body));
}

/** @param {string} text @returns {DocumentFragment} */
function inline(text) {
  const out = document.createDocumentFragment();
  const pattern = /`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/g;
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    out.append(text.slice(last, match.index));
    if (match[1] !== undefined) out.append(make("code", { text: match[1] }));
    else if (match[2] !== undefined) out.append(make("strong", {}, inline(match[2])));
    else out.append(make("em", { text: match[3] }));
    last = match.index + match[0].length;
  }
  out.append(text.slice(last));
  return out;
}
