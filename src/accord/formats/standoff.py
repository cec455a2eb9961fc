"""What brat standoff asks of labels: types without white space, and ids of its own form."""

import re
from collections.abc import Callable
from dataclasses import replace

from accord.corpus.standoff import numbered
from accord.document import Mention
from accord.formats import Labelled, Loss
from accord.formats.naming import Names
from accord.formats.sound import part

_TYPE = re.compile(r"\S+")


def standoff_item(
    whole: Labelled, refused: Callable[[Mention], str] = lambda _: ""
) -> tuple[Labelled, list[Loss]]:
    """The item as standoff can hold it, and what that lost.

    `refused` names further reasons for which a mention cannot be held, "" where there is none.
    """

    def reason(mention: Mention) -> str:
        return _bad_type(mention.type) or refused(mention)

    what = "mark or type brat cannot hold"
    item, lost = part(whole, what, reason)
    losses = [*lost]
    kept = []
    for number, relation in enumerate(item.layer.relations, start=1):
        if bad := _bad_type(relation.type):
            losses.append(Loss(what, item.document.id, relation.id or f"R{number}", bad))
        else:
            kept.append(relation)
    item = replace(item, layer=replace(item.layer, relations=tuple(kept)))
    item, renamed = _with_ids(item)
    return item, losses + renamed


def _bad_type(name: str) -> str:
    return "" if _TYPE.fullmatch(name) else f"white space in the type {name!r}"


def _with_ids(item: Labelled) -> tuple[Labelled, list[Loss]]:
    """The item with ids of standoff's form, each one once."""
    layer, name = item.layer, item.document.id
    names = Names("R", [r.id for r in layer.relations])
    seen: set[str] = set()
    relations = []
    for relation in layer.relations:
        twice = relation.id in seen
        relations.append(replace(relation, id=names.give()) if twice else relation)
        seen.add(relation.id)
    renamed = numbered(replace(layer, relations=tuple(relations)))
    before = [m.id for m in layer.mentions] + [r.id for r in layer.relations]
    after = [m.id for m in renamed.mentions] + [r.id for r in renamed.relations]
    losses = [
        Loss("id", name, old, f"becomes {new}")
        for old, new in zip(before, after, strict=True)
        if old and old != new
    ]
    return Labelled(item.document, renamed), losses
