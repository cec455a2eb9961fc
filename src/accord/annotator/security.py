"""Who may ask: the right address, the right page, a person's token, a body of decent size.

The server listens on a machine on which other pages are open in the same browser. So a request
counts only if it names this server as its host (a foreign name that was made to resolve here does
not), if it carries a person's cookie, and, where it changes something, if it comes from a page of
this server and carries a header that no foreign page can send. A browser holds one person's cookie
a server: a page that was opened as somebody else says so in X-Accord-Layer, and is refused.
"""

import json
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accord.annotator.people import Person, person_of

LARGEST_BODY = 2_000_000

_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_READING = ("GET", "HEAD")


class TooLargeError(Exception):
    """A body that grew over the limit while it was read."""


class Guard:
    """Middleware that lets through what may ask, with ``state.person`` set where known.

    `hosts` are the allowed values of the Host header; `cookie` is the name of the cookie that
    holds the token.
    """

    def __init__(
        self, app: ASGIApp, *, people: Iterable[Person], hosts: Iterable[str], cookie: str
    ):
        self._app = app
        self._people = tuple(people)
        self._hosts = frozenset(host.lower() for host in hosts)
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        token = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        person = person_of(token, self._people) if token else None
        scope.setdefault("state", {})["person"] = person
        sending = _with_headers(send, scope["path"])
        refusal = self._refusal(scope, headers, person)
        if refusal is not None:
            await _refuse(scope, sending, *refusal)
            return
        try:
            await self._app(scope, _limited(receive), sending)
        except TooLargeError:
            await _refuse(scope, sending, 413, "the request is too large", _SMALLER)

    def _refusal(
        self, scope: Scope, headers: Headers, person: Person | None
    ) -> tuple[int, str, str] | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 403, "this server does not go by that name", "open the link that was printed"
        if headers.get("content-length", "0").isdecimal():
            if int(headers.get("content-length", "0")) > LARGEST_BODY:
                return 413, "the request is too large", _SMALLER
        else:
            return 400, "the length of the request is no number", ""
        if scope["method"] not in _READING:
            if headers.get("origin") != f"http://{hosts[0]}":
                return 403, "the request comes from another page", "use this server's own page"
            if headers.get("x-accord") != "1":
                return 403, "the header X-Accord is missing", "use this server's own page"
        if person is None and (scope["path"].startswith("/api/") or scope["method"] != "GET"):
            return 401, "nobody is signed in", "open the link that `accord annotate` printed"
        page_of = unquote(headers.get("x-accord-layer", ""))
        if person is not None and page_of not in ("", person.layer):
            reason = f"this page labels {page_of!r}, but {person.name} is signed in here by now"
            return 403, reason, "use one browser (or profile) a person; reload this page"
        return None


_SMALLER = f"send at most {LARGEST_BODY:,} bytes at once"


def problem_page(title: str, text: str) -> str:
    """A page without scripts that says what is wrong."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Accord</title></head><body><h1>{escape(title)}</h1><p>{escape(text)}</p>"
        "</body></html>"
    )


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            # Pages change with the version installed: ask each time, and mostly hear "unchanged".
            headers["cache-control"] = "no-store" if path.startswith("/api/") else "no-cache"
        await send(message)

    return sending


def _limited(receive: Receive) -> Receive:
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise TooLargeError
        return message

    return receiving


async def _refuse(scope: Scope, send: Send, status: int, error: str, hint: str) -> None:
    body: Any = json.dumps({"error": error, "hint": hint}).encode()
    kind = b"application/json"
    length = str(len(body)).encode()
    headers = [(b"content-type", kind), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})
