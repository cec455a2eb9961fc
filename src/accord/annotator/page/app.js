/** Starts the labelling page and ties its parts together. */
import { ApiError, NoAnswer, WINDOW, documentPath, get, getSession, listen, messageOf, post, query } from "./api.js";
import { drawBanner, drawSaved } from "./banner.js";
import { commandTable, menuActs } from "./commands.js";
import { Desk } from "./desk.js";
import { askNote, askThreshold, dialog, openDialog } from "./dialogs.js";
import { byId, make, setText } from "./dom.js";
import { belongsToField, bindings, keyElement, keyName, keyText } from "./keys.js";
import { selectedMark } from "./labelling.js";
import { Menu } from "./menu.js";
import { Mouse } from "./mouse.js";
import { STATUS, openPalette } from "./palette.js";
import { Pane } from "./pane.js";
import { readSchema, short } from "./rules.js";
import { Side } from "./side.js";
/** How long after a change of the list by another window it is asked for again, in milliseconds. */
const LIST_PAUSE = 2000;
void start();
async function start() {
    let session;
    try {
        session = await getSession();
    }
    catch (error) {
        failed(error);
        return;
    }
    const desk = new Desk(session, { mentions: [], relations: [] });
    const drafts = new Map();
    const text = byId("text");
    const focusText = () => text.focus({ preventScroll: true });
    const menu = new Menu(byId("menu"), () => placeOfSelection(), focusText);
    const side = new Side(desk, {
        acceptAbove: () => askThreshold(desk),
        note: (id) => askNote(desk, drafts, id),
        renewed: () => void refreshDocument(),
    });
    const visited = [];
    const refreshList = async () => {
        const { documents, progress } = await get("/api/documents");
        desk.documents = documents;
        desk.progress = progress;
        drawProgress();
        desk.tell("listed");
    };
    const palette = () => openPalette(desk, refreshList);
    const go = async (step) => {
        const here = desk.doc?.id;
        if (step === -1) {
            const at = visited.lastIndexOf(here ?? "");
            const index = desk.documents.findIndex((d) => d.id === here);
            const before = visited[at - 1] ?? desk.documents[index - 1]?.id;
            if (before)
                await desk.open(before);
            else
                desk.say("This is the first document.");
            return;
        }
        const at = visited.indexOf(here ?? "");
        const again = at >= 0 ? visited[at + 1] : undefined;
        if (again) {
            await desk.open(again);
            return;
        }
        try {
            const next = await get(`/api/next${query({ order: desk.order, after: here })}`);
            if (next.document)
                await desk.open(next.document);
            desk.say(next.document ? next.why : `Nothing is left to label. ${next.why ?? ""}`);
        }
        catch (error) {
            desk.say(messageOf(error), "warn");
        }
    };
    const written = async (overwrite = []) => {
        try {
            const { written: files, conflicts } = await post("/api/export", { document: null, ...(overwrite.length ? { overwrite } : {}) });
            desk.say(`Wrote ${files.length} .ann file${files.length === 1 ? "" : "s"}.`);
            if (conflicts.length)
                askOverwrite(conflicts, written);
        }
        catch (error) {
            desk.say(messageOf(error), "warn");
        }
    };
    // The keys of commands are taken first, then the types get theirs.
    const pane = new Pane(desk, text);
    const parts = { desk, pane, menu, side, drafts, palette, go, written: () => written() };
    const taken = new Set(commandTable(parts).flatMap((command) => command.keys));
    desk.schema = readSchema(session.schema, taken);
    const commands = commandTable(parts);
    const bound = bindings(commands);
    new Mouse(desk, pane, menu, menuActs(parts));
    drawTypes(desk, commands);
    document.title = `Accord – ${session.layer}`;
    function placeOfSelection() {
        const { selection } = desk;
        if (!selection)
            return null;
        pane.now();
        const query_ = selection.kind === "relation" ? `[data-relation="${CSS.escape(selection.id)}"] text, [data-relation="${CSS.escape(selection.id)}"]` : ".cursor";
        return text.querySelector(query_)?.getBoundingClientRect() ?? null;
    }
    function drawProgress() {
        const { complete, total } = desk.progress;
        setText("progress-text", `${complete} / ${total}`);
        byId("progress-done").style.width = `${total ? (100 * complete) / total : 0}%`;
        byId("progress").title = `${complete} of ${total} documents are complete`;
    }
    function drawBar() {
        const doc = desk.doc;
        if (!doc)
            return;
        setText("title", doc.title);
        byId("open").title = `${doc.id} (${STATUS[doc.status][1]}) – documents and search: /`;
        for (const status of ["complete", "discuss"])
            byId(status).setAttribute("aria-pressed", String(doc.status === status));
        for (const what of ["undo", "redo"]) {
            const button = byId(what, HTMLButtonElement);
            button.disabled = !doc[what] && !desk.outbox?.batches.length;
            button.title = doc[what] ? `${what === "undo" ? "Undo" : "Redo"}: ${doc[what]}` : "";
        }
        drawSaved(desk);
        drawBanner(desk, connected);
    }
    function drawSelection() {
        const { selection } = desk;
        const mark = selectedMark(desk);
        for (const button of byId("types").querySelectorAll("button")) {
            const own = selection?.kind !== "relation" && mark && mark.start === selection?.start && mark.end === selection.end;
            button.setAttribute("aria-pressed", String(Boolean(own) && button.dataset.type === mark?.type));
        }
        side.mark();
        setText("mode", desk.mode?.name ?? { words: "Words", mark: "Mark", relation: "Relation", none: "Text" }[selection?.kind ?? "none"]);
        byId("mode").classList.toggle("special", desk.mode !== null);
        const now = desk.mode ? [] : keysNow(desk);
        const keys = byId("keys-now");
        const said = desk.mode?.help ?? now.join(" ");
        if (keys.dataset.said === said)
            return;
        keys.dataset.said = said;
        keys.replaceChildren(...(desk.mode ? [desk.mode.help] : now.flatMap(([key, label]) => [keyElement(key), ` ${label} `])));
    }
    let connected = true;
    desk.hear("opened", () => {
        const id = desk.doc?.id ?? "";
        if (!visited.includes(id))
            visited.push(id);
        history.replaceState(null, "", `#${encodeURIComponent(id)}`);
        menu.close();
        pane.build();
        drawBar();
        focusText();
    });
    pane.drawn = (due) => {
        if (due.has("labels"))
            side.draw();
        drawSelection();
    };
    desk.hear("changed", () => {
        drawBar();
        pane.soon("labels");
    });
    desk.hear("moved", ({ scroll }) => {
        if (menu.isOpen && !menu.shown?.focus)
            menu.close();
        pane.soon(scroll ? "reveal" : "selection");
        if (!desk.mode)
            sayWhere(desk);
    });
    desk.hear("elsewhere", drawBar);
    desk.hear("overwrite", (id) => void written([id]).then(refreshDocument));
    desk.hear("mode", drawSelection);
    desk.hear("hovered", (id) => pane.hover(id));
    desk.hear("said", ({ text: said, tone }) => {
        byId("line").className = `say ${tone}`;
        byId("line").textContent = said;
    });
    desk.hear("unopened", ({ id, error }) => {
        const { message, hint } = error instanceof ApiError || error instanceof NoAnswer ? error : { message: String(error), hint: "" };
        openDialog("note-dialog", `${id} cannot be opened`, make("p", { text: message }), make("p", { class: "how", text: hint }), make("div", { class: "acts" }, make("button", { type: "button", class: "main", text: "Documents", onclick: palette })));
    });
    document.addEventListener("keydown", (event) => {
        const name = keyName(event);
        if (!name || dialog().open || belongsToField(event.target, name))
            return;
        if (menu.isOpen && name === "Escape") {
            menu.cancel();
            event.preventDefault();
            return;
        }
        if (desk.mode?.key(name)) {
            event.preventDefault();
            return;
        }
        const command = bound.get(name);
        if (!command)
            return;
        event.preventDefault();
        if (menu.isOpen)
            menu.close();
        command.run();
    });
    document.addEventListener("click", (event) => {
        const button = event.target instanceof Element ? event.target.closest("[data-command]") : null;
        const id = button?.getAttribute("data-command");
        const command = commands.find((each) => each.id === id);
        if (!command)
            return;
        command.run();
        // The next key is for the text again, not for the button.
        if (!dialog().open && !menu.isOpen)
            focusText();
    });
    byId("open").addEventListener("click", palette);
    byId("more").addEventListener("click", () => moreMenu(desk, menu, commands, side));
    byId("side-toggle").addEventListener("click", () => {
        const open = document.body.classList.toggle("side-open");
        byId("side-toggle").setAttribute("aria-expanded", String(open));
    });
    dialog().addEventListener("close", focusText);
    text.addEventListener("scroll", () => desk.mode?.redraw?.(), { passive: true });
    window.addEventListener("beforeunload", (event) => {
        if ([...desk.outboxes.values()].some((outbox) => outbox.batches.length))
            event.preventDefault();
    });
    let listTimer;
    listen((event) => {
        if (event.training)
            desk.tell("training", event.training);
        // What the page was given before held only the ids of texts that were not read yet.
        if (event.documents)
            void refreshList().catch(() => { });
        if (!event.document)
            return;
        clearTimeout(listTimer);
        listTimer = setTimeout(() => void refreshList().catch(() => { }), LIST_PAUSE);
        if (event.document === desk.doc?.id && event.window !== WINDOW)
            void refreshDocument();
    }, (open) => {
        if (open && !connected) {
            void refreshDocument();
            void refreshList().catch(() => { });
            for (const outbox of desk.outboxes.values())
                outbox.retry();
        }
        connected = open;
        drawBar();
    });
    async function refreshDocument() {
        const id = desk.doc?.id;
        if (!id || desk.outbox?.batches.length)
            return;
        try {
            const answer = await get(documentPath("document", id));
            if (desk.doc?.id === id)
                desk.outbox?.refresh(answer);
        }
        catch (error) {
            if (!(error instanceof NoAnswer))
                desk.say(messageOf(error), "warn");
        }
    }
    window.addEventListener("hashchange", () => {
        const { id, place } = addressed();
        if (desk.documents.some((d) => d.id === id))
            void desk.open(id, place);
    });
    void side.model.ask();
    try {
        await refreshList();
        const { id: wanted, place } = addressed();
        const known = desk.documents.some((d) => d.id === wanted);
        const first = known ? wanted : (await get(`/api/next${query({ order: desk.order })}`)).document ?? desk.documents[0]?.id;
        if (first)
            await desk.open(first, known ? place : undefined);
        else
            text.replaceChildren(make("p", { class: "empty", text: "The corpus holds no documents. `accord ingest` brings texts in." }));
    }
    catch (error) {
        failed(error);
    }
    if (!desk.doc)
        return;
    drawSelection();
}
/**
 * The document that the page's address names, and the place in it: `#ID` or `#ID@START-END`.
 * @returns offsets in code points
 */
function addressed() {
    const [, name, start, end] = /^#?(.*?)(?:@(\d+)-(\d+))?$/.exec(location.hash) ?? [];
    const place = start ? { start: Number(start), end: Number(end) } : undefined;
    try {
        return { id: decodeURIComponent(name ?? ""), place };
    }
    catch {
        return { id: "" };
    }
}
/** Nothing could be loaded. */
function failed(error) {
    const box = make("div", { class: "empty" }, make("p", { text: messageOf(error) }), make("button", { type: "button", class: "main", text: "Try again", onclick: () => location.reload() }));
    byId("text").replaceChildren(box);
}
/** The types with their keys. */
function drawTypes(desk, commands) {
    byId("types").replaceChildren(...desk.schema.mentions.map((type) => {
        const button = make("button", { type: "button", class: `type ${type.colour}`, title: type.short, "data-type": type.type, "aria-pressed": "false" }, keyElement(type.key || "·"), make("span", { text: type.type }));
        button.addEventListener("click", () => {
            commands.find((command) => command.id === `mark ${type.type}`)?.run();
            byId("text").focus({ preventScroll: true });
        });
        return button;
    }));
}
/** Says what the cursor is on. */
function sayWhere(desk) {
    const { selection } = desk;
    if (!selection)
        return;
    if (selection.kind === "relation") {
        const relation = desk.relation(selection.id);
        if (relation)
            desk.say(desk.relationText(relation) + score(relation));
        return;
    }
    const said = `“${short(desk.textOf(selection), 90)}”`;
    const mark = selection.kind === "mark" ? desk.mark(selection.id) : undefined;
    if (!mark)
        return desk.say(said);
    const many = desk.doc?.relations.filter((r) => !r.ghost && (r.head === mark.id || r.tail === mark.id)).length ?? 0;
    desk.say(`${mark.type} ${said}${score(mark)}${many ? `, ${many} relation${many > 1 ? "s" : ""}` : ""}`);
}
const score = (label) => (label.ghost ? `, suggested with ${Math.round((label.score ?? 1) * 100)}%` : "");
/** The keys that matter most now. */
function keysNow(desk) {
    const { selection } = desk;
    if (!selection)
        return [["?", "keys"]];
    if (selection.kind === "relation") {
        return desk.relation(selection.id)?.ghost
            ? [["a", "accept"], ["x", "reject"], ["Enter", "correct"]]
            : [["Enter", "type"], ["v", "reverse"], ["x", "delete"], ["o", "other end"]];
    }
    if (selection.kind === "mark") {
        return desk.mark(selection.id)?.ghost
            ? [["a", "accept"], ["x", "reject"], ["g", "next"]]
            : [["R", "relate"], ["e", "end +"], ["E", "end –"], ["x", "delete"]];
    }
    return [["Shift+ArrowRight", "extend"], ["f", "jump"], ["r", "relate"], ["?", "keys"]];
}
function moreMenu(desk, menu, commands, side) {
    const command = (id, label) => {
        const found = commands.find((each) => each.id === id);
        return { key: found?.keys[0], label, run: () => found?.run() };
    };
    const orders = (desk.session.orders ?? []).map((order) => ({
        label: `Next document: ${order.text ?? order.name}`, checked: order.name === desk.order,
        run: () => {
            desk.order = order.name;
            desk.say(`Next documents come ${order.text ?? order.name}.`);
        },
    }));
    menu.open({
        items: [
            command("relate", "Relate marks"), command("accept-above", "Accept suggestions …"), command("note", "Note …"),
            command("palette", "Documents and search"), command("tags", "Types at the marks"), command("arrows", "Arrows: all, some, none"),
            { key: keyText("z"), label: "Guidelines", run: () => side.show("guide") },
            command("export", "Write the .ann files"),
            ...orders,
            { label: "Agreement", run: () => location.assign("/agreement") },
            { label: "Adjudication", run: () => location.assign("/adjudicate") },
        ],
        at: byId("more").getBoundingClientRect(),
        focus: true,
    });
}
/** Files that were changed by hand since they were written. */
function askOverwrite(conflicts, write) {
    const ids = conflicts.map((conflict) => conflict.document);
    const texts = conflicts.map((conflict) => `${conflict.document}: ${conflict.reason}`);
    const box = openDialog("note-dialog", "These files were changed by hand", make("p", { text: "They were not overwritten. What they hold is not in the annotator." }), make("ul", {}, ...texts.map((text) => make("li", { text }))), make("div", { class: "acts" }, make("button", { type: "button", text: "Leave them", onclick: () => box.close() }), make("button", { type: "button", text: "Overwrite them", onclick: () => {
            box.close();
            void write(ids);
        } })));
}
