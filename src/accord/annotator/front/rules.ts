/**
 * What the schema allows, asked before anything is sent: so that the page offers only that, and
 * says at once why something cannot be. The server has the last word by the same rules.
 */

import { paragraphAt } from "./document.js";
import type { MentionTypeAnswer, RelationTypeAnswer, SchemaAnswer } from "./wire.js";
import type { Doc, Mark } from "./document.js";

/** `colour` is a class of the style sheet here. */
export interface MentionType extends Omit<MentionTypeAnswer, "colour"> {
  colour: string;
}
export interface RelationType extends RelationTypeAnswer {
  colour: string;
}
export interface Schema {
  mentions: MentionType[];
  relations: RelationType[];
}

/** Colours of style.css, c0 to c11. */
const COLOURS = 12;

export const markColour = (type: { colour: number }): string => `c${type.colour % COLOURS}`;

/** Another order than the marks', so that an arrow rarely looks like its ends. @param index of the type */
export const arrowColour = (index: number): string => `c${(index * 5 + 4) % COLOURS}`;

/**
 * The schema as the page uses it: every type has one colour class and one key of its own.
 * @param given the server's
 * @param taken keys that are commands
 */
export function readSchema(given: SchemaAnswer, taken: Set<string>): Schema {
  const mentionKeys = distinctKeys(given.mentions, taken);
  // A relation's type is asked for by itself: every key is free then, but for moving in the list.
  const relationKeys = distinctKeys(given.relations, new Set());
  return {
    mentions: given.mentions.map((m, index) => ({
      type: m.type,
      short: m.short,
      key: mentionKeys[index] ?? "",
      colour: markColour(m),
    })),
    relations: given.relations.map((r, index) => ({
      type: r.type,
      short: r.short,
      heads: r.heads,
      tails: r.tails,
      symmetric: r.symmetric,
      same_type: r.same_type,
      across_paragraphs: r.across_paragraphs,
      key: relationKeys[index] ?? "",
      colour: arrowColour(index),
    })),
  };
}

/** The schema's own keys if they are all free and distinct, else digits and then free letters. */
export function distinctKeys(types: { key?: string }[], taken: Set<string>): string[] {
  const wished = types.map((type) => type.key ?? "");
  const sound = wished.every((key) => key.length === 1 && !taken.has(key));
  if (sound && new Set(wished).size === wished.length) return wished;
  const free = [..."1234567890", ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const left = free.filter((key) => !taken.has(key));
  return types.map((_, index) => left[index] ?? "");
}

/** The relations that may point from one mark to another and are not there yet. */
export function allowed(schema: Schema, doc: Doc, head: Mark, tail: Mark): RelationType[] {
  if (head.id === tail.id) return [];
  const apart = paragraphAt(doc, head.start) !== paragraphAt(doc, tail.start);
  return schema.relations.filter(
    (type) => fits(type, head.type, tail.type) && !(apart && !type.across_paragraphs) && !exists(doc, type, head, tail),
  );
}

export const fits = (type: Pick<RelationType, "heads" | "tails" | "same_type">, head: string, tail: string) =>
  type.heads.includes(head) && type.tails.includes(tail) && (!type.same_type || head === tail);

function exists(doc: Doc, type: RelationType, head: Mark, tail: Mark) {
  return doc.relations.some(
    (r) =>
      !r.ghost && r.type === type.type &&
      ((r.head === head.id && r.tail === tail.id) ||
        (type.symmetric && r.head === tail.id && r.tail === head.id)),
  );
}

/** Why nothing may join two marks, in words. */
export function whyNone(schema: Schema, doc: Doc, head: Mark, tail: Mark): string {
  if (head.id === tail.id) return "A mark cannot be joined to itself.";
  const types = schema.relations.filter((type) => fits(type, head.type, tail.type));
  if (!types.length) return `The schema has no relation from ${head.type} to ${tail.type}.`;
  const apart = paragraphAt(doc, head.start) !== paragraphAt(doc, tail.start);
  if (apart && !types.some((type) => type.across_paragraphs)) {
    return `${types.map((type) => type.type).join(", ")} joins marks of one paragraph only.`;
  }
  return `${types.map((type) => type.type).join(", ")}: these two are joined so already.`;
}

/**
 * Why a mark cannot stand here; "" if it can.
 * @param except id of the mark that changes
 */
export function whyNotMark(doc: Doc, wanted: { start: number; end: number; type: string }, except?: string): string {
  const { start, end } = wanted;
  if (start >= end) return "Nothing would be left of the mark.";
  const span = doc.spans[paragraphAt(doc, start)];
  if (!span || start < span.start || end > span.end) return "A mark stays within one paragraph.";
  for (const mark of doc.marks) {
    if (mark.ghost || mark.id === except) continue;
    if (mark.start === start && mark.end === end && mark.type === wanted.type) {
      return `This is marked as ${wanted.type} already.`;
    }
    const overlap = mark.start < end && start < mark.end;
    const nested = (mark.start <= start && end <= mark.end) || (start <= mark.start && mark.end <= end);
    if (overlap && !nested) {
      return `It would cross ${mark.type} “${short(doc.text.slice(mark.start, mark.end))}”; marks may nest, never cross.`;
    }
  }
  return "";
}

/** The relations of a mark that another type of it would break. */
export function brokenBy(schema: Schema, doc: Doc, mark: Mark, type: string) {
  const typeOf = (id: string) =>
    id === mark.id ? type : doc.marks.find((each) => each.id === id)?.type ?? "";
  return doc.relations.filter((relation) => {
    if (relation.ghost || (relation.head !== mark.id && relation.tail !== mark.id)) return false;
    const kind = schema.relations.find((each) => each.type === relation.type);
    return !kind || !fits(kind, typeOf(relation.head), typeOf(relation.tail));
  });
}

/** A text on one line, cut in the middle if it is long. */
export function short(text: string, most: number = 48) {
  const line = [...text.replace(/\s+/g, " ").trim()];
  if (line.length <= most) return line.join("");
  const head = Math.ceil(most * 0.6);
  return `${line.slice(0, head).join("").trimEnd()} … ${line.slice(line.length - (most - head)).join("").trimStart()}`;
}
