/** A long list of rows, of which the browser lays out what is seen, and the page changes what differs. */

import { make } from "./dom.js";

/** How many rows stand together, that are laid out together. */
const TOGETHER = 50;

export class Rows {
  element = make("div", { class: "rows", role: "list" });
  shown: HTMLElement[] = [];

  /** Makes these the rows: those that stay where they are, are not touched. */
  fill(rows: HTMLElement[]) {
    const before = this.shown;
    let start = 0;
    let end = 0;
    const shorter = Math.min(before.length, rows.length);
    while (start < shorter && before[start] === rows[start]) start++;
    while (end < shorter - start && before[before.length - 1 - end] === rows[rows.length - 1 - end]) end++;
    const fresh = rows.slice(start, rows.length - end);
    const kept = new Set(fresh);
    for (const old of before.slice(start, before.length - end)) if (!kept.has(old)) this.remove(old);
    // From the last to the first: each goes before the one that follows it.
    let next = rows[rows.length - end];
    for (const row of fresh.reverse()) {
      if (row.nextElementSibling !== next || !next) this.insert(row, next);
      next = row;
    }
    this.shown = rows;
  }

  remove(row: HTMLElement) {
    const group = row.parentElement;
    row.remove();
    if (group && !group.childElementCount) group.remove();
  }

  insert(row: HTMLElement, next: HTMLElement | undefined) {
    if (row.parentElement) this.remove(row);
    let group = next?.parentElement ?? this.element.lastElementChild;
    if (!group) {
      group = make("div", { class: "together", role: "none" });
      this.element.append(group);
    }
    group.insertBefore(row, next ?? null);
    if (group.childElementCount > 2 * TOGETHER) this.part(group);
  }

  /** Half of a group becomes the next one. */
  part(group: Element) {
    const half = make("div", { class: "together", role: "none" });
    half.append(...[...group.children].slice(TOGETHER));
    group.after(half);
  }
}
