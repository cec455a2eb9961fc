"""The worker against a small server that is busy, broken, slow, or no doccano at all."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.remote import Worker, log_in

EXAMPLES = [{"id": n, "meta": {"n": n}, "text": f"text {n} 🌊"} for n in range(450)]


class Moody:
    """Answers as doccano does, but for the answers that wait in `moods` for a "METHOD path"."""

    def __init__(self):
        self.seen = []
        self.moods = {}
        self.woken = threading.Event()
        self.answers = {
            "POST /v1/auth/login/": {"key": "x"},
            "GET /v1/me": {"id": 7, "username": "ann", "is_superuser": False, "is_staff": True},
            "GET /v1/projects/1/span-types": [{"id": 1, "text": "ORG"}],
            "POST /v1/projects/1/span-types": {"id": 2},
            "PATCH /v1/projects/1/examples/3": {"id": 3},
            "POST /v1/fp/process/": "abc",
            "POST /v1/projects/1/upload": {"task_id": "t1"},
        }

    def answer(self, handler):
        path, _, query = handler.path.partition("?")
        key = f"{handler.command} {path}"
        size = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(size)
        self.seen.append((key, body))
        mood = self.moods.get(key, []).pop(0) if self.moods.get(key) else None
        if mood == "hang up":
            handler.close_connection = True
            handler.connection.close()
            return
        if mood == "sleep":
            self.woken.wait(30)
        status, value, headers = 200, self.answers.get(key, {}), {}
        if key == "GET /v1/projects/1/examples":
            options = dict(pair.split("=") for pair in query.split("&"))
            start, limit = int(options.get("offset", 0)), int(options["limit"])
            value = {"count": len(EXAMPLES), "results": EXAMPLES[start : start + limit]}
            value["next"] = "http://inside.example/v1/elsewhere"
        if key == "POST /v1/auth/login/":
            headers["Set-Cookie"] = "csrftoken=token; Path=/"
        if isinstance(mood, tuple):
            status, value, headers = mood
        text = value if isinstance(value, str) else json.dumps(value)
        handler.send_response(status)
        for name, content in headers.items():
            handler.send_header(name, content)
        handler.send_header("Content-Length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())

    def count(self, key):
        return sum(seen == key for seen, _ in self.seen)


@pytest.fixture
def moody():
    mood = Moody()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self):
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                mood.answer(self)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    mood.url = f"http://127.0.0.1:{server.server_port}"
    yield mood
    mood.woken.set()
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def account(python, moody, **patience):
    notes = []
    with Worker(python, notes.append) as worker:
        found = log_in(worker, moody.url, "ann", "secret", **{"pause": 0.01, **patience})
        yield found, notes


BUSY = (429, {"detail": "Request was throttled."}, {"Retry-After": "0"})
BROKEN = (500, "<html><style>h1 {}</style><h1>Server Error</h1></html>", {})
AWAY = (503, "", {})


def test_the_profile_and_what_was_sent(moody, client_python):
    with account(client_python, moody) as (ann, notes):
        assert (ann.name, ann.number, ann.staff) == ("ann", 7, True)
    assert notes == []
    assert json.loads(moody.seen[0][1]) == {"username": "ann", "password": "secret"}


@pytest.mark.parametrize("trouble", [BUSY, BROKEN, AWAY, "hang up"])
def test_what_changes_nothing_is_tried_again(moody, client_python, trouble):
    for key in ("GET /v1/projects/1/span-types", "PATCH /v1/projects/1/examples/3"):
        moody.moods[key] = [trouble, trouble]
    with account(client_python, moody) as (ann, notes):
        assert ann.call("types", project=1, of="span") == [{"id": 1, "text": "ORG"}]
        ann.call("set_meta", project=1, example=3, meta={"a": "ü"})
    assert moody.count("GET /v1/projects/1/span-types") == 3
    assert moody.count("PATCH /v1/projects/1/examples/3") == 3
    assert len(notes) == 4
    assert "trying again" in notes[0]


def test_an_answer_that_does_not_come_is_given_up(moody, client_python):
    moody.moods["GET /v1/projects/1/span-types"] = ["sleep"]
    with account(client_python, moody, limit=2) as (ann, notes):
        assert ann.call("types", project=1, of="span")
    assert moody.count("GET /v1/projects/1/span-types") >= 2
    assert any("did not answer" in note for note in notes)


def test_a_post_is_sent_once_unless_the_server_surely_did_nothing(moody, client_python):
    key = "POST /v1/projects/1/span-types"
    with account(client_python, moody) as (ann, _):
        for trouble in (BROKEN, AWAY, "hang up"):
            moody.seen.clear()
            moody.moods[key] = [trouble]
            with pytest.raises(ServerError) as error:
                ann.call("create_type", project=1, of="span", text="ORG")
            assert error.value.temporary
            assert moody.count(key) == 1
        moody.seen.clear()
        moody.moods[key] = [BUSY, BUSY]
        ann.call("create_type", project=1, of="span", text="ORG")
        assert moody.count(key) == 3


def test_labels_are_sent_at_once_and_what_fails_of_them_is_told(moody, client_python):
    path = "/v1/projects/1/examples/3"
    moody.answers |= {f"POST {path}/spans": {"id": 5}, f"POST {path}/relations": {"id": 6}}
    spans = [[n, n + 2, 1] for n in range(9)]
    where = {"project": 1, "example": 3}
    with account(client_python, moody) as (ann, _):
        assert ann.call("add_spans", **where, spans=spans) == [5] * 9
        bodies = [json.loads(body) for key, body in moody.seen if key == f"POST {path}/spans"]
        places = sorted((b["start_offset"], b["end_offset"], b["label"], b["prob"]) for b in bodies)
        assert places == [(*span, 0) for span in spans]
        assert ann.call("add_relations", **where, relations=[[7, 1, 2]]) == [6]
        (body,) = [json.loads(body) for key, body in moody.seen if key == f"POST {path}/relations"]
        assert body == {"type": 7, "from_id": 1, "to_id": 2, "prob": 0}
        moody.seen.clear()
        moody.moods[f"POST {path}/spans"] = [AWAY]
        with pytest.raises(ServerError, match="busy or broken") as error:
            ann.call("add_spans", **where, spans=spans)
        assert error.value.temporary
        assert moody.count(f"POST {path}/spans") == 9  # each once, and none is still on its way


def test_labels_are_counted_by_account_and_asked_for_once(moody, client_python):
    path = "GET /v1/projects/1/metrics"
    moody.answers |= {
        f"{path}/span-distribution": {"ann": {"ORG": 3, "GPE": 4}, "bob": {"ORG": 1}},
        f"{path}/relation-distribution": {"bob": {"pledges": 2}},
    }
    with account(client_python, moody) as (ann, _):
        assert ann.call("counts", project=1) == [7, 0]
        moody.seen.clear()
        moody.moods[f"{path}/span-distribution"] = [BROKEN]
        with pytest.raises(ServerError, match="busy or broken"):
            ann.call("counts", project=1)
        assert moody.count(f"{path}/span-distribution") == 1


def test_an_upload_is_sent_again_whole_and_its_import_only_once(moody, client_python):
    moody.moods["POST /v1/fp/process/"] = ["hang up"]
    moody.moods["POST /v1/projects/1/upload"] = [AWAY]
    line = '{"text": "\\ud83c\\udf0a"}'
    with (
        account(client_python, moody) as (ann, _),
        pytest.raises(ServerError, match="busy or broken"),
    ):
        ann.call("upload", project=1, lines=[line])
    bodies = [body for key, body in moody.seen if key == "POST /v1/fp/process/"]
    assert len(bodies) == 2
    assert all(b'{"text": "\\ud83c\\udf0a"}\n' in body for body in bodies)
    (ingest,) = [body for key, body in moody.seen if key == "POST /v1/projects/1/upload"]
    assert json.loads(ingest)["encoding"] == "utf_8"


def test_after_some_tries_the_servers_words_are_passed_on(moody, client_python):
    key = "GET /v1/projects/1/span-types"
    with account(client_python, moody, tries=3) as (ann, _):
        moody.moods[key] = [BROKEN] * 3
        with pytest.raises(ServerError, match=r"busy or broken \(500\): Server Error$") as error:
            ann.call("types", project=1, of="span")
        assert (error.value.temporary, error.value.status) == (True, 500)
        moody.moods[key] = [(403, {"detail": "You do not have permission."}, {})]
        with pytest.raises(ServerError, match=r"said \(403\): You do not have perm") as error:
            ann.call("types", project=1, of="span")
        assert not error.value.temporary
        moody.moods[key] = [(400, {"name": ["Too long.", "Bad."]}, {})]
        with pytest.raises(ServerError, match=r"\(400\): name: Too long.; name: Bad\."):
            ann.call("types", project=1, of="span")
        assert ann.call("types", project=1, of="span")  # and it goes on


def test_pages_do_not_follow_addresses_of_the_answer(moody, client_python):
    with account(client_python, moody) as (ann, _):
        pages = list(ann.pages("examples", project=1))
        found = [example for page in pages for example in page]
        assert [example["id"] for example in found] == list(range(450))
        assert max(map(len, pages)) == 200
        assert "text" not in found[0]
        assert len({example["sha256"] for example in found}) == 450


def test_a_wrong_password_and_a_wrong_address(moody, client_python):
    refused = (400, {"non_field_errors": ["Unable to log in."]}, {})
    moody.moods["POST /v1/auth/login/"] = [refused]
    with Worker(client_python, lambda note: None) as worker:
        with pytest.raises(ServerError, match=r"did not let 'ann' in:.*Unable to log in") as error:
            log_in(worker, moody.url, "ann", "secret")
        assert "secret" not in str(error.value)
        moody.answers["GET /v1/me"] = "<html>Welcome</html>"
        with pytest.raises(ServerError, match="is there a doccano server at this address"):
            log_in(worker, moody.url, "ann", "secret")
        with pytest.raises(ServerError, match=r"no doccano at http://127.0.0.1:1: .*cannot be"):
            log_in(worker, "http://127.0.0.1:1", "ann", "secret", tries=1)


def test_a_worker_that_dies_is_told_with_its_last_words(tmp_path, client_python):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    broken.chmod(0o755)
    with (
        Worker(broken, lambda note: None) as worker,
        pytest.raises(ServerError, match="ended unexpectedly: no such module"),
    ):
        worker.call("login", url="", user="", password="")
