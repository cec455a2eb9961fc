/** The model that suggests: what it is, training it anew, and how far that is. */
import { get, messageOf, post } from "./api.js";
import { make } from "./dom.js";
export class Model {
    desk;
    changed;
    renewed;
    /** How far training is; null where the server trains nothing. */
    now = null;
    suggesting;
    /** @param renewed called when another model suggests from now on */
    constructor(desk, changed, renewed) {
        this.desk = desk;
        this.changed = changed;
        this.renewed = renewed;
        this.suggesting = desk.session.model;
        desk.hear("training", (now) => this.heard(now));
    }
    /** Asks how far training is; the page may have been opened in the middle of it. */
    async ask() {
        try {
            this.set(await get("/api/model"));
        }
        catch {
            this.now = null;
        }
        this.changed();
    }
    heard(now) {
        const ended = this.now?.state === "training" && now.state !== "training";
        this.set(now);
        this.changed();
        if (!ended)
            return;
        this.desk.say(now.message || (now.state === "ready" ? "The new model suggests from now on." : "Training has ended."), now.state === "failed" ? "warn" : "");
        if (now.state === "ready") {
            void this.ask();
            this.renewed();
        }
    }
    set(now) {
        this.now = now;
        if (now.suggesting !== undefined)
            this.suggesting = now.suggesting;
    }
    async send(path) {
        try {
            this.set(await post(path));
            this.changed();
        }
        catch (error) {
            this.desk.say(messageOf(error), "warn");
        }
    }
    draw() {
        const { now } = this;
        if (!now)
            return [];
        const name = this.suggesting?.name;
        const parts = [make("p", { class: "how" }, name ? "Suggestions are of the model " : "No model suggests yet.", name ? make("b", { text: name }) : "")];
        if (now.state === "training") {
            const share = now.of ? now.step / now.of : 0;
            const bar = make("progress", { max: "1", "aria-label": "Training", ...(now.of ? { value: String(share) } : {}) });
            const facts = [now.stage, now.of ? `${now.step} of ${now.of}` : "", now.loss === null ? "" : `loss ${now.loss.toPrecision(3)}`, now.score === null ? "" : `score ${(now.score * 100).toFixed(1)}%`];
            parts.push(make("p", {}, bar, " ", make("small", { text: facts.filter(Boolean).join(", ") })), make("p", { class: "how", text: now.message }), make("div", { class: "acts" }, make("button", { type: "button", text: "Stop training", onclick: () => this.send("/api/model/cancel") })));
        }
        else {
            if (now.message)
                parts.push(make("p", { class: now.state === "failed" ? "warn" : "how", text: now.message }));
            parts.push(make("div", { class: "acts" }, make("button", { type: "button", text: name ? "Train anew" : "Train a model", title: "on the documents that are complete", onclick: () => this.send("/api/model/train") }), make("a", { href: "/api/rejections", download: true, text: "Rejected, as negatives" })));
        }
        return [make("section", { class: "model" }, ...parts)];
    }
}
