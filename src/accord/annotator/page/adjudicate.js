/**
 * Adjudication: the layers side by side on one text, and one question after another, each answered
 * by one key. An answer counts once the server says that it is on disk.
 */

import { ApiError, documentPath, get, post, query } from "./api.js";
import { byId, make } from "./dom.js";
import { OwnLabel } from "./own.js";
import { Reading, messageOf, short } from "./reading.js";
import { rangeOf } from "./text.js";

/**
 * @typedef {{id: string, target: "mention" | "relation", start: number, end: number,
 *   labels: Record<string, any>, decision: {take: string[], other: any} | null}} Point
 */

/** @type {any} */
let session;
/** Names of the layers on the table. @type {string[]} */
let layers = [];
/** The rows of the list of documents. @type {any[]} */
let documents = [];
/** The document as the server sent it. @type {any} */
let table = null;
/** @type {Reading} */
let reading;
/** Which points come first. @type {"mention" | "relation"} */
let first = "mention";
/** The point that is asked about, by its id; empty when none is. */
let current = "";
/** @type {OwnLabel | null} */
let own = null;
let busy = false;

async function start() {
  session = await get("/api/session");
  const asked = new URLSearchParams(location.search);
  const { all } = await get("/api/adjudication");
  const wanted = (asked.get("layers") ?? "").split(",").filter((name) => all.includes(name));
  layers = wanted.length >= 2 ? wanted : all.slice(0, 2);
  byId("layers").append(...all.map((/** @type {string} */ name) => make("label", {},
    make("input", { type: "checkbox", value: name, checked: layers.includes(name), onchange: chooseLayers }), name)));
  if (all.length < 2) {
    say("Adjudication needs two people's labels of the same texts, each in a layer of its own.");
    return;
  }
  await openLayers(asked.get("document") ?? "");
}

function chooseLayers() {
  const boxes = /** @type {HTMLInputElement[]} */ ([...byId("layers").querySelectorAll("input")]);
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  if (chosen.length < 2) {
    say("Choose two or more layers.");
    return;
  }
  layers = chosen;
  openLayers(table?.id ?? "").catch((error) => say(messageOf(error), true));
}

/** @param {string} wanted a document to open, if it is among theirs */
async function openLayers(wanted) {
  say("Comparing …");
  byId("agreement").setAttribute("href", `/agreement${query({ first: layers[0], second: layers[1] })}`);
  await list();
  if (!documents.length) {
    say(`No document is labelled by all of ${layers.join(", ")}.`);
    return;
  }
  const next = documents.find((d) => d.id === wanted) ?? documents.find((d) => d.open) ?? documents[0];
  await openDocument(next.id);
}

async function list() {
  documents = (await get(`/api/adjudication${query({ layers: layers.join(",") })}`)).documents;
  const select = /** @type {HTMLSelectElement} */ (byId("document"));
  select.replaceChildren(...documents.map((d) => make("option", { value: d.id, text: `${sign(d)} ${d.title ?? d.id}` })));
  if (table) select.value = table.id;
}

/** @param {any} d */
function sign(d) {
  if (d.problem) return "!";
  if (d.written) return "●";
  return d.open === 0 ? "◐" : `○ ${d.open}`;
}

/** @param {string} id */
async function openDocument(id) {
  table = await get(`${documentPath("adjudication/document", id)}${query({ layers: layers.join(",") })}`);
  history.replaceState(null, "", query({ layers: layers.join(","), document: id }));
  /** @type {HTMLSelectElement} */ (byId("document")).value = id;
  reading = new Reading(table.text, session.schema);
  current = ordered().find((point) => !point.decision)?.id ?? "";
  show();
}

/** @returns {Point[]} in the order in which they are asked */
function ordered() {
  const points = /** @type {Point[]} */ (table.points);
  return first === "mention" ? points : [...points].sort((a, b) => Number(a.target === "mention") - Number(b.target === "mention"));
}

const point = () => /** @type {Point | undefined} */ (table?.points.find((/** @type {Point} */ p) => p.id === current));

function show() {
  own?.close();
  own = null;
  drawSheet();
  drawQuestion();
  const open = table.points.filter((/** @type {Point} */ p) => !p.decision).length;
  byId("meter").textContent = table.points.length ? `${table.points.length - open} of ${table.points.length} decided` : "nothing to decide";
  /** @type {HTMLButtonElement} */ (byId("undo")).disabled = !table.undo;
  /** @type {HTMLButtonElement} */ (byId("redo")).disabled = !table.redo;
  for (const name of ["mention", "relation"]) byId(`by-${name}`).setAttribute("aria-pressed", String(first === name));
}

/** The marks and arrows of a layer that the question is about. @param {string} layer @returns {Set<string>} */
function chosenIds(layer) {
  const label = point()?.labels[layer];
  return new Set(label ? [label.id, label.head?.id, label.tail?.id].filter(Boolean) : []);
}

function drawSheet() {
  const sheet = byId("sheet");
  const top = sheet.scrollTop;
  const gold = { layer: "gold so far", mentions: table.mentions, relations: table.relations };
  const sides = [...table.sides, gold];
  sheet.style.setProperty("--columns", String(sides.length));
  const asked = point();
  const here = asked ? [asked.start, asked.end - 1].map((at) => reading.paragraph({ start: at })) : [];
  const open = new Set(table.points.flatMap((/** @type {Point} */ p) => [p.start, p.end - 1].map((at) => reading.paragraph({ start: at }))));
  const names = make("div", { class: "columns column-names", "aria-hidden": "true" }, ...sides.map((side) =>
    make("div", {}, side.layer, ...(table.unfinished.includes(side.layer) ? [make("small", { class: "warn", text: "not finished" })] : []))));
  /** @type {(() => void)[]} */
  const finish = [];
  const rows = reading.spans.map((_, index) => {
    const same = !open.has(index);
    const shown = same ? [gold] : sides;
    const cells = shown.map((side) => {
      const ids = side === gold ? goldIds() : chosenIds(side.layer);
      const drawn = reading.draw(index, side, ids);
      finish.push(drawn.finish);
      return make("div", { class: side === gold && !same ? "cell gold" : "cell", "data-layer": same ? "all agree" : side.layer }, drawn.box);
    });
    const classes = ["columns", "row", same ? "same" : "", here.includes(index) ? "here" : ""].filter(Boolean).join(" ");
    return make("div", { class: classes, "data-paragraph": String(index) }, ...cells);
  });
  sheet.replaceChildren(names, ...rows);
  for (const each of finish) each();
  showPlaces(sheet);
  sheet.scrollTop = top;
  const row = here.length ? sheet.querySelector(`.row[data-paragraph="${here[0]}"]`) : null;
  const mark = row?.querySelector("mark.selected") ?? row;
  if (mark) mark.scrollIntoView({ block: "center" });
}

/** Underlines what the question is about in every column, also where a layer has no mark. @param {HTMLElement} sheet */
function showPlaces(sheet) {
  if (!("highlights" in CSS)) return;
  const labels = Object.values(point()?.labels ?? {});
  const places = labels.flatMap((label) => (label.head ? [label.head, label.tail] : [label]));
  const units = places.map((p) => ({ start: reading.offsets.toUnits(p.start), end: reading.offsets.toUnits(p.end) }));
  const words = /** @type {HTMLElement[]} */ ([...sheet.querySelectorAll(".row.here .words")]);
  const ranges = words.flatMap((element) => {
    const index = Number(/** @type {HTMLElement} */ (element.closest(".row")).dataset.paragraph);
    const span = reading.spans[index];
    return units.filter((u) => u.start >= span.start && u.end <= span.end).map((u) => rangeOf(element, u));
  });
  CSS.highlights.set("asked", new Highlight(...ranges.filter((range) => range !== null)));
}

/** Gold labels where the question is, so that one sees what has been decided. @returns {Set<string>} */
function goldIds() {
  const decision = point()?.decision;
  if (!decision || point()?.target !== "mention") return new Set();
  const labels = decision.other ? [decision.other] : decision.take.map((name) => point()?.labels[name]).filter(Boolean);
  const found = table.mentions.filter((/** @type {any} */ m) => labels.some((l) => l.start === m.start && l.end === m.end && l.type === m.type));
  return new Set(found.map((/** @type {any} */ m) => m.id));
}

function drawQuestion() {
  const box = byId("question");
  box.hidden = false;
  const asked = point();
  if (!asked) {
    box.replaceChildren(...finished());
    return;
  }
  const points = ordered();
  const number = points.indexOf(asked) + 1;
  const decision = asked.decision;
  const takes = (/** @type {string[]} */ names) => decision !== null && !decision.other && names.length === decision.take.length && names.every((n) => decision.take.includes(n));
  const buttons = layers.map((name, n) => answer(String(n + 1), said(asked.labels[name]), name, takes([name]), () => decide([name])));
  const having = layers.filter((name) => asked.labels[name]);
  if (having.length > 1) buttons.push(answer("b", [layers.length > 2 ? "all" : "both"], "", takes(layers), () => decide(layers)));
  buttons.push(answer("n", ["neither"], "", takes([]), () => decide([])));
  buttons.push(answer("o", ["something else …"], decision?.other ? "now" : "", Boolean(decision?.other), correct));
  box.replaceChildren(
    make("h2", {}, make("span", { text: `${asked.target === "mention" ? "Mention" : "Relation"} ${number} of ${points.length}` }),
      make("small", { text: decision ? "decided; another answer replaces it" : kindOf(asked) })),
    make("div", { class: "choices", role: "group", "aria-label": "Answers" }, ...buttons),
    make("p", { class: "hints" }, ...hint("↓ ↑", "other questions"), ...hint("u", "undo"), ...hint("⏎", "next that is open"), ...hint("m r", "mentions or relations first")),
    ...fallen(),
  );
}

/** @param {string} key @param {(Node | string)[]} label @param {string} whom @param {boolean} pressed @param {() => void} act */
function answer(key, label, whom, pressed, act) {
  return make("button", { type: "button", "data-key": key, "aria-pressed": String(pressed), onclick: act },
    make("kbd", { text: key }), ...(whom ? [make("span", { class: "whom", text: `${whom}:` })] : []), make("span", { class: "label" }, ...label));
}

/** @param {string} keys @param {string} text */
const hint = (keys, text) => [make("span", {}, ...keys.split(" ").flatMap((key) => [make("kbd", { text: key }), " "]), text)];

/** What a layer says, in the colours of its types. @param {any} label @returns {(Node | string)[]} */
function said(label) {
  if (!label) return ["nothing here"];
  if (!label.head) return [make("span", { class: `type ${reading.marks.get(label.type) ?? "c8"}`, text: label.type }), " ", make("bdi", { text: short(reading.words(label), 70) })];
  const arrow = /** @type {any} */ (reading.arrows.get(label.type))?.symmetric ? "↔" : "→";
  return [end(label.head), ` ${label.type} ${arrow} `, end(label.tail)];
}

/** @param {any} mention */
const end = (mention) => make("bdi", { class: `end ${reading.marks.get(mention.type) ?? "c8"}`, text: short(reading.words(mention), 34) });

/** @param {Point} asked In what the layers differ. */
function kindOf(asked) {
  const labels = layers.map((name) => asked.labels[name]).filter(Boolean);
  if (labels.length < layers.length) return `${labels.length} of ${layers.length} layers have it`;
  const differ = (/** @type {(label: any) => string} */ of) => new Set(labels.map(of)).size > 1;
  const parts = [];
  if (differ((l) => l.type)) parts.push("another type");
  if (asked.target === "mention" && differ((l) => `${l.start} ${l.end}`)) parts.push("another extent");
  if (asked.target === "relation") {
    const pair = (/** @type {any} */ l) => [l.head.start, l.tail.start].sort((a, b) => a - b).join(" ");
    if (differ(pair) || differ((l) => `${l.head.type} ${l.tail.type}`)) parts.push("other ends");
    else if (differ((l) => l.head.start)) parts.push("the other way round");
  }
  return parts.join(", ");
}

function finished() {
  const waits = table.unfinished.length ? `${table.unfinished.join(" and ")} not finished, so gold stays unfinished.` : "";
  const text = table.points.length ? "Everything here is decided." : "The layers agree on all of this text.";
  const stand = table.written ? "It is in gold." : "It is not in gold yet.";
  const open = documents.find((d) => d.open && d.id !== table.id);
  return [
    make("div", { class: "finished" }, make("p", { text: [text, stand, waits].filter(Boolean).join(" ") }),
      ...(table.written ? [] : [make("button", { type: "button", id: "write", text: "Write gold", onclick: () => void write(false) })]),
      ...(open ? [make("button", { type: "button", class: "main", id: "next", onclick: () => void go(open.id) }, "Next text ", make("kbd", { text: "⏎" }))] : [])),
    ...fallen(),
  ];
}

/** Relations that were wanted and cannot stand. */
function fallen() {
  if (!table.fallen.length) return [];
  return [make("details", {}, make("summary", { class: "how", text: `${table.fallen.length} relations cannot stand` }),
    make("ul", { class: "fallen" }, ...table.fallen.map((/** @type {any} */ f) =>
      make("li", {}, ...said(f.label), ` (${f.layers.join(", ") || "own"}): ${f.reason}`))))];
}

/** @param {string[]} names Takes the labels of these layers. */
function decide(names) {
  const asked = point();
  if (!asked) return;
  const decisions = [{ difference: asked.id, take: names }];
  // By relation, an arrow brings its ends: whose arrow is taken, whose ends are.
  if (first === "relation" && asked.target === "relation" && names.length === 1 && asked.labels[names[0]]) {
    const label = asked.labels[names[0]];
    for (const each of /** @type {Point[]} */ (table.points)) {
      const mark = each.target === "mention" && !each.decision ? each.labels[names[0]] : null;
      if (mark && (mark.id === label.head.id || mark.id === label.tail.id)) decisions.unshift({ difference: each.id, take: names });
    }
  }
  void send({ decisions });
}

function correct() {
  const asked = point();
  if (!asked) return;
  own?.close();
  const start = asked.decision?.other ?? layers.map((name) => asked.labels[name]).find(Boolean);
  own = new OwnLabel({ reading, schema: session.schema, label: start, sheet: byId("sheet"), sides: table.sides },
    (label) => void send({ decisions: [{ difference: asked.id, take: [], other: label }] }),
    () => { own = null; byId("sheet").focus({ preventScroll: true }); });
  byId("question").append(own.element);
  own.element.scrollIntoView({ block: "nearest" });
}

/** @param {Record<string, unknown>} what Sends a step; what it comes to is shown when it is on disk. */
async function send(what) {
  if (busy) return;
  busy = true;
  warn("");
  const before = current;
  try {
    table = await post(documentPath("adjudication/document", table.id), { layers, version: table.version, ...what });
    current = "decisions" in what ? following(before) : changed();
    show();
    if (!table.points.some((/** @type {Point} */ p) => !p.decision) || what.do) void list();
  } catch (error) {
    warn(messageOf(error));
    if (error instanceof ApiError && error.body.stale) await openDocument(table.id);
  } finally {
    busy = false;
  }
}

/** The next open point after one, else the first open one. @param {string} id */
function following(id) {
  const points = ordered();
  const at = points.findIndex((p) => p.id === id);
  return [...points.slice(at + 1), ...points.slice(0, Math.max(at, 0))].find((p) => !p.decision)?.id ?? "";
}

/** After an undo: the point that is open again. */
const changed = () => ordered().find((p) => !p.decision)?.id ?? "";

/** @param {boolean} overwrite */
async function write(overwrite) {
  warn("");
  try {
    table = await post(documentPath("adjudication/write", table.id), { layers, overwrite: overwrite ? [table.id] : [] });
    show();
    await list();
  } catch (error) {
    const again = error instanceof ApiError && error.status === 409 && !overwrite;
    warn(messageOf(error), ...(again ? [make("button", { type: "button", id: "overwrite", text: "Overwrite gold", onclick: () => void write(true) })] : []));
  }
}

/** @param {string} text @param {...Node} more */
function warn(text, ...more) {
  const banner = byId("banner");
  banner.hidden = !text;
  banner.replaceChildren(make("p", { text }), ...more);
}

/** @param {string} text @param {boolean} [wrong] Instead of a document. */
function say(text, wrong = false) {
  byId("sheet").replaceChildren(make("p", { class: wrong ? "empty content warn" : "empty content", role: wrong ? "alert" : "status", text }));
  byId("question").hidden = true;
}

/** @param {string} id */
const go = (id) => openDocument(id).catch((error) => say(messageOf(error), true));

/** @param {number} step */
function move(step) {
  const points = ordered();
  if (!points.length) return;
  const at = points.findIndex((p) => p.id === current);
  current = points[(at < 0 ? (step > 0 ? 0 : points.length - 1) : at + step + points.length) % points.length].id;
  show();
}

/** @param {"mention" | "relation"} wanted */
function turnOrder(wanted) {
  first = wanted;
  current = changed();
  show();
}

/** @param {KeyboardEvent} event @returns {boolean} whether the key meant something */
function press(event) {
  const key = event.key;
  const undo = (event.ctrlKey || event.metaKey) && key.toLowerCase() === "z";
  if (undo || (key.toLowerCase() === "u" && !event.ctrlKey && !event.metaKey)) {
    void send({ do: event.shiftKey ? "redo" : "undo" });
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key];
  if (step) {
    move(step);
    return true;
  }
  if (key === "m" || key === "r") {
    turnOrder(key === "m" ? "mention" : "relation");
    return true;
  }
  if (key === "Enter") {
    if (current) {
      current = following(current) || current;
      show();
    } else byId("question").querySelector("#next")?.dispatchEvent(new MouseEvent("click"));
    return true;
  }
  const button = byId("question").querySelector(`button[data-key="${CSS.escape(key.toLowerCase())}"]`);
  button?.dispatchEvent(new MouseEvent("click"));
  return button !== null;
}

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (!table || event.isComposing || target.closest("input, select, textarea")) return;
  if (own) {
    if (own.press(event)) event.preventDefault();
    return;
  }
  // A button under the focus is pressed by Enter and space, as everywhere.
  if (event.key === "Enter" && target.closest("button, a, summary")) return;
  if (press(event)) event.preventDefault();
});
byId("document").addEventListener("change", (event) => void go(/** @type {HTMLSelectElement} */ (event.target).value));
byId("undo").addEventListener("click", () => void send({ do: "undo" }));
byId("redo").addEventListener("click", () => void send({ do: "redo" }));
byId("by-mention").addEventListener("click", () => turnOrder("mention"));
byId("by-relation").addEventListener("click", () => turnOrder("relation"));
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width || !table) return;
  width = innerWidth;
  if (!own) drawSheet();
});

start().catch((error) => say(messageOf(error), true));
