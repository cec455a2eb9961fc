/** Whether what was done is on disk: the sign in the bar, and what to do when it is not. */

import { byId, make, setText } from "./dom.js";
import type { Desk } from "./desk.js";

/** Documents whose lack of suggestions the user has taken note of. */
const understood = new Set<string>();

export function drawSaved(desk: Desk) {
  const outbox = desk.outbox;
  const saved = byId("saved");
  if (!outbox) {
    setText("saved", "");
    return;
  }
  const many = desk.outboxes.size ? [...desk.outboxes.values()].reduce((sum, each) => sum + each.batches.length, 0) : 0;
  saved.className = `saved ${outbox.state}${many ? " some" : ""}`;
  if (!many) setText("saved", desk.session.can_write ? "Saved" : "Read only");
  else if (outbox.state === "gone" || outbox.state === "conflict") setText("saved", `${many} not saved`);
  else setText("saved", "Saving …");
}

/** @param connected whether the server's events arrive */
export function drawBanner(desk: Desk, connected: boolean) {
  const banner = byId("banner");
  const content = bannerContent(desk, connected);
  banner.hidden = content.length === 0;
  // Drawn anew only if it says something else: a button in it may have the focus.
  const said = content.map((part) => part.textContent).join("|");
  if (banner.dataset.said === said) return;
  banner.dataset.said = said;
  banner.replaceChildren(...content);
}

function bannerContent(desk: Desk, connected: boolean): HTMLElement[] {
  const outbox = desk.outbox;
  if (!outbox) return [];
  const unsent = outbox.batches.map((batch) => batch.title);
  const many = unsent.length === 1 ? "1 change is" : `${unsent.length} changes are`;
  if (outbox.state === "conflict") {
    return [
      make("p", {}, make("b", { text: `${outbox.error?.message ?? ""} ` }),
        `You see the newest version with your ${many.replace(/ (is|are)$/, "")} on top; ${many} not saved yet.`),
      list(unsent),
      make("button", { type: "button", class: "main", text: "Save mine on top", onclick: () => outbox.keepMine() }),
      make("button", { type: "button", text: "Drop mine", onclick: () => outbox.dropMine() }),
    ];
  }
  if (outbox.state === "gone") {
    return [
      make("p", {}, make("b", { text: `${outbox.error?.message ?? ""} ` }),
        `${many} not saved, but kept here and sent as soon as it answers. ${outbox.error?.hint ?? ""}`),
      list(unsent),
      make("button", { type: "button", text: "Try again now", onclick: () => outbox.retry() }),
    ];
  }
  const stuck = desk.elsewhere.find((each) => ["gone", "conflict"].includes(each.state) || each.refusals.length);
  if (stuck) {
    return [
      make("p", {}, make("b", { text: `“${stuck.base.title}” has changes that are not saved. ` }), stuck.error?.message ?? stuck.refusals[0]?.error.message ?? ""),
      make("button", { type: "button", text: "Go there", onclick: () => void desk.open(stuck.base.id) }),
    ];
  }
  if (outbox.refusals.length) {
    const dismiss = () => {
      outbox.refusals = [];
      desk.changed();
    };
    return [
      ...outbox.refusals.map(({ title, error }) =>
        make("p", {}, make("b", { text: `Not saved: ${title}. ` }), `${error.message} ${error.hint}`)),
      make("button", { type: "button", text: "Understood", onclick: dismiss }),
    ];
  }
  if (outbox.base.file === "conflict" && desk.session.can_write) {
    return [
      make("p", {}, make("b", { text: "The .ann file of this document was changed by another program. " }),
        "What is here is in the journal and stays; the file was not overwritten."),
      make("button", { type: "button", text: "Take the file's labels", onclick: () => desk.act([{ do: "take_file" }], "Took the file's labels") }),
      make("button", { type: "button", text: "Overwrite the file", onclick: () => desk.tell("overwrite", outbox.base.id) }),
    ];
  }
  if (!connected) {
    return [make("p", {}, make("b", { text: "The server does not answer. " }), "Everything you did is saved. You can go on; the page tries again by itself.")];
  }
  const { id, unread } = outbox.base;
  if (unread && !understood.has(id)) {
    const dismiss = () => {
      understood.add(id);
      desk.changed();
    };
    return [
      make("p", {}, make("b", { text: "The model could not read this document, so nothing is suggested. " }), unread),
      make("button", { type: "button", text: "Understood", onclick: dismiss }),
    ];
  }
  return [];
}

function list(titles: string[]): HTMLElement {
  return make("details", {}, make("summary", { text: "Which" }), make("ul", {}, ...titles.map((text) => make("li", { text }))));
}
