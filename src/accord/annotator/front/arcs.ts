/**
 * Arrows between marks, drawn above the lines of a paragraph.
 *
 * Each arrow leaves its head upwards, runs on a lane above the line, and comes down on its tail.
 * Between two lines it goes round by the margin, so that it never crosses the text between them.
 * Lanes are planned in lanes.js; the order is plan, make room, draw.
 */

import { GUTTER, endsOf, labelOf, labelWidth } from "./lanes.js";
import { UNSPACED } from "./text.js";
import type { End, Plan, Route, Stretch } from "./lanes.js";

export { planArcs } from "./lanes.js";

type Point = [x: number, y: number];

const LANE = 14;
/** From the baseline of a line to its lowest lane, with the boxes of nested marks between. */
const BASE = 30;
const CORNER = 5;
const SVG = "http://www.w3.org/2000/svg";

/** By mark: the height that its line needs, in pixels. One mark of a line is enough. */
export type Room = Map<string, number>;

/**
 * How high the lowest lane of each line lies, after the lines have been given their room: above the
 * tallest of its boxes. Reads the page, and sets the ends in the plan to where they are now.
 */
export function measureArcs(paragraph: HTMLElement, plan: Plan): number[] {
  const frame = paragraph.getBoundingClientRect();
  const ends = endsOf(paragraph, plan.routes.map((route) => route.arrow), frame);
  const base: number[] = plan.lines.map(() => Infinity);
  for (const route of plan.routes) {
    for (const end of [route.head, route.tail]) {
      const now = end && ends.get(end.mark);
      if (!end || !now) continue;
      end.top = now.top;
      base[end.line] = Math.min(base[end.line] ?? Infinity, now.middle - 22, now.top - 9);
    }
  }
  return base;
}

/**
 * Draws a plan that has been measured.
 * @param svg emptied first
 */
export function drawArcs(svg: SVGSVGElement, plan: Plan, base: number[]) {
  const groups = [];
  const labels = [];
  const labelled = new Set<string>();
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
    if (!place || labelled.has(place.key)) continue;
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
 * Gives drawn arrows the ids and the state of others that go the same way: see `renameMarks`.
 * @param pairs each arrow as it is drawn and as it is now
 */
export function renameArcs(svg: SVGSVGElement, pairs: [{ id: string }, { id: string; pending: boolean }][]) {
  const changed = pairs.filter(([old, now]) => old !== now);
  const found = changed.map(([{ id }]) => [...svg.querySelectorAll<SVGElement>(`[data-relation="${CSS.escape(id)}"]`)]);
  for (const [index, [, now]] of changed.entries()) {
    for (const element of found[index] ?? []) {
      element.dataset.relation = now.id;
      element.classList.toggle("pending", now.pending);
    }
  }
}

/** The room that the lanes of a plan take. */
export function roomOf(plan: Plan): Room {
  const room: Room = new Map();
  for (const [line, lanes] of plan.lanes.entries()) {
    const route = plan.routes.find((each) => each.head?.line === line || each.tail?.line === line);
    const end = route?.head?.line === line ? route.head : route?.tail;
    if (end && lanes) room.set(end.mark, BASE + lanes * LANE);
  }
  return room;
}

/**
 * Gives each line its room. A generated character of no width, raised within one of the line's
 * marks, makes the line taller and moves nothing sideways.
 * @param before the room that the lines have; where it is the same, nothing is written
 * @returns whether it changed
 */
export function makeRoom(paragraph: HTMLElement, room: Room, before: Room = new Map()): boolean {
  if (room.size === before.size && [...room].every(([id, height]) => before.get(id) === height)) return false;
  const wanted = new Map(room);
  for (const mark of paragraph.querySelectorAll("mark")) {
    const id = mark.dataset.id ?? "";
    const height = wanted.get(id);
    // Of a mark that is drawn in pieces, the first stands for it.
    wanted.delete(id);
    if (!height) {
      if (mark.dataset.room) delete mark.dataset.room;
      continue;
    }
    // Between words of a script without spaces a line could break after the character.
    mark.dataset.room = UNSPACED.test(mark.textContent?.[0] ?? "") ? "\u2060" : "\u200c";
    mark.style.setProperty("--room", `${height}px`);
  }
  return true;
}

function laneY(route: Route, plan: Plan, base: number[], end: End) {
  const stretch = plan.stretches.get(`${end.line} ${route.bundle}`);
  return (base[end.line] ?? 0) - (stretch?.lane ?? 0) * LANE;
}

function path(route: Route, plan: Plan, base: number[]): Point[] {
  const { head, tail, headPort, tailPort } = route;
  if (!head || !tail) {
    const end = head ?? tail;
    const x = head ? headPort : tailPort;
    return end ? [[x, end.top], [x, laneY(route, plan, base, end)]] : [];
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

/** Where the label stands: in the middle of the bundle's stretch on the line where it is longest. */
function labelPlace(route: Route, plan: Plan, base: number[]) {
  const places = [route.head, route.tail].flatMap((end) => {
    const stretch = end && plan.stretches.get(`${end.line} ${route.bundle}`);
    return stretch ? [{ end, stretch }] : [];
  });
  const [longest] = places.sort((a, b) => reach(b.stretch) - reach(a.stretch));
  if (!longest) return null;
  const { end, stretch } = longest;
  const half = labelWidth(labelOf(route)) / 2;
  const middle = (Math.max(0, stretch.left) + Math.min(plan.width, stretch.right)) / 2;
  const x = Math.min(Math.max(middle, half), Math.max(half, plan.width - half));
  return { x, y: laneY(route, plan, base, end), key: `${end.line} ${route.bundle}` };
}

const reach = (stretch: Stretch) => stretch.right - stretch.left;

/** @returns a path with rounded corners */
export function rounded(points: Point[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return "";
  const parts = [`M${first.map(round).join(" ")}`];
  for (const [index, here] of points.entries()) {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before || !after) continue;
    const radius = Math.min(CORNER, distance(before, here) / 2, distance(here, after) / 2);
    parts.push(`L${towards(here, before, radius)}Q${here.map(round).join(" ")} ${towards(here, after, radius)}`);
  }
  parts.push(`L${last.map(round).join(" ")}`);
  return parts.join("");
}

const round = (value: number) => Math.round(value * 10) / 10;
const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function towards(from: Point, to: Point, length: number) {
  const share = length / (distance(from, to) || 1);
  return `${round(from[0] + (to[0] - from[0]) * share)} ${round(from[1] + (to[1] - from[1]) * share)}`;
}

const tip = (x: number, y: number) => svgElement("path", { class: "tip", d: `M${round(x - 3.5)} ${round(y - 6)}h7l-3.5 6z` });

const dot = (x: number, y: number) => svgElement("circle", { class: "tip", cx: String(round(x)), cy: String(round(y)), r: "2" });

export function svgElement<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
