/**
 * What the two pages for several people, agreement and adjudication, are sent, as JSON. Offsets are
 * code points. Types only: nothing is built from this file.
 */

import type { Mention, Place, Relation } from "./wire.js";

/** One layer's labels of a text. */
export interface LayerLabels {
  layer: string;
  mentions: Mention[];
  relations: Relation[];
}

/** A mention or a relation by itself: a relation brings its ends. */
export type Label = Mention | Arrow;

export interface Arrow {
  id: string;
  type: string;
  head: Mention;
  tail: Mention;
}

export type Target = "mention" | "relation";

/** GET /api/agreement */
export interface AgreementAnswer {
  layers: string[];
  result: Agreement | null;
}

/** As `accord agree --json` prints it; each difference also has words. */
export interface Agreement {
  first: string;
  second: string;
  agreement: {
    reference: string;
    estimate: string;
    documents: string[];
    incomplete: string[];
    /** By "target.match". */
    scores: Record<string, Scores>;
  };
  intervals: Interval[];
  kappa: Kappa[];
  aspects: Record<Target, Record<string, number>>;
  differences: Difference[];
}

export interface Scores {
  micro: Counts;
  types: Record<string, Counts>;
}

/** `empty`: the figures rest on no label at all. */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  precision: number;
  recall: number;
  f1: number;
  empty: boolean;
}

/** `measure` is "target.match.type.f1". */
export interface Interval {
  measure: string;
  value: number;
  low: number;
  high: number;
  confidence: number;
  documents: number;
  rounds: number;
  seed: number;
}

export interface Kappa {
  target: Target;
  type: string;
  value: number | null;
  low: number | null;
  high: number | null;
  observed: number;
  expected: number;
  units: number;
}

export interface Difference extends Place {
  document: string;
  target: Target;
  kind: string;
  aspect: string;
  first: WordedLabel | null;
  second: WordedLabel | null;
  before: string;
  words: string;
  after: string;
}

export type WordedLabel = WordedMention | WordedArrow;

export interface WordedMention extends Mention {
  words: string;
}

export interface WordedArrow {
  id: string;
  type: string;
  head: WordedMention;
  tail: WordedMention;
}

/** GET /api/agreement/document/ID */
export interface AgreementDocument {
  id: string;
  title: string;
  text: string;
  layers: LayerLabels[];
}

/** GET /api/adjudication */
export interface AdjudicationOverview {
  gold: string;
  all: string[];
  layers: string[];
  documents: AdjudicationRow[];
}

/** A document with a `problem` has nothing else. */
export interface AdjudicationRow {
  id: string;
  title?: string;
  points?: number;
  open?: number;
  unfinished?: string[];
  done?: boolean;
  written?: boolean;
  problem?: string;
}

/** GET /api/adjudication/document/ID */
export interface Table {
  id: string;
  title: string;
  text: string;
  version: number;
  layers: string[];
  unfinished: string[];
  mentions: (Mention & { whose: string[] })[];
  relations: (Relation & { whose: string[] })[];
  sides: LayerLabels[];
  points: Point[];
  waiting: Arrow[];
  fallen: { label: Arrow; layers: string[]; reason: string }[];
  done: boolean;
  written: boolean;
  undo: boolean;
  redo: boolean;
}

/** A difference to decide; `labels` by layer. */
export interface Point extends Place {
  id: string;
  target: Target;
  labels: Record<string, Label>;
  decision: { take: string[]; other: Label | null } | null;
}

/** Somebody's own label: no layer knows it, so it has no id. */
export type OwnMention = Omit<Mention, "id">;

export interface OwnArrow {
  type: string;
  head: OwnMention;
  tail: OwnMention;
}

/** An answer to a point: whose labels are taken, or one's own instead. */
export interface Decision {
  difference: string;
  take: string[];
  other?: OwnMention | OwnArrow;
}
