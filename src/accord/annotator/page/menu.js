/** A small menu at a place on the page: each entry has a key, and can be clicked. */
import { keyElement, keyName } from "./keys.js";
export class Menu {
    element;
    atSelection;
    /** Gives the focus back to the text. */
    back;
    shown = null;
    constructor(element, atSelection, back) {
        this.element = element;
        this.atSelection = atSelection;
        this.back = back;
        element.addEventListener("keydown", (event) => this.key(event));
        document.addEventListener("pointerdown", (event) => {
            if (this.shown && !(event.target instanceof Node && element.contains(event.target)))
                this.cancel();
        }, true);
    }
    get isOpen() {
        return this.shown !== null;
    }
    open(options) {
        this.shown = options;
        const parts = [];
        if (options.title) {
            const title = document.createElement("p");
            title.className = "menu-title";
            title.textContent = options.title;
            parts.push(title);
        }
        this.element.replaceChildren(...parts, ...options.items.map((item) => this.entry(item)));
        this.element.setAttribute("aria-label", options.title ?? "Menu");
        this.element.hidden = false;
        this.place(options.at);
        if (options.focus)
            this.focusEntry(0);
    }
    entry(item) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = `entry ${item.colour ?? ""}`;
        button.setAttribute("role", item.checked === undefined ? "menuitem" : "menuitemradio");
        if (item.checked !== undefined)
            button.setAttribute("aria-checked", String(item.checked));
        button.disabled = item.disabled ?? false;
        button.append(item.key ? keyElement(item.key) : document.createElement("span"));
        const label = document.createElement("span");
        label.className = "entry-label";
        label.textContent = item.label;
        button.append(label);
        if (item.detail) {
            const detail = document.createElement("small");
            detail.textContent = item.detail;
            button.append(detail);
        }
        button.addEventListener("click", () => this.choose(item));
        return button;
    }
    /** Below the place if there is room, else above; always within the window. */
    place(at) {
        const { style } = this.element;
        style.left = style.top = "0px";
        const { width, height } = this.element.getBoundingClientRect();
        const place = at ?? new DOMRect(innerWidth / 2 - width / 2, innerHeight / 3, 0, 0);
        const below = place.bottom + 8;
        const top = below + height < innerHeight - 8 ? below : Math.max(8, place.top - height - 8);
        style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
        style.top = `${Math.min(top, Math.max(8, innerHeight - height - 8))}px`;
    }
    choose(item) {
        this.close();
        item.run();
    }
    close() {
        const held = this.element.contains(document.activeElement);
        this.shown = null;
        this.element.hidden = true;
        if (held)
            this.back();
    }
    cancel() {
        const cancelled = this.shown?.cancelled;
        this.close();
        cancelled?.();
    }
    focusEntry(index) {
        const entries = [...this.element.querySelectorAll("button:not(:disabled)")];
        entries.at(index % entries.length)?.focus();
    }
    key(event) {
        if (!this.shown)
            return;
        const name = keyName(event);
        const entries = [...this.element.querySelectorAll("button:not(:disabled)")];
        const here = entries.findIndex((entry) => entry === document.activeElement);
        const chosen = this.shown.items.find((item) => item.key === name && !item.disabled);
        if (chosen)
            this.choose(chosen);
        else if (name === "Escape" || name === "Tab")
            this.cancel();
        else if (name === "ArrowDown")
            this.focusEntry(here + 1);
        else if (name === "ArrowUp")
            this.focusEntry(here - 1);
        else if (name === "Home")
            this.focusEntry(0);
        else if (name === "End")
            this.focusEntry(-1);
        else
            return;
        event.preventDefault();
        event.stopPropagation();
    }
}
