"""The app that the browser talks to: JSON over HTTP, one person a cookie, one layer a person.

==========  ================================  ====================================================
GET         /api/session                      who, which layer, the schema, the guidelines
GET         /api/documents                    every document with its status; progress of all; while
                                              texts are still being read, their ids as titles
GET         /api/document/ID                  a document with everything that is shown of it
POST        /api/actions/ID                   {version, window, key?, basis?, actions}: one step,
                                              all or nothing; answers the document or, to a window
                                              that sends the `basis` of what it shows, what changed
                                              in it; 409 if another window was faster, 422 if the
                                              schema forbids it
POST        /api/export                       {document?, overwrite?}: write the .ann files
GET         /api/next?order=&after=           the document to label next, and why
GET         /api/search?q=&status=&type=      places that hold words
GET         /api/events                       server-sent events: what changed
GET         /api/openapi.json                 all of this as a schema
==========  ================================  ====================================================

Offsets are code points. An error is ``{"error": what is wrong, "hint": what to do}``.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from accord.annotator import adjudication_routes, agreement_routes, model_routes
from accord.annotator.answers import answer_error, answer_failure, body_of
from accord.annotator.filed import Filed
from accord.annotator.openapi import openapi
from accord.annotator.overview import Overview
from accord.annotator.people import Person, person_of
from accord.annotator.search import search
from accord.annotator.security import Guard, problem_page
from accord.annotator.state import Status
from accord.annotator.store import Post, StaleError, Store
from accord.annotator.wire import answer_json, document_json, palette_json, schema_json
from accord.annotator.workplace import Suggestions, Workplace, unread_key
from accord.document import Document
from accord.errors import AccordError, InputError

_LOG = logging.getLogger(__name__)
# A model that is quicker than this is waited for when a document is opened.
_PATIENCE = 0.4
_KINDS = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def create_app(workplace: Workplace, *, hosts: Iterable[str], cookie: str = "accord") -> Starlette:
    """The app for a workplace, reached under these values of the Host header."""
    workplace.orders.setdefault("filed", Filed(workplace.documents))
    core = Core(workplace, cookie)
    return Starlette(
        routes=[
            *core.routes(),
            *model_routes.routes(workplace),
            *agreement_routes.routes(workplace),
            *adjudication_routes.routes(workplace),
        ],
        middleware=[Middleware(Guard, people=workplace.people, hosts=hosts, cookie=cookie)],
        exception_handlers={
            AccordError: answer_error,
            HTTPException: answer_failure,
            OSError: answer_failure,
            Exception: answer_failure,
        },
    )


class Core:
    """The routes of labelling."""

    def __init__(self, workplace: Workplace, cookie: str):
        self._workplace = workplace
        self._cookie = cookie
        self._page = files("accord.annotator") / "page"
        self._suggesting: dict[str, asyncio.Task[None]] = {}
        self._overviews: dict[str, Overview] = {}

    def routes(self) -> list[Route]:
        """What this module answers."""
        return [
            Route("/", self.page),
            Route("/{name}", self.file),
            Route("/api/openapi.json", self.openapi),
            Route("/api/session", self.session),
            Route("/api/documents", self.documents),
            Route("/api/document/{id:path}", self.document),
            Route("/api/actions/{id:path}", self.actions, methods=["POST"]),
            Route("/api/export", self.export, methods=["POST"]),
            Route("/api/next", self.next),
            Route("/api/search", self.search),
            Route("/api/events", self.events),
        ]

    async def page(self, request: Request) -> Response:
        """The labelling page; with a token, the cookie that keeps it."""
        token = request.query_params.get("token")
        if token is not None:
            return self._sign_in(token)
        return self._html(request, "index.html")

    async def file(self, request: Request) -> Response:
        """A file of the page; a name without suffix is a page of its own."""
        name = request.path_params["name"]
        stem, _, suffix = name.rpartition(".")
        if not stem:
            return self._html(request, f"{name}.html")
        path = self._page / name
        if suffix not in _KINDS or suffix == "html" or not path.is_file():
            raise HTTPException(404)
        return Response(path.read_bytes(), headers={"content-type": _KINDS[suffix]})

    async def openapi(self, _: Request) -> Response:
        """The API in the form that programs read."""
        return JSONResponse(openapi())

    async def session(self, request: Request) -> Response:
        """Who labels what by which rules."""
        person: Person = request.state.person
        workplace = self._workplace
        model = workplace.suggest
        return JSONResponse(
            {
                "person": person.name,
                "layer": person.layer,
                "layers": list(workplace.layers()),
                "can_write": True,
                "schema": schema_json(workplace.schema),
                "palette": palette_json(),
                "guidelines": workplace.guidelines,
                "model": None if model is None else {"name": model.name, "hash": model.hash},
                "orders": [
                    {"name": order.name, "text": order.text} for order in workplace.orders.values()
                ],
            }
        )

    async def documents(self, request: Request) -> Response:
        """Every document, and how far all are."""
        store = self._workplace.store(request.state.person)
        overview = self._overviews.get(store.layer)
        if overview is None:
            overview = self._overviews[store.layer] = Overview(self._workplace, store)
        return JSONResponse(await run_in_threadpool(overview.to_json))

    async def document(self, request: Request) -> Response:
        """One document, ready to be labelled."""
        store, person, i = self._asked(request)
        store.begin(i)
        await self._suggest(self._workplace.documents[i], store)
        return self._answer(store, person, i)

    async def actions(self, request: Request) -> Response:
        """One step of a window."""
        store, person, i = self._asked(request)
        body = await body_of(request)
        document = self._workplace.documents.fresh(i)
        suggest = self._workplace.suggest
        before = store.document(i)
        post = Post(
            by=person.name,
            version=body.number("version"),
            actions=body.objects("actions"),
            window=body.string("window", ""),
            key=body.string("key", ""),
            suggested=None if suggest is None else suggest.known(document),
        )
        try:
            state = store.act(i, post)
        except StaleError as stale:
            current = document_json(self._workplace, store, person, document, stale.current)
            return JSONResponse(
                {
                    "error": str(stale),
                    "hint": "look at the newer state, then decide",
                    "current": current,
                },
                409,
            )
        event = {"document": i, "version": state.version, "window": post.window}
        self._workplace.events.publish(event, layer=store.layer)
        known = post.version, body.string("basis", "")
        return JSONResponse(
            answer_json(self._workplace, store, person, document, (before, state), known)
        )

    async def export(self, request: Request) -> Response:
        """Write files."""
        store = self._workplace.store(request.state.person)
        body = await body_of(request)
        document = body.string("document", "")
        if document and document not in self._workplace.documents:
            raise HTTPException(404)
        done = store.export([document] if document else None, body.strings("overwrite", []))
        conflicts = [{"document": i, "reason": why} for i, why in done.conflicts.items()]
        return JSONResponse({"written": list(done.written), "conflicts": conflicts})

    async def next(self, request: Request) -> Response:
        """The next document in an order of work."""
        orders = self._workplace.orders
        name = request.query_params.get("order") or next(iter(orders))
        if name not in orders:
            raise InputError(f"there is no order {name!r}; there are {', '.join(orders)}")
        store = self._workplace.store(request.state.person)
        after = request.query_params.get("after")
        found, why = await run_in_threadpool(orders[name].following, store, after)
        return JSONResponse({"document": found, "why": why})

    async def search(self, request: Request) -> Response:
        """Places that hold words."""
        store = self._workplace.store(request.state.person)
        asked = request.query_params
        status, kind = asked.get("status", ""), asked.get("type", "")
        known = {*self._workplace.schema.mentions, *self._workplace.schema.relations, ""}
        if status not in {*Status, ""}:
            raise InputError(f"there is no status {status!r}; there are {', '.join(Status)}")
        if kind not in known:
            raise InputError(f"there is no type {kind!r}")
        texts = self._workplace.documents
        hits, more = await run_in_threadpool(
            lambda: search(store, texts, asked.get("q", ""), status=status, kind=kind)
        )
        return JSONResponse({"hits": hits, "more": more})

    async def events(self, request: Request) -> Response:
        """What changes, as it happens."""
        layer = request.state.person.layer

        async def stream() -> AsyncIterator[str]:
            yield ": welcome\n\n"
            async for event in self._workplace.events.listen(layer):
                yield ": still here\n\n" if event is None else f"data: {json.dumps(event)}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    def _asked(self, request: Request) -> tuple[Store, Person, str]:
        i = request.path_params["id"]
        if i not in self._workplace.documents:
            raise HTTPException(404)
        person: Person = request.state.person
        return self._workplace.store(person), person, i

    def _answer(self, store: Store, person: Person, i: str) -> Response:
        state = store.document(i)
        document = self._workplace.documents[i]
        return JSONResponse(document_json(self._workplace, store, person, document, state))

    async def _suggest(self, document: Document, store: Store) -> None:
        """Ask the model, and wait a moment; the page hears when it is done later than that."""
        suggest = self._workplace.suggest
        if suggest is None or suggest.known(document) is not None:
            return
        if self._workplace.why_unread(document) is not None:
            return
        i = document.id

        async def ask() -> None:
            try:
                await run_in_threadpool(suggest.of, document)
            except Exception as error:  # a model's own code: the page must hear of whatever it is
                self._unread(document, suggest, error)
            finally:
                del self._suggesting[i]
            event: dict[str, Any] = {"document": i, "suggestions": True, "window": ""}
            event["version"] = store.document(i).version
            self._workplace.events.publish(event, layer=store.layer)

        task = self._suggesting.get(i)
        if task is None:
            task = self._suggesting[i] = asyncio.create_task(ask())
        await asyncio.wait([task], timeout=_PATIENCE)

    def _unread(self, document: Document, model: Suggestions, error: Exception) -> None:
        if isinstance(error, AccordError):
            why = str(error)
        else:
            _LOG.error("%s cannot read %s", model.name, document.id, exc_info=error)
            why = f"{type(error).__name__}; the terminal of `accord annotate` says more"
        self._workplace.unread[unread_key(document, model)] = why

    def _sign_in(self, token: str) -> Response:
        if person_of(token, self._workplace.people) is None:
            text = "Start `accord annotate` again and open the link that it prints."
            return HTMLResponse(problem_page("This link is not valid any more", text), 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, token, httponly=True, samesite="strict")
        return response

    def _html(self, request: Request, name: str) -> Response:
        path = self._page / name
        if not path.is_file():
            raise HTTPException(404)
        if request.state.person is not None:
            return HTMLResponse(path.read_bytes())
        if request.headers.get("sec-fetch-site") == "cross-site":
            # A link in a mail: the browser keeps a strict cookie back until this page asks itself.
            again = '<!doctype html><title>Accord</title><meta http-equiv="refresh" content="0">'
            return HTMLResponse(again)
        text = "Open the link that `accord annotate` printed; it says who you are."
        return HTMLResponse(problem_page("Nobody is signed in", text), 401)
