"""What people rejected of a model's suggestions, as negatives to learn from.

JSON lines, one rejection a line, in the order of the texts::

    {"document": ID, "sha256": of the text, "by": LAYER, "model": NAME, "hash": of its files,
     "score": P, "type": TYPE, "span": [START, END], "text": "..."}

A relation has ``head`` and ``tail`` instead of ``span`` and ``text``, each with ``type``, ``span``
and ``text``. Offsets are half-open, in code points. A suggestion that was left open when its
document was completed was not rejected by anybody, and is not listed.
"""

import json
from collections.abc import Iterator
from typing import Any

from accord.annotator.state import Fate, MentionKey, State, Verdict
from accord.document import Document


def rejections(document: Document, layer: str, state: State) -> Iterator[str]:
    """The lines of one document, mentions first, in text order; each ends with a line feed."""
    found = [
        _entry(document, layer, verdict)
        for verdict in state.verdicts.values()
        if verdict.fate is Fate.REJECTED
    ]
    for entry in sorted(found, key=_place):
        yield json.dumps(entry, ensure_ascii=False) + "\n"


def _entry(document: Document, layer: str, verdict: Verdict) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "document": document.id,
        "sha256": document.sha256,
        "by": layer,
        "model": verdict.model,
        "hash": verdict.hash,
        "score": verdict.score,
    }
    if isinstance(verdict.key, MentionKey):
        return {**entry, **_mention(document, verdict.key)}
    return {
        **entry,
        "type": verdict.key.type,
        "head": _mention(document, verdict.key.head),
        "tail": _mention(document, verdict.key.tail),
    }


def _mention(document: Document, key: MentionKey) -> dict[str, Any]:
    return {"type": key.type, "span": [key.span.start, key.span.end], "text": document[key.span]}


def _place(entry: dict[str, Any]) -> tuple[bool, list[int], list[int], str]:
    head, tail = entry.get("head", entry), entry.get("tail", entry)
    return "head" in entry, head["span"], tail["span"], entry["type"]
