/** Going to a document: the list with its filter, and search in texts, labels and notes. */

import { get, query } from "./api.js";
import { make } from "./dom.js";
import { openDialog } from "./dialogs.js";
import type { Desk, Goal } from "./desk.js";
import type { DocumentRow, Found, Hit, Status } from "./wire.js";

export const STATUS: Record<Status, [string, string]> = {
  new: ["○", "not started"],
  started: ["◐", "in progress"],
  complete: ["●", "complete"],
  discuss: ["!", "needs discussion"],
};

/** How many documents the list shows at once; a filter finds the others. */
const SHOWN = 200;
const PAUSE = 150;

interface Entry {
  label: HTMLElement[];
  document: string;
  place?: Goal;
}

/** @param refresh gets the list anew */
export function openPalette(desk: Desk, refresh: () => Promise<void>) {
  const field = make("input", {
    type: "search", placeholder: "Title, text, label, note …", "aria-label": "Find a document, text, label or note",
    role: "combobox", "aria-controls": "found", "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  const status = choice("Status", [["", "any status"], ...Object.entries(STATUS).map(([value, [, label]]) => [value, label] as [string, string])]);
  const type = choice("Type", [["", "any type"], ...[...desk.schema.mentions, ...desk.schema.relations].map((t) => [t.type, t.type] as [string, string])]);
  const list = make("div", { id: "found", role: "listbox", class: "found", "aria-label": "Found" });
  const box = openDialog("palette", "Documents", make("div", { class: "filters" }, field, status, type), list);
  let entries: Entry[] = [];
  /** What the server found of what is typed; null before it has answered. */
  let hits: Entry[] | null = null;
  let active = 0;
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let searching = Promise.resolve();

  const go = (index: number) => {
    const entry = entries[index];
    if (!entry) return;
    box.close();
    void desk.open(entry.document, entry.place);
  };
  const show = () => {
    active = Math.min(active, Math.max(0, entries.length - 1));
    list.replaceChildren(...entries.map((entry, index) => make("div", {
      role: "option", id: `found-${index}`, class: "hit", "aria-selected": String(index === active), onclick: () => go(index),
    }, ...entry.label)));
    if (!entries.length) list.replaceChildren(make("p", { class: "how", text: "Nothing found." }));
    move(0);
  };
  const move = (step: number) => {
    if (!entries.length) return;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (active + step + entries.length) % entries.length;
    const now = list.children[active];
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", `found-${active}`);
  };
  const local = (): Entry[] => {
    const wanted = field.value.trim().toLocaleLowerCase();
    const fitting = desk.documents.filter((d) =>
      (!status.value || d.status === status.value) && `${d.title} ${d.id}`.toLocaleLowerCase().includes(wanted));
    if (type.value) return [];
    return fitting.slice(0, SHOWN).map((d) => ({ document: d.id, label: documentLabel(d, d.id === desk.doc?.id) }));
  };
  const both = () => (hits ? [...local().slice(0, 20), ...hits] : local());
  const name = (entry: Entry | undefined) => entry && `${entry.document} ${entry.place?.label ?? ""} ${entry.place?.start ?? ""}`;
  /** The list has come anew: what was chosen stays chosen, and where it was. */
  const renew = () => {
    const [chosen, top] = [name(entries[active]), list.scrollTop];
    entries = both();
    active = Math.max(0, entries.findIndex((entry) => name(entry) === chosen));
    show();
    list.scrollTop = top;
  };
  const find = async () => {
    const mine = ++turn;
    hits = null;
    entries = local();
    active = field.value ? 0 : Math.max(0, entries.findIndex((entry) => entry.document === desk.doc?.id));
    show();
    if (field.value.trim().length < 2 && !type.value) return;
    try {
      const found = await get<Found>(`/api/search${query({ q: field.value.trim(), status: status.value, type: type.value })}`);
      if (mine !== turn) return;
      hits = found.hits.map((hit) => ({
        document: hit.document, place: { start: hit.start, end: hit.end, label: hit.id }, label: hitLabel(hit),
      }));
      entries = both();
      show();
    } catch (error) {
      if (mine === turn) list.append(make("p", { class: "how", role: "alert", text: error instanceof Error ? error.message : String(error) }));
    }
  };
  const search = () => {
    clearTimeout(timer);
    timer = undefined;
    searching = find();
    return searching;
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  for (const select of [status, type]) select.addEventListener("change", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    // What was just typed may not be found yet, and the list still be of what stood there before.
    else if (event.key === "Enter" && !event.isComposing) {
      void (timer === undefined ? searching : search()).then(() => box.open && go(active));
    }
    // A search field would only be emptied by it.
    else if (event.key === "Escape") box.close();
    else return;
    event.preventDefault();
  });
  field.focus();
  void search();
  const closed = new AbortController();
  box.addEventListener("close", () => closed.abort(), { once: true });
  desk.hear("listed", renew, closed.signal);
  void refresh().catch(() => {});
}

function choice(label: string, options: [string, string][]): HTMLSelectElement {
  return make("select", { "aria-label": label }, ...options.map(([value, text]) => make("option", { value, text })));
}

function documentLabel(d: DocumentRow, open: boolean) {
  const [sign, name] = STATUS[d.status];
  const counts = [`${d.words.toLocaleString()} words`];
  if (d.mentions) counts.push(`${d.mentions} marks, ${d.relations} relations`);
  if (d.suggestions) counts.push(`${d.suggestions} suggested`);
  if (d.discussed) counts.push("notes");
  const parts = [
    make("span", { class: `status ${d.status}`, title: name }, sign, make("span", { class: "unseen", text: ` ${name}: ` })),
    make("span", { class: "hit-main" }, make("bdi", { class: "hit-title", text: d.title }), make("small", { text: `${d.id} · ${counts.join(" · ")}${open ? " · open now" : ""}` })),
  ];
  if (d.problem) parts.push(make("span", { class: "badge warn", title: d.problem, text: "cannot be opened" }));
  return parts;
}

function hitLabel(hit: Hit) {
  // Positions within the snippet are code points.
  const letters = [...hit.snippet];
  const [from, to] = hit.match;
  const snippet = make("bdi", { class: "snippet" }, letters.slice(0, from).join(""), make("b", { text: letters.slice(from, to).join("") }), letters.slice(to).join(""));
  return [make("span", { class: "kind", text: hit.kind }), make("span", { class: "hit-main" }, snippet, make("small", { text: hit.document }))];
}
