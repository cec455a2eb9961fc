/** Making elements: text goes in as text, never as markup. */

/**
 * @param {string} name
 * @param {Record<string, string | boolean | ((event: any) => void) | undefined>} attributes
 *   "text" is the text, "on…" a listener, true an empty attribute; false and undefined are left out
 * @param {(Node | string)[]} children @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key === "text") element.textContent = String(value);
    else if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @param {string} text Sets a text only if it differs, so that it is not read out again. */
export function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
