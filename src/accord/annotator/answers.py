"""Reading what a page sends, and saying what is wrong with it."""

import json
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accord.annotator.actions import RefusedError
from accord.annotator.journal import JournalError
from accord.errors import ConflictError, InputError

# An escape that may be half of a surrogate pair: no text, which no answer or file could hold.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class Body:
    """A JSON object that a page sent; InputError for a field that is not of its kind."""

    def __init__(self, data: dict[str, Any]):
        self._data = data

    def string(self, name: str, default: str | None = None) -> str:
        """A string; missing or null is the default, if there is one."""
        value = self._data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise InputError(f"{name} must be a string, not {value!r}")
        return value

    def strings(self, name: str, default: list[str] | None = None) -> list[str]:
        """A list of strings."""
        value = self._data.get(name, default)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InputError(f"{name} must be a list of strings, not {value!r}")
        return value

    def number(self, name: str) -> int:
        """A whole number."""
        value = self._data.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InputError(f"{name} must be a whole number, not {value!r}")
        return value

    def objects(self, name: str) -> list[dict[str, Any]]:
        """A list of objects."""
        value = self._data.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise InputError(f"{name} must be a list of objects")
        return value


async def body_of(request: Request) -> Body:
    """The JSON object that a request carries; InputError if it carries none."""
    data = await request.body()
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InputError("the request holds no JSON") from None
    if _HALF.search(data):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (UnicodeEncodeError, RecursionError):
            raise InputError("the request holds half of a surrogate pair: no text") from None
    if not isinstance(value, dict):
        raise InputError("the request holds no JSON object")
    return Body(value)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def answer_error(_: Request, error: Exception) -> Response:
    """An error of Accord's as JSON: 422 for bad input, 409 for a conflict, 503 if not saved."""
    said: dict[str, Any] = {"error": str(error), "hint": ""}
    if isinstance(error, RefusedError):
        said |= {"hint": error.hint, "rule": error.rule}
    status = 400
    for kind, number in ((InputError, 422), (ConflictError, 409), (JournalError, 503)):
        if isinstance(error, kind):
            status = number
    return JSONResponse(said, status)


def answer_failure(_: Request, error: Exception) -> Response:
    """Everything else as JSON."""
    if isinstance(error, HTTPException):
        hint = "reload the page" if error.status_code == 404 else ""
        said = "there is no such thing" if error.status_code == 404 else error.detail
        return JSONResponse({"error": said, "hint": hint}, error.status_code)
    if isinstance(error, OSError):
        said = f"the disk refuses: {error.strerror or error}"
        return JSONResponse({"error": said, "hint": "nothing was changed; try again"}, 503)
    hint = "nothing was changed; the terminal of `accord annotate` says more"
    return JSONResponse({"error": "the server made a mistake", "hint": hint}, 500)
