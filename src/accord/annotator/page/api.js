/**
 * Talking to the server: JSON both ways, errors with a sentence and what to do, events.
 *
 * Being signed in is a cookie; a write carries the header X-Accord, which no foreign page can set,
 * and every request after the first the layer that this page labels: where somebody else has signed
 * in meanwhile in this browser, the server refuses, and nothing lands in the wrong layer.
 */
/** What the server answered is an error: `message` says what, `hint` what to do. */
export class ApiError extends Error {
    name = "ApiError";
    status;
    hint;
    body;
    constructor(status, body) {
        super(body.error ?? `The server answered ${status}.`);
        this.status = status;
        this.hint = body.hint ?? "";
        this.body = body;
    }
}
/** The server did not answer at all; nothing is known of what became of the request. */
export class NoAnswer extends Error {
    name = "NoAnswer";
    hint = "Is `accord annotate` still running? Start it again; the page goes on by itself.";
    constructor() {
        super("The server does not answer.");
    }
}
/** What went wrong and, where that is known, what to do. */
export function messageOf(error) {
    if (error instanceof ApiError || error instanceof NoAnswer)
        return `${error.message} ${error.hint}`.trim();
    return error instanceof Error ? error.message : String(error);
}
/** The layer that this page labels, once the server has told it. */
let layer = "";
/** How long to wait for an answer before the server counts as gone, in milliseconds. */
const PATIENCE = 20_000;
/**
 * @returns the answer's JSON
 * @throws {ApiError | NoAnswer}
 */
async function request(method, path, body) {
    const headers = { Accept: "application/json" };
    if (method === "POST") {
        headers["Content-Type"] = "application/json";
        headers["X-Accord"] = "1";
    }
    if (layer)
        headers["X-Accord-Layer"] = encodeURIComponent(layer);
    let answer;
    let text;
    try {
        answer = await fetch(path, {
            method,
            headers,
            body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
            credentials: "same-origin",
            cache: "no-store",
            signal: AbortSignal.timeout(PATIENCE),
        });
        text = await answer.text();
    }
    catch {
        throw new NoAnswer();
    }
    if (!answer.ok) {
        throw new ApiError(answer.status, parse(text) ?? { error: text.slice(0, 300) || undefined });
    }
    const parsed = parse(text);
    if (parsed === null)
        throw new ApiError(answer.status, { error: "The answer is not JSON." });
    return parsed;
}
/** The session; from now on every request says which layer this page labels. */
export async function getSession() {
    const session = await get("/api/session");
    layer = session.layer;
    return session;
}
/** What a text of the server holds, which is taken at its word; null if it is no JSON. */
function parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return null;
    }
}
export const get = (path) => request("GET", path);
export const post = (path, body) => request("POST", path, body);
/**
 * The path of a document's resource: its id may hold slashes, and anything else.
 * @param resource such as "document" or "actions"
 */
export function documentPath(resource, id) {
    return `/api/${resource}/${id.split("/").map(encodeURIComponent).join("/")}`;
}
/** A query string from what is not empty. */
export function query(values) {
    const given = Object.entries(values).filter((entry) => Boolean(entry[1]));
    const text = new URLSearchParams(given).toString();
    return text ? `?${text}` : "";
}
/**
 * Calls back for each event of the server; the browser connects again by itself.
 * @returns stops listening
 */
export function listen(onEvent, onState) {
    const source = new EventSource("/api/events");
    source.onmessage = (message) => {
        const event = parse(message.data);
        if (event)
            onEvent(event);
    };
    source.onopen = () => onState?.(true);
    source.onerror = () => onState?.(false);
    return () => source.close();
}
/** A random name for this window, by which the server tells its actions from another window's. */
export const WINDOW = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, "0")).join("");
