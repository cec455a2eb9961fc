/** Which labels stand in which block of the text, and whether what is drawn there still shows them. */

import { blockAt } from "./document.js";
import type { Doc, Mark, Relation } from "./document.js";

export interface Places {
  doc: Doc | null;
  /** By block; a mark that reaches into another block stands in both. */
  marks: Mark[][];
  relations: Relation[][];
  /** The block in which each mark begins. */
  of: Map<string, number>;
}

/** A relation whose arrow is drawn, with its ends. */
export interface Joined {
  relation: Relation;
  head: Mark | undefined;
  tail: Mark | undefined;
}

export const NOWHERE: Places = { doc: null, marks: [], relations: [], of: new Map() };

export function placesIn(doc: Doc): Places {
  const marks = doc.blocks.map((): Mark[] => []);
  const relations = doc.blocks.map((): Relation[] => []);
  const of = new Map<string, number>();
  let index = 0;
  // Marks are in text order, so that the block of each is that of the last or one soon after it.
  for (const mark of doc.marks) {
    while (index < doc.blocks.length - 1 && (doc.blocks[index]?.end ?? 0) <= mark.start) index++;
    of.set(mark.id, index);
    const last = (doc.blocks[index]?.end ?? 0) < mark.end ? blockAt(doc, mark.end - 1) : index;
    for (let each = index; each <= last; each++) marks[each]?.push(mark);
  }
  for (const relation of doc.relations) {
    const [head, tail] = [of.get(relation.head), of.get(relation.tail)];
    if (head !== undefined) relations[head]?.push(relation);
    if (tail !== undefined && tail !== head) relations[tail]?.push(relation);
  }
  return { doc, marks, relations, of };
}

/** Whether two lists hold the same things in the same order. */
export const same = <T>(one: T[], other: T[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

/** Whether two lists of marks look alike but for what is pending, under whichever ids. */
export const sameMarks = (one: Mark[], other: Mark[]): boolean =>
  one.length === other.length && one.every((each, index) => alike(each, other[index]));

function alike(one: Mark | undefined, other: Mark | undefined): boolean {
  if (one === other) return true;
  if (!one || !other) return false;
  return one.start === other.start && one.end === other.end && one.type === other.type && one.ghost === other.ghost
    && one.score === other.score;
}

/** Whether arrows go the same ways between the same marks, pending or not, under whichever ids. */
export const sameArrows = (one: Joined[], other: Joined[]): boolean =>
  one.length === other.length && one.every((each, index) => {
    const now = other[index];
    if (!now) return false;
    const [a, b] = [each.relation, now.relation];
    return a.type === b.type && a.ghost === b.ghost && a.score === b.score && alike(each.head, now.head) && alike(each.tail, now.tail);
  });

/** Whether nothing at all has changed. */
export const untouched = (one: Joined[], other: Joined[]): boolean =>
  one.length === other.length && one.every((each, index) => {
    const now = other[index];
    return each.relation === now?.relation && each.head === now.head && each.tail === now.tail;
  });

/** @returns in the order of their ends, which does not change when one is acknowledged */
export function inOrder(joined: Joined[]): Joined[] {
  const at = (mark: Mark | undefined) => mark?.start ?? -1;
  return joined.sort((a, b) =>
    at(a.head) - at(b.head) || at(a.tail) - at(b.tail) || (a.relation.type < b.relation.type ? -1 : Number(a.relation.type > b.relation.type)));
}
