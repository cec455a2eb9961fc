/**
 * Agreement of two layers: figures by type with their intervals, what differs, and where.
 * The figures are those of `accord agree`.
 */

import { documentPath, get, getSession, messageOf, query } from "./api.js";
import { byId, make } from "./dom.js";
import { Reading, short } from "./reading.js";
import type {
  Agreement, AgreementAnswer, AgreementDocument, Counts, Difference, WordedLabel,
} from "./compared.js";
import type { Session } from "./wire.js";

const MATCHES = ["strict", "boundary", "overlap"];
const ASPECTS: Record<string, string> = {
  span: "where a mention stands or how far it reaches",
  pairing: "both marked both ends, one joins them",
  direction: "which end is the head",
  label: "the type",
};
const percent = (value: number) => (100 * value).toFixed(1);

let session: Session;
/** What is shown; null before the first comparison. */
let compared: Agreement | null = null;
/** What is shown of the differences: a target and an aspect, or all. */
let filter = { target: "", aspect: "" };
let current = -1;
/** Counts the requests, so that a late answer is dropped. */
let turn = 0;

/** The comparison that is shown. */
function result(): Agreement {
  if (!compared) throw new Error("nothing is compared yet");
  return compared;
}

async function start() {
  session = await getSession();
  const { layers } = await get<AgreementAnswer>("/api/agreement");
  const asked = new URLSearchParams(location.search);
  const two = [asked.get("first") ?? layers[0], asked.get("second") ?? layers.find((l) => l !== (asked.get("first") ?? layers[0]))];
  for (const [n, id] of ["first", "second"].entries()) {
    const select = byId(id, HTMLSelectElement);
    select.replaceChildren(...layers.map((name) => make("option", { value: name, text: name })));
    select.value = two[n] ?? "";
    select.addEventListener("change", compare);
  }
  if (layers.length < 2) {
    empty("There is one layer only. Agreement needs two people's labels of the same texts, each in a layer of its own.");
    return;
  }
  await compare();
}

async function compare() {
  const mine = ++turn;
  const first = byId("first", HTMLSelectElement).value;
  const second = byId("second", HTMLSelectElement).value;
  history.replaceState(null, "", query({ first, second }) || "/agreement");
  byId("adjudicate").setAttribute("href", `/adjudicate${query({ layers: `${first},${second}` })}`);
  empty("Comparing …");
  try {
    const answer = await get<AgreementAnswer>(`/api/agreement${query({ first, second })}`);
    if (mine !== turn) return;
    compared = answer.result;
    filter = { target: "", aspect: "" };
    current = -1;
    show();
  } catch (error) {
    if (mine === turn) empty(messageOf(error), true);
  }
}

function empty(text: string, wrong: boolean = false) {
  byId("content").replaceChildren(make("p", { class: wrong ? "empty warn" : "empty", role: wrong ? "alert" : "status", text }));
}

function show() {
  const { documents, incomplete } = result().agreement;
  const left = incomplete.length ? ` ${incomplete.length} more are left out: one of the two has not finished them.` : "";
  const interval = result().intervals[0];
  const bounds = interval
    ? ` In brackets: ${Math.round(100 * interval.confidence)}% bootstrap intervals over documents (${interval.rounds.toLocaleString("en")} draws).`
    : " One document gives no interval.";
  byId("content").replaceChildren(
    make("p", { class: "say", text: `${documents.length} documents that both have finished.${left} F1 in %, kappa from −1 to 1.${bounds}` }),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Agreement by type" }, figures()),
    make("h2", { text: `${result().differences.length} differences` }),
    aspects(),
    make("div", { class: "two" },
      make("ol", { id: "list", class: "list", "aria-label": "Differences" }),
      make("section", { id: "place", class: "place", "aria-label": "Place in the text", "aria-live": "polite" })),
  );
  list();
}

function figures() {
  const intervals = new Map(result().intervals.map((i) => [i.measure, i]));
  const kappas = new Map(result().kappa.map((k) => [`${k.target}.${k.type}`, k]));
  const rows = [];
  for (const target of ["mention", "relation"]) {
    const tables = MATCHES.flatMap((match) => result().agreement.scores[`${target}.${match}`] ?? []);
    rows.push(row(target, "micro", `all ${target}s`, tables.map((t) => t.micro)));
    for (const type of Object.keys(tables[0]?.types ?? {})) {
      const each = tables.flatMap((t) => t.types[type] ?? []);
      if (each.some((counts) => !counts.empty)) rows.push(row(target, type, type, each));
    }
  }
  function row(target: string, type: string, name: string, counts: Counts[]) {
    const cells = counts.map((c, n) => {
      const found = intervals.get(`${target}.${MATCHES[n]}.${type}.f1`);
      return bounded(c.empty ? "–" : percent(c.f1), found && [found.low, found.high].map(percent));
    });
    const kappa = kappas.get(`${target}.${type}`);
    const value = kappa?.value ?? null;
    const { low = null, high = null } = kappa ?? {};
    const bounds = low !== null && high !== null ? [low, high].map((bound) => bound.toFixed(2)) : undefined;
    const title = kappa ? `${percent(kappa.observed)}% of ${kappa.units.toLocaleString("en")} ${target === "mention" ? "words" : "pairs of mentions"} alike, ${percent(kappa.expected)}% expected by chance` : "";
    const { tp = 0, fp = 0, fn = 0 } = counts[0] ?? {};
    return make("tr", { class: type === "micro" ? "total" : undefined },
      make("th", { scope: "row", text: name }), ...cells,
      bounded(value === null ? "–" : value.toFixed(2), bounds, title),
      make("td", { text: String(tp + fn) }), make("td", { text: String(tp + fp) }));
  }
  const heads = [
    ["", ""], ["strict", "start, end and type are equal; of a relation, at both ends"], ["boundary", "start and end are equal, whatever the mentions' types"],
    ["overlap", "equal types, overlapping text"], ["kappa", "Cohen's kappa: of the types of each word; of what joins each pair of mentions that both marked alike"],
    [result().first, "labels of this layer"], [result().second, "labels of this layer"],
  ];
  return make("table", { class: "figures" },
    make("thead", {}, make("tr", {}, ...heads.map(([text, title]) => make("th", { scope: "col", text, title })))),
    make("tbody", {}, ...rows));
}

function bounded(value: string, bounds?: string[], title?: string) {
  const cell = make("td", { title: title || undefined, text: value });
  if (bounds) cell.append(make("small", { text: `[${bounds.join(", ")}]` }));
  return cell;
}

function aspects() {
  const groups = (["mention", "relation"] as const).map((target) => make("span", { class: "group", role: "group", "aria-label": `Differences of ${target}s` },
    make("span", { text: `${target}s:` }),
    ...Object.entries(result().aspects[target]).filter(([, count]) => count).map(([aspect, count]) => choice(target, aspect, `${aspect} ${count}`, ASPECTS[aspect] ?? ""))));
  return make("div", { class: "aspects" }, choice("", "", `all ${result().differences.length}`, ""), ...groups);
}

function choice(target: string, aspect: string, text: string, title: string) {
  return make("button", {
    type: "button", title, text, "aria-pressed": String(filter.target === target && filter.aspect === aspect),
    onclick: (event) => {
      filter = { target, aspect };
      for (const each of document.querySelectorAll(".aspects button")) each.setAttribute("aria-pressed", String(each === event.currentTarget));
      current = -1;
      list();
    },
  });
}

function chosen() {
  return result().differences.filter((d) => (!filter.target || d.target === filter.target) && (!filter.aspect || d.aspect === filter.aspect));
}

/** How many differences the list holds at once; a filter finds the others. */
const SHOWN = 500;

function list() {
  const found = chosen();
  byId("list").replaceChildren(...found.slice(0, SHOWN).map((d, n) => make("li", {}, entry(d, n))));
  if (found.length > SHOWN) byId("list").append(make("li", {}, make("p", { class: "how", text: `and ${found.length - SHOWN} more; choose a kind above` })));
  if (found.length) void open(0);
  else byId("place").replaceChildren(make("p", { class: "empty", text: result().differences.length ? "None of this kind." : "The two layers say the same." }));
}

function entry(d: Difference, n: number) {
  return make("button", { type: "button", "data-n": String(n), onclick: () => void open(n, true) },
    make("span", { class: "snippet" }, make("bdi", {}, `…${short(d.before, 200).slice(-30)}`, make("b", { text: short(d.words, 90) }), `${short(d.after, 30)}`)),
    make("small", { text: `${d.target} ${d.aspect}: ${said(d.first)} | ${said(d.second)}` }),
    make("small", { text: d.document }));
}

function said(label: WordedLabel | null) {
  if (!label) return "–";
  if ("head" in label) return `${label.type} (${short(label.head.words, 30)} → ${short(label.tail.words, 30)})`;
  return `${label.type} “${short(label.words, 40)}”`;
}

/**
 * Shows the place of a difference, both layers one above the other.
 * @param asked whether somebody asked for this one
 */
async function open(n: number, asked: boolean = false) {
  const d = chosen()[n];
  if (!d) return;
  current = n;
  const mine = ++turn;
  for (const each of byId("list").querySelectorAll("button")) {
    const here = each.dataset.n === String(n);
    each.setAttribute("aria-current", String(here));
    // Only when asked for: the page opens at its top.
    if (here && asked) each.scrollIntoView({ block: "nearest" });
  }
  try {
    const answer = await get<AgreementDocument>(`${documentPath("agreement/document", d.document)}${query({ first: result().first, second: result().second })}`);
    if (mine !== turn) return;
    showPlace(d, answer);
    // On a narrow screen the place is below the list.
    if (asked && matchMedia("(max-width: 52rem)").matches) byId("place").scrollIntoView();
  } catch (error) {
    if (mine === turn) byId("place").replaceChildren(make("p", { class: "warn", role: "alert", text: messageOf(error) }));
  }
}

function showPlace(d: Difference, answer: AgreementDocument) {
  const reading = new Reading(answer.text, session.schema);
  const from = reading.paragraph({ start: d.start });
  const to = reading.paragraph({ start: d.end - 1 });
  const here = [...new Set([from, to])].filter((index) => index >= 0);
  const parts = answer.layers.map((layer, n) => {
    const label = n ? d.second : d.first;
    const ids = new Set(label ? ("head" in label ? [label, label.head, label.tail] : [label]).map((each) => each.id) : []);
    return { name: layer.layer, drawn: here.map((index) => reading.draw(index, layer, ids)) };
  });
  const own = session.layer === result().first || session.layer === result().second;
  byId("place").replaceChildren(
    make("h2", { text: answer.title }),
    ...parts.flatMap((part) => [make("p", { class: "side-name", text: part.name }), ...part.drawn.map((each) => each.box)]),
    make("p", { class: "acts" },
      ...(own ? [make("a", { href: `/#${encodeURIComponent(d.document)}@${d.start}-${d.end}`, text: "Open in labelling" })] : []),
      make("a", { href: `/adjudicate${query({ layers: `${result().first},${result().second}`, document: d.document })}`, text: "Adjudicate this text" })),
  );
  for (const part of parts) for (const each of part.drawn) each.finish();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !compared) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const wanted = Math.min(Math.max(0, current + step), chosen().length - 1);
  const button = byId("list").querySelector<HTMLElement>(`button[data-n="${wanted}"]`);
  button?.click();
  button?.focus();
});

start().catch((error) => empty(messageOf(error), true));
