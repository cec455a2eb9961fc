/**
 * Where the arrows of a paragraph go: which side, which lane, where on their marks they begin.
 *
 * Shorter arrows take lower lanes; arrows of one type that share an end share a lane, like a bus
 * with stops, which keeps "six firms are members of one alliance" to one lane. A relation whose
 * other end stands in another paragraph is a stub that names that end.
 */

import { mergeLines } from "./text.js";

export interface Arrow {
  id: string;
  type: string;
  head: string;
  tail: string;
  symmetric?: boolean;
  colour?: string;
  classes?: string[];
  score?: number;
}
export interface End {
  mark: string;
  line: number;
  left: number;
  right: number;
  top: number;
}
export interface Route {
  arrow: Arrow;
  bundle: string;
  head: End | null;
  tail: End | null;
  far: string;
  side: "left" | "right";
  headPort: number;
  tailPort: number;
}
export interface Stretch {
  line: number;
  left: number;
  right: number;
  lane: number;
  bundle: string;
}
export interface Plan {
  routes: Route[];
  stretches: Map<string, Stretch>;
  gutters: Map<string, number>;
  lines: number[];
  lanes: number[];
  width: number;
}

/** From one lane of the margin to the next. */
export const GUTTER = 6;
const LETTER = 5.7;

export const labelWidth = (label: string) => label.length * LETTER + 8;

/**
 * Plans the arrows of a paragraph: reads the page, changes nothing.
 * @param paragraph with its drawn .words
 * @param farLabel what a stub says
 */
export function planArcs(paragraph: HTMLElement, arrows: Arrow[], farLabel: (arrow: Arrow, here: "head" | "tail") => string): Plan {
  const frame = paragraph.getBoundingClientRect();
  const ends = endsOf(paragraph, arrows, frame);
  const lines = lineMiddles([...ends.values()].map((end) => end.middle));
  const end = (id: string): End | null => {
    const found = ends.get(id);
    if (!found) return null;
    const line = nearest(lines, found.middle);
    return { mark: id, line, left: found.left, right: found.right, top: found.top };
  };
  const bundles = bundleKeys(arrows);
  const routes = arrows.flatMap((arrow): Route[] => {
    const head = end(arrow.head);
    const tail = end(arrow.tail);
    if (!head && !tail) return [];
    const far = head && tail ? "" : farLabel(arrow, head ? "head" : "tail");
    // Stubs of one type at one mark share a label that names all the other ends.
    const stub = `far ${arrow.type} ${head ? `< ${arrow.head}` : `> ${arrow.tail}`} ${isGhost(arrow)}`;
    const bundle = far ? stub : bundles.get(arrow.id) ?? "";
    return [{ arrow, bundle, head, tail, far, side: "left", headPort: 0, tailPort: 0 }];
  });
  joinStubs(routes);
  chooseSides(routes, frame.width);
  choosePorts(routes);
  const stretches = stretchesOf(routes, frame.width);
  assignLanes([...stretches.values()]);
  const lanes = lines.map(() => 0);
  for (const each of stretches.values()) lanes[each.line] = Math.max(lanes[each.line] ?? 0, each.lane + 1);
  return { routes, stretches, gutters: assignGutters(routes), lines, lanes, width: frame.width };
}

/** Where each mark that an arrow touches first appears. */
export function endsOf(paragraph: HTMLElement, arrows: Arrow[], frame: DOMRect) {
  const wanted = new Set(arrows.flatMap((arrow) => [arrow.head, arrow.tail]));
  const ends = new Map<string, { left: number; right: number; top: number; middle: number }>();
  for (const element of paragraph.querySelectorAll("mark")) {
    const id = element.dataset.id ?? "";
    if (!wanted.has(id) || ends.has(id)) continue;
    const [box] = mergeLines(element.getClientRects(), frame);
    if (!box) continue;
    ends.set(id, { ...box, middle: (box.top + box.bottom) / 2 });
  }
  return ends;
}

/** @returns the middle of each line that has an end, from above */
function lineMiddles(middles: number[]): number[] {
  const lines: number[] = [];
  for (const middle of [...middles].sort((a, b) => a - b)) {
    if (middle - (lines.at(-1) ?? -Infinity) > 9) lines.push(middle);
  }
  return lines;
}

function nearest(lines: number[], middle: number) {
  let best = { index: 0, off: Infinity };
  for (const [index, line] of lines.entries()) {
    const off = Math.abs(line - middle);
    if (off < best.off) best = { index, off };
  }
  return best.index;
}

const isGhost = (arrow: Arrow) => (arrow.classes ?? []).includes("ghost");

/** By arrow: what it shares a lane with; arrows of one type into one tail, or out of one head. */
export function bundleKeys(arrows: Arrow[]): Map<string, string> {
  const counts = new Map<string, number>();
  const keys = (arrow: Arrow): [string, string] => {
    const kind = `${arrow.type} ${isGhost(arrow) ? "ghost " : ""}`;
    return [`${kind}> ${arrow.tail}`, `${kind}< ${arrow.head}`];
  };
  for (const arrow of arrows) {
    for (const key of keys(arrow)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return new Map(
    arrows.map((arrow) => {
      const [into, from] = keys(arrow);
      const [many, fan] = [counts.get(into) ?? 0, counts.get(from) ?? 0];
      if (arrow.symmetric || Math.max(many, fan) < 2) return [arrow.id, `one ${arrow.id}`];
      return [arrow.id, many >= fan ? into : from];
    }),
  );
}

/** Each stub of a bundle says the ends of all. */
function joinStubs(routes: Route[]) {
  for (const route of routes) {
    if (!route.far) continue;
    const all = routes.filter((each) => each.bundle === route.bundle).map((each) => each.arrow.id);
    if (all[0] !== route.arrow.id) continue;
    const fars = routes.filter((each) => each.bundle === route.bundle);
    const label = fars.slice(0, 2).map((each) => each.far).join(", ") + (fars.length > 2 ? ` +${fars.length - 2}` : "");
    for (const each of fars) each.far = label;
  }
}

function chooseSides(routes: Route[], width: number) {
  const pull = new Map<string, number>();
  for (const { bundle, head, tail } of routes) {
    if (!head || !tail || head.line === tail.line) continue;
    const middle = (head.left + head.right + tail.left + tail.right) / 4;
    pull.set(bundle, (pull.get(bundle) ?? 0) + middle - width / 2);
  }
  for (const route of routes) route.side = (pull.get(route.bundle) ?? 0) > 0 ? "right" : "left";
}

/** A place on a mark where the arrows of one bundle stop: where they go, and who is told of it. */
interface Stop {
  towards: number[];
  set: ((x: number) => void)[];
}

/**
 * Where on its mark each arrow begins or ends. Those to the left come first, the nearest leftmost,
 * so that the arrows of one mark do not cross each other.
 */
function choosePorts(routes: Route[]) {
  const marks = new Map<string, { end: End; stops: Map<string, Stop> }>();
  for (const route of routes) {
    for (const which of ["head", "tail"] as const) {
      const end = route[which];
      if (!end) continue;
      const other = route[which === "head" ? "tail" : "head"];
      const centre = (end.left + end.right) / 2;
      let towards = 0;
      if (other && other.line === end.line) towards = (other.left + other.right) / 2 - centre;
      else if (other) towards = route.side === "left" ? -1e4 - centre : 1e4 - centre;
      const mark = marks.get(end.mark) ?? { end, stops: new Map<string, Stop>() };
      const stop: Stop = mark.stops.get(route.bundle) ?? { towards: [], set: [] };
      stop.towards.push(towards);
      stop.set.push((x) => (which === "head" ? (route.headPort = x) : (route.tailPort = x)));
      mark.stops.set(route.bundle, stop);
      marks.set(end.mark, mark);
    }
  }
  for (const { end, stops } of marks.values()) {
    const order = [...stops.values()].map((stop) => {
      const sum = stop.towards.reduce((a, b) => a + b, 0);
      const reach = Math.max(...stop.towards.map(Math.abs));
      return { stop, key: sum < 0 ? -1 / (1 + reach) : 1 / (1 + reach), left: sum < 0 };
    });
    // Left-going: near ones first (-1/(1+near) is the smallest); right-going: far ones first.
    order.sort((a, b) => a.key - b.key);
    const step = Math.min(10, (end.right - end.left - 6) / Math.max(1, order.length));
    const first = (end.left + end.right) / 2 - (step * (order.length - 1)) / 2;
    order.forEach(({ stop }, index) => stop.set.forEach((set) => set(first + step * index)));
  }
}

export const labelOf = (route: Route) => {
  const score = route.arrow.score;
  const said = route.far ? `${route.arrow.type} ${route.far}` : route.arrow.type;
  return score === undefined ? said : `${said} ${Math.round(score * 100)}%`;
};

/** The horizontal stretches on each line, one for each bundle. */
function stretchesOf(routes: Route[], width: number): Map<string, Stretch> {
  const stretches = new Map<string, Stretch>();
  const add = (route: Route, line: number, xs: number[]) => {
    const key = `${line} ${route.bundle}`;
    const known = stretches.get(key);
    let left = Math.min(...xs, ...(known ? [known.left] : []));
    let right = Math.max(...xs, ...(known ? [known.right] : []));
    const lack = labelWidth(labelOf(route)) - (right - left);
    if (lack > 0 && xs.every((x) => x >= 0 && x <= width)) {
      left -= lack / 2;
      right += lack / 2;
    }
    stretches.set(key, { line, left, right, lane: 0, bundle: route.bundle });
  };
  for (const route of routes) {
    const { head, tail, side, headPort, tailPort } = route;
    const edge = side === "left" ? -GUTTER : width + GUTTER;
    if (head && tail && head.line === tail.line) add(route, head.line, [headPort, tailPort]);
    else if (head && tail) {
      add(route, head.line, [headPort, edge]);
      add(route, tail.line, [tailPort, edge]);
    } else if (head) add(route, head.line, [headPort]);
    else if (tail) add(route, tail.line, [tailPort]);
  }
  return stretches;
}

/**
 * Gives each stretch the lowest lane that is free over its whole length, short ones first.
 * @param stretches changed in place
 */
export function assignLanes(stretches: { line: number; left: number; right: number; lane: number }[]) {
  const taken = new Map<string, { left: number; right: number }[]>();
  const order = [...stretches].sort((a, b) => a.right - a.left - (b.right - b.left) || a.left - b.left);
  for (const stretch of order) {
    for (let lane = 0; ; lane++) {
      const key = `${stretch.line} ${lane}`;
      const others = taken.get(key) ?? [];
      if (others.some((o) => o.left < stretch.right + 5 && stretch.left < o.right + 5)) continue;
      stretch.lane = lane;
      taken.set(key, [...others, stretch]);
      break;
    }
  }
}

/** Which lane of the margin each bundle takes that goes from line to line. */
function assignGutters(routes: Route[]): Map<string, number> {
  const spans = new Map<string, { line: number; left: number; right: number; lane: number }>();
  for (const { bundle, head, tail, side } of routes) {
    if (!head || !tail || head.line === tail.line) continue;
    const [from, to] = [Math.min(head.line, tail.line) * 100, Math.max(head.line, tail.line) * 100];
    const known = spans.get(bundle) ?? { line: side === "left" ? 0 : 1, left: from, right: to, lane: 0 };
    known.left = Math.min(known.left, from);
    known.right = Math.max(known.right, to);
    spans.set(bundle, known);
  }
  assignLanes([...spans.values()]);
  return new Map([...spans].map(([bundle, span]) => [bundle, span.lane]));
}
