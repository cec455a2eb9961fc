/**
 * What was done and is not acknowledged yet, in order. Nothing leaves the outbox before the server
 * has said that it is on disk, except by the user's own word; a reload of the page keeps it.
 */

import { ApiError, NoAnswer, WINDOW, documentPath, get, post } from "./api.js";
import { whole } from "./changes.js";
import { alreadyDone, foreseen, learnNames, received, renamed, toSend } from "./document.js";
import type { Action, Doc } from "./document.js";
import type { ActedAnswer, DocumentAnswer } from "./wire.js";

/** One undo step, what it is called, and a name by which the server knows it if it comes twice. */
export interface Batch {
  actions: Action[];
  title: string;
  key: string;
}
export type OutboxState = "idle" | "sending" | "gone" | "conflict";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

export class Outbox {
  /** What the server acknowledged last. */
  base: Doc;
  /** Called after each change of `doc`, `state` or `error`. */
  changed: () => void;
  batches: Batch[] = [];
  state: OutboxState = "idle";
  error: ApiError | NoAnswer | null = null;
  /** What the server said no to, until the user has seen it. */
  refusals: { title: string; error: ApiError }[] = [];
  /** Ids that the server gave to what the page had named itself. */
  named = new Map<string, string>();
  sent = 0;
  /** Whether the first batch may have arrived, though no answer came. */
  unsure = false;
  wait = FIRST_WAIT;
  timer: ReturnType<typeof setTimeout> | undefined;
  waiting: (() => void)[] = [];
  seen: Doc;

  constructor(answer: DocumentAnswer, changed: () => void) {
    this.base = received(answer, null);
    this.changed = changed;
    this.seen = this.base;
    this.restore();
  }

  /** The document with everything in the outbox on top. */
  get doc(): Doc {
    return this.seen;
  }

  add(actions: Action[], title: string): void {
    this.batches.push({ actions, title, key: `${WINDOW} ${Date.now()} ${this.sent++}` });
    this.update();
    void this.send();
  }

  /** A newer version that somebody else's window made. */
  refresh(answer: DocumentAnswer) {
    if (answer.version < this.base.version || this.batches.length) return;
    this.base = received(answer, this.base);
    this.update();
  }

  /** Try again now. */
  retry() {
    clearTimeout(this.timer);
    if (this.state === "gone") this.state = "idle";
    void this.send();
  }

  /** After a conflict: put what is in the outbox on top of the newest version. */
  keepMine() {
    if (this.state !== "conflict") return;
    this.state = "idle";
    this.error = null;
    this.update();
    void this.send();
  }

  /** After a conflict: let go of what is in the outbox. */
  dropMine() {
    this.batches = [];
    this.state = "idle";
    this.error = null;
    this.update();
  }

  /** @returns when nothing is on its way any more: whether all was acknowledged */
  async settled(): Promise<boolean> {
    while (this.batches.length && (this.state === "idle" || this.state === "sending")) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return !this.batches.length;
  }

  update() {
    this.seen = foreseen(this.base, this.batches.flatMap((batch) => batch.actions).map((a) => renamed(a, this.named)));
    this.store();
    for (const resolve of this.waiting.splice(0)) resolve();
    this.changed();
  }

  /** Sends what is in the outbox, one batch after the other. */
  async send() {
    const batch = this.batches[0];
    if (this.state !== "idle" || !batch) return;
    this.state = "sending";
    this.changed();
    try {
      const answer = await post<ActedAnswer>(documentPath("actions", this.base.id), {
        version: this.base.version,
        basis: this.base.answer.basis,
        window: WINDOW,
        key: batch.key,
        actions: batch.actions.map((action) => toSend(action, this.base.offsets, this.named)),
      });
      const now = whole(this.base.answer, answer) ?? (await this.again());
      this.acknowledged(batch, received(now, this.base));
    } catch (error) {
      this.failed(batch, error);
    }
    this.update();
    void this.send();
  }

  /** The whole document, after an answer that does not fit what is known; what was sent is on disk. */
  async again(): Promise<DocumentAnswer> {
    try {
      return await get<DocumentAnswer>(documentPath("document", this.base.id));
    } catch {
      throw new NoAnswer();
    }
  }

  acknowledged(batch: Batch, doc: Doc) {
    learnNames(batch.actions, doc, this.named);
    this.base = doc;
    this.batches.shift();
    this.state = "idle";
    this.error = null;
    this.unsure = false;
    this.wait = FIRST_WAIT;
  }

  failed(batch: Batch, error: unknown) {
    if (error instanceof ApiError && error.status === 409 && error.body.current) {
      const current = received(error.body.current, this.base);
      if (this.unsure && alreadyDone(batch.actions, current, this.named)) {
        this.acknowledged(batch, current);
        return;
      }
      this.base = current;
      this.state = "conflict";
      this.error = error;
    } else if (error instanceof ApiError && [400, 404, 409, 413, 422].includes(error.status)) {
      this.refusals.push({ title: batch.title, error });
      this.batches.shift();
      this.state = "idle";
    } else if (error instanceof NoAnswer || error instanceof ApiError) {
      // The request may have arrived: whether it did shows when the server answers again.
      this.unsure = true;
      this.state = "gone";
      this.error = error;
      this.timer = setTimeout(() => this.retry(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    } else {
      throw error;
    }
  }

  get key(): string {
    return `accord unsent ${this.base.id}`;
  }

  store() {
    if (!this.batches.length) sessionStorage.removeItem(this.key);
    else sessionStorage.setItem(this.key, JSON.stringify({ version: this.base.version, batches: this.batches }));
  }

  /** What an earlier page of this window had not sent; against a newer version it is a conflict. */
  restore() {
    const stored = sessionStorage.getItem(this.key);
    if (!stored) return;
    const { version, batches } = JSON.parse(stored) as { version: number; batches: Batch[] };
    this.unsure = true;
    // The first may have arrived before the page was left.
    while (batches[0] && version !== this.base.version && alreadyDone(batches[0].actions, this.base, this.named)) {
      learnNames(batches[0].actions, this.base, this.named);
      batches.shift();
    }
    this.batches = batches;
    if (batches.length && version !== this.base.version) {
      this.state = "conflict";
      this.error = new ApiError(409, { error: "The document has changed since these changes were made." });
    }
    this.seen = foreseen(this.base, this.batches.flatMap((batch) => batch.actions));
    this.store();
  }
}
