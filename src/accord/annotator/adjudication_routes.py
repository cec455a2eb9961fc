"""Adjudication over HTTP; offsets are code points.

====  ==============================  ============================================================
GET   /api/adjudication?layers=A,B    all layers; for chosen ones, each common document with how
                                      many points are open
GET   /api/adjudication/document/ID   ?layers=A,B: the text, what is agreed, and every point
POST  /api/adjudication/document/ID   {layers, version, decisions: [{difference, take: [layer...],
                                      other?}]}, or {layers, version, do: "undo" or "redo"}
POST  /api/adjudication/write/ID      {layers, overwrite: [ID]?}: put what is decided into gold now
====  ==============================  ============================================================

``take`` names the layers whose label is taken: one, several (both), or none (neither); a layer
that has no label there adds none. ``other`` is somebody's own label instead: ``{type, start, end}``
or ``{type, head: {type, start, end}, tail: {...}}``.
"""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from accord.annotator.adjudication import GOLD, Adjudicator, StaleDecisionError, Table
from accord.annotator.answers import body_of
from accord.annotator.labels import mention_json, relation_json
from accord.annotator.workplace import Workplace
from accord.compare import Arrow, Decision, Point
from accord.document import Mention
from accord.errors import AccordError, InputError

Json = dict[str, Any]


def routes(workplace: Workplace) -> list[Route]:
    """What this module answers."""
    handlers = _Handlers(workplace)
    return [
        Route("/api/adjudication", handlers.overview),
        Route("/api/adjudication/document/{id:path}", handlers.document),
        Route("/api/adjudication/document/{id:path}", handlers.decide, methods=["POST"]),
        Route("/api/adjudication/write/{id:path}", handlers.write, methods=["POST"]),
    ]


class _Handlers:
    def __init__(self, workplace: Workplace):
        self._workplace = workplace
        self._adjudicator = Adjudicator(workplace)
        workplace.ending.append(self._adjudicator.close)

    async def overview(self, request: Request) -> Response:
        asked = request.query_params.get("layers", "")
        names = [name for name in self._workplace.layers() if name != GOLD]
        answer: Json = {"gold": GOLD, "all": names, "layers": [], "documents": []}
        if asked:
            answer["layers"] = asked.split(",")
            answer["documents"] = await run_in_threadpool(self._documents, answer["layers"])
        return JSONResponse(answer)

    async def document(self, request: Request) -> Response:
        layers = request.query_params.get("layers", "").split(",")
        return await self._answer(self._adjudicator.table, self._asked(request), layers)

    async def decide(self, request: Request) -> Response:
        i, body = self._asked(request), await body_of(request)
        layers, version = body.strings("layers"), body.number("version")
        by = request.state.person.name
        do = body.string("do", "decide")
        if do in ("undo", "redo"):
            return await self._answer(self._adjudicator.turn, i, layers, version, by, do)
        if do != "decide":
            raise InputError(f"unknown action {do!r}; there are decide, undo and redo")
        decisions = body.objects("decisions")
        for each in decisions:
            other = each.get("other")
            if not isinstance(each.get("difference"), str) or not isinstance(other, dict | None):
                raise InputError("a decision has a difference, take, and perhaps other")
        return await self._answer(self._adjudicator.decide, i, layers, version, by, decisions)

    async def write(self, request: Request) -> Response:
        i, body = self._asked(request), await body_of(request)
        layers, overwrite = body.strings("layers"), i in body.strings("overwrite", [])

        def write(i: str) -> Table:
            by = request.state.person.name
            return self._adjudicator.write(i, layers, by, overwrite=overwrite)

        return await self._answer(write, i)

    def _asked(self, request: Request) -> str:
        i: str = request.path_params["id"]
        if i not in self._workplace.documents:
            raise HTTPException(404)
        return i

    async def _answer(self, act: Any, *arguments: Any) -> Response:
        try:
            table: Table = await run_in_threadpool(act, *arguments)
        except StaleDecisionError as error:
            return JSONResponse({"error": str(error), "hint": "reload", "stale": True}, 409)
        return JSONResponse(self._json(table))

    def _documents(self, layers: list[str]) -> list[Json]:
        rows = []
        for i in self._adjudicator.common(layers):
            row: Json = {"id": i}
            try:
                row["title"] = self._workplace.documents.summary(i).title
                table = self._adjudicator.table(i, layers)
                row |= {
                    "points": len(table.found.points),
                    "open": len(table.found.open),
                    "unfinished": list(table.unfinished),
                    "done": table.found.gold.complete,
                    "written": table.current and table.found.gold.complete,
                }
            except AccordError as error:
                row["problem"] = str(error)
            rows.append(row)
        return rows

    def _json(self, table: Table) -> Json:
        found, document = table.found, table.document
        return {
            "id": document.id,
            "title": self._workplace.documents.summary(document.id).title,
            "text": document.text,
            "version": table.decided.version,
            "layers": [layer.source for layer in table.layers],
            "unfinished": list(table.unfinished),
            "mentions": [
                {**mention_json("", m), "whose": list(found.whose[m.id])}
                for m in found.gold.mentions
            ],
            "relations": [
                {**relation_json("", r), "whose": list(found.whose[r.id])}
                for r in found.gold.relations
            ],
            "sides": [
                {
                    "layer": layer.source,
                    "mentions": [mention_json("", m) for m in layer.mentions],
                    "relations": [relation_json("", r) for r in layer.relations],
                }
                for layer in table.layers
            ],
            "points": [_point(point) for point in found.points],
            "waiting": [_label(arrow) for arrow in found.waiting],
            "fallen": [
                {"label": _label(f.arrow), "layers": list(f.sources), "reason": f.reason}
                for f in found.fallen
            ],
            "done": found.gold.complete,
            "written": table.current,
            "undo": bool(table.decided.done),
            "redo": bool(table.decided.undone),
        }


def _point(point: Point) -> Json:
    labels: Mapping[str, Mention | Arrow] = point.labels
    return {
        "id": point.id,
        "target": str(point.target),
        "start": point.span.start,
        "end": point.span.end,
        "labels": {source: _label(label) for source, label in labels.items()},
        "decision": None if point.decision is None else _decision(point.decision),
    }


def _decision(decision: Decision) -> Json:
    other = None if decision.other is None else _label(decision.other)
    return {"take": list(decision.take), "other": other}


def _label(label: Mention | Arrow) -> Json:
    """Ids are those of the label's own layer, empty for somebody's own label."""
    if isinstance(label, Mention):
        return mention_json("", label)
    ends = {"head": mention_json("", label.head), "tail": mention_json("", label.tail)}
    return {"id": label.relation.id if label.relation else "", "type": label.type, **ends}
