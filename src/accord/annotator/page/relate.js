/**
 * Relating by keyboard: letters over the marks; head, tail and, if several are allowed, type.
 * The mode stays until Escape, so that each further relation costs two or three keystrokes.
 */
import { Hints } from "./hints.js";
import { pairing, relate } from "./labelling.js";
import { short } from "./rules.js";
import { visibleMarks, visibleWords } from "./screen.js";
export class RelateMode {
    desk;
    pane;
    menu;
    name = "Relate";
    /** The mark that the arrow comes from, "" before it is chosen. */
    head;
    /** Whether the mode ends after one relation. */
    once;
    hints = null;
    /** @param head a mark to begin from; the mode then ends after one relation */
    constructor(desk, pane, menu, head) {
        this.desk = desk;
        this.pane = pane;
        this.menu = menu;
        this.head = head ?? "";
        this.once = head !== undefined;
        this.redraw();
        this.ask();
    }
    get help() {
        return this.head ? "letter of the tail · Backspace: another head · Esc: done" : "letter of the head · Esc: done";
    }
    /** Says what is asked for. */
    ask() {
        const head = this.desk.mark(this.head);
        if (head)
            this.desk.say(`From ${head.type} “${short(this.desk.textOf(head))}” to …?`);
        else
            this.desk.say("Relate: the letter of the mark that the arrow comes from.");
        this.desk.tell("mode");
    }
    redraw() {
        // Drawn with what is due in the text, if that moved anything.
        if (this.desk.mode === this && this.pane.now())
            return;
        const typed = this.hints?.typed ?? "";
        this.hints?.remove();
        this.head = this.desk.mark(this.head)?.id ?? "";
        const ghosts = new Set(this.desk.doc?.marks.filter((mark) => mark.ghost).map((mark) => mark.id));
        // Labels before suggestions, so that they get the shorter codes.
        const places = visibleMarks(this.pane);
        const order = [...places.filter((p) => !ghosts.has(p.id)), ...places.filter((p) => ghosts.has(p.id))];
        this.hints = new Hints(this.pane, order, this.pane.here);
        this.hints.typed = typed;
        const partners = this.partners(places.map((place) => place.id));
        this.hints.look = (id) => (id === this.head ? "chosen" : partners.has(id) ? "open" : "dim");
        this.hints.draw();
    }
    /**
     * The marks that may be chosen now: with a head, those it may be joined to in either direction;
     * without, those whose type takes part in a relation.
     */
    partners(ids) {
        const head = this.desk.mark(this.head);
        const types = new Set(this.desk.schema.relations.flatMap((type) => [...type.heads, ...type.tails]));
        return new Set(ids.filter((id) => {
            const mark = this.desk.mark(id);
            if (!mark)
                return false;
            return head ? pairing(this.desk, head, mark).types.length > 0 : types.has(mark.type);
        }));
    }
    key(name) {
        if (name === "Escape") {
            this.desk.setMode(null);
            return true;
        }
        if (name === "Backspace") {
            if (this.hints?.typed)
                this.hints.typed = "";
            else
                this.head = "";
            this.redraw();
            this.ask();
            return true;
        }
        if (!/^[a-zA-Z]$/.test(name))
            return false;
        const chosen = this.hints?.type(name);
        if (chosen === null)
            this.desk.say(`No mark has the letter ${name}.`, "warn");
        else if (chosen)
            this.mark(chosen);
        else
            this.hints?.draw();
        return true;
    }
    mark(id) {
        if (!this.head) {
            this.head = id;
            this.redraw();
            this.ask();
            return true;
        }
        const head = this.head;
        const mark = this.pane.element.querySelector(`mark[data-id="${CSS.escape(id)}"]`);
        relate(this.desk, this.menu, head, id, {
            at: mark?.getClientRects()[0] ?? null,
            then: () => this.next(),
        });
        return true;
    }
    /** After one relation: the next, or out. */
    next() {
        this.head = "";
        if (this.once) {
            this.desk.setMode(null);
        }
        else {
            this.redraw();
            this.desk.tell("mode");
        }
    }
    leave() {
        this.hints?.remove();
    }
}
/** Going to a word on the screen: its first letter, then the letter of the hint. */
export class JumpMode {
    desk;
    pane;
    /** Whether the selection grows to the word, or goes there. */
    extend;
    name;
    help = "first letter of the word · Esc: stay";
    hints = null;
    targets = new Map();
    constructor(desk, pane, extend) {
        this.desk = desk;
        this.pane = pane;
        this.extend = extend;
        this.name = extend ? "Extend to" : "Jump";
        desk.say("The first letter of the word to go to.");
    }
    key(name) {
        if (name === "Escape") {
            this.desk.setMode(null);
            return true;
        }
        if ([...name].length !== 1)
            return false;
        if (!this.hints)
            this.show(name);
        else {
            const chosen = this.hints.type(name);
            if (chosen)
                this.go(chosen);
            else if (chosen === "")
                this.hints.draw();
            else
                this.desk.say(`No word has the letter ${name}.`, "warn");
        }
        return true;
    }
    show(letter) {
        const { desk, pane } = this;
        const wanted = letter.toLocaleLowerCase();
        const places = [];
        for (const place of visibleWords(pane, this.extend ? desk.here : undefined)) {
            if (!desk.textOf(place.word).toLocaleLowerCase().startsWith(wanted))
                continue;
            const id = String(places.length);
            this.targets.set(id, place.word);
            places.push({ ...place, id });
        }
        if (places.length < 2) {
            if (places.length)
                this.go("0");
            else {
                desk.setMode(null);
                desk.say(`No word on the screen begins with ${letter}.`, "warn");
            }
            return;
        }
        this.hints = new Hints(pane, places, pane.here);
        this.hints.draw();
        desk.say("The letter of the word.");
    }
    go(id) {
        const word = this.targets.get(id);
        const anchor = this.desk.selection?.anchor;
        this.desk.setMode(null);
        if (word)
            this.desk.selectWords(this.extend && anchor ? anchor : word, word);
    }
    leave() {
        this.hints?.remove();
    }
}
