"""Agreement over HTTP: the same figures as `accord agree`, and the places behind them.

====  ========================  ==================================================================
GET   /api/agreement            all layers; with ?first=A&second=B their agreement, as
                                `accord agree A B --json` prints it; each difference also has the
                                words of its labels and some text around it
GET   /api/agreement/document/  ID?first=A&second=B: a text with what both layers say of it
====  ========================  ==================================================================
"""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from accord.annotator.labels import mention_json, relation_json
from accord.annotator.workplace import Workplace
from accord.compare import agree, agreement_report
from accord.document import Document, Layer
from accord.errors import InputError

# Characters of text shown before and after a difference.
_AROUND = 60

Json = dict[str, Any]


def routes(workplace: Workplace) -> list[Route]:
    """What this module answers."""
    handlers = _Handlers(workplace)
    return [
        Route("/api/agreement", handlers.agreement),
        Route("/api/agreement/document/{id:path}", handlers.document),
    ]


class _Handlers:
    def __init__(self, workplace: Workplace):
        self._workplace = workplace

    async def agreement(self, request: Request) -> Response:
        first, second = (request.query_params.get(name, "") for name in ("first", "second"))
        answer: Json = {"layers": list(self._workplace.layers()), "result": None}
        if first or second:
            answer["result"] = await run_in_threadpool(self._result, first, second)
        return JSONResponse(answer)

    async def document(self, request: Request) -> Response:
        i = request.path_params["id"]
        if i not in self._workplace.documents:
            raise HTTPException(404)
        names = [request.query_params.get(name, "") for name in ("first", "second")]
        return JSONResponse(await run_in_threadpool(self._document, i, names))

    def _layers(self, first: str, second: str) -> dict[str, dict[str, Layer]]:
        if first == second:
            raise InputError(f"choose two different layers; both are {first!r}")
        return {
            name: {i: state.layer for i, state in self._workplace.labels(name).items()}
            for name in (first, second)
        }

    def _result(self, first: str, second: str) -> Json:
        layers = self._layers(first, second)
        (found,) = agree(layers, self._workplace.schema)
        texts = self._workplace.documents
        documents = {i: texts[i] for i in found.scores.documents}
        data = agreement_report(found, layers, documents, self._workplace.schema).to_json()
        for difference in data["differences"]:
            _add_words(difference, documents)
        return data

    def _document(self, i: str, names: list[str]) -> Json:
        layers = self._layers(names[0], names[1])
        return {
            "id": i,
            "title": self._workplace.documents.summary(i).title,
            "text": self._workplace.documents[i].text,
            "layers": [
                {
                    "layer": name,
                    "mentions": [mention_json("", m) for m in found[i].mentions],
                    "relations": [relation_json("", r) for r in found[i].relations],
                }
                for name, found in layers.items()
                if i in found
            ],
        }


def _add_words(difference: Json, documents: Mapping[str, Document]) -> None:
    """The words of a difference's labels, and the text around the whole."""
    text = documents[difference["document"]].text
    start, end = difference["start"], difference["end"]
    difference["before"] = text[max(0, start - _AROUND) : start]
    difference["words"] = text[start:end]
    difference["after"] = text[end : end + _AROUND]
    for side in ("first", "second"):
        label = difference[side]
        if label is not None:
            for part in (label["head"], label["tail"]) if "head" in label else (label,):
                part["words"] = text[part["start"] : part["end"]]
