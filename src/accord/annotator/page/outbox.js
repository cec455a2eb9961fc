/**
 * What was done and is not acknowledged yet, in order. Nothing leaves the outbox before the server
 * has said that it is on disk, except by the user's own word; a reload of the page keeps it.
 */

import { ApiError, NoAnswer, WINDOW, documentPath, post } from "./api.js";
import { alreadyDone, foreseen, learnNames, received, toSend } from "./document.js";

/**
 * @typedef {import("./document.js").Doc} Doc
 * @typedef {import("./document.js").Action} Action
 * @typedef {{actions: Action[], title: string, key: string}} Batch  one undo step, what it is called,
 *   and a name by which the server knows it if it comes twice
 * @typedef {"idle" | "sending" | "gone" | "conflict" | "refused"} OutboxState
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

export class Outbox {
  /**
   * @param {any} answer the document as the server gave it
   * @param {() => void} changed called after each change of `doc`, `state` or `error`
   */
  constructor(answer, changed) {
    this.base = received(answer, null);
    this.changed = changed;
    /** @type {Batch[]} */
    this.batches = [];
    /** @type {OutboxState} */
    this.state = "idle";
    /** @type {ApiError | NoAnswer | null} */
    this.error = null;
    /** What the server said no to, until the user has seen it. @type {{title: string, error: ApiError}[]} */
    this.refusals = [];
    /** @type {Map<string, string>} */
    this.named = new Map();
    this.sent = 0;
    this.unsure = false;
    this.wait = FIRST_WAIT;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {((value: unknown) => void)[]} */
    this.waiting = [];
    this.seen = this.base;
    this.restore();
  }

  /** The document with everything in the outbox on top. @returns {Doc} */
  get doc() {
    return this.seen;
  }

  /** @param {Action[]} actions @param {string} title @returns {void} */
  add(actions, title) {
    this.batches.push({ actions, title, key: `${WINDOW} ${Date.now()} ${this.sent++}` });
    this.update();
    void this.send();
  }

  /** A newer version that somebody else's window made. @param {any} answer */
  refresh(answer) {
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

  /** @returns {Promise<boolean>} when nothing is on its way any more: whether all was acknowledged */
  async settled() {
    while (this.batches.length && (this.state === "idle" || this.state === "sending")) {
      await new Promise((resolve) => this.waiting.push(resolve));
    }
    return !this.batches.length;
  }

  update() {
    this.seen = foreseen(this.base, this.batches.flatMap((batch) => batch.actions).map((a) => this.renamed(a)));
    this.store();
    for (const resolve of this.waiting.splice(0)) resolve(undefined);
    this.changed();
  }

  /** @param {Action} action @returns {Action} with the ids that the server has given since */
  renamed(action) {
    const known = { ...action };
    for (const key of ["id", "head", "tail"]) {
      if (this.named.has(known[key])) known[key] = this.named.get(known[key]);
    }
    return known;
  }

  /** Sends what is in the outbox, one batch after the other. */
  async send() {
    if (this.state !== "idle" || !this.batches.length) return;
    this.state = "sending";
    this.changed();
    const batch = this.batches[0];
    try {
      const answer = await post(documentPath("actions", this.base.id), {
        version: this.base.version,
        window: WINDOW,
        key: batch.key,
        actions: batch.actions.map((action) => toSend(action, this.base.offsets, this.named)),
      });
      this.acknowledged(batch, received(answer, this.base));
    } catch (error) {
      this.failed(batch, error);
    }
    this.update();
    void this.send();
  }

  /** @param {Batch} batch @param {Doc} doc */
  acknowledged(batch, doc) {
    learnNames(batch.actions, doc, this.named);
    this.base = doc;
    this.batches.shift();
    this.state = "idle";
    this.error = null;
    this.unsure = false;
    this.wait = FIRST_WAIT;
  }

  /** @param {Batch} batch @param {unknown} error */
  failed(batch, error) {
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

  /** @returns {string} */
  get key() {
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
    const { version, batches } = JSON.parse(stored);
    this.unsure = true;
    // The first may have arrived before the page was left.
    while (batches.length && version !== this.base.version && alreadyDone(batches[0].actions, this.base, this.named)) {
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
