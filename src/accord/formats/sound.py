"""What every format asks of the labels it is handed, and losses that several formats share."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from accord.counted import counted
from accord.document import Document, Layer, Mention
from accord.errors import InputError
from accord.formats import Labelled, Loss, checked


def sound(items: Sequence[Labelled], *, layers: bool = False) -> tuple[Labelled, ...]:
    """The items, or InputError naming the first thing that no format could hold.

    With `layers`, a document may come several times, each time from another source.
    """
    texts: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for item in checked(items):
        document, layer = item.document, item.layer
        if texts.setdefault(document.id, document.text) != document.text:
            raise InputError(f"two documents with different texts have the id {document.id!r}")
        key = (document.id, layer.source if layers else "")
        if key in seen:
            by = f" from {layer.source!r}" if layers else ""
            raise InputError(f"{document.id} comes twice{by}; write each layer to its own place")
        seen.add(key)
        _whole(document, layer)
        _ends(document, layer)
    return tuple(items)


def part(
    item: Labelled, what: str, refused: Callable[[Mention], str]
) -> tuple[Labelled, tuple[Loss, ...]]:
    """The item without the mentions for which `refused` gives a reason, and without their arrows.

    Each is a loss: `what` for a mention, "relation of a lost mention" for a relation.
    """
    document, layer = item.document, item.layer
    reasons = {m.id: reason for m in layer.mentions if (reason := refused(m))}
    if not reasons:
        return item, ()
    losses = [Loss(what, document.id, lost, reason) for lost, reason in reasons.items()]
    relations = []
    for number, relation in enumerate(layer.relations, start=1):
        lost_ends = [end for end in (relation.head, relation.tail) if end in reasons]
        if lost_ends:
            name = relation.id or f"R{number}"
            losses.append(
                Loss("relation of a lost mention", document.id, name, ", ".join(lost_ends))
            )
        else:
            relations.append(relation)
    mentions = tuple(m for m in layer.mentions if m.id not in reasons)
    kept = replace(layer, mentions=mentions, relations=tuple(relations))
    return Labelled(document, kept), tuple(losses)


def score_losses(item: Labelled) -> Iterator[Loss]:
    """One loss for each score, for formats that have no place for it."""
    for mention in item.layer.mentions:
        if mention.score is not None:
            yield Loss("score", item.document.id, mention.id, f"{mention.score:.4g}")
    for number, relation in enumerate(item.layer.relations, start=1):
        if relation.score is not None:
            name = relation.id or f"R{number}"
            yield Loss("score", item.document.id, name, f"{relation.score:.4g}")


def _whole(document: Document, layer: Layer) -> None:
    words = [document.id, document.text, *document.meta, *document.meta.values(), layer.source]
    words += [word for m in layer.mentions for word in (m.id, m.type)]
    words += [word for r in layer.relations for word in (r.id, r.type)]
    for word in words:
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"{document.id!r} holds half a surrogate pair, U+{ord(word[error.start]):04X}, "
                "which is no character; remove it"
            ) from None


def _ends(document: Document, layer: Layer) -> None:
    ids: set[str] = set()
    for mention in layer.mentions:
        if not mention.id.strip():
            raise InputError(f"{document.id}: a mention has no id; give it one")
        if mention.id in ids:
            raise InputError(f"{document.id}: the mention id {mention.id} is used twice")
        ids.add(mention.id)
        if mention.span.end > len(document.text):
            raise InputError(
                f"{document.id}: {mention.id} ends at {mention.span.end}, "
                f"but the text has {counted(len(document.text), 'character')}"
            )
    for relation in layer.relations:
        for end in (relation.head, relation.tail):
            if end not in ids:
                raise InputError(
                    f"{document.id}: {relation.type} points to {end}, which does not exist"
                )
