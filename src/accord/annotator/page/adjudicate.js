/**
 * Adjudication: the layers side by side on one text, and one question after another, each answered
 * by one key. An answer counts once the server says that it is on disk.
 */
import { ApiError, documentPath, get, getSession, messageOf, post, query } from "./api.js";
import { byId, make } from "./dom.js";
import { OwnLabel } from "./own.js";
import { answer, ends, hint, kindOf, said } from "./question.js";
import { Reading } from "./reading.js";
import { rangeOf } from "./text.js";
let session;
/** Names of the layers on the table. */
let layers = [];
/** The rows of the list of documents. */
let documents = [];
/** The document as the server sent it; null before the first. */
let opened = null;
let reading;
/** Which points come first. */
let first = "mention";
/** The point that is asked about, by its id; empty when none is. */
let current = "";
let own = null;
let busy = false;
/** The document that is open. */
function table() {
    if (!opened)
        throw new Error("no document is open");
    return opened;
}
async function start() {
    session = await getSession();
    const asked = new URLSearchParams(location.search);
    const { all } = await get("/api/adjudication");
    const wanted = (asked.get("layers") ?? "").split(",").filter((name) => all.includes(name));
    layers = wanted.length >= 2 ? wanted : all.slice(0, 2);
    byId("layers").append(...all.map((name) => make("label", {}, make("input", { type: "checkbox", value: name, checked: layers.includes(name), onchange: chooseLayers }), name)));
    if (all.length < 2) {
        say("Adjudication needs two people's labels of the same texts, each in a layer of its own.");
        return;
    }
    await openLayers(asked.get("document") ?? "");
}
function chooseLayers() {
    const boxes = [...byId("layers").querySelectorAll("input")];
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    if (chosen.length < 2) {
        say("Choose two or more layers.");
        return;
    }
    layers = chosen;
    openLayers(opened?.id ?? "").catch((error) => say(messageOf(error), true));
}
/** @param wanted a document to open, if it is among theirs */
async function openLayers(wanted) {
    say("Comparing …");
    byId("agreement").setAttribute("href", `/agreement${query({ first: layers[0], second: layers[1] })}`);
    await list();
    const next = documents.find((d) => d.id === wanted) ?? documents.find((d) => d.open) ?? documents[0];
    if (!next) {
        say(`No document is labelled by all of ${layers.join(", ")}.`);
        return;
    }
    await openDocument(next.id);
}
async function list() {
    documents = (await get(`/api/adjudication${query({ layers: layers.join(",") })}`)).documents;
    const select = byId("document", HTMLSelectElement);
    select.replaceChildren(...documents.map((d) => make("option", { value: d.id, text: `${sign(d)} ${d.title ?? d.id}` })));
    if (opened)
        select.value = opened.id;
}
function sign(d) {
    if (d.problem)
        return "!";
    if (d.written)
        return "●";
    return d.open === 0 ? "◐" : `○ ${d.open}`;
}
async function openDocument(id) {
    opened = await get(`${documentPath("adjudication/document", id)}${query({ layers: layers.join(",") })}`);
    history.replaceState(null, "", query({ layers: layers.join(","), document: id }));
    byId("document", HTMLSelectElement).value = id;
    reading = new Reading(table().text, session.schema);
    current = ordered().find((point) => !point.decision)?.id ?? "";
    show();
}
/** @returns in the order in which they are asked */
function ordered() {
    const { points } = table();
    return first === "mention" ? points : [...points].sort((a, b) => Number(a.target === "mention") - Number(b.target === "mention"));
}
const point = () => opened?.points.find((p) => p.id === current);
function show() {
    own?.close();
    own = null;
    drawSheet();
    drawQuestion();
    const open = table().points.filter((p) => !p.decision).length;
    byId("meter").textContent = table().points.length ? `${table().points.length - open} of ${table().points.length} decided` : "nothing to decide";
    byId("undo", HTMLButtonElement).disabled = !table().undo;
    byId("redo", HTMLButtonElement).disabled = !table().redo;
    for (const name of ["mention", "relation"])
        byId(`by-${name}`).setAttribute("aria-pressed", String(first === name));
}
/** The marks and arrows of a layer that the question is about. */
function chosenIds(layer) {
    const label = point()?.labels[layer];
    return new Set(label ? [label, ...ends(label)].map((each) => each.id) : []);
}
function drawSheet() {
    const sheet = byId("sheet");
    const top = sheet.scrollTop;
    const gold = { layer: "gold so far", mentions: table().mentions, relations: table().relations };
    const sides = [...table().sides, gold];
    sheet.style.setProperty("--columns", String(sides.length));
    const asked = point();
    const here = asked ? [asked.start, asked.end - 1].map((at) => reading.paragraph({ start: at })) : [];
    const open = new Set(table().points.flatMap((p) => [p.start, p.end - 1].map((at) => reading.paragraph({ start: at }))));
    const names = make("div", { class: "columns column-names", "aria-hidden": "true" }, ...sides.map((side) => make("div", {}, side.layer, ...(table().unfinished.includes(side.layer) ? [make("small", { class: "warn", text: "not finished" })] : []))));
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
    for (const each of finish)
        each();
    showPlaces(sheet);
    sheet.scrollTop = top;
    const row = here.length ? sheet.querySelector(`.row[data-paragraph="${here[0]}"]`) : null;
    const mark = row?.querySelector("mark.selected") ?? row;
    if (mark)
        mark.scrollIntoView({ block: "center" });
}
/** Underlines what the question is about in every column, also where a layer has no mark. */
function showPlaces(sheet) {
    if (!("highlights" in CSS))
        return;
    const labels = Object.values(point()?.labels ?? {});
    const places = labels.flatMap((label) => ("head" in label ? ends(label) : [label]));
    const units = places.map((p) => ({ start: reading.offsets.toUnits(p.start), end: reading.offsets.toUnits(p.end) }));
    const words = [...sheet.querySelectorAll(".row.here .words")];
    const ranges = words.flatMap((element) => {
        const span = reading.spans[Number(element.closest(".row")?.dataset.paragraph)];
        if (!span)
            return [];
        return units.filter((u) => u.start >= span.start && u.end <= span.end).map((u) => rangeOf(element, u));
    });
    CSS.highlights.set("asked", new Highlight(...ranges.filter((range) => range !== null)));
}
/** Gold labels where the question is, so that one sees what has been decided. */
function goldIds() {
    const decision = point()?.decision;
    if (!decision || point()?.target !== "mention")
        return new Set();
    const labels = decision.other ? [decision.other] : decision.take.map((name) => point()?.labels[name]);
    const says = (label, m) => label !== undefined && "start" in label && label.start === m.start && label.end === m.end && label.type === m.type;
    const found = table().mentions.filter((m) => labels.some((label) => says(label, m)));
    return new Set(found.map((m) => m.id));
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
    const takes = (names) => decision !== null && !decision.other && names.length === decision.take.length && names.every((n) => decision.take.includes(n));
    const buttons = layers.map((name, n) => answer(String(n + 1), said(asked.labels[name], reading), name, takes([name]), () => decide([name])));
    const having = layers.filter((name) => asked.labels[name]);
    if (having.length > 1)
        buttons.push(answer("b", [layers.length > 2 ? "all" : "both"], "", takes(layers), () => decide(layers)));
    buttons.push(answer("n", ["neither"], "", takes([]), () => decide([])));
    buttons.push(answer("o", ["something else …"], decision?.other ? "now" : "", Boolean(decision?.other), correct));
    box.replaceChildren(make("h2", {}, make("span", { text: `${asked.target === "mention" ? "Mention" : "Relation"} ${number} of ${points.length}` }), make("small", { text: decision ? "decided; another answer replaces it" : kindOf(asked, layers) })), make("div", { class: "choices", role: "group", "aria-label": "Answers" }, ...buttons), make("p", { class: "hints" }, ...hint("↓ ↑", "other questions"), ...hint("u", "undo"), ...hint("⏎", "next that is open"), ...hint("m r", "mentions or relations first")), ...fallen());
}
function finished() {
    const waits = table().unfinished.length ? `${table().unfinished.join(" and ")} not finished, so gold stays unfinished.` : "";
    const text = table().points.length ? "Everything here is decided." : "The layers agree on all of this text.";
    const stand = table().written ? "It is in gold." : "It is not in gold yet.";
    const open = documents.find((d) => d.open && d.id !== table().id);
    return [
        make("div", { class: "finished" }, make("p", { text: [text, stand, waits].filter(Boolean).join(" ") }), ...(table().written ? [] : [make("button", { type: "button", id: "write", text: "Write gold", onclick: () => void write(false) })]), ...(open ? [make("button", { type: "button", class: "main", id: "next", onclick: () => void go(open.id) }, "Next text ", make("kbd", { text: "⏎" }))] : [])),
        ...fallen(),
    ];
}
/** Relations that were wanted and cannot stand. */
function fallen() {
    if (!table().fallen.length)
        return [];
    return [make("details", {}, make("summary", { class: "how", text: `${table().fallen.length} relations cannot stand` }), make("ul", { class: "fallen" }, ...table().fallen.map((f) => make("li", {}, ...said(f.label, reading), ` (${f.layers.join(", ") || "own"}): ${f.reason}`))))];
}
/** Takes the labels of these layers. */
function decide(names) {
    const asked = point();
    if (!asked)
        return;
    const decisions = [{ difference: asked.id, take: names }];
    // By relation, an arrow brings its ends: whose arrow is taken, whose ends are.
    const [name, ...further] = names;
    const arrow = name !== undefined && !further.length ? asked.labels[name] : undefined;
    if (first === "relation" && name !== undefined && arrow) {
        const taken = ends(arrow).map((mark) => mark.id);
        for (const each of table().points) {
            const mark = each.target === "mention" && !each.decision ? each.labels[name] : undefined;
            if (mark && taken.includes(mark.id))
                decisions.unshift({ difference: each.id, take: names });
        }
    }
    void send({ decisions });
}
function correct() {
    const asked = point();
    if (!asked)
        return;
    own?.close();
    const start = asked.decision?.other ?? layers.map((name) => asked.labels[name]).find((label) => label !== undefined);
    if (!start)
        return;
    own = new OwnLabel({ reading, schema: session.schema, label: start, sheet: byId("sheet"), sides: table().sides }, (label) => void send({ decisions: [{ difference: asked.id, take: [], other: label }] }), () => { own = null; byId("sheet").focus({ preventScroll: true }); });
    byId("question").append(own.element);
    own.element.scrollIntoView({ block: "nearest" });
}
/** Sends a step; what it comes to is shown when it is on disk. */
async function send(what) {
    if (busy)
        return;
    busy = true;
    warn("");
    const before = current;
    try {
        opened = await post(documentPath("adjudication/document", table().id), { layers, version: table().version, ...what });
        current = "decisions" in what ? following(before) : changed();
        show();
        if (!table().points.some((p) => !p.decision) || what.do)
            void list();
    }
    catch (error) {
        warn(messageOf(error));
        if (error instanceof ApiError && error.body.stale)
            await openDocument(table().id);
    }
    finally {
        busy = false;
    }
}
/** The next open point after one, else the first open one. */
function following(id) {
    const points = ordered();
    const at = points.findIndex((p) => p.id === id);
    return [...points.slice(at + 1), ...points.slice(0, Math.max(at, 0))].find((p) => !p.decision)?.id ?? "";
}
/** After an undo: the point that is open again. */
const changed = () => ordered().find((p) => !p.decision)?.id ?? "";
async function write(overwrite) {
    warn("");
    try {
        opened = await post(documentPath("adjudication/write", table().id), { layers, overwrite: overwrite ? [table().id] : [] });
        show();
        await list();
    }
    catch (error) {
        const again = error instanceof ApiError && error.status === 409 && !overwrite;
        warn(messageOf(error), ...(again ? [make("button", { type: "button", id: "overwrite", text: "Overwrite gold", onclick: () => void write(true) })] : []));
    }
}
function warn(text, ...more) {
    const banner = byId("banner");
    banner.hidden = !text;
    banner.replaceChildren(make("p", { text }), ...more);
}
/** Says something instead of a document. */
function say(text, wrong = false) {
    byId("sheet").replaceChildren(make("p", { class: wrong ? "empty content warn" : "empty content", role: wrong ? "alert" : "status", text }));
    byId("question").hidden = true;
}
const go = (id) => openDocument(id).catch((error) => say(messageOf(error), true));
function move(step) {
    const points = ordered();
    if (!points.length)
        return;
    const at = points.findIndex((p) => p.id === current);
    const next = at < 0 ? (step > 0 ? 0 : points.length - 1) : at + step + points.length;
    current = points[next % points.length]?.id ?? "";
    show();
}
function turnOrder(wanted) {
    first = wanted;
    current = changed();
    show();
}
/** @returns whether the key meant something */
function press(event) {
    const key = event.key;
    const undo = (event.ctrlKey || event.metaKey) && key.toLowerCase() === "z";
    if (undo || (key.toLowerCase() === "u" && !event.ctrlKey && !event.metaKey)) {
        void send({ do: event.shiftKey ? "redo" : "undo" });
        return true;
    }
    if (event.ctrlKey || event.metaKey || event.altKey)
        return false;
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
        }
        else
            byId("question").querySelector("#next")?.dispatchEvent(new MouseEvent("click"));
        return true;
    }
    const button = byId("question").querySelector(`button[data-key="${CSS.escape(key.toLowerCase())}"]`);
    button?.dispatchEvent(new MouseEvent("click"));
    return button !== null;
}
document.addEventListener("keydown", (event) => {
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (!opened || event.isComposing || target.closest("input, select, textarea"))
        return;
    if (own) {
        if (own.press(event))
            event.preventDefault();
        return;
    }
    // A button under the focus is pressed by Enter and space, as everywhere.
    if (event.key === "Enter" && target.closest("button, a, summary"))
        return;
    if (press(event))
        event.preventDefault();
});
byId("document").addEventListener("change", () => void go(byId("document", HTMLSelectElement).value));
byId("undo").addEventListener("click", () => void send({ do: "undo" }));
byId("redo").addEventListener("click", () => void send({ do: "redo" }));
byId("by-mention").addEventListener("click", () => turnOrder("mention"));
byId("by-relation").addEventListener("click", () => turnOrder("relation"));
let width = innerWidth;
addEventListener("resize", () => {
    if (innerWidth === width || !opened)
        return;
    width = innerWidth;
    if (!own)
        drawSheet();
});
start().catch((error) => say(messageOf(error), true));
