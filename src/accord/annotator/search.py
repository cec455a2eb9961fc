"""Search over texts, labels and notes of one layer, without regard to case."""

import re
from collections.abc import Iterator
from typing import Any

from accord.annotator.state import State
from accord.annotator.store import Store
from accord.annotator.texts import Texts
from accord.document import Document, Span
from accord.errors import AccordError

MOST_HITS = 500
_AROUND = 50

Json = dict[str, Any]


def search(
    store: Store, texts: Texts, words: str, *, status: str = "", kind: str = ""
) -> tuple[list[Json], bool]:
    """Places that hold the words, at most `MOST_HITS`, and whether there are more.

    With `status`, only in documents of that status; with `kind` (a type of mention or relation),
    only labels of that type. Without words, every label of that type, or every document of that
    status.
    """
    hits: list[Json] = []
    begun = store.begun()
    for i in texts:
        if status and store.status(i) != status:
            continue
        for hit in _in_document(store if i in begun else None, texts, i, words.strip(), kind):
            if len(hits) == MOST_HITS:
                return hits, True
            hits.append(hit)
    return hits, False


def _in_document(
    store: Store | None, texts: Texts, i: str, words: str, kind: str
) -> Iterator[Json]:
    try:
        document = texts[i]
        state = None if store is None else store.document(i)
    except AccordError:
        # The list of documents says what is wrong with this one.
        return
    if not words and not kind:
        start = {"document": i, "start": 0, "end": 0, "kind": "text"}
        yield {**start, "snippet": texts.summary(i).title, "match": [0, 0]}
        return
    found = re.compile(re.escape(words), re.IGNORECASE)
    if words and not kind:
        for match in found.finditer(document.text):
            span = Span(*match.span())
            yield _hit(document, span, "text")
    if state is not None:
        yield from _labels(document, state, found, words, kind)


def _labels(
    document: Document, state: State, found: re.Pattern[str], words: str, kind: str
) -> Iterator[Json]:
    for mention in state.mentions:
        named = not words or found.search(document[mention.span]) or found.search(mention.type)
        if mention.type == kind and named:
            yield {**_hit(document, mention.span, "mention"), "id": mention.id}
    for relation in state.relations:
        head, tail = state.layer.ends(relation)
        named = found.search(document[head.span]) or found.search(document[tail.span])
        if relation.type == kind and named:
            yield {**_hit(document, head.span, "relation"), "id": relation.id}
    if words and not kind:
        for note in state.notes:
            if match := found.search(note.text):
                yield {**_place(document, note.span, "note"), **_snippet(note.text, match.span())}


def _hit(document: Document, span: Span, kind: str) -> Json:
    place = _place(document, span, kind)
    return {**place, **_snippet(document.text, (span.start, span.end))}


def _place(document: Document, span: Span, kind: str) -> Json:
    return {"document": document.id, "start": span.start, "end": span.end, "kind": kind}


def _snippet(text: str, match: tuple[int, int]) -> Json:
    left = max(0, match[0] - _AROUND)
    shown = text[left : match[1] + _AROUND]
    return {"snippet": shown, "match": [match[0] - left, match[1] - left]}
