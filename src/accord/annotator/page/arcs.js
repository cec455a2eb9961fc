/**
 * Arrows between marks, drawn above the lines of a paragraph.
 *
 * Each arrow leaves its head upwards, runs on a lane above the line, and comes down on its tail.
 * Between two lines it goes round by the margin, so that it never crosses the text between them.
 * Lanes are planned in lanes.js; the order is plan, make room, draw.
 */

import { GUTTER, endsOf, labelOf, labelWidth } from "./lanes.js";
import { UNSPACED } from "./text.js";

export { planArcs } from "./lanes.js";

/**
 * @typedef {import("./lanes.js").Route} Route
 * @typedef {import("./lanes.js").End} End
 * @typedef {import("./lanes.js").Stretch} Stretch
 * @typedef {import("./lanes.js").Plan} Plan
 */

const LANE = 14;
/** From the baseline of a line to its lowest lane, with the boxes of nested marks between. */
const BASE = 30;
const CORNER = 5;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Draws a plan, after the lines have been given room for its lanes.
 * @param {SVGSVGElement} svg emptied first @param {HTMLElement} paragraph @param {Plan} plan
 */
export function drawArcs(svg, paragraph, plan) {
  const frame = paragraph.getBoundingClientRect();
  const ends = endsOf(paragraph, plan.routes.map((route) => route.arrow), frame);
  /** The height of a line's lowest lane: above the tallest of its boxes. @type {number[]} */
  const base = plan.lines.map(() => Infinity);
  for (const route of plan.routes) {
    for (const end of [route.head, route.tail]) {
      const now = end && ends.get(end.mark);
      if (!end || !now) continue;
      end.top = now.top;
      base[end.line] = Math.min(base[end.line], now.middle - 22, now.top - 9);
    }
  }
  const groups = [];
  const labels = [];
  /** @type {Set<string>} */
  const labelled = new Set();
  for (const route of plan.routes) {
    const points = path(route, plan, base);
    const group = svgElement("g", { "data-relation": route.arrow.id });
    group.setAttribute("class", ["arc", route.arrow.colour ?? "", ...(route.arrow.classes ?? [])].join(" "));
    const title = svgElement("title", {});
    title.textContent = labelOf(route);
    const d = rounded(points);
    group.append(title, svgElement("path", { class: "hit", d }), svgElement("path", { d }));
    if (route.tail && !route.arrow.symmetric) {
      group.append(tip(route.tailPort, route.tail.top));
    } else {
      if (route.head) group.append(dot(route.headPort, route.head.top));
      if (route.tail) group.append(dot(route.tailPort, route.tail.top));
    }
    const place = labelPlace(route, plan, base);
    groups.push(group);
    if (labelled.has(place.key)) continue;
    labelled.add(place.key);
    // Labels lie above every line, each on a ground of its own that breaks the lines behind it.
    const label = svgElement("g", { class: group.getAttribute("class") ?? "", "data-relation": route.arrow.id });
    const text = svgElement("text", { x: String(round(place.x)), y: String(round(place.y + 3.5)) });
    text.textContent = labelOf(route);
    const width = labelWidth(labelOf(route)) - 4;
    const [x, y] = [String(round(place.x - width / 2)), String(round(place.y - 6))];
    label.append(svgElement("rect", { class: "ground", x, y, width: String(round(width)), height: "12" }), text);
    labels.push(label);
  }
  svg.replaceChildren(...groups, ...labels);
}

/**
 * Gives each line the room that its lanes take. A generated character of no width, raised within
 * one of the line's marks, makes the line taller and moves nothing sideways.
 * @param {HTMLElement} paragraph @param {Plan} plan
 */
export function makeRoom(paragraph, plan) {
  /** @type {Map<string, number>} */
  const wanted = new Map();
  for (const [line, lanes] of plan.lanes.entries()) {
    const route = plan.routes.find((each) => each.head?.line === line || each.tail?.line === line);
    const end = route?.head?.line === line ? route.head : route?.tail;
    if (end && lanes) wanted.set(end.mark, lanes);
  }
  for (const mark of paragraph.querySelectorAll("mark")) {
    const id = mark.dataset.id ?? "";
    const lanes = wanted.get(id);
    wanted.delete(id);
    if (!lanes) {
      if (mark.dataset.room) delete mark.dataset.room;
      continue;
    }
    // Between words of a script without spaces a line could break after the character.
    mark.dataset.room = UNSPACED.test(mark.textContent?.[0] ?? "") ? "\u2060" : "\u200c";
    mark.style.setProperty("--room", `${BASE + lanes * LANE}px`);
  }
}

/** @param {Route} route @param {Plan} plan @param {number[]} base @param {End} end */
function laneY(route, plan, base, end) {
  const stretch = plan.stretches.get(`${end.line} ${route.bundle}`);
  return base[end.line] - (stretch?.lane ?? 0) * LANE;
}

/** @param {Route} route @param {Plan} plan @param {number[]} base @returns {[number, number][]} */
function path(route, plan, base) {
  const { head, tail, headPort, tailPort } = route;
  if (!head || !tail) {
    const end = /** @type {End} */ (head ?? tail);
    const x = head ? headPort : tailPort;
    return [[x, end.top], [x, laneY(route, plan, base, end)]];
  }
  const from = laneY(route, plan, base, head);
  const to = laneY(route, plan, base, tail);
  const lift = route.arrow.symmetric ? 0 : 4;
  if (head.line === tail.line) {
    return [[headPort, head.top], [headPort, from], [tailPort, from], [tailPort, tail.top - lift]];
  }
  const lane = 1 + (plan.gutters.get(route.bundle) ?? 0);
  const edge = route.side === "left" ? -GUTTER * lane : plan.width + GUTTER * lane;
  return [
    [headPort, head.top],
    [headPort, from],
    [edge, from],
    [edge, to],
    [tailPort, to],
    [tailPort, tail.top - lift],
  ];
}

/**
 * Where the label stands: in the middle of the bundle's stretch on the line where it is longest.
 * @param {Route} route @param {Plan} plan @param {number[]} base
 */
function labelPlace(route, plan, base) {
  const ends = /** @type {End[]} */ ([route.head, route.tail].filter(Boolean));
  const reach = (/** @type {End} */ end) => {
    const found = plan.stretches.get(`${end.line} ${route.bundle}`);
    return found ? found.right - found.left : 0;
  };
  const end = ends.length > 1 && reach(ends[1]) > reach(ends[0]) ? ends[1] : ends[0];
  const stretch = /** @type {Stretch} */ (plan.stretches.get(`${end.line} ${route.bundle}`));
  const half = labelWidth(labelOf(route)) / 2;
  const middle = (Math.max(0, stretch.left) + Math.min(plan.width, stretch.right)) / 2;
  const x = Math.min(Math.max(middle, half), Math.max(half, plan.width - half));
  return { x, y: laneY(route, plan, base, end), key: `${end.line} ${route.bundle}` };
}

/** @param {[number, number][]} points @returns {string} a path with rounded corners */
export function rounded(points) {
  const parts = [`M${points[0].map(round).join(" ")}`];
  for (let index = 1; index < points.length - 1; index++) {
    const [before, here, after] = [points[index - 1], points[index], points[index + 1]];
    const radius = Math.min(CORNER, distance(before, here) / 2, distance(here, after) / 2);
    parts.push(`L${towards(here, before, radius)}Q${here.map(round).join(" ")} ${towards(here, after, radius)}`);
  }
  parts.push(`L${points[points.length - 1].map(round).join(" ")}`);
  return parts.join("");
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
const distance = (/** @type {number[]} */ a, /** @type {number[]} */ b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** @param {number[]} from @param {number[]} to @param {number} length */
function towards(from, to, length) {
  const all = distance(from, to) || 1;
  return [0, 1].map((axis) => round(from[axis] + ((to[axis] - from[axis]) * length) / all)).join(" ");
}

/** @param {number} x @param {number} y */
const tip = (x, y) => svgElement("path", { class: "tip", d: `M${round(x - 3.5)} ${round(y - 6)}h7l-3.5 6z` });

/** @param {number} x @param {number} y */
const dot = (x, y) => svgElement("circle", { class: "tip", cx: String(round(x)), cy: String(round(y)), r: "2" });

/** @param {string} name @param {Record<string, string>} attributes @returns {SVGElement} */
export function svgElement(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
