/**
 * What the server is sent and answers, as JSON: accord.annotator.wire and the routes say the same
 * in Python. Offsets are code points here; in the page they are UTF-16 units (see document.ts).
 *
 * Types only: nothing is built from this file.
 */

export type Status = "new" | "started" | "complete" | "discuss";

/** The person who is signed in, and by what rules they label. */
export interface Session {
  person: string;
  layer: string;
  layers: string[];
  can_write: boolean;
  schema: SchemaAnswer;
  palette: { light: Shade; dark: Shade }[];
  guidelines: string;
  model: ModelName | null;
  orders: Order[];
}

export interface Shade {
  ground: string;
  ink: string;
}

export interface ModelName {
  name: string;
  hash: string;
}

/** An order of work. */
export interface Order {
  name: string;
  text: string;
}

export interface SchemaAnswer {
  mentions: MentionTypeAnswer[];
  relations: RelationTypeAnswer[];
}

/** `colour` is a number of the palette. */
export interface MentionTypeAnswer {
  type: string;
  key: string;
  colour: number;
  short: string;
}

export interface RelationTypeAnswer {
  type: string;
  heads: string[];
  tails: string[];
  symmetric: boolean;
  same_type: boolean;
  across_paragraphs: boolean;
  key: string;
  short: string;
}

/** GET /api/documents */
export interface Listing {
  documents: DocumentRow[];
  progress: Progress;
}

export interface Progress {
  complete: number;
  total: number;
}

/** `problem` says why a document cannot be opened. */
export interface DocumentRow {
  id: string;
  title: string;
  words: number;
  status: Status;
  mentions: number;
  relations: number;
  suggestions: number;
  discussed: number;
  problem?: string;
}

/** A stretch of text, half-open. */
export interface Place {
  start: number;
  end: number;
}

export interface Mention extends Place {
  id: string;
  type: string;
}

/** `head` and `tail` are ids of mentions; of a suggestion, also of suggested ones. */
export interface Relation {
  id: string;
  type: string;
  head: string;
  tail: string;
}

export interface Note extends Place {
  id: string;
  text: string;
  by: string;
  time: string;
}

/** What a suggestion has beside what it says. */
export interface Suggested {
  score: number;
  state: "open" | "accepted" | "corrected" | "rejected" | "left";
}

/** What in the labels breaks the schema; `ids` are the labels that it is about. */
export interface Problem {
  rule: string;
  text: string;
  ids: string[];
}

/** How the .ann file stands to the labels: "conflict" if another program wrote it. */
export type FileState = "none" | "current" | "behind" | "conflict";

/** GET /api/document/ID, and what every action answers. */
export interface DocumentAnswer {
  id: string;
  title: string;
  text: string;
  sha256: string;
  version: number;
  status: Status;
  mentions: Mention[];
  relations: Relation[];
  notes: Note[];
  suggestions: {
    mentions: (Mention & Suggested)[];
    relations: (Relation & Suggested)[];
    /** Why the model could not read the document. */
    error: string | null;
  };
  problems: Problem[];
  undo: string | null;
  redo: string | null;
  file: FileState;
}

/**
 * One action of a post. `ref` is a name by which the page, and later actions of the same post,
 * know the new label before the server has given it an id.
 */
export type Action =
  | { do: "add_mention"; type: string; start: number; end: number; ref: string }
  | { do: "change_mention"; id: string; type?: string; start?: number; end?: number }
  | { do: "delete_mention"; id: string }
  | { do: "add_relation"; type: string; head: string; tail: string; ref: string }
  | { do: "change_relation"; id: string; type?: string; reverse?: boolean }
  | { do: "delete_relation"; id: string }
  | { do: "set_status"; status: Status }
  | { do: "add_note"; start: number; end: number; text: string; ref: string }
  | { do: "change_note"; id: string; text: string }
  | { do: "delete_note"; id: string }
  | { do: "accept"; ids: string[] }
  | { do: "accept_above"; threshold: number }
  | { do: "reject"; ids: string[] }
  | { do: "undo" }
  | { do: "redo" }
  | { do: "take_file" };

/** POST /api/export */
export interface Exported {
  written: string[];
  conflicts: { document: string; reason: string }[];
}

/** GET /api/next */
export interface Next {
  document: string | null;
  why: string;
}

/** GET /api/search; `match` are places within the snippet. */
export interface Found {
  hits: Hit[];
  more: boolean;
}

export interface Hit extends Place {
  document: string;
  /** Of the mention or relation, where the hit is one. */
  id?: string;
  kind: "text" | "mention" | "relation" | "note";
  snippet: string;
  match: [number, number];
}

/** GET /api/model */
export interface Training {
  state: "idle" | "training" | "failed" | "ready";
  stage: string;
  step: number;
  of: number;
  loss: number | null;
  score: number | null;
  message: string;
  name: string;
  /** Left out in events, which tell of training alone. */
  suggesting?: ModelName | null;
}

/** GET /api/events: a document's new version, or how far training is. */
export interface ServerEvent {
  document?: string;
  version?: number;
  window?: string;
  /** The model has read the document. */
  suggestions?: boolean;
  training?: Training;
  model?: ModelName;
}

/** What an answer that is no success holds. */
export interface Refusal {
  error?: string;
  hint?: string;
  rule?: string;
  /** 409: the document as it is now. */
  current?: DocumentAnswer;
  /** 409 of an adjudication. */
  stale?: boolean;
}

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
