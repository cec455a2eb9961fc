/** Making elements: text goes in as text, never as markup. */
export function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === undefined || value === false)
            continue;
        if (key === "text")
            element.textContent = String(value);
        else if (typeof value === "function")
            element.addEventListener(key.slice(2), value);
        else
            element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children);
    return element;
}
export function byId(id, kind = HTMLElement) {
    const found = document.getElementById(id);
    if (!(found instanceof kind))
        throw new Error(`the page has no #${id}`);
    return found;
}
/** Sets a text only if it differs, so that it is not read out again. */
export function setText(id, text) {
    const element = byId(id);
    if (element.textContent !== text)
        element.textContent = text;
}
