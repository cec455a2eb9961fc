/** A difference between layers as it is asked about: what each says, in what they differ, the answers. */

import { make } from "./dom.js";
import { short } from "./reading.js";
import type { Label, Point } from "./compared.js";
import type { Reading } from "./reading.js";
import type { Mention } from "./wire.js";

/** A button with its key; `whom` is the layer whose answer it is. */
export function answer(key: string, label: (Node | string)[], whom: string, pressed: boolean, act: () => void) {
  return make("button", { type: "button", "data-key": key, "aria-pressed": String(pressed), onclick: act },
    make("kbd", { text: key }), ...(whom ? [make("span", { class: "whom", text: `${whom}:` })] : []), make("span", { class: "label" }, ...label));
}

/** What else keys do. */
export const hint = (keys: string, text: string) => [make("span", {}, ...keys.split(" ").flatMap((key) => [make("kbd", { text: key }), " "]), text)];

/** What a layer says, in the colours of its types. */
export function said(label: Label | undefined, reading: Reading): (Node | string)[] {
  if (!label) return ["nothing here"];
  if (!("head" in label)) return [make("span", { class: `type ${reading.marks.get(label.type) ?? "c8"}`, text: label.type }), " ", make("bdi", { text: short(reading.words(label), 70) })];
  const arrow = reading.arrows.get(label.type)?.symmetric ? "↔" : "→";
  return [end(label.head, reading), ` ${label.type} ${arrow} `, end(label.tail, reading)];
}

const end = (mention: Mention, reading: Reading) => make("bdi", { class: `end ${reading.marks.get(mention.type) ?? "c8"}`, text: short(reading.words(mention), 34) });

/** The ends of a relation; a mention has none. */
export const ends = (label: Label): Mention[] => ("head" in label ? [label.head, label.tail] : []);

/** In what the layers differ. */
export function kindOf(asked: Point, layers: string[]) {
  const labels = layers.flatMap((name) => asked.labels[name] ?? []);
  if (labels.length < layers.length) return `${labels.length} of ${layers.length} layers have it`;
  const differ = (of: (label: Label) => string) => new Set(labels.map(of)).size > 1;
  const parts = [];
  if (differ((l) => l.type)) parts.push("another type");
  if (asked.target === "mention" && differ((l) => ("start" in l ? `${l.start} ${l.end}` : ""))) parts.push("another extent");
  if (asked.target === "relation") {
    const pair = (l: Label) => ends(l).map((m) => m.start).sort((a, b) => a - b).join(" ");
    if (differ(pair) || differ((l) => ends(l).map((m) => m.type).join(" "))) parts.push("other ends");
    else if (differ((l) => String(ends(l)[0]?.start))) parts.push("the other way round");
  }
  return parts.join(", ");
}
