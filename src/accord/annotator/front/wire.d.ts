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

/** What is so short that every answer holds all of it. */
export interface Short {
  status: Status;
  problems: Problem[];
  undo: string | null;
  redo: string | null;
  file: FileState;
}

/** GET /api/document/ID. `basis` names what it rests on beside its version. */
export interface DocumentAnswer extends Short {
  id: string;
  title: string;
  text: string;
  sha256: string;
  version: number;
  basis: string;
  mentions: Mention[];
  relations: Relation[];
  notes: Note[];
  suggestions: {
    mentions: (Mention & Suggested)[];
    relations: (Relation & Suggested)[];
    /** Why the model could not read the document. */
    error: string | null;
  };
}

/** Where something will stand in its list. */
export interface At {
  at: number;
}

/** How a list changes: ids are taken out of it, then these are put in, in rising order. */
export interface MentionEdits {
  gone: string[];
  put: (Mention & At)[];
}

export interface RelationEdits {
  gone: string[];
  put: (Relation & At)[];
}

export interface NoteEdits {
  gone: string[];
  put: (Note & At)[];
}

/** What an action changed in a document, for a window that shows its version `since`. */
export interface ChangesAnswer extends Short {
  id: string;
  since: number;
  version: number;
  basis: string;
  mentions: MentionEdits;
  relations: RelationEdits;
  notes: NoteEdits;
  suggestions: {
    mentions: { gone: string[]; put: (Mention & Suggested & At)[] };
    relations: { gone: string[]; put: (Relation & Suggested & At)[] };
    error: string | null;
  };
}

/** What every action answers; changes alone to a window that sent the basis of what it shows. */
export type ActedAnswer = DocumentAnswer | ChangesAnswer;

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
  /** The whole list of documents has been read. */
  documents?: boolean;
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
