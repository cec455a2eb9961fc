"""The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), served by the app.

Requests are described by what checks them (`accord.annotator.actions`), answers by what they are
made of in `accord.annotator.shapes`. A test sends whatever this document allows, and whatever it
forbids, and compares every answer with it.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from accord.annotator.actions import ACTIONS, ALONE, MOST_ACTIONS, Form
from accord.annotator.shapes import (
    SHAPES,
    TEXT,
    WHOLE,
    array,
    choice,
    may_have_more,
    may_lack,
    shape,
    thing,
)
from accord.annotator.state import Status

Json = dict[str, Any]

_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": "a document's id: its path under corpus/ without suffix; slashes may stand",
}
_ERRORS = {
    401: "nobody is signed in",
    403: "another host, page or person than this one",
    404: "no such document or page",
    409: "it would overwrite somebody's work",
    413: "the request is too large",
    422: "not as this document says, or forbidden by the corpus's schema",
    503: "the disk refuses; nothing was changed",
}
# Every request may meet these.
_ALWAYS = (401, 403, 503)


def openapi() -> Json:
    """The document, as JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "accord annotate",
            "version": version("accord"),
            "description": (
                "Labelling a corpus. Positions are code points, half-open. Every request names "
                "this server as its host and carries the cookie that the printed link sets; one "
                "that changes something also carries X-Accord and an Origin of this server."
            ),
        },
        "security": [{"link": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"link": {"type": "apiKey", "in": "cookie", "name": "accord"}},
            "schemas": {**SHAPES, "Post": _post_schema()},
        },
    }


def _paths() -> Json:
    layers = _query("layers", "names of layers, parted by commas", required=True)
    two = [_query(name, "name of a layer", required=True) for name in ("first", "second")]
    some = [_query(name, "name of a layer") for name in ("first", "second")]
    maybe: Json = {"type": ["string", "null"]}
    export = shape(document=maybe, overwrite=array(TEXT))
    export = may_have_more(may_lack(export, "document", "overwrite"))
    find = [
        _query("q", "words"),
        _query("status", "only such documents", {"enum": ["", *(s.value for s in Status)]}),
        _query("type", "only labels of this type"),
    ]
    follow = [_query("order", "an order's name"), _query("after", "a document's id")]
    return {
        "/api/openapi.json": {"get": _asks("this document", {"type": "object"})},
        "/api/session": {"get": _asks("who labels what by which rules", thing("Session"))},
        "/api/documents": {"get": _asks("every document", thing("Documents"))},
        "/api/document/{id}": {
            "get": _asks("a document to label", thing("Document"), [_ID], (404, 409, 422))
        },
        "/api/actions/{id}": {
            "post": _does("one step, all or nothing", thing("Acted"), thing("Post"), [_ID])
        },
        "/api/export": {
            "post": _does("write the .ann files", thing("Exported"), export, (), (404, 413, 422))
        },
        "/api/next": {"get": _asks("what to label next", thing("Next"), follow, (422,))},
        "/api/search": {"get": _asks("places that hold words", thing("Found"), find, (422,))},
        "/api/events": {
            "get": _asks("what changes, as it happens", TEXT, kind="text/event-stream")
        },
        "/api/orders": {"get": _asks("orders of work", thing("Orders"))},
        "/api/model": {"get": _asks("how far training is", thing("Training"))},
        "/api/model/train": {
            "post": _does("train", thing("Training"), None, (), (409, 422), success=202)
        },
        "/api/model/cancel": {"post": _does("stop training", thing("Training"), None, (), ())},
        "/api/rejections": {
            "get": _asks("rejected suggestions, a line each", TEXT, kind="application/x-ndjson")
        },
        "/api/agreement": {
            "get": _asks("how two layers agree", thing("Agreement"), some, (409, 422))
        },
        "/api/agreement/document/{id}": {
            "get": _asks("a text with both", thing("Compared"), [_ID, *two], (404, 409, 422))
        },
        "/api/adjudication": {
            "get": _asks(
                "what is to decide",
                thing("Adjudication"),
                [_query("layers", "names of layers, parted by commas")],
                (409, 422),
            )
        },
        "/api/adjudication/document/{id}": {
            "get": _asks("the differences", thing("Table"), [_ID, layers], (404, 409, 422)),
            "post": _does("decide", thing("Table"), thing("Decisions"), [_ID]),
        },
        "/api/adjudication/write/{id}": {
            "post": _does("put what is decided into gold", thing("Table"), thing("Writing"), [_ID])
        },
    }


def _asks(
    what: str,
    answer: Json,
    parameters: Sequence[Json] = (),
    errors: Sequence[int] = (),
    *,
    kind: str = "application/json",
) -> Json:
    """An operation that changes nothing."""
    return {
        "summary": what,
        "parameters": list(parameters),
        "responses": _responses(200, answer, kind, errors),
    }


def _does(
    what: str,
    answer: Json,
    body: Json | None,
    parameters: Sequence[Json] = (_ID,),
    errors: Sequence[int] = (404, 409, 413, 422),
    *,
    success: int = 200,
) -> Json:
    """An operation that changes something: only for this server's own pages."""
    own = {"name": "X-Accord", "in": "header", "required": True, "schema": {"const": "1"}}
    operation: Json = {
        "summary": what,
        "parameters": [own, *parameters],
        "responses": _responses(success, answer, "application/json", errors),
    }
    if body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return operation


def _responses(success: int, answer: Json, kind: str, errors: Sequence[int]) -> Json:
    found: Json = {str(success): {"description": "done", "content": {kind: {"schema": answer}}}}
    for code in sorted({*_ALWAYS, *errors}):
        said = thing("Conflict") if code == 409 else thing("Error")
        found[str(code)] = {
            "description": _ERRORS[code],
            "content": {"application/json": {"schema": said}},
        }
    return found


def _query(name: str, text: str, kind: Json | None = None, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": kind or TEXT,
    }


def _post_schema() -> Json:
    """One post of a window: one action that stands alone, or several others."""
    actions = {
        "anyOf": [
            {"type": "array", "minItems": 1, "maxItems": 1, "items": _one_of(ALONE)},
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_ACTIONS,
                "items": _one_of(ACTIONS),
            },
        ]
    }
    post = shape(version=WHOLE, actions=actions, window=TEXT, key=TEXT, basis=TEXT)
    return may_have_more(may_lack(post, "window", "key", "basis"))


def _one_of(forms: Mapping[str, Form]) -> Json:
    return {"oneOf": [_action(do, form) for do, form in forms.items()]}


def _action(do: str, form: Form) -> Json:
    fields = {**form.required, **form.optional}
    described = shape(do=choice(do), **{name: dict(kind.schema) for name, kind in fields.items()})
    return {**may_have_more(may_lack(described, *form.optional)), "description": form.text}
