/**
 * Keys: their names, and one table that binds them and that the help shows.
 *
 * A name is the character itself ("r", "R", "?"), or the key with its modifiers ("Shift+ArrowRight",
 * "Ctrl+z"). On a keyboard of another script the letter printed on a Latin one counts.
 */
/** @returns "" for a modifier alone or while composing */
export function keyName(event) {
    if (event.isComposing || ["Shift", "Control", "Alt", "Meta", "CapsLock", "Dead"].includes(event.key))
        return "";
    const held = event.ctrlKey || event.metaKey;
    let key = event.key;
    if (key.length === 1 && key > "~" && /^(Key|Digit)/.test(event.code)) {
        const letter = event.code.slice(-1).toLowerCase();
        key = event.shiftKey ? letter.toUpperCase() : letter;
    }
    if (key === " ")
        key = "Space";
    const plain = key.length === 1;
    const parts = [];
    // AltGr types characters on many keyboards; it reads as Ctrl and Alt together.
    const typed = plain && event.ctrlKey && event.altKey;
    if (held && !typed)
        parts.push("Ctrl");
    if (event.altKey && !typed)
        parts.push("Alt");
    if (event.shiftKey && (!plain || held))
        parts.push("Shift");
    parts.push(plain && held && !typed ? key.toLowerCase() : key);
    return parts.join("+");
}
const SHOWN = new Map([
    ["ArrowRight", "→"], ["ArrowLeft", "←"], ["ArrowUp", "↑"], ["ArrowDown", "↓"],
    ["Escape", "Esc"], ["Delete", "Del"], ["Shift", "⇧"],
]);
/** @returns as people write it */
export function keyText(name) {
    return name === "+" ? name : name.split("+").map((part) => SHOWN.get(part) ?? part).join(" ");
}
export function keyElement(name) {
    const element = document.createElement("kbd");
    element.textContent = keyText(name);
    return element;
}
/** @throws {Error} if two share a key */
export function bindings(commands) {
    const bound = new Map();
    for (const command of commands) {
        for (const key of command.keys) {
            if (bound.has(key))
                throw new Error(`${key} is bound to ${bound.get(key).id} and ${command.id}`);
            bound.set(key, command);
        }
    }
    return bound;
}
/** Whether a key is for the element that has the focus, such as a field of a form. */
export function belongsToField(target, name) {
    if (!(target instanceof Element))
        return false;
    if (target.closest("dialog, [role=menu]"))
        return true;
    if (target.closest("input, textarea, select, [contenteditable]"))
        return !name.startsWith("Ctrl+s");
    // A focused control takes what works it; every other key stays a key of the text.
    const control = target.closest("button, a[href], [role=tab], [role=option], summary");
    return control !== null && ["Enter", "Space", "Tab"].includes(name);
}
