"""The doccano side: a stand-alone script that runs in an environment of its own.

doccano-client 1.2.8 needs pydantic 1 and urllib3 1, which the rest of Accord cannot live with, so
only this script imports it. It reads one JSON object a line from standard input and answers on
standard output, both UTF-8::

    {"id": 1, "do": "login", "with": {"url": "...", "user": "...", "password": "..."}}
    {"note": "the server is busy (429); waiting 2 s"}      any number, before the answer
    {"id": 1, "part": [...]}                               any number, for what comes in pages
    {"id": 1, "value": ...}                                or
    {"id": 1, "error": {"kind": "refused", "status": 403, "said": "..."}}

Kinds of errors: "refused" (the server said no; trying again would not help), "temporary" (it was
busy, broken or not to be reached, after several tries) and "fault" (of this script).

Requests that change nothing when repeated are tried again after timeouts, 429 and 5xx. Others are
sent once, unless the server surely did nothing (429, or no connection): whoever asked has to look
what became of them. Standard output belongs to the protocol; what libraries print goes to
standard error.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from doccano_client import DoccanoClient  # type: ignore[import-not-found]
from requests.adapters import HTTPAdapter

_TASK = "RelationExtraction"  # what doccano calls an import of spans with relations
_PAGE = 200
_SAID = 500
_LONGEST_WAIT = 60.0
_AT_ONCE = 4  # requests for labels of one example; doccano takes one label each
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# doccano cannot count labels where a former member left some: it answers 500, each time.
_ASKED_ONCE = re.compile(r"/v1/projects/\d+/metrics/")
# Posts that do no harm when they happen twice.
_REPEATABLE_POSTS = re.compile(r"/v1/(auth/login/|projects/\d+/download)$")

Answer = Callable[[dict[str, Any]], None]


class _Patient(HTTPAdapter):
    """Gives every request a time limit, and tries the repeatable ones again."""

    def __init__(self, note: Callable[[str], None], tries: int, pause: float, limit: float):
        self._note = note
        self._tries = tries
        self._pause = pause
        self._limit = limit
        super().__init__()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,  # noqa: ARG002
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        limits = (min(10.0, self._limit), self._limit)
        plain = request.body is None or isinstance(request.body, bytes | str)
        path = urlsplit(str(request.url)).path
        repeatable = request.method != "POST" or bool(_REPEATABLE_POSTS.search(path))
        tries = 1 if _ASKED_ONCE.search(path) or not plain else self._tries
        for turn in range(1, tries + 1):
            last = turn == tries
            try:
                response = super().send(request, stream, limits, verify, cert, proxies)
            except requests.ConnectTimeout:
                if last:
                    raise
                self._wait(turn, "cannot be reached", None)
            except (requests.ConnectionError, requests.Timeout) as error:
                unsent = "NewConnectionError" in repr(error)
                if last or not (repeatable or unsent):
                    raise
                self._wait(turn, "cannot be reached" if unsent else "did not answer", None)
            else:
                status = response.status_code
                if last or not (status == 429 or (status >= 500 and repeatable)):
                    return response
                after = response.headers.get("Retry-After")
                response.close()
                self._wait(turn, f"is busy ({status})", after)
        raise AssertionError("unreachable")

    def _wait(self, turn: int, why: str, after: str | None) -> None:
        seconds = min(_retry_after(after), _LONGEST_WAIT) or self._pause * 2 ** (turn - 1)
        self._note(f"the server {why}; trying again in {seconds:.3g} s ({turn} of {self._tries})")
        time.sleep(seconds)


def _retry_after(value: str | None) -> float:
    """Seconds of a Retry-After header (RFC 9110: a number or a date); 0 without one."""
    if not value:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return 0.0


class _Operations:
    """The operations, by name; each account that logged in has a session of its own."""

    def __init__(self, note: Callable[[str], None]):
        self._note = note
        self._clients: dict[str, Any] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def login(
        self,
        url: str,
        user: str,
        password: str,
        tries: int = 5,
        pause: float = 0.5,
        limit: float = 120.0,
    ) -> dict[str, Any]:
        client = DoccanoClient(url)
        session = client._base_repository._session
        # A proxy for the outside world, or a login of a .netrc, has no business on this machine.
        session.trust_env = urlsplit(url).hostname not in _LOOPBACK
        for prefix in ("http://", "https://"):
            session.mount(prefix, _Patient(self._note, tries, pause, limit))
        client.login(user, password)
        self._clients[user] = client
        profile = client.get_profile()
        return {"id": profile.id, "user": profile.username, "staff": bool(profile.is_staff)}

    def projects(self, account: str) -> list[dict[str, Any]]:
        return [project for page in self._pages(account, "projects", {}) for project in page]

    def create_project(self, account: str, **settings: Any) -> dict[str, Any]:
        return dict(self._post(account, "projects", settings))

    def update_project(self, account: str, project: int, **changes: Any) -> dict[str, Any]:
        return dict(self._patch(account, f"projects/{project}", changes))

    def types(self, account: str, project: int, of: str) -> list[dict[str, Any]]:
        return list(self._get(account, f"projects/{project}/{of}-types"))

    def create_type(self, account: str, project: int, of: str, **fields: Any) -> dict[str, Any]:
        return dict(self._post(account, f"projects/{project}/{of}-types", fields))

    def update_type(
        self, account: str, project: int, of: str, number: int, **fields: Any
    ) -> dict[str, Any]:
        return dict(self._patch(account, f"projects/{project}/{of}-types/{number}", fields))

    def members(self, account: str, project: int) -> list[dict[str, Any]]:
        return [
            {"id": m.id, "user": m.username, "role": m.rolename}
            for m in self._clients[account].member.list(project)
        ]

    def add_member(self, account: str, project: int, user: str, role: str) -> dict[str, Any]:
        member = self._clients[account].add_member(project, user, role)
        return {"id": member.id, "user": member.username, "role": member.rolename}

    def users(self, account: str) -> list[str]:
        return [user["username"] for user in self._get(account, "users")]

    def examples(self, account: str, project: int, offset: int = 0) -> Iterator[Any]:
        """Pages of examples with their texts' hashes; the texts themselves stay here."""
        path = f"projects/{project}/examples"
        for page in self._pages(account, path, {"ordering": "created_at"}, offset):
            yield [
                {
                    "id": example["id"],
                    "meta": example["meta"],
                    "sha256": hashlib.sha256((example["text"] or "").encode()).hexdigest(),
                }
                for example in page
            ]

    def count(self, account: str, project: int) -> int:
        return int(self._get(account, f"projects/{project}/examples", limit=1)["count"])

    def set_meta(self, account: str, project: int, example: int, meta: dict[str, Any]) -> None:
        self._patch(account, f"projects/{project}/examples/{example}", {"meta": meta})

    def remove_example(self, account: str, project: int, example: int) -> None:
        self._delete(account, f"projects/{project}/examples/{example}")

    def upload(self, account: str, project: int, lines: list[str]) -> dict[str, str]:
        """Hand a file over and start its import: the task to ask after, the file's name there."""
        client = self._clients[account]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "accord.jsonl"
            path.write_text("".join(line + "\n" for line in lines), "ascii")
            identifier = self._upload(client, path)
        task = client._data_import_repository.ingest(
            project, [identifier], _TASK, "JSONL", encoding="utf_8"
        )
        return {"task": str(task), "file": identifier}

    def _upload(self, client: Any, path: Path) -> str:
        # A file that nobody imports does no harm, so sending it again is safe.
        for turn in range(1, 4):
            try:
                return str(client._data_import_repository.upload(str(path)))
            except requests.RequestException as error:
                if turn == 3 or _error(error)["kind"] != "temporary":
                    raise
                self._note(f"the upload did not arrive; trying again ({turn} of 3)")
                time.sleep(turn)
        raise AssertionError("unreachable")

    def task(self, account: str, task: str) -> dict[str, Any]:
        return dict(self._get(account, f"tasks/status/{task}"))

    def start_export(self, account: str, project: int, finished: bool) -> str:
        answer = self._post(
            account,
            f"projects/{project}/download",
            {"format": "JSONL", "exportApproved": finished},
        )
        return str(answer["task_id"])

    def fetch_export(self, account: str, project: int, task: str, folder: str) -> str:
        repository = self._clients[account]._data_export_repository
        return str(repository.download(project, task, folder))

    def labels(self, account: str, project: int, example: int) -> dict[str, Any]:
        """The account's own labels of one example, relations last: they point to spans."""
        base = f"projects/{project}/examples/{example}"
        spans = self._get(account, f"{base}/spans")
        arrows = self._get(account, f"{base}/relations")
        return {
            "spans": [[s["id"], s["start_offset"], s["end_offset"], s["label"]] for s in spans],
            "relations": [[r["id"], r["type"], r["from_id"], r["to_id"]] for r in arrows],
        }

    def counts(self, account: str, project: int) -> list[int]:
        """How many spans and relations the account has in the project."""
        base = f"projects/{project}/metrics"
        found = [self._get(account, f"{base}/{of}-distribution") for of in ("span", "relation")]
        return [sum(by_user.get(account, {}).values()) for by_user in found]

    def add_spans(
        self, account: str, project: int, example: int, spans: list[list[int]]
    ) -> list[int]:
        """The numbers of new spans, each [start, end, label]."""
        path = f"projects/{project}/examples/{example}/spans"
        keys = ("start_offset", "end_offset", "label")
        return self._post_all(account, path, (dict(zip(keys, span, strict=True)) for span in spans))

    def add_relations(
        self, account: str, project: int, example: int, relations: list[list[int]]
    ) -> list[int]:
        """The numbers of new relations, each [label, head, tail]."""
        path = f"projects/{project}/examples/{example}/relations"
        keys = ("type", "from_id", "to_id")
        return self._post_all(account, path, (dict(zip(keys, r, strict=True)) for r in relations))

    def _post_all(self, account: str, path: str, all_of: Iterable[dict[str, int]]) -> list[int]:
        """Post several at once; if one fails, the others are still waited for."""
        sent = [
            self._threads.submit(self._post, account, path, {**fields, "prob": 0})
            for fields in all_of
        ]
        faults = [fault for each in sent if (fault := each.exception()) is not None]
        if faults:
            raise faults[0]
        return [int(each.result()["id"]) for each in sent]

    def remove_label(self, account: str, project: int, example: int, of: str, number: int) -> None:
        self._delete(account, f"projects/{project}/examples/{example}/{of}s/{number}")

    def _get(self, account: str, path: str, **params: Any) -> Any:
        return self._clients[account]._base_repository.get(path, params=params).json()

    def _post(self, account: str, path: str, fields: dict[str, Any]) -> Any:
        return self._clients[account]._base_repository.post(path, json=fields).json()

    def _patch(self, account: str, path: str, fields: dict[str, Any]) -> Any:
        # The client has no PATCH, and its PUT of an example strips the text's white space.
        repository = self._clients[account]._base_repository
        response = repository._session.patch(f"{repository.api_url}/{path}", json=fields)
        response.raise_for_status()
        return response.json()

    def _delete(self, account: str, path: str) -> None:
        repository = self._clients[account]._base_repository
        response = repository._session.delete(f"{repository.api_url}/{path}")
        if response.status_code != 404:  # gone already: an answer that was lost on the way
            response.raise_for_status()

    def _pages(
        self, account: str, path: str, params: dict[str, Any], offset: int = 0
    ) -> Iterator[list[Any]]:
        # By offset, not by the answer's `next`: behind a proxy that names another host.
        while True:
            page = self._get(account, path, limit=_PAGE, offset=offset, **params)
            if page["results"]:
                yield page["results"]
            offset += len(page["results"])
            if not page["results"] or offset >= page["count"]:
                return


def _error(error: Exception) -> dict[str, Any]:
    """What went wrong, in the server's own words where it said any."""
    response = getattr(error, "response", None)
    if response is not None:
        status = response.status_code
        kind = "temporary" if status == 429 or status >= 500 else "refused"
        return {"kind": kind, "status": status, "said": _said(response)}
    if isinstance(error, requests.Timeout | requests.ConnectionError):
        return {"kind": "temporary", "status": 0, "said": _reason(error)}
    if isinstance(error, requests.JSONDecodeError):
        said = "the answer is not JSON; is there a doccano server at this address?"
        return {"kind": "refused", "status": 0, "said": said}
    if isinstance(error, requests.RequestException):
        return {"kind": "refused", "status": 0, "said": f"{type(error).__name__}: {error}"}
    return {"kind": "fault", "status": 0, "said": f"{type(error).__name__}: {error}"}


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    found = re.search(r"\[Errno [^\]]*\] [^'\")]*", repr(error))
    return found[0] if found else type(error).__name__


def _said(response: Any) -> str:
    try:
        said = "; ".join(_strings(response.json()))
    except ValueError:
        said = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", response.text, flags=re.DOTALL)
    said = " ".join(said.split())
    return (said or str(response.reason))[:_SAID]


def _strings(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, "" if name in ("detail", "non_field_errors") else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
    else:
        yield f"{key}: {value}" if key else str(value)


def main() -> None:
    """Answer requests until standard input ends."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    alone = threading.Lock()  # notes come from several threads

    def answer(value: dict[str, Any]) -> None:
        with alone:
            output.write(json.dumps(value) + "\n")
            output.flush()

    operations = _Operations(lambda note: answer({"note": note}))
    for line in sys.stdin:
        request = json.loads(line)
        number = request["id"]
        try:
            value = getattr(operations, request["do"])(**request["with"])
            if isinstance(value, Iterator):
                for part in value:
                    answer({"id": number, "part": part})
                value = None
            answer({"id": number, "value": value})
        except Exception as error:
            answer({"id": number, "error": _error(error)})


if __name__ == "__main__":
    main()
