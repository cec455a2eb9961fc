/** Showing which arrows and marks belong to what is selected or under the pointer. */

import type { Relation } from "./document.js";
import type { Pane } from "./pane.js";

/** What the selection or the pointer is on, and what belongs to it. */
export function belonging({ desk, hovered }: Pane): { relations: Map<string, Relation>; marks: Set<string> } | null {
  const { selection, doc } = desk;
  const id = hovered || (selection && selection.kind !== "words" ? selection.id : "");
  if (!id || !doc) return null;
  const own = desk.relation(id);
  const relations = own ? [own] : doc.relations.filter((r) => r.head === id || r.tail === id);
  return {
    relations: new Map(relations.map((r) => [r.id, r])),
    marks: new Set([...(own ? [] : [id]), ...relations.flatMap((r) => [r.head, r.tail])]),
  };
}

/** A class of an element, as long as the element is emphasised. */
type Lit = [name: string, element: Element];

export class Emphasis {
  pane: Pane;
  lit: Lit[] = [];

  constructor(pane: Pane) {
    this.pane = pane;
  }

  draw() {
    const { desk } = this.pane;
    const near = belonging(this.pane);
    const found: Lit[] = [];
    const light = (name: string, elements: Element[]) => {
      for (const element of elements) found.push([name, element]);
    };
    for (const id of near?.marks ?? []) light("near", this.marks(id));
    for (const relation of near?.relations.values() ?? []) {
      const arcs = this.arcs(relation);
      light("near", arcs);
      light("focused", arcs.flatMap((arc) => arc.parentElement ?? []));
    }
    const { selection } = desk;
    const relation = selection?.kind === "relation" ? desk.relation(selection.id) : undefined;
    if (selection?.kind === "mark") light("selected", this.marks(selection.id));
    else if (relation) light("selected", this.arcs(relation));
    this.change(found);
  }

  change(found: Lit[]) {
    const before = this.lit;
    const same = found.length === before.length && found.every(([name, element], at) => before[at]?.[0] === name && before[at][1] === element);
    if (same) return;
    for (const [name, element] of before) element.classList.remove(name);
    for (const [name, element] of found) element.classList.add(name);
    this.lit = found;
  }

  /** Of a mark that reaches into another block, also what is drawn there. */
  marks(id: string): Element[] {
    const { places, blocks } = this.pane;
    const first = places.of.get(id) ?? -1;
    const drawn = (at: number) => [...(blocks[at]?.words.querySelectorAll(`mark[data-id="${CSS.escape(id)}"]`) ?? [])];
    const here = drawn(first);
    return here.some((mark) => mark.classList.contains("cut")) ? [...here, ...drawn(first + 1)] : here;
  }

  arcs({ id, head, tail }: Relation): Element[] {
    const { places, blocks } = this.pane;
    const found = new Set([head, tail].map((end) => blocks[places.of.get(end) ?? -1]));
    return [...found].flatMap((block) => [...(block?.arcs.querySelectorAll(`[data-relation="${CSS.escape(id)}"]`) ?? [])]);
  }
}
